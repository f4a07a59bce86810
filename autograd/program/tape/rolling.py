"""A tape with the user's plain loops as repeated steps, as if they had been written with scan.

Next: :mod:`autograd.program.tape.segments`, what such a tape is made of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from autograd.arrays import Array
from autograd.ops.op import OPS
from autograd.program.tape.constants import Constants
from autograd.program.tape.instructions import Statement, Tape
from autograd.program.tape.recurrences import NOWHERE, Found, Recurrence, recurrence
from autograd.program.tape.reordered import Reordered
from autograd.program.tape.repeated import Repeat, Statements

__all__ = ["rolled"]


def rolled(tape: Tape) -> Tape:
    """The same numbers from a tape whose recurrences are repeated steps.

    >>> from autograd.program.tape.instructions import Argument
    >>> doubled = [Statement(OPS["add"], (i, i)) for i in range(100)]
    >>> [loop] = rolled(Tape((Argument("x", (), 0),), (), doubled, (100,))).statements.parts
    >>> loop.count, len(loop.step)
    (100, 1)
    """
    return _Rolling(tape).tape()


class _Rolling:
    """The new tape while it is written: where each old slot's number is in it."""

    def __init__(self, tape: Tape) -> None:
        self._tape, self._first, self._next = tape, tape.first, tape.first
        given = tape.statements
        self._given = given.parts if isinstance(given, Statements) else [[*given]]
        self._rows: list[Statement] = []
        read: list[Array] = [np.array(tape.outputs, dtype=int)]
        unknown = Statement(OPS["identity"], ())
        for part in self._given:
            if isinstance(part, Repeat):
                read += [np.array((*part.first, *part.shared), dtype=int), part.items.reshape(-1)]
                self._rows += [unknown] * (len(part.step) * part.count)
            else:
                self._rows += part
        self._ordered = Reordered.of(self._rows)
        slots = np.concatenate([*read, self._ordered.read])
        self._place = [*range(tape.first + len(self._rows))]
        self._readers = np.bincount(slots[slots >= 0], minlength=len(self._place))
        self._constants = Constants(tape.constants)
        self._parts: list[list[Statement] | Repeat] = []

    def tape(self) -> Tape:
        """The whole."""
        start = self._tape.first
        for part in self._given:
            count = part.count * len(part.step) if isinstance(part, Repeat) else len(part)
            if isinstance(part, Repeat):
                self._place[start : start + count] = range(self._next, self._next + count)
                self._append(part.moved(self._places))
            else:
                self._write([*range(start, start + count)])
            start += count
        return replace(
            self._tape,
            constants=tuple(self._constants.numbers),
            statements=Statements(self._parts),
            outputs=self._placed(self._tape.outputs),
        )

    def _placed(self, slots: Sequence[int]) -> tuple[int, ...]:
        place = self._place
        return tuple([place[x] if x >= 0 else x for x in slots])

    def _places(self, slots: Array) -> Array:
        return np.array(self._placed(slots.reshape(-1).tolist()), dtype=int).reshape(slots.shape)

    def _append(self, part: list[Statement] | Repeat) -> None:
        if isinstance(part, Repeat):
            self._parts.append(part)
            self._next += part.count * len(part.step)
        elif part:
            self._parts.append(part)
            self._next += len(part)

    def _write(self, slots: list[int]) -> None:
        """Statements of which some may be recurrences."""
        found = self._found(slots)
        if found is None:
            self._plain(slots)
            return
        looped = found.loop.slots[found.loop.slots != NOWHERE].tolist()
        inside = self._by_depth([*found.before, *looped, *found.after])
        other = self._found([*found.above, *inside, *found.below], len(found.loop.body))
        # What is left beside the loop is written out.
        if other is not None and _kinds(other.loop) - _size(other.loop) < (
            _kinds(found.loop) - _size(found.loop)
        ):
            own = {*inside}
            moved = [slot for slot in other.above if slot in own]
            above = [slot for slot in other.above if slot not in own]
            found = other._replace(above=above, before=[*moved, *other.before])
        above = found.above if self._found(found.above) is None else []
        if not above:
            self._write(found.above)
        self._plain(self._as_read([*above, *found.before], found.loop), shared=True)
        self._loop(found.loop)
        self._plain(found.after)
        self._write(found.below)

    def _found(self, slots: list[int], period: int | None = None) -> Found | None:
        """The largest recurrence among statements in this order, in terms of their slots."""
        first, order = len(self._place), np.array(slots, dtype=int)
        own = np.arange(first)
        own[order] = first + np.arange(len(slots))
        here = self._ordered.chosen(order - self._first, own)
        found = recurrence(here, first, self._readers[order], self._constants, period)
        if found is None:
            return None

        def rows_of(some: Array) -> Array:
            found: Array = np.where(some >= first, order[np.maximum(some, first) - first], some)
            return found

        def given(some: Sequence[int]) -> list[int]:
            listed: list[int] = rows_of(np.array(some, dtype=int)).tolist()
            return listed

        loop = found.loop
        return Found(
            given(found.above),
            given(found.before),
            loop._replace(slots=rows_of(loop.slots), operands=rows_of(loop.operands)),
            given(found.after),
            given(found.below),
        )

    def _depths(self, slots: list[int]) -> list[int]:
        """How many others each of them waits for, one after another; 0 of all other slots."""
        first, rows = self._first, self._rows
        depth = [0] * (len(self._place) + len(self._constants.numbers))  # which end in constants
        known = depth.__getitem__
        for slot in sorted(slots):
            depth[slot] = 1 + max(map(known, rows[slot - first][1]), default=0)
        return depth

    def _by_depth(self, slots: list[int]) -> list[int]:
        """Statements in the order of their depths: a loop's as they were written.

        Recorded, they stand as they are needed: of the next repetition's first sum, in the middle
        of this one's results.
        """
        return sorted(sorted({*slots}), key=self._depths(slots).__getitem__)

    def _as_read(self, slots: list[int], loop: Recurrence) -> list[int]:
        """Statements by depth; what there is for each repetition, as the loop reads it."""
        depth, read = self._depths(slots), loop.operands.reshape(-1)
        place = dict(zip(read[::-1].tolist(), range(-1, -len(read) - 1, -1)))
        for slot in sorted(slots, reverse=True):
            for x in self._rows[slot - self._first].operands:
                place[x] = min(place.get(x, 0), place.get(slot, 0))
        level = Counter([(self._rows[slot - self._first].op, depth[slot]) for slot in slots])

        def key(slot: int) -> tuple[int, int]:
            alike = level[self._rows[slot - self._first].op, depth[slot]]
            each = alike >= len(loop.slots) - 1  # one may not have been recorded
            return depth[slot], place.get(slot, slot) if each else slot

        return sorted(slots, key=key)

    def _plain(self, slots: Sequence[int], *, shared: bool = False) -> None:
        """Statements one by one; where they are ``shared``, the same is computed once."""
        known: dict[Statement, int] = {}
        made: list[Statement] = []
        for slot in slots:
            op, operands = self._rows[slot - self._first]
            statement = Statement(op, self._placed(operands))
            place = known.get(statement) if shared else None
            if place is None:
                place = known[statement] = self._next + len(made)
                made.append(statement)
            self._place[slot] = place
        self._append(made)

    def _loop(self, loop: Recurrence) -> None:
        repeat = _Wiring(loop, self._places(loop.operands)).repeat(self._next)
        width, kept = len(repeat.step), loop.slots != NOWHERE
        runs = self._next + width * np.arange(len(loop.slots))
        places = runs[:, None] + np.arange(loop.slots.shape[1])
        for slot, place in zip(loop.slots[kept].tolist(), places[kept].tolist()):
            self._place[slot] = place
        self._append(repeat)


