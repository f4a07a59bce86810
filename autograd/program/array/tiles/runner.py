"""Array statements run over tiles: fill a frame, call, take the results.

Next: :mod:`autograd.program.array.numpy_executor`, which decides what runs here.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np

from autograd.arrays import Array
from autograd.collector import uncollected
from autograd.program.array.tiles.body import GROUP, KINDS, MOST_ROWS, NotTiled
from autograd.program.array.tiles.compiler import addresses, common
from autograd.program.array.tiles.entry import FRAME
from autograd.program.array.tiles.plan import Plan
from autograd.program.loop.addresses import address
from autograd.program.statements.groups import ArrayForm

__all__ = ["FIELD", "Tiles"]

ROWS = (MOST_ROWS, 32, 16)
"""Rows of a tile: few enough that it stays in the cache, enough to make sums over them pay."""
NEAR, FAR = 2**20, 2**23
"""Bytes that the cache holds, and that a tile may have in all."""
FIELD = {name: index for index, name in enumerate(FRAME)}
ROWS_HERE, WEIGHT_HERE, FINITE = FIELD["rows"], FIELD["weight"], FIELD["finite"]


class _Memory:
    """A tile and a frame, for one call at a time."""

    def __init__(self, tiles: Tiles) -> None:
        flat = np.zeros(tiles.length * tiles.rows * tiles.dtype.itemsize + GROUP, np.uint8)
        m = flat[-address(flat) % GROUP :]  # where groups may begin
        args, grads = np.array(tiles.arrays, np.int64), np.zeros(len(tiles.arrays), np.int64)
        results = np.zeros(len(tiles.outs), np.int64)
        arrays: dict[str, Array] = {
            "args": args, "grads": grads, "m": m, "results": results, "copies": tiles.copies,
            "code": tiles.code, "outs": tiles.outs, "sums": tiles.sums,
        }  # fmt: skip
        values = {name: address(array) for name, array in arrays.items()} | {
            "tile": tiles.rows, "copied": len(tiles.copies), "coded": len(tiles.code),
            "returned": len(tiles.outs), "checked": len(tiles.outs), "summed": len(tiles.sums),
        }  # fmt: skip
        frame = np.array([values.get(name, 0) for name in FRAME], np.int64)
        # Set one by one in every call: a third of the time that NumPy takes.
        self.args, self.grads, self.results = args.data, grads.data, results.data
        self.frame, self.numbers = frame.data, frame.data.cast("B").cast("d")
        self.place = address(frame)
        self.at = ctypes.c_void_p(self.place)
        self._kept = m


class Tiles:
    """A program for these batched arguments and this ``wrt``, ready to run.

    Raises:
        NotTiled: Something in the program is not done tile by tile.
    """

    @uncollected()
    def __init__(
        self,
        form: ArrayForm,
        batched: Sequence[bool],
        wrt: tuple[int, ...] | None,
        style: str,
        dtype: str,
    ) -> None:
        self.dtype = np.dtype(dtype)
        plan = Plan(form, batched, wrt, style, KINDS[dtype])
        self._wrt = plan.wrt
        self._batched = tuple(batched)
        self._sizes = [form.blocks[i].size for i in range(len(batched))]
        self._width = len(plan.outs[0])
        self._kept: list[Array] = []  # what the machine code reads
        self.length = plan.tile.size * (1 if wrt is None else 2)
        sizes = [n for n in ROWS if n * self.dtype.itemsize >= 2 * GROUP]
        row = self.length * self.dtype.itemsize
        self.rows = next((n for n in sizes if n * row <= NEAR), sizes[-1])
        if self.rows * row > FAR:
            raise NotTiled("more numbers than the cache holds")
        with np.errstate(over="ignore"):  # a number beyond float32 is its infinity
            constants = [array.astype(self.dtype) for array in plan.constants]
        self.arrays = [0] * len(batched) + [self._held(array) for array in constants]
        self.copies = np.array(plan.tile.copies, dtype=np.int64).reshape(-1, 3)
        self.outs = np.array([[len(table), self._held(table)] for table in plan.outs], np.int64)
        functions = common(KINDS[dtype])
        statements = functions.statements
        texts = [f for f, _ in plan.code if f not in statements]
        known = {**statements, **dict(zip(texts, addresses(texts)))}
        rows = [np.array([self._number(x) for x in row], np.int64) for _, row in plan.code]
        self.code = np.array(
            [[known[f], self._held(row)] for (f, _), row in zip(plan.code, rows)], np.int64
        ).reshape(-1, 2)
        own = [(i, self._sizes[i]) for i in self._wrt if not batched[i]]
        self.sums = np.array(own, dtype=np.int64).reshape(-1, 2)
        self.run = functions.run
        self._free: list[_Memory] = []

    def _number(self, x: int | Array) -> int:
        return self._held(x) if isinstance(x, np.ndarray) else int(x)

    def _held(self, array: Array) -> int:
        """The address of an array that is kept."""
        own = np.ascontiguousarray(array, dtype=None if array.dtype.kind == "f" else np.int64)
        self._kept.append(own)
        return address(own)

    def taken(self) -> _Memory:
        """Memory for a call: used again by later ones, never by two at a time."""
        try:
            return self._free.pop()
        except IndexError:
            return _Memory(self)

    def __call__(
        self, arrays: Sequence[Array], batch: int, weight: float
    ) -> tuple[Array, list[Array]] | None:
        """The outputs of every row, and the derivatives of weight × the sum of the first.

        None if one of them is not finite.
        """
        memory = self.taken()
        args, results, frame = memory.args, memory.results, memory.frame
        kept = []  # alive until all is done
        for i, array in enumerate(arrays):
            if not array.flags.c_contiguous:  # a part of another one, as scans pass
                array = np.ascontiguousarray(array)
                kept.append(array)
            args[i] = address(array)
        values = np.empty((batch, self._width), self.dtype)
        grads: list[Array] = []
        results[0], given = address(values), 1
        for i in self._wrt:
            if self._batched[i]:
                grad: Array = np.empty((batch, self._sizes[i]), self.dtype)
                results[given] = address(grad)
                given += 1
            else:
                grad = np.zeros(self._sizes[i], self.dtype)
                memory.grads[i] = address(grad)
            grads.append(grad)
        frame[ROWS_HERE], memory.numbers[WEIGHT_HERE] = batch, weight
        self.run(memory.at)
        finite = frame[FINITE]
        self._free.append(memory)
        return (values, grads) if finite else None
