"""Prepared calls: arguments and results stay where they are, and a call is all that is left to do.

For a small program, checking and copying take longer than the numbers do. Next:
:mod:`autograd.program.differentiable` makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from autograd.arrays import Array
from autograd.errors import InputTypeError
from autograd.program.executor import Buffers
from autograd.program.running import Running

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["Prepared"]


class _Arrays(Mapping[str, Array]):
    """Arrays by name: to assign to one is to fill it, for the machine code knows its place."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self._arrays = arrays

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __setitem__(self, name: str, numbers: ArrayLike) -> None:
        self._arrays[name][...] = numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


class Prepared(partial[None]):
    """A call of a program at single points, with buffers of its own.

    Fill the arrays in ``arguments``, call it without any of its own, and read ``value`` (with
    ``aux``, if the program has auxiliary data) and ``gradient``: arrays that the next call
    overwrites, of the program's dtype. ``gradient`` is a tuple if ``wrt`` was one, and None without
    it. Nothing is checked. Two threads need a prepared call each.
    """

    # A partial application: a method of Python's would take as long as a small program.

    arguments: _Arrays
    value: Array
    aux: Array | None
    gradient: Any
    _buffers: Buffers

    def __new__(cls, running: Running, wrt: str | tuple[str, ...] | None) -> Prepared:
        """For derivatives by ``wrt``."""
        tape = running.tape
        indices = None if wrt is None else running.inputs.indices(wrt)
        own = running.executor(None).buffers(indices)
        buffers = own or _around(running, indices)
        self = super().__new__(cls, buffers.run.func, *buffers.run.args)
        self._buffers = buffers  # what the function's argument has addresses of
        self.arguments = _Arrays(
            {
                argument.name: array.reshape(argument.shape)
                for argument, array in zip(tape.arguments, buffers.arguments)
            }
        )
        size = prod(tape.output_shape)
        self.value = buffers.values[:size].reshape(tape.output_shape)
        self.aux = None if tape.aux_shape is None else buffers.values[size:].reshape(tape.aux_shape)
        grads = [
            grad.reshape(tape.arguments[i].shape) for i, grad in zip(indices or (), buffers.grads)
        ]
        self.gradient = None if wrt is None else tuple(grads) if type(wrt) is tuple else grads[0]
        return self

    def __reduce__(self) -> NoReturn:
        """It has addresses of this process, and two copies would write to the same arrays."""
        raise InputTypeError(
            "a prepared call is neither copied nor pickled: prepare another of the program, which "
            "can be"
        )

    def __repr__(self) -> str:
        return f"<Prepared({', '.join(f'{x}: {a.shape}' for x, a in self.arguments.items())})>"


def _around(running: Running, wrt: tuple[int, ...] | None) -> Buffers:
    """Buffers around an executor that has none of its own."""
    tape, dtype = running.tape, running.inputs.dtype
    executor = running.executor(None)
    arguments = [np.zeros(argument.size, dtype) for argument in tape.arguments]
    values = np.zeros(len(tape.outputs), dtype)
    grads = [np.zeros(tape.arguments[i].size, dtype) for i in wrt or ()]

    def run() -> None:
        if wrt is None:
            values[...] = executor.forward(arguments, None)
            return
        values[...], found = executor.value_and_grad(wrt, arguments, None, 1.0)
        for grad, new in zip(grads, found):
            grad[...] = new

    return Buffers(arguments, values, grads, partial(run))
