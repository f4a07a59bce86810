"""A tape run over batches: plan a stream, fill a frame, call, take the results.

Next: :mod:`autograd.program.loop.lanes.machine`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.addresses import address
from autograd.program.loop.lanes.chunks import in_threads, processors
from autograd.program.loop.lanes.compiler import lanes, unknown
from autograd.program.loop.lanes.entry import FRAME
from autograd.program.loop.lanes.plan import Layout, Plan, Wanted
from autograd.program.loop.lanes.runs import Kernel, Row
from autograd.program.loop.native.steps import Steps
from autograd.program.loop.row_sums import CHUNK, LANES

__all__ = ["LaneLoop"]


class _Memory:
    """The slots of one call at a time, constants filled in, and its frame."""

    def __init__(self, layout: Layout, constants: Array) -> None:
        self.layout = layout
        self.slots, self.total = _aligned(layout.slots), _aligned(layout.summed.size)
        self.slots[: constants.size] = constants[:, None]
        self.sums = np.zeros(layout.summed.size)
        values = {name: address(x) for name, x in layout._asdict().items() if name in ARRAYS}
        values |= {
            "m": address(self.slots), "total": address(self.total), "sums": address(self.sums),
            "seed": layout.seed, "placed": layout.places.size, "returned": layout.outputs.size,
            "keeps": layout.kept.size, "added": layout.summed.size,
        }  # fmt: skip
        self.frame = np.array([values.get(name, 0) for name in FRAME], dtype=np.int64)
        self._numbers = self.frame.view(np.float64)
        self._at = ctypes.c_void_p(address(self.frame))

    def begin(self, common: tuple[int, int], shared: Array | None, call: _Call) -> None:
        """Take what the batch shares, and where rows come from and results go."""
        start, stop = common
        if shared is not None:
            self.slots[start:stop] = shared[:, None]
        self._numbers[WEIGHT] = call.weight
        frame = self.frame
        frame[ROWS], frame[RESULT], frame[GRADS] = call.rows, call.result, call.grads

    def chunk(self, first: int, end: int) -> ctypes.c_void_p:
        """The frame for these rows."""
        self.frame[FIRST], self.frame[END] = first, end
        return self._at


class _Call(NamedTuple):
    """Addresses of a batch's rows, their results and gradients, and what those are weighted by."""

    rows: int
    result: int
    grads: int
    weight: float


ARRAYS = ("shared", "code", "ops", "places", "outputs", "kept", "summed")
WEIGHT, ROWS, RESULT, GRADS, FIRST, END = map(
    FRAME.index, ("weight", "rows", "result", "grads", "first", "end")
)


STAGES = (64, 16), (8, 48)
"""The least places and the greatest length of runs that are made: the first take a quarter of the
second's time, and save most of what those do.
"""


class _Tiers:
    """A plan as it runs: in single instructions first; when it has run for a while, in short runs
    that stand in many places, and in the end in long ones that stand in few.

    All give the same numbers to the bit. A step is taken when half as much as it costs would have
    been saved by it since the last one.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._layout = plan.layout()
        self._size = plan.instructions  # of what is run, in rows
        # Which of STAGES is next, and its rows once they are found. Two threads may both take a
        # step: theirs are equal.
        self._next: tuple[int, list[Row] | None] = 0, None
        self._left = plan.instructions * FINDING
        self._free: list[_Memory] = []

    def _step(self) -> None:
        """Find the runs of the next kind, and compile them when that will repay."""
        stage, rows = self._next
        if stage == len(STAGES):  # another thread was here
            self._left = inf
            return
        if rows is None:
            rows = self.plan.rows(*STAGES[stage])
            self._next, self._left = (stage, rows), self._wait(rows)
            if self._left > 0.0:
                return
        self._layout, self._size, self._free = self.plan.layout(rows), len(rows), []
        self._next, self._left = (stage + 1, None), self.plan.instructions * FINDING

    def _wait(self, rows: Sequence[Row]) -> float:
        """Instructions that are run before these rows are compiled."""
        new = unknown(row.what for row in rows if isinstance(row.what, Kernel))
        if not new:
            return 0.0
        within = self.plan.instructions * WITHIN
        saved = 1.0 - (len(rows) + within) / (self._size + within)
        cost = COMPILING + COMPILING_EACH * sum(len(run.patterns) for run in new)
        return cost / max(saved, 0.01)

    def taken(self, many: int) -> _Memory:
        """Memory for a call with so many rows: used again by later ones, never by two at a time."""
        if self._left < inf:
            self._left -= self.plan.instructions * -(-many // LANES)
            if self._left <= 0.0:
                self._step()
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
FINDING, COMPILING, COMPILING_EACH = 400.0, 1.2e6, 2.4e4
"""Instructions that are run, of three nanoseconds each, in half the time that a step takes: for
every instruction of the plan, for the compiler, and for every one that it has to compile.
"""
WITHIN = 0.3
"""What an instruction takes within a run, where one alone takes this and 1."""


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
        memory = tiers.taken(many)
        layout, common = memory.layout, tiers.plan.common
        own = [arrays[i] for i in batched]
        shared = [array for array in arrays if array.ndim == 1]
        numbers = np.concatenate(shared) if shared else None
        rows = own[0] if len(own) == 1 else np.concatenate(own, axis=1)
        rows = np.ascontiguousarray(rows, dtype=float)
        result, grads = np.empty((many, layout.outputs.size)), np.empty((many, layout.kept.size))
        call = _Call(address(rows), address(result), address(grads), weight)
        memory.begin(common, numbers, call)
        if many <= CHUNK:
            self._batch(memory.chunk(0, many))
            sums = memory.sums + 0.0
            tiers.free(memory)
            return result, self._split(wrt or (), batched, sums, grads)
        memories = [memory]
        chunks = -(-many // CHUNK)
        totals = np.zeros((chunks, layout.summed.size))

        def work(numbers_: Iterable[int]) -> None:
            try:
                memory = memories.pop()
            except IndexError:
                memory = tiers.taken(0)
                memory.begin(common, numbers, call)
            for number in numbers_:
                self._batch(memory.chunk(number * CHUNK, min((number + 1) * CHUNK, many)))
                totals[number] = memory.sums
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
                own, kept = rows[:, kept : kept + size], kept + size
                grads.append(rows if own.shape == rows.shape else own.copy())
            else:
                grads.append(sums[shared : shared + size].copy())
                shared += size
        return grads


def _aligned(count: int) -> Array:
    """So many slots of zeros, where the machine code expects slots to begin."""
    flat = np.zeros((count + 1) * LANES)
    skipped = -(address(flat) // 8) % LANES
    return flat[skipped : skipped + count * LANES].reshape(count, LANES)
