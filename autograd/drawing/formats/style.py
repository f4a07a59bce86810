"""Style: the options of a drawing, checked, and the style sheet of its SVG.

Next: :mod:`autograd.drawing.formats.svg`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from autograd.drawing.formats.cards import PARTS
from autograd.drawing.formats.text import NumberFormat, formatter, number
from autograd.errors import InputTypeError, InputValueError

__all__ = ["CLASSES", "COLOURS", "FONT", "Style", "sheet_for", "style_of"]


class Style(NamedTuple):
    """How a picture is shown: parts of the boxes, direction, form of numbers, edge colours.

    ``room`` is the least number of characters that each number gets room for. ``lit`` holds the
    indices of highlighted boxes, ``lit_edges`` those of edges, ``colours`` the user's of boxes.
    ``spec`` is the specification that numbers are written by, "" for a function.
    """

    show: tuple[str, ...] = PARTS
    direction: str = "LR"
    format: Callable[[float], str] = number
    flow: bool = False
    room: int = 0
    lit: frozenset[int] = frozenset()
    lit_edges: frozenset[int] = frozenset()
    colours: Mapping[int, str] = MappingProxyType({})
    spec: str = ".4g"
    theme: str = "auto"


def style_of(
    show: str | Sequence[str],
    direction: str,
    format: NumberFormat,
    flow: bool,
    room: int,
    theme: str,
) -> Style:
    """The style that these options mean.

    Raises:
        InputValueError, InputTypeError: An option has no such value.
    """
    parts = tuple([show] if isinstance(show, str) else show)
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise InputValueError(
            f"a drawing can show {', '.join(PARTS)}, but show= has {unknown[0]!r}"
        )
    if direction not in ("LR", "TB"):
        raise InputValueError(
            f"the direction of a drawing is 'LR' (left to right) or 'TB' (top to bottom), "
            f"but got {direction!r}"
        )
    if type(room) is not int or room < 0:
        raise InputTypeError(f"room= is a number of characters, 0 or more, but got {room!r}")
    if theme not in ("auto", "light", "dark"):
        raise InputValueError(f"theme= is 'auto', 'light' or 'dark', but got {theme!r}")
    spec = format if isinstance(format, str) else ""
    return Style(
        parts, direction, formatter(format), bool(flow), room, spec=spec, theme=theme
    )  # fmt: skip


FONT = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"

# The colours by role: (light, dark)
COLOURS = {
    "paper": ("#ffffff", "#0d1117"),
    "ink": ("#1f2328", "#e6edf3"),
    "soft": ("#59636e", "#9198a1"),
    "line": ("#818b98", "#656c76"),
    "interior": ("#f6f8fa", "#161b22"),
    "input": ("#ddf4ff", "#0b2a4f"),
    "input-edge": ("#218bff", "#388bfd"),
    "parameter": ("#fff3d1", "#3a2a04"),
    "parameter-edge": ("#bf8700", "#d29922"),
    "output": ("#dafbe1", "#07371a"),
    "output-edge": ("#1a7f37", "#3fb950"),
    "fold": ("#f3ecff", "#271c4a"),
    "fold-edge": ("#8250df", "#a371f7"),
    "up": ("#0969da", "#58a6ff"),
    "down": ("#bc4c00", "#f0883e"),
    "bad": ("#8250df", "#bc8cff"),
    "lit": ("#bf3989", "#f778ba"),
}

CLASSES = (
    COLOURS["up"],
    COLOURS["down"],
    ("#1a7f37", "#3fb950"),
    ("#cf222e", "#ff7b72"),
    ("#8250df", "#bc8cff"),
    ("#7d5a3c", "#c8a27c"),
    ("#bf3989", "#f778ba"),
    ("#59636e", "#9198a1"),
    ("#7a7000", "#c9be3a"),
    ("#0b7285", "#39c5cf"),
)
"""Colours of classes, (light, dark), in the order that matplotlib's tab10 has them in."""

_RULES: tuple[tuple[str, str, str], ...] = (
    (".paper", "fill", "paper"),
    ("text", "fill", "ink"),
    (".label,.none,.what,.note", "fill", "soft"),
    (".constant .data", "fill", "soft"),
    (".symbol", "fill", "soft"),
    (".card", "fill", "interior"),
    (".card", "stroke", "line"),
    (".line", "stroke", "line"),
    (".head", "fill", "line"),
    *(
        rule
        for kind in ("input", "parameter", "output", "fold")
        for rule in (
            (f".{kind} .card", "fill", kind),
            (f".{kind} .card", "stroke", f"{kind}-edge"),
            (f".{kind} .mark", "fill", f"{kind}-edge"),
        )
    ),
    *(
        rule
        for flow in ("up", "down", "bad")
        for rule in ((f".{flow} .line", "stroke", flow), (f".{flow} .head", "fill", flow))
    ),
    (".lit .card", "stroke", "lit"),
    (".lit .line", "stroke", "lit"),
    (".lit .head", "fill", "lit"),
)


@cache
def sheet_for(theme: str) -> str:
    """The style sheet: shapes and colours; by itself dark ones where the reader prefers them."""

    def within(selectors: str) -> str:
        return ",".join(f".ag {selector}" for selector in selectors.split(","))

    def coloured(dark: int) -> str:
        return "".join(
            f"{within(selector)}{{{what}:{COLOURS[colour][dark]}}}"
            for selector, what, colour in _RULES
        )

    shapes: dict[str, Any] = {
        "text": f"font:12px {FONT};white-space:pre",
        ".title": "font-size:13px;font-weight:600",
        ".symbol": "font-size:13px;font-weight:600",
        ".label,.none": "font-size:10px",
        ".none": "font-style:italic",
        ".what,.note,.constant .data": "font-size:10.5px",
        ".line": "fill:none;stroke-width:1.2",
        ".output .card": "stroke-width:2",
        ".outside .card": "stroke-dasharray:4 3",
        ".zero .line": "stroke-dasharray:1.5 3",
        ".bad .line": "stroke-dasharray:6 2",
        ".lit .card": "stroke-width:2.5",
        ".lit .line": "stroke-width:2.5",
        ".own .card": "stroke-width:3",
        ".dim": "opacity:.3",
        ".edge:hover .line": "stroke-width:3",
        ".fold[data-part]": "cursor:pointer",
    }
    fixed = "".join(f"{within(selector)}{{{rule}}}" for selector, rule in shapes.items())
    colours = coloured(int(theme == "dark"))
    if theme == "auto":
        colours += f"@media (prefers-color-scheme:dark){{{coloured(1)}}}"
    own = ".ag .own .card{stroke:var(--own)}"
    return f"{fixed}.ag.many .line{{stroke-opacity:.6}}{colours}{own}"
