"""Shapes: the SVG markup of one box and of one edge."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from autograd.drawing.formats.cards import LINE, PADDING, Card
from autograd.drawing.formats.text import escape
from autograd.drawing.picture.snapshot import Box
from autograd.drawing.placement.positions import Point

__all__ = ["box_shape", "coordinate", "edge_shape"]

HEAD = 6.5
BASELINE = 12.0
ROUND = {"input": 12.0, "parameter": 2.0, "output": 6.0}


def coordinate(x: float) -> str:
    """A coordinate, to a tenth of a pixel.

    >>> coordinate(2.0), coordinate(2.25)
    ('2', '2.3')
    """
    # What lies between two tenths goes up, however the sum that it came from was rounded: newer
    # versions of Python add floats in another way.
    text = f"{x + 1e-6:.1f}"
    return text[:-2] if text.endswith(".0") else text


def _rect(style: str, x: float, y: float, width: float, height: float, radius: float) -> str:
    numbers = map(coordinate, (x, y, width, height, radius))
    return '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>'.format(style, *numbers)


def _text(style: str, x: float, y: float, text: str, anchor: str = "") -> str:
    anchor = anchor and f' text-anchor="{anchor}"'
    at = f'x="{coordinate(x)}" y="{coordinate(y)}"'
    return f'<text class="{style}" {at}{anchor}>{escape(text)}</text>'


def box_shape(box: Box, card: Card, x: float, y: float) -> str:
    """A card with its upper left corner at (x, y)."""
    width, height = card.width, card.height
    if box.kind == "constant":
        return _text("data", x + width / 2, y + BASELINE, card.rows[0].text, "middle")
    radius = ROUND.get(box.kind, 6.0)
    shapes = []
    if box.kind == "fold":  # a sheet behind the first one: there is more than one node here
        shapes.append(_rect("card", x + 4, y - 4, width, height, radius))
    shapes.append(_rect("card", x, y, width, height, radius))
    if box.kind == "parameter":
        shapes.append(_rect("mark", x, y, 4.0, height, 1.0))
    left, right, middle = x + PADDING, x + width - PADDING, x + width / 2
    base = y + BASELINE + 4.0
    if card.title and card.symbol:
        title = "title" if box.name else "title handle"  # which only a page gave it
        shapes += [
            _text(title, left, base, card.title),
            _text("symbol", right, base, card.symbol, "end"),
        ]
    elif card.title or card.symbol:
        style = "title" if card.title else "symbol"
        shapes.append(_text(style, middle, base, card.title or card.symbol, "middle"))
    if card.title or card.symbol:
        base += LINE
    for row in card.rows:
        if row.label:
            shapes.append(_text("label", left, base, row.label))
            shapes.append(_text(row.style, right, base, row.text, "end"))
        else:
            shapes.append(_text(row.style, middle, base, row.text, "middle"))
        base += LINE
    return "".join(shapes)


def edge_shape(points: Sequence[Point], across: bool, thickness: float | None) -> str:
    """A line through (x, y) points and its arrow head; curved where it changes its lane.

    ``across`` says that it runs from top to bottom.
    """
    points = list(dict.fromkeys((round(x, 2), round(y, 2)) for x, y in points))
    x, y = points[-1]
    head = HEAD + (thickness or 1.0) - 1.0
    points[-1] = (x, y - head) if across else (x - head, y)
    commands = [f"M{_pair(points[0])}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(x0 - x1) < 0.05 or abs(y0 - y1) < 0.05:
            commands.append(f"L{_pair((x1, y1))}")
        elif across:
            middle = (y0 + y1) / 2
            commands.append(f"C{_pair((x0, middle))} {_pair((x1, middle))} {_pair((x1, y1))}")
        else:
            middle = (x0 + x1) / 2
            commands.append(f"C{_pair((middle, y0))} {_pair((middle, y1))} {_pair((x1, y1))}")
    stroke = "" if thickness is None else f' style="stroke-width:{coordinate(thickness)}"'
    half = head / 2
    corners = ((x - half, y - head), (x + half, y - head)) if across else (
        (x - head, y - half), (x - head, y + half)
    )  # fmt: skip
    tip = " ".join(map(_pair, ((x, y), *corners)))
    line = f'<path class="line" d="{"".join(commands)}"{stroke}/>'
    return f'{line}<polygon class="head" points="{tip}"/>'


def _pair(point: Point) -> str:
    return f"{coordinate(point[0])},{coordinate(point[1])}"
