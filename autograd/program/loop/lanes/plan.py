"""What a call runs: a stream laid out in memory, instruction by instruction or in long runs.

Next: :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.collector import uncollected
from autograd.program.loop.lanes.compiler import addresses, lanes
from autograd.program.loop.lanes.entry import OPCODE
from autograd.program.loop.lanes.places import slots_of
from autograd.program.loop.lanes.runs import Kernel, Row, rows_of
from autograd.program.loop.lanes.stream import stream_of
from autograd.program.loop.lanes.vectors import BYTES
from autograd.program.loop.native.steps import Steps

__all__ = ["Layout", "Plan", "Wanted"]

Wanted = tuple[int, ...] | None


class Layout(NamedTuple):
    """Rows of opcodes and places, the opcodes' functions, and the places that calls fill or read.

    All places are in bytes.
    """

    shared: Array
    code: Array
    ops: Array
    places: Array
    outputs: Array
    kept: Array
    summed: Array
    seed: int
    slots: int
    """How many there are."""


class Plan:
    """What a call with these batched arguments and this ``wrt`` has to run."""

    @uncollected()
    def __init__(
        self,
        steps: Steps,
        spans: Sequence[tuple[int, int]],
        batched: tuple[int, ...],
        wrt: Wanted,
    ) -> None:
        self._own = [x for i in batched for x in range(*spans[i])]
        common = [x for i, span in enumerate(spans) if i not in batched for x in range(*span)]
        wanted = None if wrt is None else [x for i in wrt for x in range(*spans[i])]
        self._stream = stream = stream_of(steps, self._own, wanted)
        self.constants = np.array([*stream.constants.values()], dtype=float)
        # The constants' slots come first, then those of what is shared.
        self._keep = [*stream.constants, *common]
        self.common = len(stream.constants), len(self._keep)
        self._grads: dict[bool, list[int]] = {True: [], False: []}  # of rows' own, and of shared
        position = 0
        for i in wrt or ():
            size = spans[i][1] - spans[i][0]
            self._grads[i in batched] += stream.gradients[position : position + size]
            position += size
        self.instructions = len(stream.body)

        self._ends = [*stream.outputs, *(x for x in stream.gradients if x >= 0)]
        self._start = [*self._own, *([stream.seed] if stream.seed >= 0 else [])]
        read = {x for _, cells in stream.body for x in cells} | {*self._ends}
        self._keep += [cells[0] for _, cells in stream.shared if cells[0] in read]

    @uncollected()
    def rows(self, least: int, longest: int) -> list[Row]:
        """The body in rows: see :func:`autograd.program.loop.lanes.runs.rows_of`."""
        outside = {*self._keep, *self._start, *self._ends}
        return rows_of(self._stream.body, outside, least, longest)

    @uncollected()
    def layout(self, body: Sequence[Row] | None = None) -> Layout:
        """The stream in memory, its body in these rows, or instruction by instruction."""
        stream = self._stream
        if body is None:
            body = [Row(*instruction) for instruction in stream.body]
        first = [Row(*instruction) for instruction in stream.shared]
        names = [row.names for row in (*first, *body)]
        slots, count = slots_of(names, self._start, self._keep, self._ends)
        slots.append(count + 1)  # where a name is -1: zeros, of what nothing leads to
        known: dict[Any, int] = {**OPCODE}
        kernels = dict.fromkeys(row.what for row in body if isinstance(row.what, Kernel))
        found = addresses(kernels)
        known.update({kernel: len(OPCODE) + i for i, kernel in enumerate(kernels)})
        return Layout(
            _rows(first, slots, known),
            _rows(body, slots, known),
            np.array([*lanes().ops, *(found[kernel] for kernel in kernels)], np.uint64),
            _places(self._own, slots),
            _places(stream.outputs, slots),
            _places(self._grads[True], slots),
            _places(self._grads[False], slots),
            BYTES * (slots[stream.seed] if stream.seed >= 0 else count),
            count + 2,
        )


def _places(names: Sequence[int], slots: Sequence[int]) -> Array:
    places: Array = np.array([slots[x] for x in names], dtype=np.uint32) * np.uint32(BYTES)
    return places


def _rows(rows: Sequence[Row], slots: Sequence[int], known: dict[Any, int]) -> Array:
    """Opcodes and places, one after the other."""
    flat: list[int] = []
    for what, names in rows:
        flat.append(known[what])
        flat += [BYTES * slots[x] for x in names]
    flat.append(OPCODE["halt", ""])
    return np.array(flat, dtype=np.uint32)
