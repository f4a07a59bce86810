"""Recurrences: the user's loop found again among flat statements, as one body and its state.

A filter over a thousand observations is a thousand times the same few statements, each time over
the state that the last time left. Only what both depends on the state and goes into the next one is
in the body: what needs no state is computed for all repetitions before it, what no state needs
after it. Next: :mod:`autograd.program.tape.rolling`, which makes a repeated step of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.ops.op import OPS
from autograd.program.tape.constants import Constants
from autograd.program.tape.cycles import Repetitions, owners, turns
from autograd.program.tape.ends import Row, row_after, row_before
from autograd.program.tape.instructions import Statement
from autograd.program.tape.reordered import Reordered

__all__ = ["NOWHERE", "Found", "Recurrence", "recurrence"]

LEAST = 4
"""Repetitions that are worth a loop."""
ENOUGH = 64
"""Statements that are, over all repetitions; a shorter recurrence is ready sooner without one."""
LONGEST = 4096
"""Statements between two repetitions, at most."""
TRIED = 12
"""Periods that are looked at more closely, those that cover most first."""
TURNS = 8
"""Places in a period that are tried as its beginning."""


NOWHERE = np.iinfo(np.int64).min


class Recurrence(NamedTuple):
    """Statements repeated ``len(slots)`` times: in each row, the slots of one repetition.

    ``operands`` are the slots that a repetition reads, one row each, in the order of the body's
    statements; ``lags`` says how many repetitions before a number was computed in this loop, 0 for
    the same one, and -1 for what was computed outside; ``targets`` by which statement. A result
    that nobody recorded has the slot ``NOWHERE``.
    """

    body: tuple[Statement, ...]
    slots: Array
    operands: Array
    lags: Array
    targets: Array


class Found(NamedTuple):
    """All statements, by their slots in an order of execution; in the middle is the recurrence."""

    above: list[int]
    before: list[int]
    """What needs no state, for all repetitions."""
    loop: Recurrence
    after: list[int]
    """What no state needs."""
    below: list[int]


def recurrence(
    statements: Sequence[Statement],
    first: int,
    readers: Array,
    constants: Constants,
    period: int | None = None,
) -> Found | None:
    """The recurrence that most of the statements belong to, of which the first has slot ``first``.

    ``readers`` says how often each result is read, here and elsewhere. Numbers that only a first
    repetition has are added to the constants. Only a ``period`` that is known is looked for.

    >>> doubled = [Statement(OPS["add"], (i, i)) for i in range(100)]
    >>> found = recurrence(doubled, 1, np.full(100, 2), Constants())
    >>> len(found.loop.slots), len(found.loop.body), found.loop.lags.tolist()
    (100, 1, [1, 1])
    """
    search = _Search(statements, first, readers, constants, period)
    found = (search.whole(*periods) for periods in search.periods())
    return next((x for x in found if x is not None), None)


class _Search:
    """What is looked up again and again while recurrences are searched for."""

    def __init__(
        self,
        statements: Sequence[Statement],
        first: int,
        readers: Array,
        constants: Constants,
        period: int | None,
    ) -> None:
        rows = statements if isinstance(statements, Reordered) else Reordered.of(statements)
        self.statements, self.first, self.period = rows, first, period
        self.readers, self.constants = readers, constants

    def periods(self) -> list[tuple[int, int, int]]:
        """(start, length, period) of stretches of equal primitives, those that cover most first."""
        codes, found = self.statements.codes, []
        longest = min(LONGEST, len(codes) // LEAST)
        for period in [self.period] if self.period else range(1, longest + 1):
            differ = codes[period:] != codes[:-period]
            # A stretch that is long enough has a whole piece of half its length.
            piece = max((LEAST - 1) * period // 2, 1)
            pieces = differ[: len(differ) // piece * piece].reshape(-1, piece)
            if pieces.any(axis=1).all():
                continue
            breaks = np.flatnonzero(np.concatenate([[True], differ, [True]]))
            run = int(np.diff(breaks).argmax())
            length = int(breaks[run + 1] - breaks[run]) - 1 + period
            if length >= LEAST * period:
                found.append((int(breaks[run]), length, period))
        return sorted(found, key=lambda run: (run[2] - run[1], run[2]))[:TRIED]

    def whole(self, start: int, length: int, period: int) -> Found | None:
        """The recurrence in a stretch, beginning where most of its ends is found."""
        loop = self._repetitions(start, length, period)
        if loop is None or loop.cycles[0].sum() * len(loop.slots) < ENOUGH:
            return None
        if self._only_adds(loop):
            return None
        best: tuple[int, Repetitions, Row | None, Row | None] | None = None
        for turn in turns(loop)[:TURNS]:
            turned = self._repetitions(start + turn, length - turn, period)
            if turned is None:
                continue
            rows = row_before(turned, self.constants), row_after(turned)
            there = sum(row is not None for row in rows) * period + turned.slots.size
            if best is None or there > best[0]:
                best = there, turned, *rows
            if None not in rows:
                break
        if best is None:
            return None
        return _found(*best[1:]) or _found(best[1], None, None)

    def _repetitions(self, start: int, length: int, period: int) -> Repetitions | None:
        """The longest run of whole repetitions, each reading what the one before reads."""
        ends, count = self.statements.ends, length // period
        read = self.statements.read[ends[start] : ends[start + period * count]].reshape(count, -1)
        bases = self.first + start + period * np.arange(count)
        # A repetition goes on where it reads what the one before read, as far back or outside.
        distance, outside = read - bases[:, None], read < bases[0]
        goes_on = (distance[1:] == distance[:-1]) | (outside[1:] & outside[:-1])
        breaks = np.flatnonzero(np.concatenate([[True], ~goes_on.all(axis=1), [True]]))
        run = int(np.diff(breaks).argmax())
        begin, stop = int(breaks[run]), int(breaks[run + 1])
        while begin > 0 and _begins(read[begin - 1 : stop], bases[begin - 1 : stop], period).all():
            begin -= 1  # a state is read there that was not computed in the loop
        if stop - begin < LEAST:
            return None
        start += begin * period
        read, distance, bases = read[begin:stop], distance[begin:stop], bases[begin:stop]
        lags = np.where(distance[-1] >= bases[0] - bases[-1], -(distance[-1] // period), -1)
        bounds = ends[start : start + period + 1] - ends[start]
        return Repetitions(
            self.statements,
            self.first,
            start,
            bases[:, None] + np.arange(period),
            read,
            lags.tolist(),
            (distance[-1] % period).tolist(),
            bounds.tolist(),
        )

    def _only_adds(self, loop: Repetitions) -> bool:
        """Whether it only adds up, which a sum does at once, and better."""
        looped = loop.cycles[0]
        inner = [
            lag >= 0 and bool(looped[target] and looped[owner])
            for lag, target, owner in zip(loop.lags, loop.targets, owners(loop))
        ]
        for of in np.flatnonzero(looped).tolist():
            op, mine = loop.statements[loop.start + of].op, inner[loop.bounds[of] :]
            adds = op is OPS["add"] or (op is OPS["sub"] and mine[0])
            if not adds or sum(mine[:2]) > 1:
                return False
        read = loop.reads[:, inner].reshape(-1) - self.first
        times = np.bincount(read[read >= 0], minlength=len(self.readers))
        between = loop.slots[:-1, looped] - self.first
        return bool((times[between] == self.readers[between]).all())


def _begins(read: Array, bases: Array, period: int) -> Array:
    """Which operands may be read as in these repetitions: all from outside, or as far back.

    What is read further back than the first repetition is a state's first number, from anywhere.
    """
    distance, outside = read - bases[:, None], read < bases[0]
    lag = -(distance[-1] // period)
    first = np.arange(len(read))[:, None] < lag
    as_far_back = ((distance == distance[-1]) | (outside & first)).all(axis=0)
    read_so: Array = as_far_back | outside.all(axis=0)
    return read_so


def _found(loop: Repetitions, head: Row | None, tail: Row | None) -> Found | None:
    """Everything in order, if the loop reads nothing that is only computed after it."""
    looped, earlier = loop.cycles
    rows = [row for row in (head, tail) if row is not None]
    taken = {x for row in rows for x in row.slots if x is not None and x >= loop.first}
    low, high = loop.start, loop.start + loop.slots.size
    above: list[int] = []
    later = set(taken)  # that, and what is computed from it
    for slot, (_, operands) in enumerate(loop.statements[:low], loop.first):
        if slot not in taken:
            (above.append if later.isdisjoint(operands) else later.add)(slot)
    slots, reads = _with_ends(loop, head, tail)
    moved = sorted(later - taken)
    lags, targets = np.array(loop.lags), np.array(loop.targets)
    readers = np.array(owners(loop))
    mine = looped[readers]
    inner = mine & (lags >= 0) & looped[targets]
    # What needs no state is read from where it was computed, in this repetition or another.
    for cell in np.flatnonzero(mine & (lags >= 0) & ~looped[targets]):
        lag = lags[cell]
        reads[lag:, cell] = slots[: len(slots) - lag, targets[cell]]
    first_state = [reads[: lags[cell], cell] for cell in np.flatnonzero(inner)]
    outside = [reads[:, mine & ~inner].reshape(-1), *first_state]
    before = np.unique(slots[:, earlier])
    before = before[before >= loop.first]
    read = loop.statements.read_by(before - loop.first)
    ready = np.setdiff1d(np.concatenate([*outside, read]), before)
    if ready.max(initial=0) >= loop.first + low or not later.isdisjoint(ready.tolist()):
        return None
    body = tuple([loop.statements[loop.start + int(i)] for i in np.flatnonzero(looped)])
    place = np.cumsum(looped) - 1
    lag = np.where(inner, lags, -1)[mine]
    found = Recurrence(body, slots[:, looped], reads[:, mine], lag, place[targets[mine]])
    after = np.unique(slots[:, ~looped & ~earlier])
    below = range(loop.first + high, loop.first + len(loop.statements))
    return Found(
        above,
        before.tolist(),
        found,
        after[after >= loop.first].tolist(),
        [*moved, *(x for x in below if x not in taken)],
    )


def _with_ends(loop: Repetitions, head: Row | None, tail: Row | None) -> tuple[Array, Array]:
    """The slots of all repetitions, and what they read.

    What needs no state, and is not there, may be that of the repetition beside it, or a constant.
    """
    earlier = loop.cycles[1]
    slots, reads, seen = [loop.slots], [loop.reads], set[int]()
    for row, near, at in ((head, loop.slots[0], 0), (tail, loop.slots[-1], 1)):
        if row is None:
            continue
        mine = []
        for of, slot in enumerate(row.slots):
            if earlier[of]:
                mine.append(int(near[of]) if slot is None else slot)
            else:
                mine.append(NOWHERE if slot is None or slot < 0 or slot in seen else slot)
                seen.add(mine[-1])
        slots.insert(at * len(slots), np.array([mine]))
        reads.insert(at * len(reads), np.array([row.reads]))
    return np.concatenate(slots), np.concatenate(reads)
