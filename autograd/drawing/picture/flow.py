"""Flow: what each edge carries backwards, upstream × local derivative, as a colour and a width.

Next: :mod:`autograd.drawing.sheet`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from autograd.drawing.picture.snapshot import Edge, Picture, box_of
from autograd.engine.order import operands_of
from autograd.ops.op import Op

__all__ = [
    "Flow",
    "bundled",
    "contributions",
    "flows_of",
    "passed_back",
    "promised",
    "with_bundles",
]

LEGEND = (
    "gradient along the edges: blue is positive, orange negative, wide is large, dots are 0, "
    "violet dashes ∞ or nan"
)
MISSING = "no gradients along the edges yet: call backward() first"
DECADES = 3.0


class Flow(NamedTuple):
    """The class of an edge, "" where no gradient is known, and its width if it has one."""

    style: str
    width: float | None


def contributions(picture: Picture) -> list[float | None]:
    """What each edge added to its source's gradient: the target's times the local derivative.

    None where no gradient is computed, or none passes by rule.

    >>> from autograd import Value
    >>> from autograd.drawing.picture.snapshot import take_picture
    >>> x = Value(3.0)
    >>> y = x * x
    >>> y.backward()
    >>> contributions(take_picture(y))
    [3.0, 3.0]
    """
    passed: list[float | None] = []
    for edge, local in zip(picture.edges, picture.local_derivatives()):
        upstream = picture.boxes[edge.target].grad
        if upstream is None or local is None:
            passed.append(edge.carried)
        else:
            passed.append(passed_back(picture.nodes[edge.target].op, upstream, local))
    return passed


def passed_back(op: Op, upstream: float, local: float) -> float:
    """What a node adds to an operand's gradient: nothing if it has none, or did not choose it."""
    return 0.0 if upstream == 0.0 or (op.selects and local == 0.0) else upstream * local


def bundled(picture: Picture, passed: Iterable[tuple[Any, Any, int, float | None]]) -> Picture:
    """The picture whose edges carry the sum of all that passes along them, several at folds.

    ``passed`` tells of operands and nodes, and which operand of it, what went back between them.
    """
    place = picture.places()
    folds = {box.id for box in picture.boxes if box.kind == "fold"}
    sums: dict[Edge, float] = {}

    def edge_of(source: int, target: int, position: int) -> Edge:
        return Edge(source, target, 0 if source in folds or target in folds else position)

    for operand, node, position, x in passed:
        if x is not None and operand in place and node in place:
            edge = edge_of(place[operand], place[node], position)
            sums[edge] = sums.get(edge, 0.0) + x
    edges = (edge._replace(carried=sums.get(edge_of(*edge[:3]))) for edge in picture.edges)
    return picture._replace(edges=tuple(edges))


def with_bundles(picture: Picture) -> Picture:
    """The same by the gradients that the Values have now."""
    if all(box.kind != "fold" for box in picture.boxes):
        return picture
    return bundled(picture, _between_boxes(picture))


def _between_boxes(picture: Picture) -> Iterator[tuple[Any, Any, int, float | None]]:
    """What passes back from one box into another, operand by operand."""
    place = picture.places()
    for node, here in place.items():
        if node.op is None or not node.grad_computed:
            continue
        operands = operands_of(node)
        wanted = [type(x) is not float and place.get(x, here) != here for x in operands]
        if any(wanted):
            numbers = [x if type(x) is float else x.data for x in operands]
            upstream = box_of(node, 0, "interior").grad or 0.0
            local = node.op.local_at(node.data, numbers, wanted)
            for position, slope in enumerate(local):
                if wanted[position] and slope is not None:
                    passed = passed_back(node.op, upstream, slope)
                    yield operands[position], node, position, passed


def flows_of(picture: Picture) -> tuple[list[Flow], str]:
    """Colours and widths of the edges, and a legend: width is logarithmic over three decades."""
    passed = contributions(picture)
    sizes = [abs(x) for x in passed if x is not None and math.isfinite(x)]
    largest = max(sizes, default=0.0)
    flows = [_flow(x, largest) for x in passed]
    return flows, LEGEND if any(flow.style for flow in flows) else MISSING


def promised(notes: Sequence[str]) -> tuple[str, ...]:
    """Notes of a picture whose gradients are still to come, in a film or a page that computes."""
    return tuple(LEGEND if note == MISSING else note for note in notes)


def _flow(x: float | None, largest: float) -> Flow:
    if x is None:
        return Flow("", None)
    if not math.isfinite(x):
        return Flow("bad", 4.0)
    if x == 0.0:
        return Flow("zero", 1.2)
    decades = math.log10(largest) - math.log10(abs(x))
    return Flow("up" if x > 0.0 else "down", 1.0 + 3.0 * max(0.0, 1.0 - decades / DECADES))
