"""Array statements over JAX's arrays: a tape without a loop as a function of its arguments' arrays.

Next: :mod:`autograd.program.exports.jax.primitives`, what each primitive is there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arrays import Array as NumPyArray
from autograd.ops.op import OPS, Op
from autograd.program.exports.jax.bends import Bends
from autograd.program.exports.jax.differentiated import jax_module
from autograd.program.exports.jax.primitives import along_rows, primitive
from autograd.program.exports.jax.solutions import solution
from autograd.program.statements.groups import ArrayForm, ArrayStatement, group
from autograd.program.statements.layout import Gather, Literal, Operand, View
from autograd.program.statements.reroll import rolled
from autograd.program.tape.instructions import Tape

if TYPE_CHECKING:
    from jax import Array

__all__ = ["FEW", "function_of", "is_narrow"]


NARROW = 4
"""Statements that an array statement stands for, on average: with fewer, scalars are faster."""
FEW = 4
"""Operands that are read one by one."""


def function_of(
    tape: Tape,
    dtype: str,
    *,
    tangents: bool,
    ahead: bool | None = None,
    bent: NumPyArray | None = None,
) -> Callable[..., Any]:
    """The function of one point's arrays that gives the output, or it and what is aside.

    ``tangents`` says that JAX pushes them through it, ``ahead`` that it does so at once, not over
    what it found in reverse; ``bent`` which of its numbers do not come along a straight line.
    """
    ahead = tangents if ahead is None else ahead
    form = group(tape)
    bent = np.zeros(tape.first, dtype=bool) if bent is None else bent
    if is_narrow(form, tape):
        return _scalar_function(tape, dtype, tangents, ahead, bent)

    bends, constants = Bends(len(tape.arguments), ahead), len(tape.arguments)
    bends_of = [bent[a.start : a.start + a.size] for a in tape.arguments]
    origins = [
        bends.origin(
            statement.block,
            OPS["dot"] if statement.kind == "product" else statement.op,
            [_blocks_of(x, bends_of) - {constants} for x in statement.operands],
        )
        for statement in form.statements
    ]

    def run(*arrays: Array) -> Any:
        jnp = jax_module().numpy
        blocks = [array.reshape(-1) for array in arrays]
        blocks.append(jnp.asarray(form.constants, dtype))
        for statement, sources in zip(form.statements, origins):
            origin = _origin(blocks, sources)
            blocks.append(_block(statement, blocks, dtype, tangents, origin).reshape(-1))
        output = _whole(form.output, blocks, dtype).reshape(tape.output_shape)
        if form.aux is None:
            return output
        return output, _whole(form.aux, blocks, dtype).reshape(tape.aux_shape)

    return run


def is_narrow(form: ArrayForm, tape: Tape) -> bool:
    """Whether a tape is better computed statement by statement than in its array form."""
    count = len(form.statements)
    return 0 < count <= len(tape.statements) < NARROW * count


def _origin(blocks: Sequence[Array], sources: Sequence[int]) -> list[Array]:
    """A number that varies as these arguments do, in a list; empty where there are none."""
    return (
        [sum([blocks[i].sum() for i in sources[1:]], blocks[sources[0]].sum())] if sources else []
    )


def _blocks_of(operand: Operand, bent: Sequence[NumPyArray]) -> set[Hashable]:
    """The blocks that an operand's numbers are in; ~i for an argument if one of them is bent."""
    if isinstance(operand, Literal):
        return set()
    found: set[Hashable] = set()
    for part in [operand] if isinstance(operand, (Gather, View)) else operand.parts:
        block, index = part.block, part.positions() if isinstance(part, View) else part.index
        found.add(~block if block < len(bent) and bent[block][index].any() else block)
    return found


def _scalar_function(
    tape: Tape, dtype: str, tangents: bool, ahead: bool, bent: NumPyArray
) -> Callable[..., Any]:
    """The same for a deep and narrow tape, statement by statement."""
    size = prod(tape.output_shape)
    starts = [argument.start for argument in tape.arguments]

    count = len(starts)

    def read(slot: int) -> set[Hashable]:
        if slot < 0 or slot >= tape.first:
            return {count + slot} if slot >= 0 else set()
        argument = bisect_right(starts, slot) - 1
        return {~argument if bent[slot] else argument}

    bends = Bends(count, ahead)
    origins = [
        bends.origin(count + slot, op, map(read, operands))
        for slot, (op, operands) in enumerate(tape.statements, tape.first)
    ]

    def run(*arrays: Array) -> Any:
        jnp = jax_module().numpy
        flat = [array.reshape(-1) for array in arrays]
        constants = enumerate(tape.constants, 1)
        numbers: dict[int, Array] = {-i: jnp.asarray(x, dtype) for i, x in constants}

        def number(slot: int) -> Array:
            if slot not in numbers:
                which = bisect_right(starts, slot) - 1
                numbers[slot] = flat[which][slot - starts[which]]
            return numbers[slot]

        def row(slots: Sequence[int]) -> Array:
            """Many numbers, those of arguments at once."""
            if len(slots) <= FEW or all(slot < 0 or slot >= tape.first for slot in slots):
                few: Array = jnp.stack([number(slot) for slot in slots])
                return few
            made = sorted({slot for slot in slots if slot < 0 or slot >= tape.first})
            place = {slot: tape.first + i for i, slot in enumerate(made)}
            known: Array = jnp.concatenate([*flat, *[number(slot)[None] for slot in made]])
            return known[np.array([place.get(slot, slot) for slot in slots])]

        for slot, (op, operands) in enumerate(tape.statements, tape.first):
            origin = _origin(flat, origins[slot - tape.first])
            if op.arity is None and len(operands) > FEW:
                sides = 2 if op is OPS["dot"] else 1
                half = len(operands) // sides
                rows = [row(operands[i * half : (i + 1) * half]) for i in range(sides)]
                numbers[slot] = _along_rows(op, rows, dtype, tangents, origin)
                continue
            known = {i: repr(tape.constants[-1 - x]) for i, x in enumerate(operands) if x < 0}
            known = known if len(known) < len(operands) else {}
            rule = _rule(op, len(operands), known, dtype, tangents, turns=bool(origin))
            given = [number(x) for i, x in enumerate(operands) if i not in known]
            numbers[slot] = rule(*given, *origin)
        results = row(tape.outputs)
        output = results[:size].reshape(tape.output_shape)
        if tape.aux_shape is None:
            return output
        return output, results[size:].reshape(tape.aux_shape)

    return run


def _whole(operand: Operand, blocks: Sequence[Array], dtype: str) -> Array:
    """The numbers of an operand, in its own shape."""
    made: Array = jax_module().numpy.broadcast_to(_read(operand, blocks, dtype), operand.shape)
    return made


def _block(
    statement: ArrayStatement,
    blocks: Sequence[Array],
    dtype: str,
    tangents: bool,
    origin: Sequence[Array],
) -> Array:
    """The result of an array statement."""
    jnp = jax_module().numpy
    op, shape = statement.op, statement.shape
    if statement.kind == "map":
        known = {}
        for i, operand in enumerate(statement.operands):
            if isinstance(operand, Literal) and operand.values.size == 1:
                known[i] = repr(float(operand.values.item()))
        operands = [
            jnp.broadcast_to(_read(operand, blocks, dtype), shape)
            for i, operand in enumerate(statement.operands)
            if i not in known
        ]
        kind = len(statement.operands), known, dtype, tangents
        return _rule(op, *kind, turns=bool(origin))(*operands, *origin)
    arrays = [_whole(operand, blocks, dtype) for operand in statement.operands]
    if statement.kind == "product":
        made: Array = jnp.matmul(arrays[0], jnp.swapaxes(arrays[1], -1, -2))
        return made
    return _along_rows(op, arrays, dtype, tangents, origin)


def _rule(
    op: Op, count: int, known: Mapping[int, str], dtype: str, tangents: bool, *, turns: bool
) -> Callable[..., Array]:
    """A primitive of so many operands, of which some are known."""
    if op.equation is None:
        return primitive(op, count, tuple(known.items()), tangents, turns)
    numbers = {i: float(text) for i, text in known.items()}
    return solution(op, count, numbers, lambda tape: function_of(tape, dtype, tangents=True))


def _along_rows(
    op: Op, rows: Sequence[Array], dtype: str, tangents: bool, origin: Sequence[Array]
) -> Array:
    """An n-ary primitive along the last axis."""
    if op is OPS["dot"]:
        return (rows[0] * rows[1]).sum(-1)
    if op is OPS["sum"]:
        return rows[0].sum(-1)
    if rolled(op) is not None:
        return along_rows(op, tangents, bool(origin))(rows[0], *origin)
    columns = [rows[0][..., i] for i in range(rows[0].shape[-1])]
    return _rule(op, len(columns), {}, dtype, tangents, turns=bool(origin))(*columns, *origin)


def _read(operand: Operand, blocks: Sequence[Array], dtype: str) -> Array:
    """The numbers of an operand, in a shape that broadcasts to its own."""
    jnp = jax_module().numpy
    if isinstance(operand, Literal):
        made: Array = jnp.asarray(operand.values, dtype)
        return made
    if isinstance(operand, Gather):
        return blocks[operand.block][operand.index]
    if isinstance(operand, View):
        return _view(blocks[operand.block], operand)
    numbers: Array = jnp.concatenate([blocks[part.block][part.index] for part in operand.parts])
    order = np.argsort(np.concatenate([part.at for part in operand.parts]))
    return numbers[order].reshape(operand.shape)


def _view(block: Array, view: View) -> Array:
    """Consecutive numbers as a slice, which costs JAX less than a gather."""
    positions = view.positions()
    first, count = view.offset, positions.size
    if np.array_equal(positions.reshape(-1), np.arange(first, first + count)):
        return block[first : first + count].reshape(positions.shape)
    return block[positions]
