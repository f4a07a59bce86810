"""A scan step by step: each run is a call of the executor that runs the step's tape.

For steps so wide that a call hardly counts, or that have loops of their own, and where there is no
compiler. The way back computes every run a second time from the carry before it, which is all that
is kept. Next: :mod:`autograd.program.scans.scan_executor`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.cached import cached_property
from autograd.program.executor import Executor, executor
from autograd.program.scans.native_scan import Inputs, Wanted
from autograd.program.tape.repeated import has_loops
from autograd.program.tape.repeated_derived import weighted_of
from autograd.program.tape.segments import Scan

__all__ = ["StepwiseScan"]


class StepwiseScan:
    """Runs a scan by calling an executor for each run."""

    def __init__(self, scan: Scan, backend: str, dtype: str) -> None:
        self.scan, self._backend, self._dtype = scan, backend, dtype
        repeat = scan.repeat
        self._tape = repeat.tape(scan.constants, (*repeat.new, *scan.each, *scan.last))
        self._forward = executor(backend, self._tape, dtype, loops=has_loops(repeat))

    @cached_property
    def _weighted(self) -> Executor:
        tape, loops = weighted_of(self._tape), has_loops(self.scan.repeat)
        return executor(self._backend, tape, self._dtype, loops=loops)

    def listing(self) -> list[str] | None:
        """What the executor makes of a step that has loops."""
        return self._forward.listing()[1:] if has_loops(self.scan.repeat) else None

    def kept_bytes(self, own: tuple[bool, ...], wanted: Wanted | None) -> int:
        """Memory for the way back, of each row."""
        repeat = self.scan.repeat
        return 8 * repeat.count * (len(repeat.first) + len(self.scan.each))

    def forward(self, inputs: Inputs, wanted: Wanted | None) -> tuple[Array, Any]:
        """The numbers in the places of the outputs, and what ``reverse`` needs."""
        scan, many = self.scan, len(self.scan.repeat.first)
        rows, single = inputs.rows or 1, inputs.rows is None
        items = self._items(inputs)
        shared = _turned(inputs.shared, single)
        carry = _turned(inputs.first, single)
        each = np.empty((scan.repeat.count, len(scan.each), rows), dtype=self._dtype)
        carries = []
        result = carry
        for index, item in enumerate(items):
            carries.append(carry)
            result = self._forward.forward([carry, item, shared], inputs.rows)
            carry = np.ascontiguousarray(result[..., :many])
            each[index] = result[..., many : many + len(scan.each)].T.reshape(-1, rows)
        last = result[..., many + len(scan.each) :].T.reshape(-1, rows)
        outputs = np.concatenate([last, each.reshape(-1, rows)])
        return outputs, (carries, items, shared, inputs.rows)

    def reverse(
        self, saved: Any, outputs: Array, first: Array, shared: Array, wanted: Wanted
    ) -> Array:
        """Add to the adjoints of the first carry and of what is shared; those of the items."""
        carries, items, closed, batch = saved
        scan, count = self.scan, self.scan.repeat.count
        ends = len(scan.last)
        rows, single = batch or 1, batch is None
        columns = np.flatnonzero(wanted.items)
        found = np.zeros((count, len(columns), rows), dtype=self._dtype)
        adjoint = np.zeros_like(carries[0])
        each = outputs[ends:].reshape(count, len(scan.each), rows)
        last = _turned(outputs[:ends], single)
        chosen = (0, *([1] if len(columns) else []), *([2] if any(wanted.shared) else []))
        for index in range(count - 1, -1, -1):
            given = [carries[index], items[index], closed]
            weights = [adjoint, _turned(each[index], single), last]
            given.append(np.ascontiguousarray(np.concatenate(weights, axis=-1)))  # of columns
            _, grads = self._weighted.value_and_grad(chosen, given, batch, 1.0)
            adjoint, last = grads[0], np.zeros_like(last)
            for i, grad in zip(chosen[1:], grads[1:]):
                if i == 1:
                    found[index] = grad.T.reshape(-1, rows)[columns]
                else:
                    shared += grad.T.reshape(-1, rows)
        first += adjoint.T.reshape(-1, rows)
        return found

    def release(self, saved: Any) -> None:
        """What ``forward`` gave is needed no more: nothing of it is used again."""

    def _items(self, inputs: Inputs) -> list[Array]:
        """What each run reads: a row of numbers, or a row for each of the batch."""
        repeat = self.scan.repeat
        rows = inputs.rows or 1
        own = np.array(inputs.own_columns, dtype=bool)
        whole = np.empty((repeat.count, repeat.items.shape[1], rows), dtype=self._dtype)
        whole[:, ~own] = inputs.common[:, :, None]
        whole[:, own] = inputs.own
        if inputs.rows is None:
            return [*np.ascontiguousarray(whole[:, :, 0])]
        return [*np.ascontiguousarray(whole.transpose(0, 2, 1))]


def _turned(numbers: Array, single: bool) -> Array:
    """(numbers, rows) as executors take them: (rows, numbers), or of one point (numbers,)."""
    return np.ascontiguousarray(numbers[:, 0] if single else numbers.T)
