"""Highlight: the boxes and edges of a picture on given paths, and boxes in given colours.

Next: :mod:`autograd.drawing.sheet`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from autograd.drawing.picture.snapshot import Picture
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError

__all__ = ["coloured", "highlighted"]


def highlighted(
    picture: Picture, paths: Iterable[Iterable[Value]]
) -> tuple[frozenset[int], frozenset[int]]:
    """Indices of the boxes and of the edges on paths of Values, whichever way these run.

    What is not in the picture is passed over.

    Raises:
        InputTypeError: A path holds something else.
    """
    walks = [list(path) for path in _checked(paths)]
    if not walks:
        return frozenset(), frozenset()
    box_of = picture.places()
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


COLOUR = re.compile(r"[a-zA-Z]+|#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}")


def coloured(picture: Picture, colours: Any) -> dict[int, str]:
    """Box -> colour, for Values of the user's choice; what is not in the picture is passed over.

    Raises:
        InputTypeError: The choice is no mapping from Values.
        InputValueError: A colour is neither a name nor "#rrggbb".
    """
    if colours is None:
        return {}
    if not isinstance(colours, Mapping) or not all(isinstance(v, Value) for v in colours):
        raise InputTypeError('color= is a dict from Values to colours, such as {v: "gold"}')
    for colour in colours.values():
        if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
            raise InputValueError(f"a colour is a name or '#rrggbb', but color= has {colour!r}")
    box_of = picture.places()
    return {box_of[v]: colour for v, colour in colours.items() if v in box_of}


def _checked(paths: Any) -> Iterable[Any]:
    for path in paths:
        if not isinstance(path, Iterable) or isinstance(path, (Value, str)):
            raise InputTypeError(
                "highlight= is a sequence of paths, each a sequence of Values, "
                f"but it holds {type(path).__name__}"
            )
        yield path
