"""The machine code over lanes: that of single instructions is kept on disk, that of runs in memory.

Next: :mod:`autograd.program.loop.lanes.plan`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from autograd.locks import process_lock
from autograd.program.loop.lanes.entry import OPCODE, module
from autograd.program.loop.lanes.machine_code import kernel
from autograd.program.loop.lanes.runs import Kernel
from autograd.program.loop.lanes.vectors import lane_declarations, lane_names
from autograd.program.loop.native.compiler import (
    compiled_functions,
    engine_of,
    interpreter,
    object_code,
)
from autograd.program.loop.native.kept import cache_folders

__all__ = ["Compiled", "addresses", "lanes", "unknown"]

_lock = process_lock()


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
    import llvmlite.binding as llvm

    interpreter()  # it makes the C library's functions known
    engine = engine_of(object_code(module, *cache_folders()))
    for name in lane_names():
        llvm.add_symbol(name, engine.get_function_address(name))
    address = engine.get_global_value_address("lanes.ops")
    table = tuple((ctypes.c_uint64 * len(OPCODE)).from_address(address))
    prototype = ctypes.CFUNCTYPE(None)
    return Compiled(prototype(engine.get_function_address("batch")), table)


_addresses: dict[Kernel, int] = {}


def unknown(kernels: Iterable[Kernel]) -> list[Kernel]:
    """Those of these runs that have not been compiled, each once."""
    return [run for run in dict.fromkeys(kernels) if run not in _addresses]


def addresses(kernels: Iterable[Kernel]) -> dict[Kernel, int]:
    """Where the functions of these runs are; what is not yet known is compiled, in one go."""
    with _lock:
        new = unknown(kernels)
        if new:
            names = [f"run.{i}" for i in range(len(new))]
            text = [kernel(f"void @{name}", *run) for name, run in zip(names, new)]
            found = compiled_functions("\n".join([*lane_declarations(), *text]), names)
            _addresses.update(zip(new, found))
        return {run: _addresses[run] for run in kernels}
