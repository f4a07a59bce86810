"""Nests whose leaves may be anything, arrays too: shapes, leaves, and others in their place.

What a program gives in a flat row is nested again here. Containers whose parts are all numbers are
walked by :mod:`autograd.nested`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.arrays import Array
from autograd.collector import uncollected
from autograd.nested import Argument, Nest

__all__ = [
    "as_list",
    "columns_of",
    "flat",
    "is_nested",
    "leaves",
    "like",
    "mapped",
    "numbers",
    "rows_of",
    "shape_of",
]


def as_list(things: Iterable[Any] | Array) -> list[Any]:
    """An array or any other sequence as a list."""
    if not hasattr(things, "tolist"):
        return list(things)
    with uncollected():  # a list for each of many rows
        listed: list[Any] = things.tolist()
    return listed


def numbers(nest: Nest) -> Any:
    """Outputs as floats, in lists, so that nobody who keeps them keeps their graph."""
    outputs: Any = nest
    if isinstance(outputs, dict):
        return {name: numbers(part) for name, part in outputs.items()}
    return [numbers(y) for y in outputs] if isinstance(outputs, (list, tuple)) else float(outputs)


def shape_of(outputs: Nest) -> tuple[int, ...] | None:
    """The lengths along each axis; None of what has no one shape.

    >>> shape_of([[1.0, 2.0]]), shape_of(([1.0], [2.0, 3.0]))
    ((1, 2), None)
    """
    if hasattr(outputs, "shape"):
        return tuple(outputs.shape)
    if not isinstance(outputs, (list, tuple)):
        return None if isinstance(outputs, dict) else ()
    if {*map(type, outputs)} == {float}:
        return (len(outputs),)
    shapes = [shape_of(part) for part in outputs]
    inner = shapes[0] if shapes else ()
    alike = inner is not None and shapes.count(inner) == len(shapes)
    return (len(outputs), *inner) if alike and inner is not None else None


def is_nested(outputs: Nest) -> bool:
    """Whether it is more than a number or a list of them."""
    shape = shape_of(outputs)
    return shape is None or len(shape) > 1


def mapped(function: Callable[[Any], Any], nest: Argument) -> Any:
    """A function of whatever stands in nested lists, tuples and dicts.

    >>> mapped(abs, (-1.0, [-2.0]))
    (1.0, [2.0])
    """
    if isinstance(nest, dict):
        return {name: mapped(function, part) for name, part in nest.items()}
    if not isinstance(nest, (list, tuple)):
        return function(nest)
    parts = [mapped(function, part) for part in nest]
    return parts if isinstance(nest, list) else tuple(parts)


def leaves(nest: Argument) -> list[Any]:
    """What stands in nested lists, tuples and dicts, one after the other."""
    if isinstance(nest, (list, tuple)) and {*map(type, nest)} == {float}:
        return [*nest]
    found: list[Any] = []
    mapped(found.append, nest)
    return found


def flat(outputs: Argument) -> list[Any]:
    """The numbers or Values, those in arrays too."""
    found = leaves(outputs)
    if not any(hasattr(leaf, "ravel") for leaf in found):
        return found
    lists = (leaf.ravel().tolist() if hasattr(leaf, "ravel") else [leaf] for leaf in found)
    return [number for listed in lists for number in listed]


def like(nest: Argument, leaves: Iterable[Any]) -> Any:
    """The inverse of `leaves`: these, nested like that.

    >>> like(([0.0], 0.0), [1.0, 2.0])
    ([1.0], 2.0)
    """
    left = iter(leaves)
    return mapped(lambda _: next(left), nest)


def columns_of(rows: Sequence[Nest]) -> Any:
    """Nests of numbers in columns, as one nest; one number where all have the same.

    >>> columns_of([(0.5, 1.0), (0.25, 1.0)])
    (array('d', [0.5, 0.25]), 1.0)
    """
    nests: Any = rows
    first = nests[0]
    if isinstance(first, (tuple, list)):
        return tuple(columns_of(part) for part in zip(*nests))
    return first if all(item == first for item in nests) else array("d", nests)


def rows_of(columns: Nest, n: int) -> list[Any]:
    """The inverse of `columns_of`, for `n` nests; ValueError for columns of others.

    >>> rows_of((array("d", [0.5, 0.25]), 1.0), 2)
    [(0.5, 1.0), (0.25, 1.0)]
    """
    if isinstance(columns, (tuple, list)):
        return list(zip(*(rows_of(column, n) for column in columns)))
    column: Any = columns
    if not hasattr(column, "__len__"):
        return [column] * n
    if len(column) != n:
        raise ValueError(f"a column of {len(column)} numbers is not one of {n}")
    listed: list[Any] = column.tolist()
    return listed
