"""Primitives entered in the table, in one call each.

Next: :mod:`autograd.ops.basic`, the first declarations.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from autograd.ops.floats import (
    Rule,
)
from autograd.ops.ieee import FAST, IEEE, FloatFunction, never_raising
from autograd.ops.rules import Number

if TYPE_CHECKING:
    from autograd.ops.rules import Functions

from autograd.ops.op import Op

__all__ = ["declare", "elementary"]


def declare(
    name: str, forward: Rule, partials: Rule, *, arity: int | None = 1, **about: Any
) -> None:
    """Enter a primitive composed of others; ``about`` is the rest of what :class:`Op` takes."""
    Op(name, forward, partials, arity=arity, **about).register()


def elementary(
    name: str,
    function: FloatFunction,
    partials: Rule,
    *,
    arity: int = 1,
    poles: Mapping[float, float] = MappingProxyType({}),
    odd: bool = False,
    **about: Any,
) -> None:
    """Enter a primitive that is a function of floats; it may raise as those of :mod:`math` do.

    Where it raises, the value is what :func:`~autograd.ops.ieee.never_raising` says. Rules may call
    it by name: ``xp.name(x)``.
    """

    def forward(xp: Functions, *operands: Number) -> Any:
        return getattr(xp, name)(*operands)

    Op(name, forward, partials, arity=arity, function=function, **about).register()
    FAST[name], IEEE[name] = function, never_raising(function, poles, odd)
