"""Nested arguments: numbers in lists, tuples and arrays, taken apart and put together again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.errors import InputTypeError, InputValueError

__all__ = ["is_array", "map_structure", "numbers_in", "rebuilt", "require_same_structure"]


def is_array(x: Any) -> bool:
    """Whether x is a NumPy array; NumPy is never imported for the question."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(x, numpy.ndarray)


def numbers_in(x: Any, number_of: Callable[[Any], Any], what: str) -> list[Any]:
    """The numbers in a structure, from left to right, as ``number_of`` gives them.

    ``number_of`` answers NotImplemented for what is not a number.

    Raises:
        InputTypeError: A part is neither a number nor a list, tuple or array of such parts.
    """
    return list(_walk(x, number_of, what))


def _walk(x: Any, number_of: Callable[[Any], Any], what: str) -> Iterator[Any]:
    if isinstance(x, (list, tuple)):
        for item in x:
            yield from _walk(item, number_of, what)
    elif is_array(x):
        for item in x.ravel().tolist():
            yield from _walk(item, number_of, what)
    else:
        number = number_of(x)
        if number is NotImplemented:
            raise InputTypeError(
                f"{what} must be a number or nested lists, tuples or arrays of numbers, "
                f"but it holds {type(x).__name__} {x!r}"[:200]
            )
        yield number


def rebuilt(like: Any, parts: Sequence[Any]) -> Any:
    """The structure of ``like`` with these parts in place of its numbers, from left to right."""
    left = iter(parts)
    return map_structure(lambda _: next(left), like)


def map_structure(function: Callable[[Any], Any], x: Any) -> Any:
    """A function applied to each number of a structure; arrays of floats stay such arrays."""
    if isinstance(x, (list, tuple)):
        parts = [map_structure(function, item) for item in x]
        if isinstance(x, list):
            return parts
        return type(x)(*parts) if hasattr(x, "_fields") else tuple(parts)
    if is_array(x):
        return array_of([function(item) for item in x.ravel().tolist()], x.shape)
    return function(x)


def array_of(parts: list[Any], shape: tuple[int, ...]) -> Any:
    """Parts as an array: of floats if all are numbers or arrays of numbers, else of objects."""
    import numpy as np

    numeric = all(isinstance(p, float) or (is_array(p) and p.dtype != object) for p in parts)
    if numeric and parts:
        stacked = np.array(parts, dtype=float)
        return stacked.reshape(shape + stacked.shape[1:])
    array = np.empty(len(parts), dtype=object if parts else float)
    for i, part in enumerate(parts):
        array[i] = part
    return array.reshape(shape)


def require_same_structure(x: Any, v: Any, what: str) -> None:
    """Raise InputValueError unless both nest alike."""
    if _shape(x) != _shape(v):
        raise InputValueError(f"{what}: got the structures {_shape(x)} and {_shape(v)}"[:300])


def _shape(x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return [_shape(item) for item in x]
    return _shape(x.tolist()) if is_array(x) else "number"
