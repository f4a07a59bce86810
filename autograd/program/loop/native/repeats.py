"""Rows that repeat: the body of the user's loop, found in a list of opcodes.

A recurrence of a thousand steps is a thousand times the same few rows. Next:
:mod:`autograd.program.loop.native.stretches`, which makes one function of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograd.arrays import Array

__all__ = ["LEAST", "Repeats", "repeats"]

LONGEST = 96
"""Rows in a stretch, at most."""
ENOUGH = 24
"""A shorter stretch is taken several times over until it has so many rows, if it may be."""
LEAST = 16
"""Repetitions that are worth compiling a function, which takes some hundredths of a second,"""
MANY, PART = 2000, 8
"""and so are so many rows, if they are no less than that part of all, or half of all."""


class Repeats(NamedTuple):
    """Where repetitions begin that follow another one, and how many rows each has.

    The first of several in a row is not among them: it often begins with arguments where the others
    have results of the one before.
    """

    starts: Array
    period: int

    def in_a_row(self) -> Array:
        """Of all but the last, whether the next one follows at once."""
        following: Array = np.diff(self.starts) == self.period
        return following

    def followed(self) -> Repeats:
        """The same without the last of several in a row."""
        return Repeats(self.starts[:-1][self.in_a_row()], self.period)


def repeats(codes: Array) -> list[Repeats]:
    """The stretches whose repetitions cover a list of opcodes, those that cover most of it first.

    >>> [(int(found.starts[0]), found.period) for found in repeats(np.array([7, *[1, 2] * 500, 8]))]
    [(25, 24)]
    """
    found: list[Repeats] = []
    left = codes.astype(int)
    worth = min(len(codes) // 2, max(MANY, len(codes) // PART))
    while True:
        most = _most_frequent(left, worth)
        if most is None:
            return found
        found.append(most)
        for start in most.starts.tolist():  # numbers that nothing repeats
            left[start : start + most.period] = -1 - np.arange(start, start + most.period)


def _most_frequent(codes: Array, worth: int) -> Repeats | None:
    best = (worth, 0, 0)
    for period in range(1, min(LONGEST, len(codes) // LEAST) + 1):
        same = codes[period:] == codes[:-period]
        breaks = np.flatnonzero(np.concatenate([[True], ~same, [True]]))
        lengths = np.diff(breaks) - 1  # of what is the same one period later
        covered = int(lengths[lengths >= period].sum())
        if covered > best[0] + period:  # a multiple of a shorter period is no better
            best = (covered, period, int(breaks[lengths.argmax()]))
    covered, period, start = best
    if not period:
        return None
    period *= max(1, min(-(-ENOUGH // period), covered // (period * (LEAST + 2))))
    starts = _places_of(codes[start : start + period], codes)
    starts = starts[1:][np.diff(starts) == period]
    return Repeats(starts, period) if len(starts) >= LEAST else None


def _places_of(pattern: Array, codes: Array) -> Array:
    """Where a pattern is in a list of opcodes, places that do not overlap."""
    places = np.flatnonzero(codes[: len(codes) - len(pattern) + 1] == pattern[0])
    for index, code in enumerate(pattern.tolist()):
        places = places[codes[places + index] == code]
    chosen, end = [], 0
    for place in places.tolist():
        if place >= end:
            chosen.append(place)
            end = place + len(pattern)
    return np.array(chosen, dtype=int)
