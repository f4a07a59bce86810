"""Array statements in a sweep: their values, and the adjoints of what they read.

Next: :mod:`autograd.program.exports.jax.sheets`, which puts them in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

from autograd.ops.expr import Expr, Operand, evaluate
from autograd.ops.op import OPS, Op
from autograd.program.exports.jax.differentiated import jax_module
from autograd.program.exports.jax.primitives import functions, rule_of
from autograd.program.exports.jax.readings import Reading
from autograd.program.exports.jax.sweeps import Adjoints, contracted, whole
from autograd.program.statements.layout import Shape
from autograd.program.statements.reroll import rolled

if TYPE_CHECKING:
    from jax import Array as JaxArray

__all__ = ["Node", "node_of"]


class Node:
    """An array statement; what its kinds differ in follows."""

    made = 1

    def __init__(self, op: Op, shape: Shape, readings: Sequence[Reading]) -> None:
        self.op, self.shape, self.readings = op, shape, readings

    def value(self, inputs: list[JaxArray]) -> JaxArray:
        """The result, of what is read."""
        raise NotImplementedError

    def inputs(self, blocks: Sequence[JaxArray]) -> list[JaxArray]:
        """What is read."""
        return [whole(x, blocks) for x in self.readings]

    def forward(self, blocks: Sequence[JaxArray], keep: bool) -> list[JaxArray]:
        """The result."""
        jnp = jax_module().numpy
        made, dtype = self.value(self.inputs(blocks)), blocks[0].dtype
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

    def __init__(self, op: Op, shape: Shape, readings: Sequence[Reading]) -> None:
        numbers = [x.read([]) if not x.blocks else None for x in readings]
        known = {i: repr(x.item()) for i, x in enumerate(numbers) if x is not None and x.size == 1}
        known = known if len(known) < len(readings) else {}
        super().__init__(op, shape, [x for i, x in enumerate(readings) if i not in known])
        self._rule = rule_of(op, len(readings), tuple(known.items()))

    def inputs(self, blocks: Sequence[JaxArray]) -> list[JaxArray]:
        return [x.read(blocks) for x in self.readings]

    def value(self, inputs: list[JaxArray]) -> JaxArray:
        variables = dict(zip(self._rule.names, inputs))
        made = evaluate([self._rule.value], functions(), variables)[0]
        # A choice that its known operands make may leave a plain number.
        found: JaxArray = jax_module().numpy.asarray(made)
        return found

    def varies(self, wanted: Sequence[bool]) -> list[bool]:
        pairs = zip(self.readings, self._rule.partials)
        return [any(_moves(slope) and any(wanted[b] for b in x.blocks) for x, slope in pairs)]

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        pairs = zip(self.readings, self._rule.partials)
        chosen = [(x, slope) for x, slope in pairs if _moves(slope) and adjoints.want(x)]
        variables = {"out": out, **dict(zip(self._rule.names, inputs))}
        slopes = evaluate([slope for _, slope in chosen], functions(), variables)
        for (reading, _), slope in zip(chosen, slopes):
            adjoints.add(reading, _times(g, slope, self.op.selects))


def _moves(slope: Operand | None) -> bool:
    """Whether an operand with this local derivative passes anything on."""
    return slope is not None and (isinstance(slope, Expr) or slope != 0.0)


def _times(g: JaxArray, slope: JaxArray | float, selects: bool) -> JaxArray:
    """An adjoint × a local derivative, but 0 where the adjoint is, or a choice's derivative."""
    lax = jax_module().lax
    if isinstance(slope, float) and isfinite(slope):
        return g if slope == 1.0 else -g if slope == -1.0 else g * slope
    jnp = jax_module().numpy
    factor = jnp.broadcast_to(jnp.asarray(slope, g.dtype), g.shape)
    zero = lax.full_like(g, 0.0)
    silent = lax.eq(g, zero)
    if selects:
        silent = lax.bitwise_or(silent, lax.eq(factor, zero))
    made: JaxArray = lax.select(silent, zero, lax.mul(g, factor))
    return made


class _Sum(Node):
    def value(self, inputs: list[JaxArray]) -> JaxArray:
        return inputs[0].sum(-1)

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        reading = self.readings[0]
        adjoints.add(reading, jax_module().numpy.broadcast_to(g[..., None], reading.full))


class _Dot(Node):
    def value(self, inputs: list[JaxArray]) -> JaxArray:
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

    def value(self, inputs: list[JaxArray]) -> JaxArray:
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

    def __init__(self, op: Op, shape: Shape, readings: Sequence[Reading]) -> None:
        super().__init__(op, shape, readings)
        formula = rolled(op)
        assert formula is not None
        self._value, self._slopes = formula

    def value(self, inputs: list[JaxArray]) -> JaxArray:
        made: JaxArray = evaluate([self._value], functions(), {"x": inputs[0]})[0][..., 0]
        return made

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        variables = {"x": inputs[0], "out": out[..., None]}
        slope = evaluate([self._slopes], functions(), variables)[0]
        g = jax_module().numpy.broadcast_to(g[..., None], inputs[0].shape)
        adjoints.add(self.readings[0], _times(g, slope, self.op.selects))


class _Columns(Node):
    """Another of many operands: one by one."""

    def __init__(self, op: Op, shape: Shape, readings: Sequence[Reading]) -> None:
        super().__init__(op, shape, readings)
        self._rule = rule_of(op, readings[0].full[-1], ())

    def _variables(self, x: JaxArray) -> dict[str, JaxArray]:
        return {name: x[..., i] for i, name in enumerate(self._rule.names)}

    def value(self, inputs: list[JaxArray]) -> JaxArray:
        made: JaxArray = evaluate([self._rule.value], functions(), self._variables(inputs[0]))[0]
        return made

    def pull(self, g: JaxArray, inputs: list[JaxArray], out: JaxArray, adjoints: Adjoints) -> None:
        variables = {"out": out, **self._variables(inputs[0])}
        slopes = evaluate(self._rule.partials, functions(), variables)
        parts = [_times(g, 0.0 if slope is None else slope, self.op.selects) for slope in slopes]
        adjoints.add(self.readings[0], jax_module().numpy.stack(parts, -1))


def node_of(kind: str, op: Op, shape: Shape, readings: Sequence[Reading]) -> Node:
    """An array statement, see :class:`autograd.program.statements.groups.ArrayStatement`."""
    if kind == "map":
        return _Map(op, shape, readings)
    if kind == "product":
        return _Product(op, shape, readings)
    if op is OPS["dot"]:
        return _Dot(op, shape, readings)
    if op is OPS["sum"]:
        return _Sum(op, shape, readings)
    return (_Rows if rolled(op) is not None else _Columns)(op, shape, readings)
