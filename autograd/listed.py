"""Lists and arrays of numbers as others write them: read, or refused by name.

Next: :mod:`autograd.nests`.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TypeVar

from autograd.errors import InputTypeError
from autograd.extras import needed
from autograd.nested import Argument, is_array
from autograd.reals import only, real

__all__ = ["floats_of", "is_listed", "items_of"]

T = TypeVar("T")


def is_listed(thing: Argument) -> bool:
    """Whether it holds things; texts and dicts, and arrays without axes, are one thing each.

    >>> is_listed([1.0]), is_listed("text")
    (True, False)
    """
    single = isinstance(thing, (str, bytes, dict)) or getattr(thing, "ndim", 1) == 0
    return isinstance(thing, Iterable) and not single


def items_of(name: str, things: Iterable[T]) -> list[T]:
    """A list of what was given, if it is a list, an array, or can be read as one."""
    given: Any = things
    if not is_listed(given):
        raise InputTypeError(f"{name} takes a list or an array, but got {type(things).__name__}")
    if hasattr(things, "__array__"):  # such as a data frame, whose items are its columns' names
        is_array(things)  # which refuses masked ones
        things = needed("numpy", "a data set of arrays").asarray(things)
    return things.tolist() if hasattr(things, "tolist") else list(things)


def floats_of(what: str, numbers: Argument | Iterable[float]) -> Any:
    """Floats, in lists if they are nested; a number may be written as text, as files have it.

    >>> floats_of("row 0", [1, "2.5"])
    [1.0, 2.5]
    """
    given: Any = numbers
    parts = list(given) if is_listed(given) else [real(given, what)]
    if parts and all(map(is_listed, parts)):
        return [floats_of(what, part) for part in parts]
    return [_float(what, part) for part in parts]


def _float(what: str, number: Argument) -> float:
    if isinstance(number, str):
        with suppress(ValueError):
            return float(number)
    return real(only(number), what)
