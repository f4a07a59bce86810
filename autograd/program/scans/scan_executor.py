"""The executor of programs with scans: segment by segment, forward and back.

What lies between scans is run by the executor whose name this one has, a scan by a kernel of its
own (:mod:`autograd.program.scans.native_scan`) or run by run
(:mod:`autograd.program.scans.stepwise`). Numbers are equal to those of the tape written out, to the
bit in the loop; gradients to rounding, since adjoints that meet from several segments are added up
in another order. What no batched argument has a part in is computed once a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from autograd.arrays import Array
from autograd.program.executor import Buffers
from autograd.program.loop.lanes.chunks import in_threads, processors
from autograd.program.loop.row_sums import LANES, lane_to_lane
from autograd.program.scans.native_scan import NativeScan
from autograd.program.scans.one_call import OneCall, is_native
from autograd.program.scans.passing import Passing, PlainRunner, Reached, runners_of
from autograd.program.scans.stepwise import StepwiseScan
from autograd.program.tape.instructions import Tape
from autograd.program.tape.segments import Scan, chain_of, listed

__all__ = ["ScanExecutor"]

KEPT = 2**24
"""Bytes that the way back may need for the rows of one chunk, if they are more than eight."""
MOST = 512
"""Rows of a chunk."""
GROUP = 64
"""Chunks whose sums are kept until they are added up, in order."""


class ScanExecutor:
    """Runs a tape with scans; see :class:`autograd.program.executor.Executor`."""

    def __init__(self, tape: Tape, dtype: str, backend: str, threads: int | None = None) -> None:
        self._tape, self._backend = tape, backend
        self._dtype = np.dtype(dtype)
        inner = "float64" if backend == "loop" else dtype
        self._chain = chain_of(tape)
        self._runners = runners_of(self._chain, backend, inner)
        self._inner = np.dtype(inner)
        constants = self._chain.constants
        with np.errstate(over="ignore"):  # a number too large for single precision is inf
            self._empty = np.concatenate([np.zeros(self._chain.size), constants]).astype(inner)
        self._spans = [slice(a.start, a.start + a.size) for a in tape.arguments]
        self._threads = processors() if threads is None else threads
        self._reached: dict[tuple[tuple[int, ...], tuple[int, ...] | None], Reached] = {}
        self._at_point = backend == "loop" and is_native(self._runners)
        self._free: dict[tuple[int, ...] | None, list[OneCall]] = {}

    def forward(self, arrays: Sequence[Array], batch: int | None) -> Array:
        """See :class:`autograd.program.executor.Executor`."""
        return self._run(None, arrays, batch, 1.0)[0]

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], batch: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """See :class:`autograd.program.executor.Executor`."""
        return self._run(wrt, arrays, batch, weight)

    def buffers(self, wrt: tuple[int, ...] | None) -> Buffers | None:
        """See :class:`autograd.program.executor.Executor`."""
        if self._at_point and self._dtype == np.float64:
            return self._one_call(wrt).buffers
        return None

    def _one_call(self, wrt: tuple[int, ...] | None) -> OneCall:
        reached = self._known((), wrt)
        return OneCall(self._chain, self._runners, reached, self._spans, wrt)

    def _known(self, batched: tuple[int, ...], wrt: tuple[int, ...] | None) -> Reached:
        reached = self._reached.get((batched, wrt))
        if reached is None:
            reached = Reached(self._tape, self._chain, batched, wrt)
            self._reached[batched, wrt] = reached
        return reached

    def _run(
        self, wrt: tuple[int, ...] | None, arrays: Sequence[Array], batch: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        if batch is None and self._at_point:
            values, grads = self._point(wrt, arrays, weight)
        else:
            batched = tuple([i for i, x in enumerate(arrays) if x.ndim == 2])
            reached = self._known(batched, wrt)
            with np.errstate(all="ignore"):
                values, grads = self._outputs(reached, batched, wrt, arrays, batch, weight)
        if self._dtype != values.dtype:
            with np.errstate(over="ignore"):
                return values.astype(self._dtype), [grad.astype(self._dtype) for grad in grads]
        return values, grads

    def _point(
        self, wrt: tuple[int, ...] | None, arrays: Sequence[Array], weight: float
    ) -> tuple[Array, list[Array]]:
        free = self._free.setdefault(wrt, [])
        try:
            call = free.pop()
        except IndexError:
            call = self._one_call(wrt)
        buffers = call.buffers
        for own, given in zip(buffers.arguments, arrays):
            own[...] = given
        call.weight[0] = weight
        buffers.run()
        found = buffers.values.copy(), [grad.copy() for grad in buffers.grads]
        free.append(call)
        return found

    def _outputs(
        self,
        reached: Reached,
        batched: Sequence[int],
        wrt: tuple[int, ...] | None,
        arrays: Sequence[Array],
        batch: int | None,
        weight: float,
    ) -> tuple[Array, list[Array]]:
        chain, places = self._chain, self._chain.outputs
        numbers = self._empty.copy()
        for i, span in enumerate(self._spans):
            if i not in batched:
                numbers[span] = arrays[i]
        back = wrt is not None
        once = Passing(chain, self._runners, reached, numbers)
        once.forward(back=back)
        grads = [np.empty(arrays[i].shape) for i in wrt or ()]
        adjoints = np.zeros((len(numbers), 1), self._inner)
        if batch is None:
            values = numbers[places]
            adjoints[places[0] if back else 0] += weight
        else:
            values = np.empty((batch, len(places)))
            step = self._chunk(reached, back)

            def chunk(start: int) -> Array:
                """Fill in the results of some rows; the adjoints that all of them share."""
                rows = slice(start, min(start + step, batch))
                given = [x[rows] if x.ndim == 2 else x for x in arrays]
                some = Passing(chain, self._runners, reached, numbers, self._rows(given))
                some.forward(back=back)
                count = rows.stop - rows.start
                values[rows] = some.block(places)[:, :count].T
                if wrt is None:
                    return np.zeros(len(reached.shared))
                own = np.zeros((len(numbers), some.count or 1), self._inner)
                own[places[0], :count] += weight
                some.back(own)
                for i, grad in zip(wrt, grads):
                    if i in batched:
                        grad[rows] = own[self._spans[i], :count].T
                between = own[reached.shared]
                return lane_to_lane(between.reshape(len(between), -(-count // LANES), LANES).sum(1))

            for total in self._results(chunk, range(0, batch, step)):
                adjoints[reached.shared, 0] += total
        if wrt is not None:
            once.back(adjoints)
            for i, grad in zip(wrt, grads):
                if i not in batched:
                    grad[...] = adjoints[self._spans[i], 0]
        return values, grads

    def _results(self, chunk: Callable[[int], Array], starts: range) -> Iterator[Array]:
        """What a function gives for each start, in order, called on several threads."""
        for first in range(0, len(starts), GROUP):
            group = starts[first : first + GROUP]
            found = [np.empty(0)] * len(group)

            def work(
                chosen: Iterable[int], group: range = group, found: list[Array] = found
            ) -> None:
                for index in chosen:
                    found[index] = chunk(group[index])

            in_threads(work, len(group), self._threads)
            yield from found

    def _rows(self, given: Sequence[Array]) -> Array:
        """All places of some rows of a batch, arguments filled in: up to a multiple of eight, with
        the last row again.
        """
        own = [i for i, x in enumerate(given) if x.ndim == 2]
        count = len(given[own[0]])
        padded = np.minimum(np.arange(-(-count // LANES) * LANES), count - 1)
        rows = np.empty((self._chain.size + len(self._chain.constants), len(padded)), self._inner)
        for i in own:
            rows[self._spans[i]] = given[i][padded].T
        return rows

    def _chunk(self, reached: Reached, back: bool) -> int:
        """How many rows are run at a time."""
        kept = 8 * self._chain.size
        if back:
            for runner, route in zip(self._runners, reached.routes):
                if not isinstance(runner, PlainRunner):
                    kept += runner.kept_bytes(route.own, route.wanted)
        return max(LANES, min(MOST, KEPT // max(kept, 1)) // LANES * LANES)

    def listing(self) -> list[str]:
        """See :class:`autograd.program.executor.Executor`."""
        lines = [f"{self._backend} executor, {len(self._chain.segments)} parts"]
        for segment, runner in zip(self._chain.segments, self._runners):
            if isinstance(segment, Scan):
                native = type(runner) is NativeScan
                step = runner.listing() if isinstance(runner, StepwiseScan) else None
                lines += listed(segment, native, step)
            else:
                lines.append(f"{len(segment.tape.statements)} statements")
        return lines
