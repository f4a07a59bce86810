"""A tape run over batches: plan a stream, fill a frame, call, take the results."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.program.loop.lanes.compiler import lanes
from autograd.program.loop.lanes.entry import FRAME, OPCODE
from autograd.program.loop.lanes.patterns import Instruction
from autograd.program.loop.lanes.slots import slots_of
from autograd.program.loop.lanes.stream import stream_of
from autograd.program.loop.lanes.vectors import BYTES
from autograd.program.loop.native.steps import Steps
from autograd.program.loop.row_sums import CHUNK, LANES, lane_to_lane

__all__ = ["LaneLoop"]

Array = Any
Wanted = tuple[int, ...] | None


class _Plan:
    """What a call with these batched arguments and this ``wrt`` runs, places in bytes."""

    def __init__(
        self,
        steps: Steps,
        spans: Sequence[tuple[int, int]],
        batched: tuple[int, ...],
        wrt: Wanted,
    ) -> None:
        own = [x for i in batched for x in range(*spans[i])]
        common = [x for i, span in enumerate(spans) if i not in batched for x in range(*span)]
        wanted = None if wrt is None else [x for i in wrt for x in range(*spans[i])]
        stream = stream_of(steps, own, wanted)
        grads = [x for x in stream.gradients if x >= 0]
        start = [*own, *([stream.seed] if stream.seed >= 0 else [])]
        read = {x for _, cells in stream.body for x in cells} | {*stream.outputs, *grads}
        lasting = [cells[0] for _, cells in stream.shared if cells[0] in read]
        # The constants' slots come first, then those of what is shared; one of zeros, one unused.
        constants = [*stream.constants]
        keep = [*constants, *common, *lasting]
        groups = [cells for _, cells in (*stream.shared, *stream.body)]
        slots, count = slots_of(groups, start, keep, [*stream.outputs, *grads])
        self.zero, self.unused, self.count = count, count + 1, count + 2
        self.constants = np.array([*stream.constants.values()], dtype=float)
        self.common = len(constants), len(constants) + len(common)
        self.shared = _rows(stream.shared, slots)
        self.code = _rows(stream.body, slots)
        self.places = _places([slots[x] for x in own])
        self.outputs = _places([slots[x] for x in stream.outputs])
        self.seed = BYTES * (slots[stream.seed] if stream.seed >= 0 else self.unused)
        rows: list[int] = []
        sums: list[int] = []
        position = 0
        for i in wrt or ():
            size = spans[i][1] - spans[i][0]
            names = stream.gradients[position : position + size]
            (rows if i in batched else sums).extend(
                [slots[x] if x >= 0 else self.zero for x in names]
            )
            position += size
        self.kept, self.summed = _places(rows), _places(sums)
        self.length = len(stream.body)
        self.free: list[_Memory] = []


def _places(slots: Sequence[int]) -> Array:
    return np.array(slots, dtype=np.uint32) * np.uint32(BYTES)


def _rows(instructions: Sequence[Instruction], slots: Sequence[int]) -> Array:
    """Opcodes and places, one after the other."""
    flat: list[int] = []
    for pattern, cells in instructions:
        flat.append(OPCODE[pattern])
        flat += [BYTES * slots[x] for x in cells]
    flat.append(OPCODE["halt", ""])
    return np.array(flat, dtype=np.uint32)


class _Memory:
    """The slots of one call at a time, constants filled in, and its frame."""

    def __init__(self, plan: _Plan, ops: Array) -> None:
        self.slots, self.total = _aligned(plan.count), _aligned(plan.summed.size)
        self.slots[: plan.constants.size] = plan.constants[:, None]
        self.arrays = {
            "shared": plan.shared, "code": plan.code, "ops": ops, "m": self.slots,
            "places": plan.places, "outputs": plan.outputs, "kept": plan.kept,
            "summed": plan.summed, "total": self.total,
        }  # fmt: skip
        values = {name: _address(array) for name, array in self.arrays.items()}
        values |= {
            "placed": plan.places.size, "returned": plan.outputs.size, "keeps": plan.kept.size,
            "sums": plan.summed.size, "seed": plan.seed,
        }  # fmt: skip
        self.frame = np.array([values.get(name, 0) for name in FRAME], dtype=np.int64)
        self.numbers = self.frame.view(np.float64)
        self.at = ctypes.c_void_p(_address(self.frame))


FIELD = {name: index for index, name in enumerate(FRAME)}


class LaneLoop:
    """Runs a tape over batches, eight rows at a time."""

    def __init__(self, steps: Steps, spans: Sequence[tuple[int, int]]) -> None:
        self._steps, self._spans = steps, spans
        self._compiled = lanes()
        self._ops = np.array(self._compiled.ops, np.uint64)
        self._plans: dict[tuple[Wanted, tuple[int, ...]], _Plan] = {}

    def run(
        self, wrt: Wanted, arrays: Sequence[Array], many: int, weight: float
    ) -> tuple[Array, list[Array]]:
        """The outputs of every row, and the derivatives of weight × the sum of the first."""
        batched = tuple([i for i, array in enumerate(arrays) if array.ndim == 2])
        plan = self._plans.get((wrt, batched))
        if plan is None:
            plan = self._plans[wrt, batched] = _Plan(self._steps, self._spans, batched, wrt)
        try:
            memory = plan.free.pop()
        except IndexError:
            memory = _Memory(plan, self._ops)
        common = [array for array in arrays if array.ndim == 1]
        if common:
            start, stop = plan.common
            memory.slots[start:stop] = np.concatenate(common)[:, None]
        own = [arrays[i] for i in batched]
        rows = own[0] if len(own) == 1 else np.concatenate(own, axis=1)
        rows = np.ascontiguousarray(rows, dtype=float)
        result, grads = np.empty((many, plan.outputs.size)), np.empty((many, plan.kept.size))
        frame = memory.frame
        frame[FIELD["rows"]], frame[FIELD["result"]] = _address(rows), _address(result)
        frame[FIELD["grads"]] = _address(grads)
        memory.numbers[FIELD["weight"]] = weight
        sums = np.zeros(plan.summed.size)
        for first in range(0, many, CHUNK):
            memory.total[...] = 0.0
            frame[FIELD["first"]], frame[FIELD["end"]] = first, min(first + CHUNK, many)
            self._compiled.batch(memory.at)
            with np.errstate(invalid="ignore"):
                sums += lane_to_lane(memory.total)
        plan.free.append(memory)
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
