"""Attributes: what the style sheet says, in the elements too, for programs that read no sheets.

Where a style sheet is read, it has the last word. Next: :mod:`autograd.drawing.drawing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograd.drawing.formats.style import COLOURS, FONT

__all__ = ["with_attributes"]

SIZES = {"title": "13", "symbol": "13", "label": "10", "none": "10", "what": "10.5", "note": "10.5"}
SOFT = {"label", "none", "what", "note", "symbol"}
EDGES = ("up", "down", "bad")
BOXES = ("input", "parameter", "output", "fold")
DASHES = {"zero": "1.5 3", "bad": "6 2"}
_ELEMENT = re.compile(r'<(svg|g|rect|text|path)((?: xmlns="[^"]*")?) class="([^"]*)"')


def with_attributes(svg: str, theme: str) -> str:
    """The same drawing with colours, sizes and dashes as attributes, light unless it is dark.

    >>> with_attributes('<text class="note">', "light")
    '<text class="note" stroke="none" fill="#59636e" font-size="10.5">'
    """

    box: list[str] = []

    def completed(match: re.Match[str]) -> str:
        tag, namespace, classes = match.groups()
        words = classes.split()
        if tag == "g":
            box[:] = words
        elif tag == "text" and "constant" in box:  # as small as a note
            words.append("note")
        listed = _looks(tag, words, int(theme == "dark"))
        attributes = "".join(f' {name}="{value}"' for name, value in listed)
        return f'<{tag}{namespace} class="{classes}"{attributes}'

    return _ELEMENT.sub(completed, svg)


def _looks(tag: str, classes: list[str], dark: int) -> Iterator[tuple[str, str]]:
    """Attributes of one element, by its classes."""
    colour = {role: pair[dark] for role, pair in COLOURS.items()}
    if tag == "svg":
        yield from (("font-family", FONT.replace("'", "")), ("font-size", "12"))
    elif "paper" in classes:
        yield "fill", colour["paper"]
    elif "edge" in classes:
        flow = next((name for name in EDGES if name in classes), "line")
        yield "fill", colour["lit" if "lit" in classes else flow]
        yield "stroke", colour["lit" if "lit" in classes else flow]
        yield from (("stroke-dasharray", DASHES[x]) for x in classes if x in DASHES)
    elif "box" in classes:
        kind = next((name for name in BOXES if name in classes), "interior")
        yield "fill", colour[kind]
        border = colour.get(f"{kind}-edge", colour["line"])
        yield "stroke", colour["lit"] if "lit" in classes else border
    elif "mark" in classes:
        yield from (("fill", colour["parameter-edge"]), ("stroke", "none"))
    elif "head" in classes:
        yield "stroke", "none"
    elif tag == "path":
        yield from (("fill", "none"), ("stroke-width", "1.2"))
    elif tag == "text":
        yield "stroke", "none"
        yield "fill", colour["soft" if SOFT.intersection(classes) else "ink"]
        yield from (("font-size", SIZES[x]) for x in classes if x in SIZES)
        if "title" in classes or "symbol" in classes:
            yield "font-weight", "600"
