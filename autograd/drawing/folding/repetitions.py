"""Repetitions: sequences of operations in the order of a graph that follow one another.

Next: :mod:`autograd.drawing.folding.partitions`, which makes boxes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    begun, ended = _run(names[start:end], period)
    first = start + begun
    last = first + (ended - begun) // period * period
    if last == first:
        return
    carried = {
        (j - first) % period
        for i in range(first + period, last)
        for j in part.inner[i]
        if first <= j < i - (i - first) % period
    }
    if first - start > MOST_APART:
        yield from recurrences(part, names, start, first)
    found = Recurrence(first, last, period, len(carried))
    if found.times >= LEAST and carried:  # others stand side by side
        yield found
    if end - last > MOST_APART:
        yield from recurrences(part, names, last, end)


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
