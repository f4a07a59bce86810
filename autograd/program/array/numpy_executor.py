"""The array executor: a tape simplified, grouped, and run as array statements.

Batches run in machine code, a tile of rows at a time (:mod:`autograd.program.array.tiles.plan`).
Without llvmlite, at single points, where something in the program cannot be done so, and where a
result is not finite, the statements are written as straight-line NumPy, once for each set of
batched arguments and of arguments to differentiate by; tracebacks and debuggers show the source.
Next: :mod:`autograd.program.statements.groups`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from math import isfinite
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.cached import cached_property
from autograd.program.array.forward import write_forward
from autograd.program.array.reverse import Reverse
from autograd.program.array.tiles.body import NotTiled
from autograd.program.array.tiles.runner import Tiles
from autograd.program.array.writer import Writer, style_of
from autograd.program.loop.native.compiler import can_compile
from autograd.program.statements.groups import ArrayForm, group
from autograd.program.statements.layout import Literal, Operand
from autograd.program.statements.listing import listed
from autograd.program.tape.instructions import Tape
from autograd.program.tape.passes import simplified

__all__ = ["ArrayExecutor", "simplified"]

Flags = tuple[bool, ...]
CHUNK = 2**13
"""Most numbers in an intermediate array of a chunk: 64 KiB of float64."""
PRODUCT_ROWS = 256
"""Rows below which matrix products would lose speed, whatever the size of the chunk."""


class ArrayExecutor:
    """Runs a tape as array statements; see :class:`autograd.program.executor.Executor`."""

    def __init__(self, tape: Tape, dtype: str) -> None:
        self.arguments = tape.arguments
        self.tape = simplified(tape)
        self.dtype = dtype
        # Written functions by what they are for. Two threads may both write one: they are equal.
        self._functions: dict[Any, Callable[..., Any]] = {}
        self._tiles: dict[Any, Tiles | None] = {}

    @cached_property
    def form(self) -> ArrayForm:
        """The array statements."""
        return group(self.tape)

    @cached_property
    def _chunk(self) -> int:
        """Rows of a batch to take at a time, so that intermediates stay in the cache."""
        statements = self.form.statements
        widest = max([self.form.blocks[s.block].size for s in statements], default=1)
        rows = max(1, CHUNK // max(widest, 1))
        multiplies = any(s.kind == "product" and np.prod(s.shape) > 1 for s in statements)
        return max(rows, PRODUCT_ROWS) if multiplies else rows

    def forward(self, arrays: Sequence[Array], batch: int | None) -> Array:
        """The outputs, ``(outputs,)`` or ``(batch, outputs)``."""
        batched = tuple([array.ndim == 2 for array in arrays])
        tiled = self._by_tiles(batched, None, arrays, batch, 1.0)
        if tiled is not None:
            return tiled[0]
        if batch is None or 0 < batch <= self._chunk:
            return self._forward(batched, arrays, batch)
        values = np.empty((batch, len(self.tape.outputs)), self.dtype)
        for rows, part in self._chunks(batched, arrays, batch):
            size = rows.stop - rows.start
            tiled = self._by_tiles(batched, None, part, size, 1.0)
            values[rows] = tiled[0] if tiled else self._forward(batched, part, size)
        return values

    def _forward(self, batched: Flags, arrays: Sequence[Array], batch: int | None) -> Array:
        with np.errstate(all="ignore"):
            values: Array = self._function(batched, None, fast=True)(arrays, batch, 1.0)
            if not _finite(values):
                values = self._function(batched, None, fast=False)(arrays, batch, 1.0)
        return values

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], batch: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """The outputs, and the derivatives of ``weight`` × the sum of the first over the batch."""
        batched = tuple([array.ndim == 2 for array in arrays])
        tiled = self._by_tiles(batched, wrt, arrays, batch, weight)
        if tiled is not None:
            return tiled
        if batch is None or 0 < batch <= self._chunk:
            return self._value_and_grad(batched, wrt, arrays, batch, weight)
        values = np.empty((batch, len(self.tape.outputs)), self.dtype)
        grads = [np.zeros_like(arrays[i]) for i in wrt]
        for rows, part in self._chunks(batched, arrays, batch):
            size = rows.stop - rows.start
            # One row that is not finite is no reason to leave machine code for all the others.
            tiled = self._by_tiles(batched, wrt, part, size, weight)
            values[rows], found = tiled or self._value_and_grad(batched, wrt, part, size, weight)
            for grad, new in zip(grads, found):
                if new.ndim == 2:
                    grad[rows] = new
                else:
                    grad += new
        return values, grads

    def _value_and_grad(
        self,
        batched: Flags,
        wrt: tuple[int, ...],
        arrays: Sequence[Array],
        batch: int | None,
        weight: float,
    ) -> tuple[Array, list[Array]]:
        with np.errstate(all="ignore"):
            values, grads = self._function(batched, wrt, fast=True)(arrays, batch, weight)
            if not (_finite(values) and all(map(_finite, grads))):
                # Something overflowed, or an infinite derivative met an adjoint of zero.
                values, grads = self._function(batched, wrt, fast=False)(arrays, batch, weight)
        return values, grads

    def _by_tiles(
        self,
        batched: Flags,
        wrt: tuple[int, ...] | None,
        arrays: Sequence[Array],
        batch: int | None,
        weight: float,
    ) -> tuple[Array, list[Array]] | None:
        """The same in machine code; None where there is none, or what it gives is not finite."""
        tiles = self.tiles(batched, wrt) if batch and any(batched) else None
        if tiles is None or batch is None:
            return None
        return tiles(arrays, batch, weight)

    def tiles(self, batched: Flags, wrt: tuple[int, ...] | None) -> Tiles | None:
        """The program in machine code, a tile of rows at a time, where that can be done."""
        key = (batched, wrt)
        if key not in self._tiles:
            made = None  # kept when it is done: an interrupt would leave "cannot be done" behind
            if can_compile():
                style = style_of(self.form, fast=True)
                with suppress(NotTiled):
                    made = Tiles(self.form, batched, wrt, style, self.dtype)
            self._tiles[key] = made
        return self._tiles[key]

    def _chunks(
        self, batched: Flags, arrays: Sequence[Array], batch: int
    ) -> Iterator[tuple[slice, list[Array]]]:
        """Slices of the batch, with the arrays' rows in each."""
        for start in range(0, batch, self._chunk):
            rows = slice(start, min(start + self._chunk, batch))
            yield rows, [x[rows] if varies else x for x, varies in zip(arrays, batched)]

    def _function(
        self, batched: Flags, wrt: tuple[int, ...] | None, *, fast: bool
    ) -> Callable[..., Any]:
        """The function for these batched arguments; with ``wrt``, it computes gradients too."""
        key = (batched, wrt, fast)
        function = self._functions.get(key)
        if function is None:
            function = self._functions[key] = self._written(batched, wrt, fast=fast)
        return function

    def _written(
        self, batched: Flags, wrt: tuple[int, ...] | None, *, fast: bool
    ) -> Callable[..., Any]:
        writer = Writer(self.form, batched, self.dtype, fast=fast)
        for i in range(len(batched)):
            writer.line(f"b{i} = arrays[{i}]")
        for statement in self.form.statements:
            write_forward(writer, statement)
        values = self._values(writer, any(batched))
        if wrt is None:
            writer.line(f"return {values}")
            return writer.function("forward")
        writer.line("rows = batch or 1")
        values = writer.name(values)
        reverse = Reverse(writer, wrt)
        reverse.write()
        grads = [reverse.adjoints.gradient(i) for i in wrt]
        writer.line(f"return {values}, [{', '.join(grads)}]")
        return writer.function("value_and_grad")

    def _values(self, writer: Writer, batched: bool) -> str:
        """Text of the outputs, auxiliary data last, as an array of its own."""
        output, aux = self.form.output, self.form.aux
        if aux is None:
            return self._value(writer, output, batched)
        pair = ", ".join(_whole(writer, reading, batched) for reading in (output, aux))
        return f"np.concatenate(({pair}), -1)"

    def _value(self, writer: Writer, output: Operand, batched: bool) -> str:
        text = _whole(writer, output, batched)
        block = getattr(output, "block", 0)
        is_own = block > len(self.arguments) and text == f"b{block}"  # all of a statement's result
        return text if is_own else f"{text}.copy()"

    def buffers(self, wrt: tuple[int, ...] | None) -> None:
        """None: results are new arrays in every call."""

    def listing(self) -> list[str]:
        """One line for each array statement."""
        return listed(self.form)


def _whole(writer: Writer, reading: Operand, batched: bool) -> str:
    """Text of an operand's array, with a batch axis even if all rows of the batch share it."""
    text = writer.read(reading, whole=True)
    if batched == writer.varies(reading) and not isinstance(reading, Literal):
        return text
    return f"np.broadcast_to({text}, {writer.shape(reading.shape, batched)})"


def _finite(array: Array) -> bool:
    """Whether all numbers are finite; the squares of very large ones may not be."""
    flat = array.reshape(-1)
    return isfinite(flat.dot(flat))
