"""Ends of a recurrence: a first and a last repetition of which only a part was recorded.

A loop that starts with plain numbers computes 0.0 + dt·0.0 at once, and nobody records what the
last repetition would hand on. Either is a whole repetition if what there is of it is found among
the statements beside the loop; what is missing is a number, or nobody reads it. Next:
:mod:`autograd.program.tape.recurrences`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd.cached import cached_property
from autograd.program.tape.constants import Constants
from autograd.program.tape.cycles import Repetitions
from autograd.program.tape.instructions import Statement

__all__ = ["Row", "row_after", "row_before"]


class Row(NamedTuple):
    """One more repetition: the slots of what was recorded of it, and of all that it reads.

    A result that was not recorded is a constant, or None.
    """

    slots: list[int | None]
    reads: list[int]


class _Beside:
    """The statements in a stretch, looked up by what they read."""

    def __init__(self, loop: Repetitions, low: int, high: int) -> None:
        self._exact: dict[Statement, int] = {}
        self._by_operand: dict[tuple[object, int, int], list[int]] = {}
        self._loop = loop
        for index in range(max(low, 0), min(high, len(loop.statements))):
            statement = loop.statements[index]
            self._exact.setdefault(statement, loop.first + index)
            for i, x in enumerate(statement.operands):
                self._by_operand.setdefault((statement.op, i, x), []).append(loop.first + index)

    def find(
        self, of: int, operands: Sequence[int | None], guesses: Sequence[int], inner: int | None
    ) -> int | None:
        """The slot of a statement of the body; what is not known of its operands is a guess.

        Or it is found by the one operand, ``inner``, that the loop computes.
        """
        op = self._loop.statements[self._loop.start + of].op
        whole = [guess if x is None else x for x, guess in zip(operands, guesses)]
        found = self._exact.get(Statement(op, tuple(whole)))
        if found is not None or inner is None or None not in operands:
            return found
        before = self._loop.first + self._loop.start
        for slot in self._by_operand.get((op, inner, whole[inner]), []):
            read = self._loop.statements[slot - self._loop.first].operands
            if len(read) == len(operands) and all(
                x == y if x is not None else y < before for x, y in zip(operands, read)
            ):
                return slot
        return None


def row_after(loop: Repetitions) -> Row | None:
    """The repetition after the last whole one, if half of it is there."""
    stop = loop.start + loop.slots.size
    beside = _Beside(loop, stop, stop + 2 * loop.period)
    last, before = loop.reads[-1].tolist(), loop.reads[-2].tolist()
    slots: list[int | None] = []
    reads: list[int] = []
    for of, (low, high) in enumerate(zip(loop.bounds, loop.bounds[1:])):
        known: list[int | None] = []
        gone, inner = False, None
        for cell in range(low, high):
            lag, target = loop.lags[cell], loop.targets[cell]
            if lag < 0:
                known.append(last[cell] if loop.same[cell] else None)
                continue
            slot = slots[target] if lag == 0 else int(loop.slots[-lag, target])
            gone, inner = gone or slot is None, cell - low
            known.append(slot)
        guesses = [2 * x - y for x, y in zip(last[low:high], before[low:high])]
        found = None if gone else beside.find(of, known, guesses, inner)
        statement = None if found is None else loop.statement(found)
        slots.append(found)
        # What is not there, nobody needs: it may be made of anything.
        reads += last[low:high] if statement is None else statement.operands
    return _if_half(loop, Row(slots, reads))


def row_before(loop: Repetitions, constants: Constants) -> Row | None:
    """The repetition before the first whole one, if half of it is there."""
    first = _First(loop, constants)
    return _if_half(loop, first.row()) if first.traced() else None


def _if_half(loop: Repetitions, row: Row) -> Row | None:
    there = sum(slot is not None for slot in row.slots)
    return row if 2 * there >= loop.period else None


class _First:
    """The repetition before the first whole one, of which the results are known by their readers.

    A number of the carry before it is named by what computes it, and how long before.
    """

    def __init__(self, loop: Repetitions, constants: Constants) -> None:
        self.loop, self.constants = loop, constants
        self.slots: list[int | None] = [None] * loop.period
        self.outside: dict[int, int] = {}
        self.carried: dict[tuple[int, int], int] = {}

    def traced(self) -> bool:
        """Whether all that it computes for the next repetitions fits; then operands are known."""
        loop, waiting = self.loop, []
        for cell, (lag, target) in enumerate(zip(loop.lags, loop.targets)):
            if lag > 0:
                slot, *older = loop.reads[:lag, cell].tolist()[::-1]
                if self.slots[target] not in (None, slot):
                    return False
                if self.slots[target] is None:
                    self.slots[target] = slot
                    waiting.append(target)
                for age, x in enumerate(older, 1):
                    if self.carried.setdefault((target, age), x) != x:
                        return False
        while waiting:
            of = waiting.pop()
            slot = self.slots[of]
            assert slot is not None
            if slot < 0:
                continue  # a number; what it is made of is looked at later
            statement, mine = loop.statement(slot), loop.statements[loop.start + of]
            low, high = loop.bounds[of], loop.bounds[of + 1]
            if statement is None or statement.op is not mine.op:
                return False
            if len(statement.operands) != high - low:
                return False
            for cell, x in zip(range(low, high), statement.operands):
                if not self._fits(cell, x, waiting):
                    return False
        return all(self._has_value(of) for of in range(loop.period))

    def _fits(self, cell: int, slot: int, waiting: list[int]) -> bool:
        loop = self.loop
        lag, target = loop.lags[cell], loop.targets[cell]
        if lag < 0:
            self.outside[cell] = slot
            return slot == loop.reads[0, cell] or not loop.same[cell]
        if lag > 0:
            return self.carried.setdefault((target, lag), slot) == slot
        if self.slots[target] is None:
            self.slots[target] = slot
            waiting.append(target)
        return self.slots[target] == slot

    def _read(self, cell: int) -> int | None:
        """What an operand is, as far as it is known."""
        lag, target = self.loop.lags[cell], self.loop.targets[cell]
        if lag < 0:
            same = int(self.loop.reads[0, cell]) if self.loop.same[cell] else None
            return self.outside.get(cell, same)
        return self.slots[target] if lag == 0 else self.carried.get((target, lag))

    def _has_value(self, of: int) -> bool:
        """Whether a result is recorded, or the number that its operands make, or nowhere."""
        loop, slot = self.loop, self.slots[of]
        cells = range(loop.bounds[of], loop.bounds[of + 1])
        read = [self._read(cell) for cell in cells]
        if slot is not None and slot >= 0:
            return True
        if slot is not None:
            return self._makes(of, read, slot)
        if None not in read and all(x is not None and x < 0 for x in read):
            self.slots[of] = self.constants.slot(self._number(of, read))
        elif all(x is not None or loop.lags[cell] < 0 for cell, x in zip(cells, read)):
            guesses = [int(2 * loop.reads[0, cell] - loop.reads[1, cell]) for cell in cells]
            inner = next((i for i, cell in enumerate(cells) if loop.lags[cell] >= 0), None)
            self.slots[of] = found = self._beside.find(of, read, guesses, inner)
            statement = None if found is None else loop.statement(found)
            if statement is not None:
                return all(self._fits(cell, x, []) for cell, x in zip(cells, statement.operands))
        return True

    @cached_property
    def _beside(self) -> _Beside:
        return _Beside(self.loop, self.loop.start - 2 * self.loop.period, self.loop.start)

    def _makes(self, of: int, read: Sequence[int | None], slot: int) -> bool:
        """Whether numbers make this one; a carry that only such numbers are made of is guessed."""
        cells = range(self.loop.bounds[of], self.loop.bounds[of + 1])
        unknown = [cell for cell, x in zip(cells, read) if x is None]
        if any(x is not None and x >= 0 for x in read):
            return False
        wanted = self.constants.numbers[-1 - slot]
        if not unknown:
            return repr(self._number(of, read)) == repr(wanted)
        names = {(self.loop.targets[cell], self.loop.lags[cell]) for cell in unknown}
        if len(names) > 1 or any(self.loop.lags[cell] <= 0 for cell in unknown):
            return False
        for number in (wanted, 0.0, 1.0):
            guess = self.constants.slot(number)
            if repr(self._number(of, [guess if x is None else x for x in read])) == repr(wanted):
                self.carried[names.pop()] = guess
                return True
        return False

    def _number(self, of: int, read: Sequence[int | None]) -> float:
        numbers = [self.constants.numbers[-1 - x] for x in read if x is not None]
        return self.loop.statements[self.loop.start + of].op.evaluate(*numbers)

    def row(self) -> Row:
        """The repetition; what is not there may be made of anything."""
        known = [self._read(cell) for cell in range(len(self.loop.lags))]
        zero = self.constants.slot(0.0)
        anything = [
            int(x) if lag < 0 else zero for lag, x in zip(self.loop.lags, self.loop.reads[0])
        ]
        return Row(self.slots, [y if x is None else x for x, y in zip(known, anything)])
