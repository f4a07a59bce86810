"""Plain loops as loops before they are differentiated: each run computes what it alone reads.

A recurrence that is found again (:mod:`autograd.program.tape.rolling`) leaves what needs no state
to be computed before it, for all runs at once. Derivatives of that would stand beside the loop run
by run, many for each statement; in the step they stand once. Next:
:mod:`autograd.program.tape.repeated_derived`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from heapq import heappop, heappush

import numpy as np

from autograd.arrays import Array
from autograd.program.tape.instructions import Statement, Tape
from autograd.program.tape.repeated import LONG, Repeat, Statements, is_long, repeats_of
from autograd.program.tape.rolling import rolled

__all__ = ["looped"]

OUTSIDE = 4
"""Statements of a tape for one that may be left outside of its loops: derivatives of others would
be written out anyhow."""


def looped(tape: Tape, wrt: Sequence[int]) -> Tape:
    """The tape with its recurrences as loops, if most of it is long ones; else as it is."""
    if repeats_of(tape) or len(tape.statements) <= LONG:
        return tape
    found = rolled(tape)
    if not is_long(found):
        return tape
    found = _Absorbing(found, wrt).tape()
    inside = sum(repeat.count * len(repeat.step) for repeat in repeats_of(found))
    return found if OUTSIDE * (len(found.statements) - inside) <= len(found.statements) else tape


class _Absorbing:
    """The tape while plain statements go from where they are into the steps that read them."""

    def __init__(self, tape: Tape, wrt: Sequence[int]) -> None:
        assert isinstance(tape.statements, Statements)
        self._tape, self._parts = tape, tape.statements.parts
        self._starts, start = [], tape.first
        for part in self._parts:
            self._starts.append(start)
            start += part.count * len(part.step) if isinstance(part, Repeat) else len(part)
        self._known: dict[int, Statement] = {}
        self._moving = np.zeros(start + 1, dtype=bool)  # the last one is that of constants
        for i in wrt:
            a = tape.arguments[i]
            self._moving[a.start : a.start + a.size] = True
        reads = [np.array(tape.outputs, dtype=np.int64)]
        for part, first in zip(self._parts, self._starts):
            if isinstance(part, Repeat):
                read = np.concatenate([part.first, part.shared, part.items.reshape(-1)])
                reads.append(read.astype(np.int64))
                end = first + part.count * len(part.step)
                self._moving[first:end] = self._moving[np.maximum(reads[-1], -1)].any()
                continue
            for slot, statement in enumerate(part, first):
                self._known[slot] = statement
                self._moving[slot] = any(self._moving[max(x, -1)] for x in statement.operands)
            reads.append(np.array([x for _, xs in part for x in xs], dtype=np.int64))
        slots = np.concatenate(reads)
        self._readers = np.bincount(slots[slots >= 0], minlength=start)
        """How often each slot is read: by statements outside, outputs, and the columns of steps."""

    def tape(self) -> Tape:
        """The whole."""
        inside = {id(x): _Step(x, self) for x in self._parts if isinstance(x, Repeat)}
        gone = {slot for step in inside.values() for slot in step.slots}
        place = np.full(len(self._moving), -1, dtype=np.int64)
        place[: self._tape.first] = np.arange(self._tape.first)
        parts: list[list[Statement] | Repeat] = []
        following = self._tape.first

        def moved(slots: Array) -> Array:
            found: Array = np.where(slots < 0, slots, place[slots])
            return found

        for part, first in zip(self._parts, self._starts):
            if isinstance(part, Repeat):
                repeat = inside[id(part)].repeat(following, moved)
                before, after = len(part.step), len(repeat.step)
                runs = np.arange(part.count)[:, None]
                old = first + runs * before + np.arange(before)
                place[old] = following + runs * after + np.arange(after - before, after)
                parts.append(repeat)
                following += after * part.count
                continue
            kept = [slot for slot in range(first, first + len(part)) if slot not in gone]
            place[kept] = following + np.arange(len(kept))
            following += len(kept)
            rows = [self._known[slot] for slot in kept]
            each = [tuple([int(place[x]) if x >= 0 else x for x in xs]) for _, xs in rows]
            parts.append([Statement(row.op, xs) for row, xs in zip(rows, each)])
        outputs = moved(np.array(self._tape.outputs, dtype=np.int64))
        return replace(
            self._tape,
            statements=Statements([part for part in parts if part]),
            outputs=tuple(outputs.tolist()),
        )

    def taken(self, column: Array, times: int) -> list[Statement] | None:
        """What computes a column's numbers, if only the step reads them, so many times."""
        slots = np.unique(column)
        if len(slots) < len(column) or slots[0] < self._tape.first:
            return None
        if (self._readers[slots] > times).any() or not self._moving[slots].all():
            return None
        rows = [self._known.get(slot) for slot in column.tolist()]
        found = [row for row in rows if row is not None]
        alike = {(row.op, len(row.operands)) for row in found}
        return found if len(found) == len(rows) and len(alike) == 1 else None


