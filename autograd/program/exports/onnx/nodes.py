"""A graph of ONNX while it is written: nodes, constants, inputs, and small idioms.

Next: :mod:`autograd.program.exports.onnx.write`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from autograd.arrays import Array

__all__ = ["Graph"]

Shape = tuple[int, ...]

OPSET, IR_VERSION = 18, 8  # of 2022: what runs models today reads them
BATCH = "batch"


class Graph:
    """Nodes in order of execution; every method returns the name of a tensor.

    Names of inner tensors begin with a slash, so that none is an argument's.
    """

    def __init__(self, dtype: str) -> None:
        self.dtype = np.dtype(dtype)
        self.type = TensorProto.DOUBLE if dtype == "float64" else TensorProto.FLOAT
        self.nodes: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.constants: dict[Any, str] = {}
        self._arrays: dict[str, Array] = {}
        self._shared: dict[Any, str] = {}
        self._shapes: dict[str, Shape] = {}  # where it is known, with 0 for the batch axis
        self._sources: dict[str, str] = {}  # what a tensor is only another shape of

    def input(self, name: str, shape: Shape, *, batched: bool) -> str:
        """An argument of the model."""
        dims: list[str | int | None] = [BATCH, *shape] if batched else [*shape]
        self.inputs.append(helper.make_tensor_value_info(name, self.type, dims))
        if batched:
            self._shapes[name] = (0, *shape)
        return name

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """An operator applied; the same one of the same inputs is written once."""
        key = (operator, inputs, *sorted(attributes.items()))
        if key not in self._shared:
            name = f"/{operator.lower()}_{len(self.nodes)}"
            self.nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
            self._shared[key] = name
        return self._shared[key]

    def constant(self, array: Array | float) -> str:
        """Numbers in the program's dtype; in single precision large ones are infinite."""
        with np.errstate(over="ignore"):
            return self._constant(np.asarray(array).astype(self.dtype))

    def number(self, number: float) -> str:
        """One number, which broadcasts."""
        return self.constant(number)

    def integers(self, *integers: int) -> str:
        """A vector of integers: a shape, an index, axes."""
        return self._constant(np.array(integers, np.int64))

    def _constant(self, array: Array) -> str:
        array = np.ascontiguousarray(array).reshape(
            array.shape
        )  # ascontiguousarray adds an axis to 0
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.constants:
            name = f"/constant_{len(self.constants)}"
            self.constants[key] = name
            self._arrays[name] = array
        return self.constants[key]

    def reshape(self, tensor: str, shape: Shape) -> str:
        """Another shape; 0 keeps that axis's length."""
        if tensor in self._arrays:
            array = self._arrays[tensor]
            return self._constant(array.reshape([n or array.shape[i] for i, n in enumerate(shape)]))
        if shape[:1] == (0,):
            tensor = self._sources.get(tensor, tensor)
        if self._shapes.get(tensor) == shape:
            return tensor
        reshaped = self.node("Reshape", tensor, self.integers(*shape))
        if shape[:1] == (0,):
            self._sources[reshaped] = tensor
        return reshaped

    def multiplied(self, rows: str, matrix: str, shape: Shape) -> str:
        """A product of matrices, of which the result's shape is known."""
        product = self.node("MatMul", rows, matrix)
        self._shapes[product] = shape
        return product

    def take(self, tensor: str, positions: Array, size: int) -> str:
        """Some columns of a (batch, size) tensor."""
        n = len(positions)
        first = int(positions[0])
        if not (positions == np.arange(first, first + n)).all():
            return self.node("Gather", tensor, self.integers(*positions.tolist()), axis=1)
        if n == size:
            return tensor
        ends = self.integers(first), self.integers(first + n)
        return self.node("Slice", tensor, *ends, self.integers(1))

    def column(self, tensor: str, index: int) -> str:
        """One place along the last axis."""
        return self.node("Gather", tensor, self._constant(np.array(index)), axis=-1)

    def fold(self, operator: str, tensor: str, *, keep: bool = False) -> str:
        """A reduction along the last axis."""
        return self.node(operator, tensor, self.integers(-1), keepdims=int(keep))

    def is_constant(self, tensor: str) -> bool:
        """Whether its numbers are known now."""
        return tensor in self._arrays

    def transposed(self, constant: str) -> str:
        """A constant matrix with its axes exchanged."""
        return self._constant(self._arrays[constant].T)

    def in_single(self, operator: str, tensor: str) -> str:
        """An operator in single precision."""
        if self.type == TensorProto.FLOAT:
            return self.node(operator, tensor)
        single = self.node(operator, self.node("Cast", tensor, to=TensorProto.FLOAT))
        return self.node("Cast", single, to=self.type)

    def output(self, tensor: str, name: str, shape: Shape, *, batched: bool) -> None:
        """Give this tensor out under this name, with underscores if an input has it."""
        while name in {value.name for value in self.inputs}:
            name += "_"
        self.nodes.append(helper.make_node("Identity", [tensor], [name], f"/{name}"))
        dims: list[str | int | None] = [BATCH, *shape] if batched else [*shape]
        self.outputs.append(helper.make_tensor_value_info(name, self.type, dims))

    def model(self) -> Any:
        """The model of all that was written."""
        used = {tensor for node in self.nodes for tensor in node.input}
        graph = helper.make_graph(
            self.nodes,
            "program",
            self.inputs,
            self.outputs,
            [numpy_helper.from_array(a, name) for name, a in self._arrays.items() if name in used],
        )
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(
            graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="scalar-autograd"
        )
