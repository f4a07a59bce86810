"""Inlining: constants, and the shift of a softmax, written into the boxes that use them: □², 2 × □.

A literal number beside a Value needs no box and no edge of its own. No more does the largest of
some numbers that each is lessened by so that none overflows, through which no gradient runs. Next:
:mod:`autograd.drawing.sheet`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from autograd.drawing.folding.shifts import is_shift
from autograd.drawing.picture.snapshot import Box, Edge, Picture

__all__ = ["PLACE", "inlined"]

PLACE = "□"
"""Stands for the operand that has a box."""
RAISED = {2.0: "²", 3.0: "³"}
INFIX = {"add", "sub", "mul", "div", "floordiv", "mod", "lt", "le", "gt", "ge", "eq", "ne"}


def inlined(picture: Picture, format: Callable[[float], str]) -> Picture:
    """The picture without boxes for what functions of two operands take besides one of the others.

    >>> from autograd import Value
    >>> from autograd.drawing.picture.snapshot import take_picture
    >>> x = Value(3.0, "x")
    >>> [box.written for box in inlined(take_picture(2.0 * x**2), "{:g}".format).boxes]
    ['', '□²', '2 × □']
    """
    into, uses = picture.edges_into(), _uses(picture)
    words = {box.id: format(box.data or 0.0) for box in picture.boxes if box.kind == "constant"}
    words |= _shifts(picture, uses)
    boxes, dropped = list(picture.boxes), set()
    for box, edges in zip(picture.boxes, into):
        sources = [picture.edges[i].source for i in edges]
        inside = [k for k, source in enumerate(sources) if source in words]
        if len(sources) != 2 or len(inside) != 1 or box.kind == "fold":
            continue
        (k,) = inside
        shown = [PLACE, PLACE]
        shown[k] = words[sources[k]]
        boxes[box.id] = box._replace(
            written=_written(box, shown, picture.boxes[sources[1]].data),
            inline=((k, picture.nodes[sources[k]]),),
        )
        dropped.add(edges[k])
    return _without(picture._replace(boxes=tuple(boxes)), dropped)


def _written(box: Box, shown: Sequence[str], exponent: float | None) -> str:
    """A function of two operands by the texts of both."""
    if box.op == "pow":
        raised = shown[1] != PLACE and exponent in RAISED
        return f"{PLACE}{RAISED[exponent]}" if raised and exponent else "^".join(shown)
    if box.op in INFIX or not (box.symbol[:1].isalpha() or len(box.symbol) > 2):
        return f" {box.symbol} ".join(shown)
    return f"{box.symbol}({', '.join(shown)})"


def _uses(picture: Picture) -> list[list[int]]:
    """For each box, those that it is an operand of."""
    uses: list[list[int]] = [[] for _ in picture.boxes]
    for edge in picture.edges:
        uses[edge.source].append(edge.target)
    return uses


def _shifts(picture: Picture, uses: Sequence[Sequence[int]]) -> Mapping[int, str]:
    """What stands for boxes that are the largest of some numbers, and are only taken from them."""
    found = {}
    for box, node, users in zip(picture.boxes, picture.nodes, uses):
        hidden = box.op == "stop_gradient" and box.kind == "interior"
        if hidden and is_shift(node, [picture.nodes[user] for user in users]):
            found[box.id] = "max"
    return found


def _without(picture: Picture, edges: set[int]) -> Picture:
    """The picture without some edges, and without the boxes that nothing uses any more."""
    left = [edge for i, edge in enumerate(picture.edges) if i not in edges]
    into, used = picture.edges_into(), [0] * len(picture.boxes)
    for edge in left:
        used[edge.source] += 1
    lost = {picture.edges[i].source for i in edges}
    gone: set[int] = set()
    for box in reversed(picture.boxes):
        if used[box.id] or box.id in picture.outputs or box.id not in lost:
            continue
        gone.add(box.id)
        for i in into[box.id]:
            if i not in edges:
                used[picture.edges[i].source] -= 1
                lost.add(picture.edges[i].source)
    kept = [box for box in picture.boxes if box.id not in gone]
    number = {box.id: i for i, box in enumerate(kept)}
    return picture._replace(
        boxes=tuple(box._replace(id=number[box.id]) for box in kept),
        edges=tuple(
            Edge(number[e.source], number[e.target], e.position, e.size)
            for e in left
            if e.source in number and e.target in number
        ),
        nodes=tuple(node for i, node in enumerate(picture.nodes) if i in number),
        outputs=tuple(number[i] for i in picture.outputs),
    )
