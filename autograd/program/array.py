"""The array executor: a tape simplified, grouped, and written as straight-line NumPy.

The source is written when first needed, once for each set of batched arguments and of arguments
to differentiate by; tracebacks and debuggers show it. Next: :mod:`autograd.program.groups`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import isfinite
from typing import Any

import numpy as np

from autograd.program.forward import write_forward
from autograd.program.groups import group
from autograd.program.ir import Tape
from autograd.program.layout import View
from autograd.program.reverse import Reverse
from autograd.program.simplify import drop_dead, expand_powers, fold_constants, share_common
from autograd.program.source import Writer
from autograd.program.sums import find_dots, flatten_sums

__all__ = ["ArrayExecutor", "simplified"]

Array = Any
PASSES: tuple[Callable[[Tape], Tape], ...] = (
    flatten_sums,
    find_dots,
    expand_powers,
    fold_constants,
    share_common,
    drop_dead,
)
"""The sums come first: they leave the other passes little to do."""


def simplified(tape: Tape) -> Tape:
    """The tape after all passes."""
    return reduce(lambda tape, run: run(tape), PASSES, tape)


class ArrayExecutor:
    """Runs a tape as array statements; see :class:`autograd.program.executor.Executor`."""

    def __init__(self, tape: Tape, dtype: str) -> None:
        self.arguments = tape.arguments
        self.form = group(simplified(tape))
        self.dtype = dtype
        # Written functions by what they are for. Two threads may both write one: they are equal.
        self._functions: dict[Any, Callable[..., Any]] = {}

    def forward(self, arrays: Sequence[Array], batch: int | None) -> Array:
        """The outputs, ``(outputs,)`` or ``(batch, outputs)``."""
        if batch == 0:
            return np.zeros((0, *self.form.output.shape), self.dtype)
        batched = tuple([array.ndim == 2 for array in arrays])
        with np.errstate(all="ignore"):
            values = self._function(batched, None, fast=True)(arrays, batch, 1.0)
            if not _finite(values):
                values = self._function(batched, None, fast=False)(arrays, batch, 1.0)
        return values

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], batch: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """The output, and the derivatives of ``weight`` × its sum over the batch."""
        if batch == 0:
            return np.zeros((0, 1), self.dtype), [np.zeros_like(arrays[i]) for i in wrt]
        batched = tuple([array.ndim == 2 for array in arrays])
        with np.errstate(all="ignore"):
            values, grads = self._function(batched, wrt, fast=True)(arrays, batch, weight)
            if not (_finite(values) and all(map(_finite, grads))):
                # Something overflowed, or an infinite derivative met an adjoint of zero.
                values, grads = self._function(batched, wrt, fast=False)(arrays, batch, weight)
        return values, grads

    def _function(
        self, batched: tuple[bool, ...], wrt: tuple[int, ...] | None, *, fast: bool
    ) -> Callable[..., Any]:
        """The function for these batched arguments; with ``wrt``, it computes gradients too."""
        key = (batched, wrt, fast)
        function = self._functions.get(key)
        if function is None:
            function = self._functions[key] = self._written(batched, wrt, fast=fast)
        return function

    def _written(
        self, batched: tuple[bool, ...], wrt: tuple[int, ...] | None, *, fast: bool
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
        """Text of the outputs, as an array of its own."""
        output = self.form.output
        text = writer.read(output, whole=True)
        if isinstance(output, View) and batched == writer.varies(output):
            if text == f"b{output.block}" and output.block >= len(self.arguments):
                return text
            return f"{text}.copy()"
        return f"np.broadcast_to({text}, {writer.shape(output.shape, batched)}).copy()"

    def listing(self) -> list[str]:
        """One line for each array statement."""
        return [
            f"{self.form.blocks[s.block].name} = {s.op} {s.kind} {s.shape}"
            for s in self.form.statements
        ]


def _finite(array: Array) -> bool:
    """Whether all numbers are finite; the squares of very large ones may not be."""
    flat = array.reshape(-1)
    return isfinite(flat.dot(flat))