def _size(loop: Recurrence) -> int:
    """How many statements are in all its repetitions."""
    return int((loop.slots != NOWHERE).sum())


def _kinds(loop: Recurrence) -> int:
    """How many statements over arrays a repetition is: those of one primitive at one depth."""
    depth: list[int] = []
    cells = zip(loop.lags.tolist(), loop.targets.tolist())
    for _, operands in loop.body:
        inner = [depth[target] for _, (lag, target) in zip(operands, cells) if lag == 0]
        depth.append(1 + max(inner, default=0))
    return len({(op, at) for (op, _), at in zip(loop.body, depth)})


class _Wiring:
    """What a recurrence carries, reads of each item, and shares, in the step's own count.

    A number that is k repetitions old is carried k times, each time handed on by the one before. It
    is named by the statement that computes it and the slots that it has at first, newest first.
    """

    def __init__(self, loop: Recurrence, operands: Array) -> None:
        self._loop, self._operands = loop, operands
        self._carries: dict[tuple[int, ...], int] = {}
        self._items: dict[bytes, int] = {}
        self._columns: list[Array] = []
        self._shared: dict[int, int] = {}
        self._cells = [self._cell(cell) for cell in range(operands.shape[1])]

    def _cell(self, cell: int) -> tuple[str, int]:
        """The kind of an operand, and which of that kind."""
        lag, target = int(self._loop.lags[cell]), int(self._loop.targets[cell])
        column = self._operands[:, cell]
        if lag == 0:
            return "result", target
        if lag > 0:
            starts = column[:lag][::-1].tolist()
            names = [(target, *starts[: age + 1]) for age in range(lag)]
            return "carry", [self._carries.setdefault(x, len(self._carries)) for x in names][-1]
        if (column == column[0]).all():
            slot = int(column[0])
            if slot < 0:
                return "constant", slot
            return "shared", self._shared.setdefault(slot, len(self._shared))
        found = self._items.setdefault(column.tobytes(), len(self._items))
        if found == len(self._columns):
            self._columns.append(column)
        return "item", found

    def repeat(self, start: int) -> Repeat:
        """The step."""
        carries, items, shared = map(len, (self._carries, self._columns, self._shared))
        inputs = carries + items + shared
        shift = {"carry": 0, "item": carries, "shared": carries + items, "result": inputs}
        reads = iter([shift.get(kind, 0) + x for kind, x in self._cells])
        step = [Statement(op, tuple([next(reads) for _ in old])) for op, old in self._loop.body]
        new: list[int] = []
        for target, *starts in self._carries:
            newest = len(starts) == 1
            newer = (target, *starts[:-1])
            source = inputs + target if newest else self._carries[newer]
            if not newest or source in new:  # each is a result of its own
                step.append(Statement(OPS["identity"], (source,)))
                source = inputs + len(step) - 1
            new.append(source)
        count = len(self._loop.slots)
        columns = np.array(self._columns, dtype=int).reshape(items, count).T
        first = tuple([starts[-1] for _, *starts in self._carries])
        return Repeat(tuple(step), count, start, first, columns, tuple(self._shared), tuple(new))
