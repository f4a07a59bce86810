"""Nested arguments: numbers in containers of any kind, taken apart and put together again.

All of this package walks them here, from left to right; what a container is, and the parts of one,
:mod:`autograd.containers` says. Next: :mod:`autograd.transforms.call`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, SupportsFloat

from autograd.containers import (
    DEEPEST,
    NUMBERS,
    Argument,
    Nest,
    array_of,
    flat_list,
    is_array,
    labels_of,
    parts_of,
    require_shallow,
    too_deep,
    way_to,
    with_parts,
)
from autograd.errors import InputTypeError, InputValueError

__all__ = [
    "DEEPEST",
    "NUMBERS",
    "Argument",
    "Nest",
    "array_of",
    "flat_list",
    "is_array",
    "labels_of",
    "map_structure",
    "numbers_in",
    "numbers_like",
    "parts_of",
    "rebuilt",
    "require_shallow",
    "too_deep",
    "way_to",
    "with_parts",
]


def numbers_in(x: Nest, number_of: Callable[[Nest], SupportsFloat], what: str) -> list[Any]:
    """The numbers in a structure, from left to right, as ``number_of`` gives them.

    ``number_of`` answers NotImplemented for what is not a number.

    Raises:
        InputTypeError: A part is neither a number nor a container of such parts.
        InputValueError: Containers are nested too deeply, or hold themselves.
    """
    parts = None if type(x) in NUMBERS else parts_of(x)
    if parts is None:
        return [number_at(x, number_of, what)]
    if NUMBERS.issuperset(map(type, parts.values())):  # flat, as most are
        return [number_at(part, number_of, what) for part in parts.values()]
    return [number for number, _ in _walk(x, x, number_of, what)]


def numbers_like(
    x: Nest, v: Nest, number_of: Callable[[Nest], SupportsFloat], what: str
) -> list[Any]:
    """The numbers of v, in the order in which their places come in x.

    Lists, tuples and arrays of one length nest alike; dicts and dataclasses do if their keys and
    labels do.

    Raises:
        InputTypeError: A part of v is no number.
        InputValueError: x and v do not nest alike.
    """
    return [number for _, number in _walk(x, v, number_of, what)]


def _walk(
    x: Nest, v: Nest, number_of: Callable[[Nest], SupportsFloat], what: str, depth: int = 0
) -> Iterator[tuple[Any, Any]]:
    """The numbers of two structures, side by side."""
    parts = parts_of(x)
    others = parts if x is v else parts_of(v)
    if parts is None and others is None:
        number = number_at(x, number_of, what)
        yield number, number if x is v else number_at(v, number_of, what)
        return
    if parts is None or others is None or parts.keys() != others.keys():
        raise InputValueError(f"{what}: got {_described(parts)} and {_described(others)}"[:300])
    if x is not v and labels_of(x) != labels_of(v):
        raise InputValueError(f"{what}: got the labels {labels_of(x)} and {labels_of(v)}"[:300])
    if depth > DEEPEST:
        raise too_deep(what)
    for place, part in parts.items():
        yield from _walk(part, part if x is v else others[place], number_of, what, depth + 1)


def number_at(x: Nest, number_of: Callable[[Nest], SupportsFloat], what: str) -> Any:
    number = number_of(x)
    if number is NotImplemented:
        raise InputTypeError(
            f"{what} must be a number or nested lists, tuples, dicts, dataclasses or arrays of "
            f"numbers, but it holds {type(x).__name__} {x!r}"[:200]
        )
    return number


def _described(parts: dict[Hashable, Nest] | None) -> str:
    """What stands at one place, for a message about two that differ."""
    if parts is None:
        return "a number"
    places = list(parts)
    return f"{len(places)} parts" if places == [*range(len(places))] else f"parts {places}"


def rebuilt(like: Nest, parts: Sequence[Nest]) -> Any:
    """The structure of ``like`` with these parts in place of its numbers, from left to right."""
    if type(like) in NUMBERS or parts_of(like) is None:
        return parts[0]
    left = iter(parts)
    return map_structure(lambda _: next(left), like)


def map_structure(function: Callable[[Nest], Nest], x: Nest) -> Any:
    """A function applied to each number of a structure; arrays of floats stay such arrays."""
    parts = parts_of(x)
    if parts is None:
        return function(x)
    made = [
        function(part) if type(part) in NUMBERS else map_structure(function, part)
        for part in parts.values()
    ]
    return with_parts(x, made)
