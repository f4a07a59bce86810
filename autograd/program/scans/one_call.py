"""A chain at one point as one call of machine code: its segments forward, then back.

Between segments numbers are moved by machine code too, and all memory stays from call to call.
Next: :mod:`autograd.program.scans.scan_executor`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.program.executor import Buffers
from autograd.program.loop.addresses import address
from autograd.program.scans.moves import Calls
from autograd.program.scans.native_scan import NativeScan, frame_of
from autograd.program.scans.passing import PlainRunner, Reached, Route, Runner
from autograd.program.tape.segments import Chain, Plain, Scan

__all__ = ["OneCall", "is_native"]


def is_native(runners: Sequence[Runner]) -> bool:
    """Whether all segments are machine code that calls nothing of Python's."""
    return all(
        isinstance(x, NativeScan)
        or (isinstance(x, PlainRunner) and _machine_code(x.buffers(back=False)) is not None)
        for x in runners
    )


def _machine_code(buffers: Buffers | None) -> tuple[int, int] | None:
    """The address of the function that fills buffers, and that of its frame."""
    if buffers is None or isinstance(buffers.run.func, FunctionType):  # what listens to callbacks
        return None
    called: Any = buffers.run.func
    function = ctypes.cast(called, ctypes.c_void_p).value
    [frame] = buffers.run.args
    return function or 0, frame.value


class OneCall:
    """The numbers in all places and their adjoints, and the call that works on them.

    Of one thread at a time.
    """

    def __init__(
        self,
        chain: Chain,
        runners: Sequence[Runner],
        reached: Reached,
        spans: Sequence[slice],
        wrt: tuple[int, ...] | None,
    ) -> None:
        self._back = wrt is not None
        self._numbers = np.concatenate([np.zeros(chain.size), chain.constants])
        self._adjoints = np.zeros(len(self._numbers) if self._back else 0)
        self.weight = np.ones(1)
        self._calls = Calls()
        outputs, values = self._places(chain.outputs), np.empty(len(chain.outputs))
        ways = [self._forward(*part) for part in zip(chain.segments, runners, reached.routes)]
        self._calls.move("gather", self._numbers, outputs, values)
        if self._back:
            self._calls.clear(self._adjoints)
            self._calls.move("add", self.weight, outputs[:1], self._adjoints)
            for way in reversed(ways):
                way()
        arguments = [self._numbers[span] for span in spans]
        grads = [self._adjoints[spans[i]] for i in wrt or ()]
        self.buffers = Buffers(arguments, values, grads, self._calls.run())

    def _places(self, places: Array) -> Array:
        """Places counted from the front, where those of constants count from the end."""
        found: Array = places.reshape(-1) % len(self._numbers)
        return found

    def _seen(self, array: Array, places: Array) -> tuple[Array, bool]:
        """The numbers in some places, where they are if they are in a row; whether so."""
        flat = self._places(places)
        if (np.diff(flat) == 1).all():
            start = int(flat[0]) if flat.size else 0
            return array[start : start + flat.size], True
        found = np.empty(flat.size)
        self._calls.move("gather", array, flat, found)
        return found, False

    def _forward(self, segment: Plain | Scan, runner: Runner, route: Route) -> Callable[[], None]:
        """Run a segment; what runs it back."""
        if isinstance(segment, Plain):
            assert isinstance(runner, PlainRunner)
            return self._plain(segment, runner, route)
        assert isinstance(runner, NativeScan)
        return self._scan(segment, runner, route)

    def _plain(self, segment: Plain, runner: PlainRunner, route: Route) -> Callable[[], None]:
        inputs, outputs = self._places(segment.inputs), self._places(segment.outputs)

        def run(*, back: bool) -> Buffers:
            buffers = runner.buffers(back=back)
            code = _machine_code(buffers)
            assert buffers is not None
            assert code is not None
            self._calls.move("gather", self._numbers, inputs, buffers.arguments[0])
            if back:
                self._calls.move("gather", self._adjoints, outputs, buffers.arguments[1])
            self._calls.add(*code, buffers)
            return buffers

        def way_back() -> None:
            if route.wanted is not None:
                grads = run(back=True).grads[0]
                self._calls.move("add", grads, inputs, self._adjoints)

        self._calls.move("put", run(back=False).values, outputs, self._numbers)
        return way_back

    def _scan(self, scan: Scan, runner: NativeScan, route: Route) -> Callable[[], None]:
        wanted = route.wanted if self._back else None
        kernels = runner.kernels(1, (False,) * scan.items.shape[1], wanted)
        count, outputs = len(scan.items), self._places(scan.outputs)
        start = int(outputs[0]) if outputs.size else 0
        ends = slice(start, start + len(scan.last)), slice(start + len(scan.last), None)
        arrays = {
            "first": self._seen(self._numbers, scan.first)[0],
            "common": self._seen(self._numbers, scan.items)[0],
            "shared": self._seen(self._numbers, scan.shared)[0],
            "stack": np.empty(count * kernels.kept),
        }
        seen = dict(zip(("last", "each"), [self._numbers[end] for end in ends]))
        frame = frame_of(count, 1, arrays | seen)
        self._calls.add(kernels.address(back=False), address(frame), frame, arrays)

        def way_back() -> None:
            if wanted is None:
                return
            shared, shared_in_place = self._seen(self._adjoints, scan.shared)
            if scan.distinct:  # what begins at what is there ends in the eager sweep's sum
                first, first_in_place = self._seen(self._adjoints, scan.first)
            else:
                first, first_in_place = np.empty(scan.first.size), False
                self._calls.clear(first)
            found = {
                "last": self._adjoints[ends[0]], "each": self._adjoints[ends[1]],
                "first_adjoints": first, "shared_adjoints": shared,
                "item_adjoints": np.empty(count * kernels.items),
            }  # fmt: skip
            frame = frame_of(count, 1, arrays | found)
            self._calls.add(kernels.address(back=True), address(frame), frame, found)
            if not shared_in_place:
                self._calls.move("put", shared, self._places(scan.shared), self._adjoints)
            if not first_in_place:
                kind = "put" if scan.distinct else "add"
                self._calls.move(kind, first, self._places(scan.first), self._adjoints)
            columns = np.flatnonzero(wanted.items)
            items = self._places(scan.items[:, columns])
            self._calls.move("add", found["item_adjoints"], items, self._adjoints)

        return way_back
