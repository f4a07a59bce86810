"""The native loop: single points number by number, batches eight rows at a time.

Both run the same steps in the same order, so that a row gives the same numbers either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.program.loop.lanes.runner import LaneLoop
from autograd.program.loop.native.runner import NativeLoop
from autograd.program.tape.instructions import Tape

__all__ = ["MachineLoop"]

Array = Any


class MachineLoop:
    """Runs a tape in machine code; what a batch needs is prepared when the first one comes."""

    def __init__(self, tape: Tape) -> None:
        self._count = len(tape.statements)
        self.point = NativeLoop(tape)
        self._lanes: LaneLoop | None = None

    def forward(self, arrays: Sequence[Array], many: int | None) -> Array:
        """The outputs, of every row of the batch if there is one."""
        if many is None:
            return self.point.forward(arrays)
        return self.lanes.run(None, arrays, many, 1.0)[0]

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], many: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """The output, or that of every row, and the derivatives of weight × their sum."""
        if many is None:
            return self.point.value_and_grad(wrt, arrays, weight)
        return self.lanes.run(wrt, arrays, many, weight)

    @property
    def lanes(self) -> LaneLoop:
        """What runs batches."""
        # Two threads may both make one: they are equal.
        if self._lanes is None:
            self._lanes = LaneLoop(self.point.code.steps, self.point.spans)
        return self._lanes

    def listing(self) -> list[str]:
        """How many rows there are."""
        rows = len(self.point.code.rows)
        return [f"loop executor, native: {self._count} statements in {rows} rows"]