class _Step:
    """A loop's step with what it takes in: statements that come first, and what these read."""

    def __init__(self, repeat: Repeat, among: _Absorbing) -> None:
        self._repeat = repeat
        self.slots: list[int] = []
        """Of the statements that are its own now."""
        pending: list[tuple[int, bytes]] = []
        columns: dict[bytes, Array] = {}
        asked: Counter[bytes] = Counter()

        def ask(column: Array) -> bytes:
            own = np.ascontiguousarray(column, dtype=np.int64)
            key = own.tobytes()
            asked[key] += 1
            if key not in columns:
                columns[key] = own
                if (own != own[0]).any():
                    heappush(pending, (-int(own.max()), key))
            return key

        self._columns = columns
        self._given = [ask(column) for column in repeat.items.T]
        self._items: dict[bytes, int] = {}
        self._made: dict[bytes, tuple[Statement, list[bytes]]] = {}
        while pending:  # what reads a number has a later slot
            _, key = heappop(pending)
            rows = among.taken(columns[key], asked[key])
            if rows is None:
                self._items[key] = len(self._items)
                continue
            self.slots += columns[key].tolist()
            operands = np.array([row.operands for row in rows], dtype=np.int64).reshape(
                len(rows), -1
            )
            self._made[key] = rows[0], [ask(column) for column in operands.T]

    def repeat(self, start: int, moved: Callable[[Array], Array]) -> Repeat:
        """The loop, its first result in this slot; ``moved`` gives the new slots of others."""
        old, columns = self._repeat, self._columns
        many, width, order = len(old.first), len(self._items), [*self._made][::-1]
        shared = {slot: i for i, slot in enumerate(old.shared)}
        for key, column in columns.items():
            if key not in self._items and key not in self._made and column[0] >= 0:
                shared.setdefault(int(column[0]), len(shared))
        inputs = many + width + len(shared)
        place = {key: many + i for key, i in self._items.items()}
        place.update({key: inputs + i for i, key in enumerate(order)})
        for key in columns.keys() - place.keys():
            slot = int(columns[key][0])
            place[key] = slot if slot < 0 else many + width + shared[slot]
        numbers = [
            *range(many),
            *(place[key] for key in self._given),
            *(many + width + shared[slot] for slot in old.shared),
            *range(inputs + len(order), inputs + len(order) + len(old.step)),
        ]

        def again(slots: Sequence[int]) -> tuple[int, ...]:
            return tuple([numbers[x] if x >= 0 else x for x in slots])

        first = [self._made[key] for key in order]
        step = [Statement(row.op, tuple([place[x] for x in reads])) for row, reads in first]
        step += [Statement(op, again(operands)) for op, operands in old.step]
        items = np.array([columns[key] for key in self._items], dtype=np.int64)
        return Repeat(
            tuple(step),
            old.count,
            start,
            tuple(moved(np.array(old.first, dtype=np.int64)).tolist()),
            moved(items.reshape(width, old.count).T),
            tuple(moved(np.array([*shared], dtype=np.int64)).tolist()),
            again(old.new),
        )
