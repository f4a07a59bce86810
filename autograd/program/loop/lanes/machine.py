"""The native loop: single points number by number, batches eight rows at a time.

Both run the same steps in the same order, so that a row gives the same numbers either way. Where a
user's function of floats is called, a batch is one point after the other. Next:
:mod:`autograd.program.loop.loop_executor`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.lanes.runner import LaneLoop
from autograd.program.loop.native.runner import NativeLoop
from autograd.program.loop.row_sums import RowSum
from autograd.program.tape.instructions import Tape

__all__ = ["MachineLoop"]


class MachineLoop:
    """Runs a tape in machine code; what a batch needs is prepared when the first one comes."""

    def __init__(self, tape: Tape, threads: int | None = None) -> None:
        self._count, self._threads = len(tape.statements), threads
        self.point = NativeLoop(tape)
        self._lanes: LaneLoop | None = None

    def forward(self, arrays: Sequence[Array], many: int | None) -> Array:
        """The outputs, of every row of the batch if there is one."""
        if many is None:
            return self.point.forward(arrays)
        if self.point.code.steps.calls:
            values = [self.point.forward(row) for row in _rows(arrays, many)]
            return np.array(values).reshape(many, self.point.code.outputs.size)
        return self.lanes.run(None, arrays, many, 1.0)[0]

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], many: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """The output, or that of every row, and the derivatives of weight × their sum."""
        if many is None:
            return self.point.value_and_grad(wrt, arrays, weight)
        if self.point.code.steps.calls:
            return self._point_by_point(wrt, arrays, many, weight)
        return self.lanes.run(wrt, arrays, many, weight)

    def _point_by_point(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], many: int, weight: float
    ) -> tuple[Array, list[Array]]:
        grads = [np.zeros(arrays[i].shape) for i in wrt]
        sums = [RowSum(grad) if grad.ndim == 1 else None for grad in grads]
        values = []
        for index, row in enumerate(_rows(arrays, many)):
            value, found = self.point.value_and_grad(wrt, row, weight)
            values.append(value)
            for own, grad, total in zip(found, grads, sums):
                if total is None:
                    grad[index] = own
                else:
                    total.add(own)
        for total in sums:
            if total is not None:
                total.close()
        return np.array(values).reshape(many, self.point.code.outputs.size), grads

    @property
    def lanes(self) -> LaneLoop:
        """What runs batches."""
        # Two threads may both make one: they are equal.
        if self._lanes is None:
            self._lanes = LaneLoop(self.point.code.steps, self.point.spans, self._threads)
        return self._lanes

    def listing(self) -> list[str]:
        """How many rows there are, and which functions of Python's they call."""
        rows, called = len(self.point.code.rows), self.point.code.steps.called
        calling = called and f", calling {called}"
        return [f"loop executor, native: {self._count} statements in {rows} rows{calling}"]


def _rows(arrays: Sequence[Array], many: int) -> Iterator[list[Array]]:
    """The arguments of each row of a batch."""
    for row in range(many):
        yield [array if array.ndim == 1 else array[row] for array in arrays]
