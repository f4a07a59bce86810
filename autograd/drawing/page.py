"""Page: the HTML document of a drawing."""

from __future__ import annotations

from collections.abc import Callable

from autograd.drawing.model import Picture
from autograd.drawing.text import escape

__all__ = ["page"]


def page(
    picture: Picture,
    svg: str,
    *,
    title: str,
    extra: str = "",
    format: Callable[[float], str],
) -> str:
    """A document by itself that shows an SVG, and ``extra`` below it."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title>"
        "<style>:root{color-scheme:light dark}body{font-family:system-ui,sans-serif}</style></head>"
        f'<body><div style="overflow:auto">{svg}</div>\n{extra}</body></html>\n'
    )
