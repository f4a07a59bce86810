"""The order in which the gradients of a batch's rows are summed: fixed, whatever runs them.

Rows go to eight lanes in turn, each lane is summed in the order of the rows, then lane is added to
lane; so for every chunk of rows, and chunk is added to chunk. The machine code sums lanes as it
goes, and chunks may run on several threads. Next: :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.arrays import Array

__all__ = ["CHUNK", "LANES", "RowSum", "lane_to_lane"]

LANES = 8
"""Rows of a batch that one instruction works on."""
CHUNK = 512
"""Rows that are summed by themselves."""


def lane_to_lane(total: Array) -> Array:
    """The sum of an array's columns, from left to right.

    >>> print(lane_to_lane(np.array([[1.0] + [1e-16] * 7])))
    [1.]
    """
    result = np.zeros(len(total))
    with np.errstate(invalid="ignore"):
        for lane in range(LANES):
            result += total[:, lane]
    return result


class RowSum:
    """The sum of rows that come one after the other, added to an array of zeros."""

    def __init__(self, result: Array) -> None:
        self._result = result
        self._lanes = np.zeros((result.size, LANES))
        self._count = 0

    def add(self, row: Array | Sequence[float]) -> None:
        """The next row."""
        with np.errstate(invalid="ignore"):
            self._lanes[:, self._count % LANES] += row
        self._count += 1
        if self._count % CHUNK == 0:
            self.close()

    def close(self) -> None:
        """Add what is not yet in the result."""
        with np.errstate(invalid="ignore"):
            self._result += lane_to_lane(self._lanes)
        self._lanes[...] = 0.0
