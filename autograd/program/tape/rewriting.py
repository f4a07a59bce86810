"""Passes that leave fewer statements: each a function from tape to tape, none changes a result.

Next: :mod:`autograd.program.tape.sums`, the passes that find sums and dot products.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd.ops.op import OPS, Op
from autograd.program.tape.constants import Constants
from autograd.program.tape.instructions import Statement, Tape

__all__ = ["Rewriter", "drop_dead", "expand_powers", "fold_constants", "reads", "share_common"]


class Rewriter:
    """A new tape while a pass writes it: where each old slot went, and what is written so far."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        pool = Constants(tape.constants)
        self.constants, self.constant = pool.numbers, pool.slot
        self.statements: list[Statement] = []
        self._first = tape.first
        self._moved = list(range(self._first))  # old slot -> new slot; grows with the statements

    def place(self, slot: int) -> int:
        """The new slot of an old one."""
        return slot if slot < 0 else self._moved[slot]

    def places(self, slots: Sequence[int]) -> tuple[int, ...]:
        """The new slots of old ones."""
        moved = self._moved
        return tuple([moved[slot] if slot >= 0 else slot for slot in slots])

    def add(self, op: Op, operands: tuple[int, ...]) -> int:
        """Write a statement over new slots; its slot."""
        self.statements.append(Statement(op, operands))
        return self._first + len(self.statements) - 1

    def is_at(self, slot: int) -> None:
        """The next old statement's result is in this new slot."""
        self._moved.append(slot)

    def finish(self) -> Tape:
        """The new tape."""
        outputs = self.places(self.tape.outputs)
        return self.tape.with_statements(self.statements, outputs, self.constants)


def _rewritten(tape: Tape, step: Callable[[Rewriter, Op, tuple[int, ...]], int]) -> Tape:
    """The tape with each statement replaced by what ``step`` writes for it."""
    new = Rewriter(tape)
    for op, operands in tape.statements:
        new.is_at(step(new, op, new.places(operands)))
    return new.finish()


def fold_constants(tape: Tape) -> Tape:
    """A primitive of constants is a constant, and a choice by a constant is what it chooses."""
    choice = OPS["where"]

    def is_known(op: Op, operands: tuple[int, ...]) -> bool:
        if not operands:  # a sum of nothing
            return True
        return operands[0] < 0 and (op is choice or max(operands) < 0)

    if not any(is_known(*statement) for statement in tape.statements):
        return tape

    def step(new: Rewriter, op: Op, operands: tuple[int, ...]) -> int:
        if not is_known(op, operands):
            return new.add(op, operands)
        if op is choice:
            return operands[1 if new.constants[-1 - operands[0]] else 2]
        return new.constant(op.evaluate(*[new.constants[-1 - slot] for slot in operands]))

    return _rewritten(tape, step)


def share_common(tape: Tape) -> Tape:
    """The same primitive of the same operands is computed once."""
    if len(set(tape.statements)) == len(tape.statements):
        return tape
    known: dict[tuple[Op, tuple[int, ...]], int] = {}

    def step(new: Rewriter, op: Op, operands: tuple[int, ...]) -> int:
        slot = known.get((op, operands))
        if slot is None:
            slot = known[op, operands] = new.add(op, operands)
        return slot

    return _rewritten(tape, step)


def expand_powers(tape: Tape) -> Tape:
    """x**2, x**3 and x**4 are products, which arrays multiply faster than they raise."""
    power, times = OPS["pow"], OPS["mul"]
    if not any(statement.op is power for statement in tape.statements):
        return tape

    def step(new: Rewriter, op: Op, operands: tuple[int, ...]) -> int:
        exponent = new.constants[-1 - operands[1]] if op is power and operands[1] < 0 else None
        if exponent not in (2.0, 3.0, 4.0):
            return new.add(op, operands)
        x = operands[0]
        square = new.add(times, (x, x))
        if exponent == 2.0:
            return square
        return new.add(times, (square, x if exponent == 3.0 else square))

    return _rewritten(tape, step)


def reads(tape: Tape) -> list[int]:
    """How often each slot is read on the way to the outputs; 0 for what is dead.

    The list ends with the constants, so that their negative slots index it too.
    """
    first, statements = tape.first, tape.statements
    read = [0] * (first + len(statements) + len(tape.constants))
    for slot in tape.outputs:
        read[slot] += 1
    for index in range(len(statements) - 1, -1, -1):
        if read[first + index]:
            for slot in statements[index][1]:
                read[slot] += 1
    return read


def drop_dead(tape: Tape) -> Tape:
    """What no output depends on is left out."""
    first, statements = tape.first, tape.statements
    read = reads(tape)
    live = [index for index in range(len(statements)) if read[first + index]]
    if len(live) == len(statements):
        return tape
    moved = list(range(first)) + [-1] * len(statements) + list(range(-len(tape.constants), 0))
    for new, index in enumerate(live, first):
        moved[first + index] = new
    kept = [
        Statement(statements[index].op, tuple([moved[x] for x in statements[index].operands]))
        for index in live
    ]
    return tape.with_statements(kept, [moved[slot] for slot in tape.outputs], tape.constants)
