"""Repetitions: sequences of operations in the order of a graph that follow one another.

Next: :mod:`autograd.drawing.folding.partitions`, which makes boxes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from autograd.drawing.folding.slices import Slice

__all__ = ["MOST_APART", "Recurrence", "period_of", "recurrences"]

LEAST = 5
"""Repetitions that are worth a fold."""
LONGEST_PERIOD = 4000
MOST_APART = 36
"""So many nodes at the ends of a recurrence, or in three of its steps, are shown one by one."""


class Recurrence(NamedTuple):
    """Where a repeated sequence of operations is, how long one is, and how many numbers each hands
    to the next."""

    start: int
    end: int
    period: int
    carries: int

    @property
    def times(self) -> int:
        """How many repetitions there are."""
        return (self.end - self.start) // self.period


def recurrences(part: Slice, names: list[str], start: int, end: int) -> Iterator[Recurrence]:
    """Those in a stretch of the order: the one in its middle, and what is before and after it."""
    period = period_of(names[start:end])
    if period is None:
        return
    begun, ended = (start + i for i in _run(names[start:end], period))
    carried = _carried(part, begun, ended, period)
    # One more repetition is worth less than a step that hands less on.
    phase = min(range(period), key=lambda s: (carried[s], (begun + s - ended) // period, s))
    first = begun + phase
    last = first + max(0, ended - first) // period * period
    if last == first:
        return
    if first - start > MOST_APART:
        yield from recurrences(part, names, start, first)
    found = Recurrence(first, last, period, carried[phase])
    if found.times >= LEAST and found.carries:  # others stand side by side
        yield found
    if end - last > MOST_APART:
        yield from recurrences(part, names, last, end)


def _carried(part: Slice, begun: int, ended: int, period: int) -> list[int]:
    """How many numbers a repetition hands to the next, for each place where it may begin."""
    reach = [0] * period  # of the number of each place, how far it is read
    for i in range(begun, ended):
        for j in part.inner[i]:
            if j >= begun:
                place = (j - begun) % period
                reach[place] = max(reach[place], i - j)
    change = [0] * (2 * period + 1)
    for place, far in enumerate(reach):  # it is handed on where a repetition begins on its way
        change[place + 1] += 1
        change[place + 1 + min(far, period)] -= 1
    count = [*accumulate(change)]
    return [count[s] + count[s + period] for s in range(period)]


def _run(names: list[str], period: int) -> tuple[int, int]:
    """Where the repetitions begin and end: the longest run in which each period is the next's."""
    longest, begun = (0, 0), 0
    for i in range(period, len(names) + 1):
        if i == len(names) or names[i] != names[i - period]:
            longest = max(longest, (begun, i), key=lambda run: run[1] - run[0])
            begun = i - period + 1
    return longest


def period_of(names: list[str]) -> int | None:
    """The length of the repeated sequence of operations, if there is one, the ends apart.

    >>> period_of(["sin"] + ["mul", "add"] * 9)
    2
    """
    middle = len(names) // 2
    sample = names[middle : middle + 4 * LONGEST_PERIOD]
    for length in range(1, min(LONGEST_PERIOD, len(sample) // 2) + 1):
        if sample[length : length + 8] == sample[:8]:
            agreeing = sum(a == b for a, b in zip(sample, sample[length:]))
            if agreeing >= 0.95 * (len(sample) - length):
                return length
    return None
