"""Functions of Python's that machine code calls: addresses for it, and what they raise.

A row gives the registers, where in the table of operands its own stand, and how many they are. An
exception cannot cross machine code: it is kept until that returns, and raised then. An interrupt
may come before the first line of such a function, where nothing of it can catch: ctypes then calls
``sys.unraisablehook``, and would go on with any number for the result. Next:
:mod:`autograd.program.loop.native.runner`.
"""

from __future__ import annotations

import ctypes
import math
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["Callbacks"]

_PROTOTYPE = ctypes.CFUNCTYPE(
    ctypes.c_double,
    ctypes.POINTER(ctypes.c_double),
    ctypes.POINTER(ctypes.c_uint32),
    ctypes.c_uint64,
)


class _Raised(threading.local):
    """What a function raised in the present call of a thread."""

    error: BaseException | None = None


_raised = _Raised()


class _Hook:
    """``sys.unraisablehook`` that keeps what these functions raise where they cannot catch it."""

    def __init__(self) -> None:
        self.before = sys.unraisablehook

    def __call__(self, lost: sys.UnraisableHookArgs) -> None:
        # Before Python 3.13 the object is the function, since then the message names it.
        if _NAME in f"{lost.object!r} {lost.err_msg}":
            _raised.error = lost.exc_value
        else:
            self.before(lost)


_NAME = "Callbacks._guarded.<locals>.called"


class Callbacks:
    """Functions of floats for the rows of one program; they live as long as this does."""

    def __init__(self, functions: Sequence[Callable[..., float]]) -> None:
        self._functions = [_PROTOTYPE(self._guarded(function)) for function in functions]

    def numbers(self) -> Any:
        """The addresses as bits of floats, to be kept in registers."""
        pointers = [ctypes.cast(f, ctypes.c_void_p).value or 0 for f in self._functions]
        return np.array(pointers, dtype=np.uint64).view(np.float64)

    def raising(self, native: Callable[..., None]) -> Callable[..., None]:
        """Machine code that calls these, as a function that raises what they raised."""
        if not self._functions:
            return native

        def run(frame: ctypes.Array[ctypes.c_double]) -> None:
            self._listen()  # and what is called lives as long as this
            native(frame)
            error, _raised.error = _raised.error, None
            if error is not None:
                raise error

        return run

    def _listen(self) -> None:
        """Forget what an interrupted call may have left, and hear of what the next one raises."""
        _raised.error = None
        if type(sys.unraisablehook) is not _Hook:  # others, such as pytest, change it too
            sys.unraisablehook = _Hook()

    def _guarded(self, function: Callable[..., float]) -> Callable[[Any, Any, int], float]:
        def called(registers: Sequence[float], cells: Sequence[int], count: int) -> float:
            if _raised.error is not None:  # the result is lost already
                return math.nan
            try:
                return function(*[registers[cells[i]] for i in range(count)])
            except BaseException as error:  # an interrupt too
                _raised.error = error
                return math.nan

        return called
