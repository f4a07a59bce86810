"""Shapes: the SVG markup of one box and of one edge.

Next: :mod:`autograd.drawing.formats.svg`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from autograd.drawing.formats.cards import LINE, PADDING, Card
from autograd.drawing.formats.text import SMALLER, escape, indices
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
    return f'<text class="{style}" {at}{anchor}>{_set(text)}</text>'


def _set(text: str) -> str:
    """Text with indices in letters of their own size, above and below the line: most typefaces have
    none for them, or draw them too small to be read.

    >>> _set("w⁽⁰⁾₁₂")
    'w<tspan dy="-.4em" font-size="75%">(0)</tspan><tspan dy=".7em" font-size="75%">12</tspan>'
    """
    pieces = []
    height = 0.0  # of the baseline, in em
    for piece, above in indices(text):
        rise = {1: 0.3, 0: 0.0, -1: -0.225}[above]
        size = f' font-size="{SMALLER:.0%}"' if above else ""
        step = f"{(height - rise) / (SMALLER if above else 1.0):.2g}em".replace("0.", ".")
        pieces.append(
            escape(piece) if rise == height else f'<tspan dy="{step}"{size}>{escape(piece)}</tspan>'
        )
        height = rise
    return "".join(pieces)


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


def edge_shape(points: Sequence[Point], across: bool, thickness: float | None) -> tuple[str, str]:
    """The data of two paths: a line through (x, y) points, curved where it changes its lane, and
    the head of its arrow.

    ``across`` says that it runs from top to bottom.

    >>> edge_shape([(0.0, 5.0), (40.0, 5.0)], False, None)
    ('M0,5h33.5', 'M40,5l-6.5-3.3v6.6z')
    """
    head = HEAD + (thickness or 1.0) - 1.0
    points = list(dict.fromkeys((round(x, 2), round(y, 2)) for x, y in points))
    x, y = points[-1]
    end = (x, y - head) if across else (x - head, y)
    tenths = [(_tenths(a), _tenths(b)) for a, b in [*points[:-1], end]]
    commands = [f"M{_numbers(*tenths[0])}"]
    for (x0, y0), (x1, y1) in pairwise(tenths):
        right, down = x1 - x0, y1 - y0
        if not right or not down:
            commands.append(f"v{_tenth(down)}" if down else f"h{_tenth(right)}")
        elif abs(right) == 1 or abs(down) == 1:
            commands.append(f"l{_numbers(right, down)}")
        elif across:
            half = down // 2
            commands.append(f"c{_numbers(0, half, right, half, right, down)}")
        else:
            half = right // 2
            commands.append(f"c{_numbers(half, 0, half, down, right, down)}")
    long, half = _tenths(head), _tenths(head / 2)
    side, base = (_numbers(-half, -long), f"h{_tenth(2 * half)}") if across else (
        _numbers(-long, -half), f"v{_tenth(2 * half)}"
    )  # fmt: skip
    return "".join(commands), f"M{coordinate(x)},{coordinate(y)}l{side}{base}z"


def _tenths(x: float) -> int:
    return round(float(coordinate(x)) * 10)


def _tenth(x: int) -> str:
    return f"{x / 10:g}"


def _numbers(*tenths: int) -> str:
    """Numbers of a path, which nothing needs to part where a minus does."""
    return ",".join(map(_tenth, tenths)).replace(",-", "-")
