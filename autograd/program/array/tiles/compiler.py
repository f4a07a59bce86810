"""The machine code over tiles: of each primitive once, kept on disk between processes.

Next: :mod:`autograd.program.array.tiles.plan`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from autograd.locks import process_lock
from autograd.program.array.tiles.body import tile_declarations
from autograd.program.array.tiles.descend import SQRT, descend
from autograd.program.array.tiles.entry import entry_functions
from autograd.program.array.tiles.outer import outer_functions
from autograd.program.array.tiles.products import contract_functions
from autograd.program.loop.lanes.compiler import lanes
from autograd.program.loop.native.compiler import engine_of, object_code
from autograd.program.loop.native.kept import cache_folders

__all__ = ["NAME", "addresses", "common"]

NAME = "statement"
"""What the function of a primitive is called in its text."""

_lock = process_lock()
_known: dict[str, int] = {}


class Common(NamedTuple):
    """The entries, and the functions that every program uses, by name."""

    run: Any
    descend: Any
    statements: dict[str, int]


def common(kind: str = "double") -> Common:
    """The functions for numbers of this kind, compiled or loaded when first needed."""
    with _lock:
        return _common(kind)


@cache
def _common(kind: str) -> Common:
    lanes()  # it makes functions over lanes known
    texts = [*entry_functions(kind), *contract_functions(kind), *outer_functions(kind)]
    # Training is in double precision.
    texts += [descend()] if kind == "double" else []
    engine = _engine("\n".join([f"declare double @{SQRT}(double)", *tile_declarations(), *texts]))
    names = [text.rpartition("define void @")[2].partition("(")[0] for text in texts]
    found = {name: engine.get_function_address(name) for name in names}
    entry = ctypes.CFUNCTYPE(None)  # called with a c_void_p, which needs no conversion
    training = entry(found["descend"]) if "descend" in found else None
    return Common(entry(found["run"]), training, found)


def _engine(text: str) -> Any:
    return engine_of(object_code(text, *cache_folders()))


def addresses(texts: Sequence[str]) -> list[int]:
    """Where functions are, each called ``NAME`` in its text; what is new is compiled in one go."""
    with _lock:
        lanes()
        new = [text for text in dict.fromkeys(texts) if text not in _known]
        if new:
            own = [text.replace(f"@{NAME}(", f"@{NAME}{i}(") for i, text in enumerate(new)]
            engine = _engine("\n".join([*tile_declarations(), *own]))
            for i, text in enumerate(new):
                _known[text] = engine.get_function_address(f"{NAME}{i}")
        return [_known[text] for text in texts]
