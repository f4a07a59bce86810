"""The machine code over lanes, compiled once for a machine and kept on disk beside the interpreter.

Next: :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

import ctypes
import threading
from functools import cache
from typing import Any, NamedTuple

from autograd.program.loop.lanes.entry import OPCODE, module
from autograd.program.loop.native.compiler import (
    cache_folders,
    engine_of,
    interpreter,
    object_code,
)

__all__ = ["Compiled", "lanes"]

_lock = threading.Lock()


class Compiled(NamedTuple):
    """The entry, and the addresses of the opcodes' functions."""

    batch: Any
    ops: tuple[int, ...]


def lanes() -> Compiled:
    """The code, compiled or loaded when first needed."""
    with _lock:
        return _lanes()


@cache
def _lanes() -> Compiled:
    interpreter()  # it makes the C library's functions known
    engine = engine_of(object_code(module(), *cache_folders()))
    address = engine.get_global_value_address("lanes.ops")
    table = tuple((ctypes.c_uint64 * len(OPCODE)).from_address(address))
    prototype = ctypes.CFUNCTYPE(None)
    return Compiled(prototype(engine.get_function_address("batch")), table)
