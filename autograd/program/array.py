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
from autograd.program.reverse import Reverse
from autograd.program.simplify import drop_dead, expand_powers, fold_constants, share_common
from autograd.program.source import Writer
from autograd.program.sums import find_dots, flatten_sums

__all__ = ["ArrayExecutor", "simplified"]

Array = Any
PASSES: tuple[Callable[[Tape], Tape], ...] = (
    flatten_sums,
    find_dots,
    drop_dead,
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
        key = tuple([array.ndim == 2 for array in arrays])
        function = self._functions.get(key)
        if function is None:
            function = self._functions[key] = self._written(key, None, masked=False)
        with np.errstate(all="ignore"):
            return function(arrays, batch, 1.0)

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], batch: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """The output, and the derivatives of ``weight`` × its sum over the batch."""
        if batch == 0:
            return np.zeros((0, 1), self.dtype), [np.zeros_like(arrays[i]) for i in wrt]
        key = (wrt, *[array.ndim == 2 for array in arrays])
        functions = self._functions
        function = functions.get(key)
        if function is None:
            function = functions[key] = self._written(key[1:], wrt, masked=False)
        with np.errstate(all="ignore"):
            value, *grads = function(arrays, batch, weight)
            for grad in grads:
                flat = grad.reshape(-1)
                if not isfinite(flat.dot(flat)):
                    break
            else:
                return value, grads
            # Something overflowed, or an infinite derivative met an adjoint of zero.
            careful_key = ("masked", *key)
            careful = functions.get(careful_key)
            if careful is None:
                careful = self._written(key[1:], wrt, masked=True)
                functions[careful_key] = careful
            value, *grads = careful(arrays, batch, weight)
            return value, grads

    def _written(
        self, batched: Sequence[bool], wrt: tuple[int, ...] | None, *, masked: bool
    ) -> Callable[..., Any]:
        """The function for these batched arguments; with ``wrt``, it computes gradients too."""
        writer = Writer(self.form, batched, self.dtype)
        for i in range(len(batched)):
            writer.line(f"b{i} = arrays[{i}]")
        for statement in self.form.statements:
            write_forward(writer, statement)
        output = self.form.output
        any_batched = any(batched)
        shape = writer.shape(output.shape, any_batched)
        result = f"np.broadcast_to({writer.read(output, whole=True)}, {shape}).copy()"
        if wrt is None:
            writer.line(f"return {result}")
            return writer.function("forward")
        writer.line("rows = batch or 1")
        writer.line(f"value = {result}")
        reverse = Reverse(writer, wrt, masked=masked)
        reverse.write()
        grads = [reverse.adjoints.gradient(i) for i in wrt]
        writer.line(f"return ({', '.join(['value', *grads])},)")
        return writer.function("value_and_grad")

    def listing(self) -> list[str]:
        """One line for each array statement."""
        return [
            f"{self.form.blocks[s.block].name} = {s.op} {s.kind} {s.shape}"
            for s in self.form.statements
        ]
