"""A scan in machine code: kernels compiled when first needed, and the arrays that they work on.

Next: :mod:`autograd.program.scans.scan_executor`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.addresses import address
from autograd.program.loop.lanes.compiler import lanes
from autograd.program.loop.lanes.vectors import lane_declarations
from autograd.program.loop.native.compiler import can_compile, compiled_functions, interpreter
from autograd.program.loop.native.forms import form_declarations
from autograd.program.loop.native.steps import Steps
from autograd.program.loop.native.symbols import declarations
from autograd.program.loop.row_sums import LANES
from autograd.program.scans.kernels import FRAME, Kind, Wiring, forward_text
from autograd.program.scans.reverse_kernels import reverse_text
from autograd.program.tape.repeated import WIDEST, has_loops
from autograd.program.tape.segments import Scan

__all__ = ["Inputs", "NativeScan", "Wanted", "frame_of", "native_wiring"]

PROTOTYPE = ctypes.CFUNCTYPE(None)


class Inputs(NamedTuple):
    """What a scan reads, with the rows of a batch along the last axis, or one of them."""

    first: Array
    common: Array
    """Items: (runs, numbers), of the numbers that all rows share."""
    own: Array
    """(runs, numbers, rows), of the others."""
    own_columns: tuple[bool, ...]
    shared: Array
    rows: int | None


class Wanted(NamedTuple):
    """Which inputs derivatives are taken by."""

    first: tuple[bool, ...]
    items: tuple[bool, ...]
    shared: tuple[bool, ...]


def native_wiring(scan: Scan) -> Wiring | None:
    """The step in registers; None if machine code cannot run it, or only after long compiling."""
    repeat = scan.repeat
    if not can_compile() or has_loops(repeat):
        return None
    steps = Steps(repeat.tape(scan.constants, (*repeat.new, *scan.last, *scan.each)))
    many, last = len(repeat.new), len(repeat.new) + len(scan.last)
    new = steps.outputs[:many]
    if steps.calls or len(steps.steps) > WIDEST:
        return None
    if len(set(new)) < many or min(new, default=steps.first) < steps.first:
        return None  # a rule that gives back what it is given
    sizes = many, repeat.items.shape[1], len(repeat.shared)
    return Wiring(steps, *sizes, new, steps.outputs[many:last], steps.outputs[last:])


class _Kernels(NamedTuple):
    """The two functions, or one; how many numbers a run keeps, and gives adjoints of items."""

    forward: Any
    reverse: Any
    kept: int
    items: int

    def address(self, *, back: bool) -> int:
        """Where one of them is."""
        function = self.reverse if back else self.forward
        return ctypes.cast(function, ctypes.c_void_p).value or 0


@lru_cache(maxsize=256)
def _compiled(text: str, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple([PROTOTYPE(address) for address in compiled_functions(text, names)])


def frame_of(count: int, blocks: int, arrays: Mapping[str, Array]) -> Array:
    """What a kernel is called with: it has the addresses of these arrays."""
    pointers = [address(arrays[name]) if name in arrays else 0 for name in FRAME[2:]]
    return np.array([count, blocks, *pointers], dtype=np.int64)


class _Memory:
    """The arrays that two kernels work on, and the frame that holds their addresses.

    Going back, the outputs' adjoints are in the place of the outputs, and the first carry's in its
    place.
    """

    def __init__(
        self, scan: Scan, kernels: _Kernels, inputs: Inputs, key: tuple[int, int | None]
    ) -> None:
        rows, count = inputs.rows or 1, scan.repeat.count
        self.kernels, self.key = kernels, key
        self.first = np.empty((len(scan.first), rows))
        self.common, self.own = np.empty(inputs.common.shape), np.empty(inputs.own.shape)
        self.shared, self.shared_adjoints = (np.empty((len(scan.shared), rows)) for _ in "ab")
        self.outputs = np.empty((len(scan.outputs), rows))
        self.stack = np.empty(count * kernels.kept * rows)
        self.items = np.empty((count, kernels.items, rows))
        arrays = {
            "first": self.first, "common": self.common, "own": self.own, "shared": self.shared,
            "stack": self.stack, "last": self.outputs, "each": self.outputs[len(scan.last) :],
            "item_adjoints": self.items, "first_adjoints": self.first,
            "shared_adjoints": self.shared_adjoints,
        }  # fmt: skip
        self.frame = frame_of(count, rows // (LANES if inputs.rows else 1), arrays)
        self.at = ctypes.c_void_p(address(self.frame))


class NativeScan:
    """Runs a scan; rows of a batch come in multiples of eight."""

    def __init__(self, scan: Scan, wiring: Wiring) -> None:
        self.scan, self.wiring = scan, wiring
        self._kernels: dict[Kind, _Kernels] = {}
        self._free: dict[tuple[int, int | None], list[_Memory]] = {}

    def kept_bytes(self, own: tuple[bool, ...], wanted: Wanted | None) -> int:
        """Memory for the way back, of each row."""
        return 8 * self.scan.repeat.count * self.kernels(LANES, own, wanted).kept

    def forward(self, inputs: Inputs, wanted: Wanted | None) -> tuple[Array, Any]:
        """The numbers in the places of the outputs, and what ``reverse`` needs."""
        kernels = self.kernels(LANES if inputs.rows else 1, inputs.own_columns, wanted)
        memory = self._taken(kernels, inputs)
        memory.first[...], memory.shared[...] = inputs.first, inputs.shared
        memory.common[...] = inputs.common
        if memory.own.size:
            memory.own[...] = inputs.own
        kernels.forward(memory.at)
        return memory.outputs, memory

    def reverse(
        self, saved: _Memory, outputs: Array, first: Array, shared: Array, wanted: Wanted
    ) -> Array:
        """Add to the adjoints of the first carry and of what is shared; those of the items.

        They are (runs, wanted numbers, rows).
        """
        memory: _Memory = saved
        memory.outputs[...] = outputs
        memory.first[...], memory.shared_adjoints[...] = first, shared
        memory.kernels.reverse(memory.at)
        first[...], shared[...] = memory.first, memory.shared_adjoints
        return memory.items

    def release(self, saved: _Memory) -> None:
        """What ``forward`` gave is needed no more."""
        self._free.setdefault(saved.key, []).append(saved)

    def _taken(self, kernels: _Kernels, inputs: Inputs) -> _Memory:
        """Memory for one call at a time: new one would cost more than the call."""
        key = id(kernels), inputs.rows
        try:
            return self._free[key].pop()
        except (KeyError, IndexError):
            return _Memory(self.scan, kernels, inputs, key)

    def kernels(self, count: int, own: tuple[bool, ...], wanted: Wanted | None) -> _Kernels:
        """The kernels for so many lanes."""
        flags: Sequence[bool] = [x for part in wanted for x in part] if wanted else ()
        kind = Kind(count, own, tuple(flags))
        found = self._kernels.get(kind)
        if found is None:  # two threads may both compile: the functions are equal
            found = self._kernels[kind] = self._made(kind)
        return found

    def _made(self, kind: Kind) -> _Kernels:
        kept: dict[int, int] = {}
        texts, names = [], ["forward"]
        if kind.wanted:
            texts, names = (
                [reverse_text("reverse", self.wiring, kind, kept)],
                ["forward", "reverse"],
            )
        texts.append(forward_text("forward", self.wiring, kind, kept))
        if kind.lanes == 1:
            interpreter()
            known = [*declarations(), *form_declarations(1)]
        else:
            lanes()
            known = lane_declarations()
        found = _compiled("\n".join([*known, *texts]), tuple(names))
        wanted = kind.wanted[self.wiring.carries : self.wiring.carries + self.wiring.items]
        return _Kernels(found[0], found[-1], len(kept), sum(wanted))
