"""One pass over a chain of segments: at one point, or for some rows of a batch.

Next: :mod:`autograd.program.scans.scan_executor`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.cached import cached_property
from autograd.program.executor import Buffers, Executor, executor
from autograd.program.scans.native_scan import Inputs, NativeScan, Wanted, native_wiring
from autograd.program.scans.stepwise import StepwiseScan
from autograd.program.tape.derived import weighted_tape
from autograd.program.tape.instructions import Tape
from autograd.program.tape.segments import Chain, Plain, Scan

__all__ = ["Passing", "PlainRunner", "Reached", "Route", "Runner", "runners_of"]


class PlainRunner:
    """Runs a segment without a scan, forward and, with weights of its outputs, back."""

    def __init__(self, segment: Plain, backend: str, dtype: str) -> None:
        self.segment, self._backend, self._dtype = segment, backend, dtype
        self._forward = executor(backend, segment.tape, dtype)
        self.forward = self._forward.forward

    @cached_property
    def _weighted(self) -> Executor:
        return executor(self._backend, weighted_tape(self.segment.tape), self._dtype)

    def reverse(self, given: Array, weights: Array, batch: int | None) -> Array:
        """The adjoints of what it reads."""
        return self._weighted.value_and_grad((0,), [given, weights], batch, 1.0)[1][0]

    def buffers(self, *, back: bool) -> Buffers | None:
        """The same at one point with memory of its own; see ``Executor``."""
        return self._weighted.buffers((0,)) if back else self._forward.buffers(None)


Runner = PlainRunner | NativeScan | StepwiseScan


def runners_of(chain: Chain, backend: str, dtype: str) -> list[Runner]:
    """What runs each segment."""
    found: list[Runner] = []
    for segment in chain.segments:
        if isinstance(segment, Plain):
            found.append(PlainRunner(segment, backend, dtype))
            continue
        wiring = native_wiring(segment) if backend == "loop" else None
        found.append(
            NativeScan(segment, wiring) if wiring else StepwiseScan(segment, backend, dtype)
        )
    return found


class Route(NamedTuple):
    """What a segment has to do in calls with these batched arguments and this ``wrt``."""

    varying: bool
    """Whether it differs from row to row."""
    wanted: Wanted | None
    """What it is taken back to; None if derivatives do not lead there."""
    own: tuple[bool, ...] = ()
    """Numbers of the item that differ from row to row."""
    common: Any = None
    """Places of the others."""
    back: Any = None
    """Places of the numbers of items that are wanted, run by run."""


class Reached:
    """Which places differ from row to row, and which depend on what derivatives are taken by."""

    def __init__(
        self, tape: Tape, chain: Chain, batched: Sequence[int], wrt: Sequence[int] | None
    ) -> None:
        self.varies = self._spread(tape, chain, batched)
        self.active = self._spread(tape, chain, wrt or ())
        self.shared = np.flatnonzero(self.active & ~self.varies)
        self.routes = [self._route(segment) for segment in chain.segments]

    def _spread(self, tape: Tape, chain: Chain, arguments: Sequence[int]) -> Array:
        found = np.zeros(chain.size + len(chain.constants), dtype=bool)
        for i in arguments:
            start = tape.arguments[i].start
            found[start : start + tape.arguments[i].size] = True
        for segment in chain.segments:
            found[segment.outputs] = found[segment.inputs].any()
        return found

    def _route(self, segment: Plain | Scan) -> Route:
        varying = bool(self.varies[segment.inputs].any())
        reached = bool(self.active[segment.inputs].any())
        if isinstance(segment, Plain):
            return Route(varying, Wanted((), (), ()) if reached else None)
        own = np.asarray(self.varies[segment.items].any(axis=0))
        back = np.asarray(self.active[segment.items].any(axis=0))
        wanted = Wanted(
            tuple(self.active[segment.first].tolist()),
            tuple(back.tolist()),
            tuple(self.active[segment.shared].tolist()),
        )
        common = _compact(segment.items[:, ~own])
        places = segment.items[:, back].reshape(-1)
        once = _compact(places) if len(np.unique(places)) == len(places) else places
        return Route(varying, wanted if reached else None, tuple(own.tolist()), common, once)


def _compact(places: Array) -> Any:
    """Places in a row as a slice, which costs less to go through."""
    flat = places.reshape(-1)
    if flat.size and (np.diff(flat) == 1).all():
        return slice(int(flat[0]), int(flat[-1]) + 1)
    return flat


class Passing:
    """The numbers in all places; with ``rows``, those that differ from row to row too."""

    def __init__(
        self,
        chain: Chain,
        runners: Sequence[Runner],
        reached: Reached,
        numbers: Array,
        rows: Array | None = None,
    ) -> None:
        self.reached, self.numbers, self.rows = reached, numbers, rows
        self.count = None if rows is None else rows.shape[1]
        self._parts = [
            part
            for part in zip(chain.segments, runners, reached.routes)
            if part[2].varying == (rows is not None)
        ]
        self._saved: list[Any] = []

    def block(self, places: Array) -> Array:
        """The numbers in some places, of all rows: (places, rows)."""
        if self.rows is None:
            return self.numbers[places][:, None]
        found = self.rows[places]
        common = ~self.reached.varies[places]
        if common.any():
            found[common] = self.numbers[places[common]][:, None]
        return found

    def _given(self, numbers: Array) -> Array:
        """As executors take them: a row of numbers, or one for each row of the batch."""
        return np.ascontiguousarray(numbers[:, 0] if self.rows is None else numbers.T)

    def forward(self, *, back: bool) -> None:
        """Fill in what the segments compute, and keep what the way back needs."""
        saved: Any
        for segment, runner, route in self._parts:
            if isinstance(segment, Plain):
                assert isinstance(runner, PlainRunner)
                saved = self._given(self.block(segment.inputs))
                found = runner.forward([saved], self.count)
                self._put(segment.outputs, found[:, None] if self.rows is None else found.T)
            else:
                assert not isinstance(runner, PlainRunner)
                wanted = route.wanted if back else None
                found, saved = runner.forward(self._inputs(segment, route), wanted)
                self._put(segment.outputs, found)
                if not back:
                    runner.release(saved)
            self._saved.append(saved)

    def _put(self, places: Array, found: Array) -> None:
        if self.rows is None:
            self.numbers[places] = found[:, 0]
        else:
            self.rows[places] = found

    def _inputs(self, scan: Scan, route: Route) -> Inputs:
        count, rows = len(scan.items), self.count or 1
        own = scan.items[:, np.array(route.own, dtype=bool)] if any(route.own) else None
        return Inputs(
            self.block(scan.first),
            self.numbers[route.common].reshape(count, -1 if scan.items.size else 0),
            np.empty((count, 0, rows))
            if own is None
            else self.block(own.reshape(-1)).reshape(*own.shape, rows),
            route.own,
            self.block(scan.shared),
            self.count,
        )

    def back(self, adjoints: Array) -> None:
        """Spread adjoints, (places, rows), over what the segments read."""
        for (segment, runner, route), saved in zip(self._parts[::-1], self._saved[::-1]):
            if route.wanted is None:
                if not isinstance(runner, PlainRunner):
                    runner.release(saved)
                continue
            weights = adjoints[segment.outputs]
            if isinstance(segment, Plain):
                assert isinstance(runner, PlainRunner)
                found = runner.reverse(saved, self._given(weights), self.count)
                adjoints[segment.inputs] += found[:, None] if self.rows is None else found.T
                continue
            assert not isinstance(runner, PlainRunner)
            # What begins at what has been added up so far ends in the eager sweep's sum.
            first, shared = adjoints[segment.first], adjoints[segment.shared]
            if not segment.distinct:
                first = np.zeros_like(first)
            items = runner.reverse(saved, weights, first, shared, route.wanted)
            adjoints[segment.shared] = shared
            if segment.distinct:
                adjoints[segment.first] = first
            else:
                np.add.at(adjoints, segment.first, first)
            if items.size:
                flat = items.reshape(-1, items.shape[2])
                if isinstance(route.back, slice):
                    adjoints[route.back] += flat
                else:
                    np.add.at(adjoints, route.back, flat)
            runner.release(saved)
