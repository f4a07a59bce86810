"""Accelerator: which engine runs, the one compiled ahead of time or the one generated.

An optional wheel holds node, order, record and value of the chapter as machine code, and beside
them ``autograd.engine.compiled`` with the passes. Where that module is, it runs; otherwise
:mod:`autograd.engine.generated` puts its fast forms over the plain text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from autograd.engine import generated
from autograd.engine.value import Value
from autograd.foreign import IN_VALUES, Absent
from autograd.ops.op import Op

__all__ = ["ENGINE", "digest", "is_outdated", "over_lists", "start", "unary"]

ENGINE = "generated" if find_spec("autograd.engine.compiled") is None else "compiled"
"""The engine that runs: "compiled" or "generated"."""


def start() -> None:
    """Put the fast forms of this engine in their places."""
    if ENGINE == "compiled":
        generated.install(import_module("autograd.engine.compiled"))
        with suppress(ModuleNotFoundError):  # what was built without it makes leaves the long way
            import_module("autograd.engine.leaf").install(Value)
    else:
        generated.install()
    Absent.install(Value, IN_VALUES)


def unary(op: Op, otherwise: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of one number: of a Value by the fast form, of all else by the plain function."""
    if ENGINE == "generated":
        return generated.unary(op, otherwise)
    method = getattr(Value, op.name, otherwise)

    def function(x: Any, /) -> Any:
        return method(x) if type(x) is Value else otherwise(x)

    return function


def over_lists(name: str) -> Callable[..., Any] | None:
    """A primitive of any number of operands as a function of lists of Values and floats.

    It gives None for all else, which is the plain function's; None in its place where only that is.
    """
    if ENGINE == "generated":
        return None
    function: Callable[..., Any] = getattr(import_module("autograd.engine.compiled"), name)
    return function


def digest(package: Path) -> str:
    """What the sources of the engine and of the table are: two that are equal have one digest."""
    found = hashlib.sha256()
    for path in sorted([*package.glob("engine/*.py"), *package.glob("ops/*.py")]):
        if path.stem != "compiled":
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def is_outdated() -> bool:
    """Whether the compiled engine that runs was built from other sources than those beside it."""
    if ENGINE == "generated":
        return False
    built_from: str = import_module("autograd.engine.compiled").DIGEST
    return built_from != digest(Path(__file__).parents[1])
