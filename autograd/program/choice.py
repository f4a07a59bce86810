"""Which executor "auto" takes: the one whose estimated time for a batch is less.

Array statements cost a few microseconds each however short they are, and then little a number; the
loop costs the same for every number. The constants were measured on one machine; they only have
to be right within a small factor, since programs for which it is close run equally well on both.
Next: :mod:`autograd.program.executor`.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from autograd.ops.op import OPS, Op
from autograd.program.loop.native.compiler import can_compile
from autograd.program.tape.instructions import Tape

__all__ = ["Work", "work_of"]

# Microseconds for value and gradient.
ARRAY_CALL, ARRAY_STATEMENT, ARRAY_PART = 10.0, 3.0, 15.0
ARRAY_READ, ARRAY_PRODUCT = 1.5e-3, 1.5e-4
LOOP_CALL, NATIVE_READ, PYTHON_READ = 8.0, 2.5e-3, 0.1


class Work(NamedTuple):
    """What a program has to do for one row of a batch."""

    statements: int
    """Array statements, about: a primitive at one depth counts once."""
    parts: int
    """Arrays that they read, about: the operand of one may come from many."""
    reads: int
    products: int
    """Reads by dot products, which BLAS makes cheap."""
    native: bool
    """Whether the loop runs as machine code."""

    @property
    def limit(self) -> float:
        """The batch size from which array statements are the faster way.

        >>> round(
        ...     Work(statements=10, parts=20, reads=30_000, products=25_000, native=True).limit, 2
        ... )
        0.5
        >>> Work(statements=4000, parts=8000, reads=12_000, products=0, native=True).limit > 1000
        True
        """
        call = ARRAY_CALL + ARRAY_STATEMENT * self.statements - LOOP_CALL
        call += ARRAY_PART * max(0, self.parts - 2 * self.statements)
        row = self.reads * (NATIVE_READ if self.native else PYTHON_READ)
        scattered = max(1.0, self.parts / (2 * self.statements + 1))
        row -= scattered * ARRAY_READ * (self.reads - self.products)
        row -= ARRAY_PRODUCT * self.products
        return call / row if row > 0.0 else inf


def work_of(tape: Tape) -> Work:
    """The work that a simplified tape stands for."""
    first = tape.first
    # Constants have negative slots, which index the end of these lists.
    length = first + len(tape.statements) + len(tape.constants)
    depth, group_of = [0] * length, [0] * length
    for i, argument in enumerate(tape.arguments, 1):
        group_of[argument.start : argument.start + argument.size] = [-i] * argument.size
    groups: dict[tuple[int, Op], int] = {}
    parts: set[tuple[int, int, int]] = set()
    reads = products = 0
    for slot, (op, operands) in enumerate(tape.statements, first):
        depth[slot] = here = 1 + max([depth[x] for x in operands])
        group_of[slot] = group = groups.setdefault((here, op), len(groups) + 1)
        if op.arity is None:
            parts.update((group, 0, source) for source in {group_of[x] for x in operands})
        else:
            parts.update((group, i, group_of[x]) for i, x in enumerate(operands))
        reads += len(operands)
        if op is OPS["dot"]:
            products += len(operands)
    return Work(len(groups), len(parts), reads, products, can_compile())
