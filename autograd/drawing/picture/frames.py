"""Frames: the numbers of a picture at one moment, with the backward pass edge by edge.

A backward pass visits the boxes from the results down; each edge adds local derivative × upstream
to the gradient of its source. The sweep here goes over a picture in the engine's order and with
the engine's local derivatives, and keeps what :mod:`autograd.engine.sweep` only adds up.
"""

from __future__ import annotations

from typing import NamedTuple

from autograd.drawing.picture.flow import passed_back
from autograd.drawing.picture.snapshot import Picture

__all__ = ["SEED", "Frame", "Passed", "backward_order", "frame_of", "through_folds"]

SEED = 1.0


class Passed(NamedTuple):
    """What went back along an edge, and the gradient of its source after that."""

    local: float
    upstream: float
    contribution: float
    total: float


class Frame(NamedTuple):
    """Each box's data and gradient, and what each edge passed on; None where it is not known.

    What edges at folds ``carried`` altogether is known without their steps.
    """

    data: tuple[float | None, ...]
    grads: tuple[float | None, ...]
    edges: tuple[Passed | None, ...]
    carried: tuple[float | None, ...] = ()


def backward_order(picture: Picture) -> list[int]:
    """The edges in the order of a backward pass: results first, operands from left to right."""
    return [i for indices in reversed(picture.edges_into()) for i in indices]


def through_folds(picture: Picture) -> list[int]:
    """Boxes whose gradient comes from inside a fold, or that are folds: edges do not tell it."""
    is_fold = [box.kind == "fold" for box in picture.boxes]
    inside = {edge.source for edge in picture.edges if is_fold[edge.target]}
    return sorted(inside | {i for i, fold in enumerate(is_fold) if fold})


def frame_of(picture: Picture) -> Frame:
    """The backward pass from the picture's results, at the picture's numbers.

    It needs no gradients in the picture, except for boxes that folds hide parts of.

    >>> from autograd import Value
    >>> from autograd.drawing.picture.snapshot import take_picture
    >>> x = Value(3.0)
    >>> frame_of(take_picture(x * x)).edges
    (Passed(local=3.0, upstream=1.0, contribution=3.0, total=3.0), \
Passed(local=3.0, upstream=1.0, contribution=3.0, total=6.0))
    """
    grads = _starting_gradients(picture)
    known = set(through_folds(picture))
    local = picture.local_derivatives()
    passed: list[Passed | None] = [None] * len(picture.edges)
    for i in backward_order(picture):
        source, target = picture.edges[i].source, picture.edges[i].target
        slope, upstream = local[i], grads[target]
        if slope is None or upstream is None:
            continue
        contribution = passed_back(picture.nodes[target].op, upstream, slope)
        if source not in known:
            grads[source] = (grads[source] or 0.0) + contribution
        passed[i] = Passed(slope, upstream, contribution, grads[source] or 0.0)
    carried = (edge.carried if x is None else x[2] for edge, x in zip(picture.edges, passed))
    data = (box.data for box in picture.boxes)
    return Frame(tuple(data), tuple(grads), tuple(passed), tuple(carried))


def _starting_gradients(picture: Picture) -> list[float | None]:
    """1 at the results, 0 elsewhere; what folds hide is taken from the picture."""
    grads: list[float | None] = [None if b.kind == "constant" else 0.0 for b in picture.boxes]
    for i in picture.outputs:
        grads[i] = SEED
    for i in through_folds(picture):
        grads[i] = picture.boxes[i].grad
    return grads
