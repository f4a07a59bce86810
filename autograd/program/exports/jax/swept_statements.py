"""Array statements in a sweep: their values, and the adjoints of what they read.

Next: :mod:`autograd.program.exports.jax.sheets`, which puts them in a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from autograd.ops.expr import Expr, Operand
from autograd.ops.op import OPS, Op
from autograd.program.exports.jax.curved import Curved
from autograd.program.exports.jax.primitives import rule_of, rule_of_rows
from autograd.program.exports.jax.readings import Reading
from autograd.program.exports.jax.solutions import solution
from autograd.program.exports.jax.sweeps import Adjoints, contracted, whole
from autograd.program.exports.jax.vocabulary import jax_module
from autograd.program.statements.layout import Shape
from autograd.program.statements.reroll import rolled

if TYPE_CHECKING:
    from jax import Array as JaxArray

    from autograd.program.tape.instructions import Tape

    FunctionOf = Callable[[Tape], Callable[..., JaxArray]]

__all__ = ["Node", "node_of"]


class Node:
    """An array statement; what its kinds differ in follows."""

    made = 1

    def __init__(self, op: Op, shape: Shape, readings: Sequence[Reading]) -> None:
        self.op, self.shape, self.readings = op, shape, readings

    def value(self, inputs: list[JaxArray], curved: bool) -> JaxArray:
        """The result, of what is read."""
        raise NotImplementedError

    def inputs(self, blocks: Sequence[JaxArray]) -> list[JaxArray]:
        """What is read."""
        return [whole(x, blocks) for x in self.readings]

    def forward(self, blocks: Sequence[JaxArray], keep: bool, curved: bool) -> list[JaxArray]:
        """The result."""
        jnp = jax_module().numpy
        made, dtype = self.value(self.inputs(blocks), curved), blocks[0].dtype
        if made.dtype != dtype:
            made = made.astype(dtype)
        return [made if made.shape == self.shape else jnp.broadcast_to(made, self.shape)]

    def varies(self, wanted: Sequence[bool]) -> list[bool]:
        """Whether it reads what varies."""
        return [any(wanted[block] for x in self.readings for block in x.blocks)]

    def back(self, blocks: Sequence[JaxArray], first: int, adjoints: Adjoints) -> None:
        """Add the adjoints of what is read."""
        g = adjoints.of(first)
        if g is not None:
            self.pull(g, self.inputs(blocks), blocks[first], adjoints)

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        """The same, with what was read and computed at hand."""
        raise NotImplementedError


class _Map(Node):
    """An elementary statement, element by element."""

    def __init__(
        self, op: Op, shape: Shape, readings: Sequence[Reading], turns: bool, alone: bool
    ) -> None:
        numbers = [x.read([]) if not x.blocks else None for x in readings]
        known = {i: repr(x.item()) for i, x in enumerate(numbers) if x is not None and x.size == 1}
        known = known if len(known) < len(readings) else {}
        left = [x for i, x in enumerate(readings) if i not in known]
        super().__init__(op, shape, left)
        self._rule = Curved(op, rule_of(op, len(readings), tuple(known.items())), turns, alone)

    def inputs(self, blocks: Sequence[JaxArray]) -> list[JaxArray]:
        return [x.read(blocks) for x in self.readings]

    def value(self, inputs: list[JaxArray], curved: bool) -> JaxArray:
        return self._rule.value(inputs, curved)

    def varies(self, wanted: Sequence[bool]) -> list[bool]:
        pairs = zip(self.readings, self._rule.rule.partials)
        return [any(_moves(slope) and any(wanted[b] for b in x.blocks) for x, slope in pairs)]

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        pairs = zip(self.readings, self._rule.rule.partials)
        chosen = [(x, slope) for x, slope in pairs if _moves(slope) and adjoints.want(x)]
        slopes = [slope for _, slope in chosen]
        parts = self._rule.pulled(g, slopes, out, inputs, adjoints.curved)
        for (reading, _), part in zip(chosen, parts):
            adjoints.add(reading, part)


def _moves(slope: Operand | None) -> bool:
    """Whether an operand with this local derivative passes anything on."""
    return slope is not None and (isinstance(slope, Expr) or slope != 0.0)


class _Sum(Node):
    def value(self, inputs: list[JaxArray], curved: bool) -> JaxArray:
        return inputs[0].sum(-1)

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        reading = self.readings[0]
        adjoints.add(reading, jax_module().numpy.broadcast_to(g[..., None], reading.full))


class _Dot(Node):
    def value(self, inputs: list[JaxArray], curved: bool) -> JaxArray:
        return (inputs[0] * inputs[1]).sum(-1)

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        for reading, other in zip(self.readings, reversed(inputs)):
            if adjoints.want(reading):
                adjoints.add(reading, g[..., None] * other)


class _Product(Node):
    """Rows of one matrix times rows of another, or of a stack of such."""

    def __init__(self, op: Op, shape: Shape, readings: Sequence[Reading]) -> None:
        super().__init__(op, shape, readings)
        stack = "z" * (len(shape) - 2)
        self._axes = stack + "pk", stack + "qk", stack + "pq"

    def value(self, inputs: list[JaxArray], curved: bool) -> JaxArray:
        left, right = inputs
        return contracted(left, right, *self._axes)

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        left, right, result = self._axes
        for reading, other, axes in zip(
            self.readings, reversed(inputs), [(result, right, left), (result, left, right)]
        ):
            if adjoints.want(reading):
                adjoints.add_product(reading, axes, g, other)


class _Rows(Node):
    """A regular primitive of many operands, along the last axis."""

    def __init__(
        self, op: Op, shape: Shape, readings: Sequence[Reading], turns: bool, alone: bool
    ) -> None:
        super().__init__(op, shape, readings)
        self._rule = Curved(op, rule_of_rows(op), turns, alone)

    def value(self, inputs: list[JaxArray], curved: bool) -> JaxArray:
        return self._rule.value(inputs, curved)[..., 0]

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        g = jax_module().numpy.broadcast_to(g[..., None], inputs[0].shape)
        slopes, out = self._rule.rule.partials, out[..., None]
        (part,) = self._rule.pulled(g, slopes, out, inputs, adjoints.curved)
        adjoints.add(self.readings[0], part)


class _Columns(Node):
    """Another of many operands: one by one."""

    def __init__(
        self, op: Op, shape: Shape, readings: Sequence[Reading], turns: bool, alone: bool
    ) -> None:
        super().__init__(op, shape, readings)
        self._rule = Curved(op, rule_of(op, readings[0].full[-1], ()), turns, alone)

    def value(self, inputs: list[JaxArray], curved: bool) -> JaxArray:
        return self._rule.value(_columns(inputs[0]), curved)

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        slopes = [0.0 if x is None else x for x in self._rule.rule.partials]
        columns = _columns(inputs[0])
        parts = self._rule.pulled(g, slopes, out, columns, adjoints.curved)
        adjoints.add(self.readings[0], jax_module().numpy.stack(parts, -1))


def _columns(x: JaxArray) -> list[JaxArray]:
    return [x[..., i] for i in range(x.shape[-1])]


class _Solved(Node):
    """The solution of an equation, which JAX differentiates itself."""

    def __init__(
        self, op: Op, shape: Shape, readings: Sequence[Reading], function_of: FunctionOf
    ) -> None:
        super().__init__(op, shape, readings)
        self._solve = solution(op, len(readings), function_of)

    def value(self, inputs: list[JaxArray], curved: bool) -> JaxArray:
        return self._solve(*inputs)

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        for reading, part in zip(self.readings, jax_module().vjp(self._solve, *inputs)[1](g)):
            if adjoints.want(reading):
                adjoints.add(reading, part)


def node_of(
    kind: str,
    op: Op,
    shape: Shape,
    readings: Sequence[Reading],
    turns: bool,
    alone: bool,
    function_of: FunctionOf,
) -> Node:
    """An array statement, see :class:`autograd.program.statements.groups.ArrayStatement`.

    The options are those of :class:`Curved`; ``function_of`` makes functions of tapes.
    """
    if op.equation is not None:
        return _Solved(op, shape, readings, function_of)
    if kind == "map":
        return _Map(op, shape, readings, turns, alone)
    if kind == "product":
        return _Product(op, shape, readings)
    if op is OPS["dot"]:
        return _Dot(op, shape, readings)
    if op is OPS["sum"]:
        return _Sum(op, shape, readings)
    return (_Rows if rolled(op) is not None else _Columns)(op, shape, readings, turns, alone)
