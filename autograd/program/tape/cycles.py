"""How numbers go through the body of a recurrence, round and round.

Next: :mod:`autograd.program.tape.recurrences`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.arrays import Array
from autograd.program.tape.ends import Repetitions

__all__ = ["in_cycles", "owners", "turns"]


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


def in_cycles(loop: Repetitions) -> tuple[Array, Array]:
    """Which statements a state passes through, and which need none."""
    count = loop.period
    onward: list[list[int]] = [[] for _ in range(count)]
    back: list[list[int]] = [[] for _ in range(count)]
    for lag, source, target in zip(loop.lags, loop.targets, owners(loop)):
        if lag >= 0:
            onward[source].append(target)
            back[target].append(source)
    edges = zip(loop.lags, loop.targets)
    states = {source for lag, source in edges if lag > 0}
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
