"""What an executor is, and which one a program takes.

An executor runs one tape on arrays. It has no state that a call changes, so that threads may share
it. :mod:`autograd.program.array.numpy_executor` turns the tape into array statements, and
:mod:`autograd.program.loop.loop_executor` runs it number by number.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from autograd.arrays import Array
from autograd.extras import needed
from autograd.program.tape.instructions import Tape
from autograd.program.tape.repeated import is_long

__all__ = ["BACKENDS", "MODULES", "Buffers", "Executor", "executor", "numpy_or_error"]


class Buffers(NamedTuple):
    """Where a prepared call finds its arguments and leaves its results, all of them flat."""

    arguments: list[Array]
    values: Array
    grads: list[Array]
    run: partial[None]


class Executor(Protocol):
    """What runs a tape.

    ``arrays`` holds one C-contiguous array of the program's dtype for each argument of the tape,
    in order: of shape ``(size,)`` if the whole batch shares it, else ``(batch, size)``. ``batch``
    is None if no argument is batched. Nothing may be written into the arrays that are passed in.
    """

    def forward(self, arrays: Sequence[Array], batch: int | None) -> Array:
        """The outputs: an array of shape ``(outputs,)``, or ``(batch, outputs)``."""

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], batch: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """The outputs, and the derivatives of ``weight`` × the sum of the first over the batch.

        ``wrt`` are indices of arguments; each gradient has the shape of that argument's array.
        """

    def buffers(self, wrt: tuple[int, ...] | None) -> Buffers | None:
        """Arrays and a function that fills them, for single points; None if it has no better way
        than a call. The derivatives are those of the first output, by the arguments ``wrt``.
        """

    def listing(self) -> list[str]:
        """A few lines that say what the executor made of the tape."""


BACKENDS = ("auto", "array", "loop")

MODULES = {
    "recording": "autograd.program.recording_executor",
    "array": "autograd.program.array.numpy_executor",
    "loop": "autograd.program.loop.loop_executor",
    "scan": "autograd.program.scans.scan_executor",
}


def executor(
    backend: str, tape: Tape, dtype: str, threads: int | None = None, *, loops: bool = False
) -> Executor:
    """The executor of this name, ready to run the tape; the loop, on so many threads.

    Steps that repeat are run as ``loops`` where they are long, or always.
    """
    numpy_or_error()
    if backend != "recording" and (loops or is_long(tape)):
        scan = vars(import_module(MODULES["scan"]))["ScanExecutor"]
        repeating: Executor = scan(tape, dtype, backend, threads)
        return repeating
    module = import_module(MODULES[backend])
    options = {"threads": threads} if backend == "loop" else {}
    made: Executor = vars(module)[f"{backend.capitalize()}Executor"](tape, dtype, **options)
    return made


def numpy_or_error() -> Any:
    """The module numpy.

    Raises:
        MissingExtraError: It is not installed.
    """
    return needed("numpy", "a compiled program")
