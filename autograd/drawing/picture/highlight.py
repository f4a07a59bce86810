"""Highlight: the boxes and edges of a picture that lie on given paths."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from autograd.drawing.picture.snapshot import Picture
from autograd.engine.value import Value
from autograd.errors import InputTypeError

__all__ = ["highlighted"]


def highlighted(
    picture: Picture, paths: Iterable[Iterable[Any]]
) -> tuple[frozenset[int], frozenset[int]]:
    """Indices of the boxes and of the edges on paths of Values, whichever way these run.

    What is not in the picture is passed over.

    Raises:
        InputTypeError: A path holds something else.
    """
    walks = [list(path) for path in _checked(paths)]
    if not walks:
        return frozenset(), frozenset()
    box_of = {}
    for number, node in enumerate(picture.nodes):
        for one in node if isinstance(node, tuple) else (node,):
            if type(one) is not float:
                box_of[one] = number
    boxes: set[int] = set()
    joined: set[tuple[int, int]] = set()
    for walk in walks:
        for node in walk:
            if not isinstance(node, Value):
                raise InputTypeError(
                    f"highlight= is a sequence of paths of Values, but one holds "
                    f"{type(node).__name__}"
                )
        numbers = [box_of[node] for node in walk if node in box_of]
        boxes.update(numbers)
        joined.update(pairwise(numbers))
    edges = {
        i
        for i, edge in enumerate(picture.edges)
        if (edge.source, edge.target) in joined or (edge.target, edge.source) in joined
    }
    return frozenset(boxes), frozenset(edges)


def _checked(paths: Any) -> Iterable[Any]:
    for path in paths:
        if not isinstance(path, Iterable) or isinstance(path, (Value, str)):
            raise InputTypeError(
                "highlight= is a sequence of paths, each a sequence of Values, "
                f"but it holds {type(path).__name__}"
            )
        yield path
