"""Cards: what stands in each box of a picture, in lines, and how large the box must be for it.

Next: :mod:`autograd.drawing.formats.shapes`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd.drawing.formats.text import clean, number, shorten, width
from autograd.drawing.picture.snapshot import Box

__all__ = ["NOT_COMPUTED", "PARTS", "Card", "Row", "card_of", "spread_of"]

PARTS = ("name", "op", "data", "grad")
"""What a box can show."""
NOT_COMPUTED = "not computed"

TITLE, NUMBERS, LABEL, SMALL = 13.0, 12.0, 10.0, 10.5
LINE = 16.0
PADDING = 9.0
GAP = 10.0
LONGEST_NAME = 32


class Row(NamedTuple):
    """One line: a label at the left, a text at the right, and the class of the text."""

    label: str
    text: str
    style: str


class Card(NamedTuple):
    """The contents of one box: title and symbol on the first line, then rows, then the size."""

    title: str
    symbol: str
    rows: tuple[Row, ...]
    width: float
    height: float


def card_of(
    box: Box,
    show: Sequence[str] = PARTS,
    format: Callable[[float], str] = number,
    room: int = 0,
) -> Card:
    """Lay out one box; numbers get room for at least so many characters.

    >>> [row.text for row in card_of(Box(0, "input", "", "", "x", 2.0, None)).rows]
    ['2', 'not computed']
    """
    if box.kind == "constant":
        text = format(box.data or 0.0)
        return Card("", "", (Row("", text, "data"),), width(text) * SMALL + 10.0, 18.0)
    name = box.name if box.kind == "fold" and not box.module else box.alias or box.name
    title = shorten(clean(name), LONGEST_NAME) if name and "name" in show else ""
    symbol = clean(box.written or box.symbol) if "op" in show else ""
    rows = []
    if box.kind == "fold":
        contents = f"{box.size:,} nodes" + (f": {symbol}" if symbol else "")
        rows.append(Row("", shorten(contents, 48), "what"))
        symbol = ""
    if "data" in show and box.data is not None:
        rows.append(Row("data", format(box.data), "data"))
    elif "data" in show and len(box.results) > 1:
        rows.append(Row("data", spread_of(box, format), "data"))
    if "grad" in show and (box.kind != "fold" or box.grad is not None):
        text = NOT_COMPUTED if box.grad is None else format(box.grad)
        rows.append(Row("grad", text, "grad none" if box.grad is None else "grad"))
    if not (title or symbol or rows):
        title = " "
    needed = [width(title) * TITLE + (GAP if title and symbol else 0.0) + width(symbol) * TITLE]
    for row in rows:
        size = {"what": SMALL, "grad none": LABEL}.get(row.style, NUMBERS)
        longest = width(row.text) * size
        if row.label:
            longest = max(longest, room * width("0") * NUMBERS) + width(row.label) * LABEL + GAP
        needed.append(longest)
    lines = len(rows) + (1 if title or symbol else 0)
    return Card(title, symbol, tuple(rows), max(needed) + 2 * PADDING, lines * LINE + 9.0)


def spread_of(box: Box, format: Callable[[float], str]) -> str:
    """The results of a fold that has several: their mean, and from where to where they go."""
    numbers = [node.data for node in box.results]
    mean = math.fsum(numbers) / len(numbers) if all(map(math.isfinite, numbers)) else sum(numbers)
    return f"{format(mean)} ({format(min(numbers))} … {format(max(numbers))})"
