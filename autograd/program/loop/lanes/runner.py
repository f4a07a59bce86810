"""A tape run over batches: plan a stream, fill a frame, call, take the results.

Next: :mod:`autograd.program.loop.lanes.machine`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.lanes.chunks import in_threads, processors
from autograd.program.loop.lanes.compiler import lanes
from autograd.program.loop.lanes.entry import FRAME
from autograd.program.loop.lanes.plan import Layout, Plan, Wanted
from autograd.program.loop.native.steps import Steps
from autograd.program.loop.row_sums import CHUNK, LANES, lane_to_lane

__all__ = ["LaneLoop"]


class _Memory:
    """The slots of one call at a time, constants filled in, and its frame."""

    def __init__(self, layout: Layout, constants: Array) -> None:
        self.layout = layout
        self.slots, self.total = _aligned(layout.slots), _aligned(layout.summed.size)
        self.slots[: constants.size] = constants[:, None]
        values = {name: _address(x) for name, x in layout._asdict().items() if name in ARRAYS}
        values |= {
            "m": _address(self.slots), "total": _address(self.total), "seed": layout.seed,
            "placed": layout.places.size, "returned": layout.outputs.size,
            "keeps": layout.kept.size, "sums": layout.summed.size,
        }  # fmt: skip
        self.frame = np.array([values.get(name, 0) for name in FRAME], dtype=np.int64)
        self._at = ctypes.c_void_p(_address(self.frame))

    def begin(
        self,
        plan: Plan,
        shared: Array | None,
        rows: Array,
        result: Array,
        grads: Array,
        weight: float,
    ) -> None:
        """Take what the batch shares, and where rows come from and results go."""
        start, stop = plan.common
        if shared is not None:
            self.slots[start:stop] = shared[:, None]
        frame = self.frame
        frame[FIELD["rows"]], frame[FIELD["result"]] = _address(rows), _address(result)
        frame[FIELD["grads"]] = _address(grads)
        frame.view(np.float64)[FIELD["weight"]] = weight

    def chunk(self, first: int, end: int) -> ctypes.c_void_p:
        """The frame for these rows."""
        self.total[...] = 0.0
        self.frame[FIELD["first"]], self.frame[FIELD["end"]] = first, end
        return self._at


ARRAYS = ("shared", "code", "ops", "places", "outputs", "kept", "summed")
FIELD = {name: index for index, name in enumerate(FRAME)}


class _Tiers:
    """A plan as it runs: in single instructions first, in long runs when it has run for a while.

    Both give the same numbers to the bit. Compiling takes as long as a good deal of running does.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._layout = plan.layout(runs=False)
        self._runs = False
        self._left = PATIENCE + plan.instructions * PATIENCE_EACH
        self._free: list[_Memory] = []

    def taken(self, many: int) -> _Memory:
        """Memory for a call with so many rows: used again by later ones, never by two at a time."""
        if not self._runs:
            self._left -= self.plan.instructions * -(-many // LANES)
            if self._left <= 0.0:
                layout = self.plan.layout(runs=True)
                self._layout, self._runs, self._free = layout, True, []
        try:
            return self._free.pop()
        except IndexError:
            return _Memory(self._layout, self.plan.constants)

    def free(self, memory: _Memory) -> None:
        """Give memory back."""
        if memory.layout is self._layout:
            self._free.append(memory)


WORTH_THREADS = 1e7
"""Instructions of all rows that take some milliseconds: a thread takes a tenth of one to start."""
PATIENCE, PATIENCE_EACH = 2e7, 1e3
"""Instructions that are run before runs are compiled: for a few milliseconds, and for each one."""


class LaneLoop:
    """Runs a tape over batches, eight rows at a time."""

    def __init__(
        self, steps: Steps, spans: Sequence[tuple[int, int]], threads: int | None = None
    ) -> None:
        self._steps, self._spans = steps, spans
        self._threads = processors() if threads is None else threads
        self._batch = lanes().batch
        self._tiers: dict[tuple[Wanted, tuple[int, ...]], _Tiers] = {}

    def run(
        self, wrt: Wanted, arrays: Sequence[Array], many: int, weight: float
    ) -> tuple[Array, list[Array]]:
        """The outputs of every row, and the derivatives of weight × the sum of the first."""
        batched = tuple([i for i, array in enumerate(arrays) if array.ndim == 2])
        tiers = self._tiers.get((wrt, batched))
        if tiers is None:
            plan = Plan(self._steps, self._spans, batched, wrt)
            tiers = self._tiers[wrt, batched] = _Tiers(plan)
        memories = [tiers.taken(many)]
        layout = memories[0].layout
        common = [array for array in arrays if array.ndim == 1]
        shared = np.concatenate(common) if common else None
        own = [arrays[i] for i in batched]
        rows = own[0] if len(own) == 1 else np.concatenate(own, axis=1)
        rows = np.ascontiguousarray(rows, dtype=float)
        result, grads = np.empty((many, layout.outputs.size)), np.empty((many, layout.kept.size))
        chunks = -(-many // CHUNK)
        totals = np.zeros((chunks, layout.summed.size))

        def work(numbers: range) -> None:
            try:
                memory = memories.pop()
            except IndexError:
                memory = tiers.taken(0)
            memory.begin(tiers.plan, shared, rows, result, grads, weight)
            for number in numbers:
                self._batch(memory.chunk(number * CHUNK, min((number + 1) * CHUNK, many)))
                totals[number] = lane_to_lane(memory.total)
            tiers.free(memory)

        long = many * tiers.plan.instructions > WORTH_THREADS
        in_threads(work, chunks, self._threads if long else 1)
        sums = np.zeros(layout.summed.size)
        with np.errstate(invalid="ignore"):
            for total in totals:
                sums += total
        return result, self._split(wrt or (), batched, sums, grads)

    def _split(
        self, wrt: tuple[int, ...], batched: tuple[int, ...], sums: Array, rows: Array
    ) -> list[Array]:
        """The gradients of each argument: parts of these two arrays, which are in their order."""
        grads = []
        shared = kept = 0
        for i in wrt:
            size = self._spans[i][1] - self._spans[i][0]
            if i in batched:
                grads.append(rows[:, kept : kept + size].copy())
                kept += size
            else:
                grads.append(sums[shared : shared + size].copy())
                shared += size
        return grads


def _aligned(count: int) -> Array:
    """So many slots of zeros, where the machine code expects slots to begin."""
    flat = np.zeros((count + 1) * LANES)
    skipped = -(_address(flat) // 8) % LANES
    return flat[skipped : skipped + count * LANES].reshape(count, LANES)


def _address(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address
