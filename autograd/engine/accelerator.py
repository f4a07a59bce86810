"""Accelerator: which engine runs, the one compiled ahead of time or the one generated.

An optional wheel holds node, order, record, value and higher of the chapter as machine code, beside
them ``autograd.engine.compiled`` with the passes. Where that module is, it runs; otherwise
:mod:`autograd.engine.generated` puts its fast forms over the plain text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.engine import generated, operators
from autograd.engine.elementwise import apply
from autograd.engine.record import FASTER, recorder
from autograd.engine.value import Value
from autograd.foreign import Absent
from autograd.foreign_words import IN_VALUES
from autograd.ops.op import Op

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["ENGINE", "digest", "is_outdated", "start", "taking_few"]

ENGINE = "generated" if find_spec("autograd.engine.compiled") is None else "compiled"
"""The engine that runs: "compiled" or "generated"."""


def start() -> None:
    """Put the fast forms of this engine in their places."""
    if ENGINE == "compiled":
        generated.install(import_module("autograd.engine.compiled"))
    else:
        generated.install()
    FASTER.append(_recorder)
    Absent.install(Value, IN_VALUES)


def taking_few(op: Op) -> Callable[..., Any]:
    """A primitive of one to three operands as a function of numbers, or of containers of them."""
    return _quick(op, partial(apply, op))


def _recorder(op: Op) -> Callable[..., Any]:
    """The same of Values and floats alone, as rules that are differentiated again call it."""
    return _quick(op, recorder(op))


def _quick(op: Op, plain: Callable[..., Any]) -> Callable[..., Any]:
    """The way of this engine where there is one, and for all that does not go there the plain."""
    if ENGINE == "generated":
        if op.arity == 1:
            return operators.unary(op, plain)
        return operators.binary(op, plain) if op.arity == 2 else plain
    if op.arity == 1:
        method = getattr(Value, op.name, plain)
        return lambda x, /: method(x) if type(x) is Value else plain(x)
    recorded = getattr(import_module("autograd.engine.compiled"), f"function_{op.name}", None)
    if recorded is None:  # of any number of operands, or declared since
        return plain

    def of_two(x: Nest, y: Nest, /) -> Any:
        made = recorded(x, y)
        return plain(x, y) if made is None else made

    def of_three(x: Nest, y: Nest, z: Nest, /) -> Any:
        made = recorded(x, y, z)
        return plain(x, y, z) if made is None else made

    return of_two if op.arity == 2 else of_three


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
