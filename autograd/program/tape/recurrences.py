"""Recurrences: the user's loop found again in a flat tape, as one body, its state and its length.

A filter over a thousand observations is a thousand times the same few statements, each time over
the state that the last time left. An executor with a loop of its own (JAX's ``lax.scan``) takes the
body once. Only what both depends on the state and goes into the next one is in the body: what needs
no state is computed for all repetitions before it, what no state needs after it.
Next: :mod:`autograd.program.exports.jax.stages`, which has such a loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.tape.instructions import Statement

__all__ = ["Recurrence", "Stage", "stages"]

LEAST = 4
"""Repetitions that are worth a loop."""
ENOUGH = 64
"""Statements that are, over all repetitions; a shorter recurrence is ready sooner without one."""
LONGEST = 4096
"""Statements between two repetitions, at most."""
TRIED = 12
"""Periods that are looked at more closely, those that cover most first."""


class Recurrence(NamedTuple):
    """Statements repeated ``len(slots)`` times: in each row, the slots of one repetition.

    ``operands`` are the slots that a repetition reads, one row each, in the order of the body's
    statements; ``lags`` says how many repetitions before a number was computed in this loop, 0 for
    the same one, and -1 for what was computed outside.
    """

    body: tuple[Statement, ...]
    slots: Array
    operands: Array
    lags: Array


Stage = tuple[int, ...] | Recurrence
"""Slots of statements in order, or a recurrence."""


def stages(statements: Sequence[Statement], first: int) -> list[Stage]:
    """The statements of a tape, of which the first has slot ``first``, in an order of execution.

    >>> from autograd.ops.op import OPS
    >>> doubled = [Statement(OPS["add"], (i, i)) for i in range(100)]
    >>> [loop] = stages(doubled, first=1)
    >>> len(loop.slots), len(loop.body), loop.lags.tolist()
    (100, 1, [1, 1])
    """
    return [stage for stage in _Search(statements, first).stages(0, len(statements)) if stage]


class _Search:
    """What is looked up again and again while recurrences are searched for."""

    def __init__(self, statements: Sequence[Statement], first: int) -> None:
        self.statements, self.first = statements, first
        kinds: dict[tuple[object, int], int] = {}
        key = [(op, len(operands)) for op, operands in statements]
        self.codes = np.array([kinds.setdefault(kind, len(kinds)) for kind in key], dtype=np.int32)
        self.ends = np.cumsum([0] + [len(operands) for _, operands in statements])
        self.read = np.array([slot for _, operands in statements for slot in operands], dtype=int)

    def stages(self, low: int, high: int) -> Iterator[Stage]:
        """Those of the statements from ``low`` to ``high``."""
        for start, period, count in self._periods(low, high):
            found = self._recurrence(start, period, count)
            if found is not None:
                first, last, before, loop, after = found
                yield from self.stages(low, first)
                yield before
                yield loop
                yield after
                yield from self.stages(last, high)
                return
        yield tuple(range(self.first + low, self.first + high))

    def _periods(self, low: int, high: int) -> list[tuple[int, int, int]]:
        """(start, period, count) of stretches of equal primitives, those that cover most first."""
        codes = self.codes[low:high]
        found = []
        for period in range(1, min(LONGEST, len(codes) // LEAST) + 1):
            same = codes[period:] == codes[:-period]
            breaks = np.flatnonzero(np.concatenate([[True], ~same, [True]]))
            run = int(np.diff(breaks).argmax())
            count = (int(breaks[run + 1] - breaks[run]) - 1 + period) // period
            if count >= LEAST:
                found.append((low + int(breaks[run]), period, count))
        return sorted(found, key=lambda run: (-run[1] * (run[2] - 1), run[1]))[:TRIED]

    def _recurrence(
        self, start: int, period: int, count: int
    ) -> tuple[int, int, tuple[int, ...], Recurrence, tuple[int, ...]] | None:
        """Where it begins and ends, what is computed before it, itself, and what is after it."""
        ends = self.ends
        read = self.read[ends[start] : ends[start + period * count]].reshape(count, -1)
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
        start, count = start + begin * period, stop - begin
        read, distance, bases = read[begin:stop], distance[begin:stop], bases[begin:stop]
        computed_inside = distance[-1] >= bases[0] - bases[-1]
        lags = np.where(computed_inside, -(distance[-1] // period), -1)
        targets = distance[-1] % period
        owners = np.repeat(np.arange(period), np.diff(ends[start : start + period + 1]))
        inside = lags >= 0
        edges = list(zip(targets[inside], owners[inside], lags[inside]))
        looped, earlier = _in_cycles(period, edges)
        rows = self.first + start + period * np.arange(count)[:, None] + np.arange(period)
        if looped.sum() * count < ENOUGH:
            return None
        mine = looped[owners]
        inner = inside[mine] & looped[targets[mine]]
        body = tuple([self.statements[start + int(i)] for i in np.flatnonzero(looped)])
        loop = Recurrence(body, rows[:, looped], read[:, mine], np.where(inner, lags[mine], -1))
        before = tuple(rows[:, earlier].reshape(-1).tolist())
        after = tuple(rows[:, ~looped & ~earlier].reshape(-1).tolist())
        return start, start + period * count, before, loop, after


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


def _in_cycles(count: int, edges: Sequence[tuple[int, int, int]]) -> tuple[Array, Array]:
    """Which statements a state passes through, and which need none; edges are (from, to, lag)."""
    onward: list[list[int]] = [[] for _ in range(count)]
    back: list[list[int]] = [[] for _ in range(count)]
    for source, target, _ in edges:
        onward[source].append(target)
        back[target].append(source)
    states = {int(source) for source, target, lag in edges if lag > 0}
    states = {s for s in states if s in _reached(onward[s], onward)}
    needs, feeds = _reached(states, onward), _reached(states, back)
    inside = np.array([i in needs and i in feeds for i in range(count)])
    return inside, np.array([i not in needs for i in range(count)])


def _reached(starts: Sequence[int] | set[int], edges: Sequence[Sequence[int]]) -> set[int]:
    seen, waiting = set(starts), list(starts)
    while waiting:
        for other in edges[waiting.pop()]:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen
