"""Programs as ONNX models: the array form, statement by statement, in ONNX's operators.

Inside the model every tensor has a batch axis in front, of length 1 where the batch shares it, so
that broadcasting does the rest. Rules come from the op table, and what the functions in them are in
ONNX from :mod:`autograd.program.exports.onnx.primitives`. Next:
:mod:`autograd.program.exports.onnx.nodes`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from autograd.errors import InputTypeError, InputValueError
from autograd.files import check, write
from autograd.ops.expr import XP, Expr, Operand, variables_of
from autograd.ops.op import OPS
from autograd.ops.partial_evaluation import folded
from autograd.program.exports.onnx.extra import onnx_or_error
from autograd.program.exports.onnx.nodes import Graph
from autograd.program.exports.onnx.primitives import (
    FOLDS,
    FORMULAS,
    IN_SINGLE,
    KNOWN_PRIMITIVES,
    NOT_IN_DOUBLE,
    OPERATORS,
)
from autograd.program.statements.groups import ArrayForm, ArrayStatement, group, literals
from autograd.program.statements.layout import Gather, Joined, Literal, operand_shape
from autograd.program.statements.layout import Operand as Reading
from autograd.program.statements.reroll import rolled
from autograd.program.tape.instructions import Tape
from autograd.program.tape.passes import simplified

__all__ = ["write_onnx"]


def write_onnx(
    tape: Tape, dtype: str, path: str | os.PathLike[str], batched: Collection[str] | None
) -> None:
    """Write the ONNX model of a tape, whole or not at all; see `Program.to_onnx`."""
    onnx = onnx_or_error()
    check(path)
    names = [argument.name for argument in tape.arguments]
    chosen = names if batched is None else [batched] if isinstance(batched, str) else list(batched)
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise InputTypeError(
            f"to_onnx: batched names some of the arguments {', '.join(names) or '(none)'}, "
            f"but got {unknown[0]!r}"
        )
    _check_supported(tape)
    model = _Model(tape, dtype, chosen).proto()
    onnx.checker.check_model(model)
    write(path, model.SerializeToString())


def _check_supported(tape: Tape) -> None:
    for op, _ in tape.statements:
        if op.opaque:
            raise InputValueError(
                f"to_onnx: {op.name!r} is a custom_op, a Python function that ONNX cannot run: "
                "write it with the functions of autograd instead"
            )
    if not tape.outputs:
        raise InputValueError("to_onnx: the program has no output, so there is nothing to export")


class _Model:
    """The graph while it grows, block by block."""

    def __init__(self, tape: Tape, dtype: str, batched: Collection[str]) -> None:
        self.tape = tape
        self.form: ArrayForm = group(simplified(tape))
        self.graph = Graph(dtype)
        self.batched = [argument.name in batched for argument in tape.arguments]
        self.operators = {
            name: operator
            for name, operator in OPERATORS.items()
            if dtype == "float32" or name not in NOT_IN_DOUBLE
        }
        # Per block: its tensor, of shape (batch or 1, size), and whether it has the batch.
        self.blocks: list[tuple[str, bool]] = []
        self._known: dict[Any, str] = {}

    def proto(self) -> Any:
        """The finished onnx.ModelProto."""
        graph = self.graph
        for argument, batched in zip(self.tape.arguments, self.batched):
            name = graph.input(argument.name, argument.shape, batched=batched)
            lead = 0 if batched and argument.shape else -1 if batched else 1
            flat = name if not argument.size else graph.reshape(name, (lead, argument.size))
            self.blocks.append((flat, batched))
        self.blocks.append((graph.constant(self.form.constants[None]), False))
        for statement in self.form.statements:
            self.blocks.append(self._statement(statement))
        self._give_out("output", self.form.output, self.tape.output_shape)
        if self.form.aux is not None and self.tape.aux_shape is not None:
            self._give_out("aux", self.form.aux, self.tape.aux_shape)
        return graph.model()

    def _give_out(self, name: str, reading: Reading, shape: tuple[int, ...]) -> None:
        flat, varies = self._read(reading, whole=True)
        batched = any(self.batched)
        if batched and not varies:
            flat = self.graph.node("Expand", flat, self._batch_and(reading.shape))
        tensor = self.graph.reshape(flat, (*((0,) if batched else ()), *shape))
        self.graph.output(tensor, name, shape, batched=batched)

    def _batch_and(self, shape: tuple[int, ...]) -> str:
        """The shape (batch, *shape) as a tensor."""
        name = next(a.name for a, batched in zip(self.tape.arguments, self.batched) if batched)
        batch = self.graph.node("Shape", name, end=1)
        return self.graph.node("Concat", batch, self.graph.integers(*shape), axis=0)

    # Reading

    def _read(self, reading: Reading, *, whole: bool = False) -> tuple[str, bool]:
        """A tensor (batch or 1, *shape), with axes of repetition 1 unless ``whole``."""
        key = ("read", id(reading), whole)
        if key not in self._known:
            self._known[key] = self._read_anew(reading, whole)
        return self._known[key], self._varies(reading)

    def _varies(self, reading: Reading) -> bool:
        if isinstance(reading, Joined):
            return any(self.blocks[part.block][1] for part in reading.parts)
        return not isinstance(reading, Literal) and self.blocks[reading.block][1]

    def _read_anew(self, reading: Reading, whole: bool) -> str:
        graph = self.graph
        if isinstance(reading, Literal):
            values = np.broadcast_to(reading.values, reading.shape) if whole else reading.values
            return graph.constant(values[None])
        if isinstance(reading, Joined):
            return graph.reshape(self._joined(reading), (0, *reading.shape))
        positions = reading.index if isinstance(reading, Gather) else reading.positions()
        flat = graph.take(
            self.blocks[reading.block][0], positions.ravel(), self.form.blocks[reading.block].size
        )
        text = graph.reshape(flat, (0, *positions.shape))
        if whole and positions.shape != reading.shape:
            text = graph.node("Expand", text, graph.integers(1, *reading.shape))
        return text

    def _joined(self, reading: Joined) -> str:
        """Numbers of several blocks, in one row each."""
        graph, varies, pieces = self.graph, self._varies(reading), []
        for part in reading.parts:
            tensor, batched = self.blocks[part.block]
            piece = graph.take(tensor, part.index, self.form.blocks[part.block].size)
            if varies and not batched:
                piece = graph.node("Expand", piece, self._batch_and((len(part.index),)))
            pieces.append(piece)
        order = np.argsort(np.concatenate([part.at for part in reading.parts]))
        return graph.take(graph.node("Concat", *pieces, axis=1), order, len(order))

    # Statements

    def _statement(self, statement: ArrayStatement) -> tuple[str, bool]:
        """The tensor of its block."""
        kinds = {"map": self._map, "rows": self._rows, "product": self._product}
        tensor, varies = kinds[statement.kind](statement)
        return self.graph.reshape(tensor, (0, prod(statement.shape))), varies

    def _map(self, statement: ArrayStatement) -> tuple[str, bool]:
        op, operands = statement.op, statement.operands
        xs = [Expr("var", f"x{i}") for i in range(len(operands))]
        known = literals(statement)
        expr: Operand = Expr(op.name, *xs)
        if op.name not in KNOWN_PRIMITIVES or op.name not in self.operators:
            expr = folded(op.forward(XP, *xs), known)
        used = variables_of([expr])
        read = {f"x{i}": operand for i, operand in enumerate(operands) if f"x{i}" in used}
        names = {name: self._read(operand)[0] for name, operand in read.items()}
        tensor = self._formula(expr, names)
        if np.broadcast_shapes(*map(operand_shape, read.values())) != statement.shape:
            tensor = self.graph.node("Expand", tensor, self.graph.integers(1, *statement.shape))
        return tensor, any(map(self._varies, read.values()))

    def _rows(self, statement: ArrayStatement) -> tuple[str, bool]:
        graph, op = self.graph, statement.op
        rows = [self._read(operand, whole=True)[0] for operand in statement.operands]
        varies = any(map(self._varies, statement.operands))
        if op is OPS["dot"]:
            return graph.fold("ReduceSum", graph.node("Mul", *rows)), varies
        if op is OPS["sum"]:
            return graph.fold("ReduceSum", rows[0]), varies
        formula = rolled(op)
        if formula is not None:
            return self._formula(formula[0], {"x": rows[0]}), varies
        names = {f"x{i}": graph.column(rows[0], i) for i in range(statement.operands[0].shape[-1])}
        expr = op.forward(XP, *(Expr("var", name) for name in names))
        return self._formula(expr, names), varies

    def _product(self, statement: ArrayStatement) -> tuple[str, bool]:
        graph = self.graph
        *stack, p, q = statement.shape
        (left, left_varies), (right, right_varies) = (
            self._read(operand, whole=True) for operand in statement.operands
        )
        # One matrix of constants that the whole batch shares, as a layer's weights are.
        k = statement.operands[0].shape[-1]
        rows, shared, m, n = (left, right, p, q) if left_varies else (right, left, q, p)
        if not stack and m == 1 and left_varies != right_varies and graph.is_constant(shared):
            matrix = graph.transposed(graph.reshape(shared, (n, k)))
            return graph.multiplied(graph.reshape(rows, (0, k)), matrix, (0, n)), True
        # No MatMul of a Transpose: ONNX Runtime fused the two into what it lacked for doubles.
        axes = ["bspk" if stack else "bpk", "bsqk" if stack else "bqk"]
        sides = [left, right]
        if left_varies != right_varies:
            side = int(left_varies)
            axes[side] = axes[side][1:]
            sides[side] = graph.reshape(sides[side], statement.operands[side].shape)
        equation = f"{axes[0]},{axes[1]}->{'bspq' if stack else 'bpq'}"
        product = graph.node("Einsum", *sides, equation=equation)
        return product, left_varies or right_varies

    # Formulas

    def _formula(self, expr: Operand, names: Mapping[str, str]) -> str:
        """The tensor of an expression; what it shares is computed once. Rules are shallow."""
        if not isinstance(expr, Expr):
            return self.graph.number(float(expr))
        if expr.op == "var":
            return names[str(expr.operands[0])]
        key = (expr, *names.values())
        if key not in self._known:
            self._known[key] = self._applied(expr, names)
        return self._known[key]

    def _applied(self, expr: Expr, names: Mapping[str, str]) -> str:
        graph, name = self.graph, expr.op
        if name in self.operators or name in IN_SINGLE or name in FOLDS:
            operands = [self._formula(x, names) for x in expr.operands]
            if name in FOLDS:
                return graph.fold(FOLDS[name], operands[0], keep=True)
            if name in IN_SINGLE:
                return graph.in_single(IN_SINGLE[name], operands[0])
            return graph.node(self.operators[name], *operands)
        rule = FORMULAS.get(name) or (OPS[name].forward if name in OPS else None)
        inner = None if rule is None else _applied_rule(rule, expr.operands)
        if inner is None or (isinstance(inner, Expr) and inner.op == name):
            raise InputValueError(
                f"to_onnx: ONNX has no {name!r} and nothing it could be made of: "
                "compute it outside of the program"
            )
        return self._formula(inner, names)


def _applied_rule(rule: Callable[..., Operand], operands: Sequence[Operand]) -> Operand:
    """A rule of these operands, with what is known by numbers computed."""
    known = {f"k{i}": x for i, x in enumerate(operands) if not isinstance(x, Expr)}
    symbols = (x if isinstance(x, Expr) else Expr("var", f"k{i}") for i, x in enumerate(operands))
    return folded(rule(XP, *symbols), known)
