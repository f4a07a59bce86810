"""Compile the loop executor's interpreter and functions of programs, and keep them on disk.

It goes through llvmlite, the LLVM that Numba is built on, without Numba's front end: that took half
a minute for what is done here in under a second. The file in the user's cache is named after all
that the code depends on. Where nothing can be written, every process compiles anew. Next:
:mod:`autograd.program.loop.native.runner`.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from autograd.locks import process_lock
from autograd.ops.ieee import IEEE
from autograd.ops.op import READ_AT, Op
from autograd.program.loop.native.forms import BOUNDS, form_declarations, form_symbol
from autograd.program.loop.native.interpreter import module
from autograd.program.loop.native.kept import SUFFIX, cache_folders, keep, kept, sources_digest
from autograd.program.loop.native.rows import forward_codes, reverse_codes
from autograd.program.loop.native.symbols import called, declarations, library

__all__ = [
    "can_compile",
    "compiled_function",
    "engine_of",
    "interpreter",
    "object_code",
]

T = TypeVar("T")
DIGEST = hashlib.sha256
PACKAGE = Path(__file__).parents[3]
OPTIONS: dict[str, Any] = {"opt": 2, "jit": True}
"""What LLVM is asked for beside this computer's instructions: the name of kept code has it too."""
_lock = process_lock()
_alive: list[Any] = []
"""What machine code refers to: the engine that holds it, Python functions that it calls."""


def can_compile() -> bool:
    """Whether llvmlite is installed; it is not imported for the question."""
    return "llvmlite" in sys.modules or importlib.util.find_spec("llvmlite") is not None


class Compiled(NamedTuple):
    """The two functions of a frame's address, and addresses of the opcodes' functions."""

    entries: dict[str, int]
    ops: dict[str, tuple[int, ...]]

    def entry(self, name: str, *, alone: bool) -> Any:
        """A function of a frame's address; other threads stand still for one that runs alone."""
        prototype = ctypes.PYFUNCTYPE if alone else ctypes.CFUNCTYPE
        return prototype(None)(self.entries[name])  # called with a c_void_p, not converted


def interpreter() -> Compiled:
    """The interpreter, compiled or loaded when first needed."""
    with _lock:
        return _interpreter()


@cache
def _interpreter() -> Compiled:
    import llvmlite.binding as llvm

    for op in called():
        llvm.add_symbol(library(op), _address(op))
    engine = engine_of(object_code(module, *cache_folders()))
    python = [library(op) for op in called() if not op.native]  # most are translated there
    for name in (*(form_symbol(name, 1) for name in BOUNDS), *python):
        address = engine.get_function_address(name)
        if address:
            llvm.add_symbol(name, address)
    tables = {}
    for name, count in (("forward", len(forward_codes())), ("reverse", len(reverse_codes()))):
        address = engine.get_global_value_address(f"{name}.ops")
        tables[name] = tuple((ctypes.c_uint64 * count).from_address(address))
    entries = {name: engine.get_function_address(name) for name in ("forward", "value_and_grad")}
    return Compiled(entries, tables)


def engine_of(code: bytes) -> Any:
    """Machine code, linked and ready."""
    import llvmlite.binding as llvm

    def linked() -> Any:
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _new_machine())
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        _alive.append(engine)
        return engine

    return _aside(linked)


def _aside(work: Callable[[], T]) -> T:
    """What ``work`` returns, done in another thread: a Ctrl-C is raised in the main one, and what
    llvmlite is interrupted at freeing it would free twice.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    found: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            if not raised:  # as it may be before this begins; then nobody waits
                found.append(work())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    try:
        thread.start()
    except RuntimeError:  # Python is ending
        return work()
    except BaseException as error:
        raised.append(error)
    waiting = True
    while waiting:
        try:
            if thread.ident is not None:
                thread.join()
            waiting = False
        except BaseException as error:  # noqa: PERF203 — an interrupt while it waits
            raised.append(error)
    if raised:
        raise raised[0]
    return found[0]


@lru_cache(maxsize=1024)
def compiled_function(text: str, name: str) -> int:
    """Address of a function of a program's own, in LLVM's language."""
    return compiled_functions("\n".join([*declarations(), *form_declarations(1), text]), [name])[0]


def compiled_functions(text: str, names: Sequence[str]) -> list[int]:
    """Addresses of the functions of a module: programs of the same shape have the same."""
    with _lock:
        engine = engine_of(object_code(text, *cache_folders()))
        return [engine.get_function_address(name) for name in names]


@cache
def _machine() -> Any:
    return _new_machine()


def _new_machine() -> Any:
    """This computer as a target of LLVM: its own instructions, no contraction of a·b + c."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    cpu = llvm.get_host_cpu_name()
    return target.create_target_machine(cpu=cpu, features=features, **OPTIONS)


def _address(op: Op) -> int:
    """Where the function of a primitive is: in the C library that math calls, or a callback."""
    if op.native:
        function = getattr(ctypes.CDLL("ucrtbase" if os.name == "nt" else None), op.native)
    else:
        prototype = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * len(op.variables))
        function = prototype(IEEE[op.name])
        _alive.append(function)
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def object_code(text: str | Callable[[], str], *folders: Path) -> bytes:
    """The machine code of this module, from the first of these folders that has or takes it, or
    made anew.

    A text that follows from this package's files alone is given as the function that writes it,
    which is called only where its code is not kept: writing takes longer than all the rest.
    """
    import llvmlite
    import llvmlite.binding as llvm

    machine = _machine()
    versions = llvmlite.__version__, llvm.llvm_version_info
    about = (versions, machine.triple, llvm.get_host_cpu_name(), sorted(OPTIONS.items()))
    features = llvm.get_host_cpu_features().flatten()
    origin = None if isinstance(text, str) else sources_digest(PACKAGE, READ_AT)
    if not isinstance(text, str) and origin is None:
        text = text()
    what = text if isinstance(text, str) else (text.__module__, origin)
    name = DIGEST(repr((about, features, what)).encode()).hexdigest()[:32] + SUFFIX
    for folder in folders:
        code = kept(folder, name)
        if code is not None:
            return code
    written = text if isinstance(text, str) else text()

    def emitted() -> bytes:
        parsed = llvm.parse_assembly(written)
        parsed.verify()
        return bytes(machine.emit_object(parsed))

    code = _aside(emitted)
    any(keep(folder, name, code) for folder in folders)
    return code
