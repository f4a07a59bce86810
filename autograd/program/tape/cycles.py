"""How numbers go through the body of a recurrence, round and round.

Next: :mod:`autograd.program.tape.recurrences`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograd.arrays import Array
from autograd.cached import cached_property
from autograd.program.tape.instructions import Statement
from autograd.program.tape.reordered import Reordered

__all__ = ["Repetitions", "owners", "turns"]


@dataclass(frozen=True, eq=False)
class Repetitions:
    """Some whole repetitions of a body, and where its operands come from.

    Of each operand: ``lags`` says how many repetitions before it was computed, -1 for outside, and
    ``targets`` by which statement. ``bounds`` are where each statement's operands begin.
    """

    statements: Reordered
    """All that are beside the repetitions, and they."""
    first: int
    """The slot of the first of these statements."""
    start: int
    """The index of the first that is repeated."""
    slots: Array
    reads: Array
    lags: list[int]
    targets: list[int]
    bounds: list[int]

    @property
    def period(self) -> int:
        """How many statements the body has."""
        return int(self.slots.shape[1])

    @cached_property
    def same(self) -> list[bool]:
        """Whether an operand is the same number in all repetitions."""
        found: list[bool] = (self.reads == self.reads[0]).all(axis=0).tolist()
        return found

    def statement(self, slot: int) -> Statement | None:
        """What computes a slot, if it is one of these statements."""
        return self.statements[slot - self.first] if slot >= self.first else None

    @cached_property
    def cycles(self) -> tuple[Array, Array]:
        """Which statements of the body a state passes through, and which need none."""
        return _in_cycles(self)


def turns(loop: Repetitions) -> list[int]:
    """Where in a period it may begin: first where fewest numbers pass from before to after."""
    period = loop.period
    last = list(range(period))
    for lag, target, owner in zip(loop.lags, loop.targets, owners(loop)):
        if lag >= 0:
            last[target] = max(last[target], owner + lag * period)
    passing = np.zeros(period, dtype=int)
    for begin, end in enumerate(last):
        full, rest = divmod(end - begin, period)
        passing += full
        passing[(begin + 1 + np.arange(rest)) % period] += 1
    return [int(x) for x in np.argsort(passing, kind="stable")]


def owners(loop: Repetitions) -> list[int]:
    """Of each operand, the statement that reads it."""
    counts = np.diff(loop.bounds)
    return [int(x) for x in np.repeat(np.arange(loop.period), counts)]


def _in_cycles(loop: Repetitions) -> tuple[Array, Array]:
    count = loop.period
    onward: list[list[int]] = [[] for _ in range(count)]
    back: list[list[int]] = [[] for _ in range(count)]
    for lag, source, target in zip(loop.lags, loop.targets, owners(loop)):
        if lag >= 0:
            onward[source].append(target)
            back[target].append(source)
    edges = zip(loop.lags, loop.targets)
    states = {source for lag, source in edges if lag > 0}
    states = {s for s in states if s in _reached(onward[s], onward, s)}
    needs, feeds = _reached(states, onward), _reached(states, back)
    inside = np.array([i in needs and i in feeds for i in range(count)])
    return inside, np.array([i not in needs for i in range(count)])


def _reached(
    starts: Sequence[int] | set[int], edges: Sequence[Sequence[int]], wanted: int = -1
) -> set[int]:
    """Where edges lead to, as far as the one that is wanted."""
    seen, waiting = set(starts), list(starts)
    while waiting and wanted not in seen:
        for other in edges[waiting.pop()]:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen
