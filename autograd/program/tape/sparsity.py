"""Which derivatives of a tape can be other than zero, and how few directions show them all.

Sets of numbers are the bits of integers. A statement's result depends on what its operands depend
on; two numbers interact where a local derivative by an operand that depends on one is an
expression of an operand that depends on the other. Both are read from the op table's rules. What is
not known to be zero counts as other than zero. Next: :mod:`autograd.program.directions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from autograd.ops.expr import XP, Expr, variables_of
from autograd.ops.op import OPS, Op
from autograd.ops.per_op import per_op
from autograd.program.tape.instructions import Tape

__all__ = ["colours", "hessian_rows", "jacobian_rows", "transposed"]

PATIENCE = 2_000_000
"""Steps after which a Hessian is taken for dense: looking longer would cost more than it saves."""


def jacobian_rows(tape: Tape, wrt: Sequence[int]) -> list[int]:
    """For each output, the numbers of the arguments ``wrt`` that it depends on, as bits."""
    reached = _dependencies(tape, wrt)
    return [reached[x] if x >= 0 else 0 for x in tape.outputs]


def hessian_rows(tape: Tape, wrt: Sequence[int]) -> list[int]:
    """For each number of the arguments ``wrt``, those with which it interacts, as bits."""
    reached = _dependencies(tape, wrt)
    count = sum(tape.arguments[i].size for i in wrt)
    rows, everything = [0] * count, (1 << count) - 1
    seen: set[tuple[int, int]] = set()
    left = PATIENCE
    for op, operands in tape.statements:
        for pair in _pairs(op, [reached[x] if x >= 0 else 0 for x in operands]):
            if not all(pair) or pair in seen:
                continue
            seen.update((pair, pair[::-1]))
            left -= pair[0].bit_count() + pair[1].bit_count()
            if left < 0:
                return [everything] * count
            for one, other in (pair, pair[::-1]):
                for bit in _bits(one):
                    rows[bit] |= other
    return rows


def colours(columns: Sequence[int]) -> list[int]:
    """A colour for each column, so that no two of one colour have a row in common; -1 if empty."""
    taken: list[int] = []
    chosen = []
    for column in columns:
        if not column:
            chosen.append(-1)
            continue
        colour = next((i for i, rows in enumerate(taken) if not rows & column), len(taken))
        if colour == len(taken):
            taken.append(0)
        taken[colour] |= column
        chosen.append(colour)
    return chosen


def transposed(rows: Sequence[int], count: int) -> list[int]:
    """The columns of a pattern of which these are the rows."""
    columns = [0] * count
    for i, row in enumerate(rows):
        for bit in _bits(row):
            columns[bit] |= 1 << i
    return columns


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def _dependencies(tape: Tape, wrt: Sequence[int]) -> list[int]:
    """For each slot that is no constant, the numbers of ``wrt`` that it depends on smoothly."""
    reached = [0] * tape.first
    place = 0
    for argument in [tape.arguments[i] for i in wrt]:
        for slot in range(argument.start, argument.start + argument.size):
            reached[slot] = 1 << place
            place += 1
    for op, operands in tape.statements:
        chosen = operands
        if op.traced:
            chosen = tuple([x for x, p in zip(operands, op.partial_exprs) if p is not None])
        reached.append(reduce(or_, [reached[x] for x in chosen if x >= 0], 0))
    return reached


def _pairs(op: Op, sets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of sets, of what the operands depend on, that interact in a primitive."""
    if op is OPS["dot"]:
        half = len(sets) // 2
        yield from zip(sets[:half], sets[half:])
    elif op.traced:
        yield from [(sets[i], sets[j]) for i, j in _interactions(op)]
    elif op.opaque or not _is_linear(op):
        everything = reduce(or_, sets)
        yield everything, everything


@per_op
def _interactions(op: Op) -> tuple[tuple[int, int], ...]:
    """Pairs (i, j) of operands where the derivative by the i-th depends on the j-th."""
    mentioned = [set() if p is None else variables_of([p]) for p in op.partial_exprs]
    return tuple(
        (i, j)
        for i, variables in enumerate(mentioned)
        for j, name in enumerate(op.variables)
        if name in variables or "out" in variables
    )


@per_op
def _is_linear(op: Op) -> bool:
    """Whether the derivatives of an n-ary primitive are numbers, as a sum's, judged by four."""
    partials = op.partials(XP, Expr("var", "out"), *[Expr("var", f"x{i}") for i in range(4)])
    return not variables_of(x for x in partials if x is not None)
