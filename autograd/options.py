"""Options that are functions, given themselves or by a name.

Next: :mod:`autograd.reals` checks those that are numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.errors import InputTypeError, InputValueError

if TYPE_CHECKING:
    from autograd.nested import Argument

__all__ = ["check_callable", "named"]

F = TypeVar("F", bound=Callable[..., Any])


def check_callable(name: str, thing: Argument, example: str) -> None:
    """An error with an example unless this can be called; a class is not meant."""
    if not callable(thing) or isinstance(thing, type):
        raise InputTypeError(f"{name} takes a function, such as {example}, but got {thing!r}"[:300])


def named(kind: str, given: str | F, known: Mapping[str, F]) -> F:
    """What is known by that name; a function passes through.

    >>> named("function", "length", {"length": len}) is named("function", len, {})
    True
    """
    if not isinstance(given, str) and callable(given):
        return given
    if str(given) not in known:
        raise InputValueError(
            f"unknown {kind} {given!r}: give a function or one of {', '.join(known)}"
        )
    return known[given]
