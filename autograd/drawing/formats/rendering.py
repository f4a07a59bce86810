"""Rendering: drawings as PNG and PDF, as they look on the screen, and films as GIF.

The package vl-convert-python has resvg and svg2pdf in one wheel for every system, with no library
of the system's beside it; the extra `pictures` brings it, and Pillow, which puts frames together.
Next: :mod:`autograd.drawing.drawing`.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from typing import Any

from autograd.extras import needed

__all__ = ["animated", "as_pdf", "as_png", "graphviz_module"]

SHARPNESS = 2.0
"""Pixels of a PNG a pixel of the drawing: as many as sharp screens have."""
MOST_PIXELS = 40_000_000
"""A drawing with more would take gigabytes while it is made: it gets fewer a pixel."""

WIDEST = 1280.0
"""Pixels of a GIF, which holds every frame."""
SIDES = re.compile(r'width="([\d.]+)" height="([\d.]+)"')


def graphviz_module() -> Any:
    """The `graphviz` package, imported when it is first needed."""
    return needed("graphviz", "to_graphviz")


def as_png(svg: str, scale: float = SHARPNESS) -> bytes:
    """A drawing as PNG, with so many pixels a pixel of the drawing.

    Raises:
        MissingExtraError: vl-convert-python is not installed.
    """
    maker = needed("vl_convert", "a PNG file")
    sides = SIDES.search(svg)
    if sides:
        scale = min(scale, math.sqrt(MOST_PIXELS / (float(sides[1]) * float(sides[2]))))
    image: bytes = maker.svg_to_png(svg, scale=scale)
    return image


def as_pdf(svg: str) -> bytes:
    """A drawing as a PDF of one page, in lines and letters.

    Raises:
        MissingExtraError: vl-convert-python is not installed.
    """
    page: bytes = needed("vl_convert", "a PDF file").svg_to_pdf(svg)
    return page


def animated(svgs: Sequence[str], seconds: float) -> bytes:
    """Drawings of one size as a GIF that shows each for so long, over and over.

    It is as wide as they are, at most as a slide.

    Raises:
        MissingExtraError: vl-convert-python or Pillow is not installed.
    """
    image = needed("PIL.Image", "a GIF file")
    sides = SIDES.search(svgs[0])
    scale = min(1.0, WIDEST / float(sides[1])) if sides else 1.0
    pictures = [image.open(io.BytesIO(as_png(svg, scale))).convert("RGB") for svg in svgs]
    # One palette for all, or colours would flicker; of the last frame, which has all that there is.
    palette = pictures[-1].quantize(254)
    # The paper keeps its colour: what `quantize` would take for it, almost the same, becomes it.
    paper = pictures[-1].getpixel((0, 0))
    colours = [*palette.getpalette(), *paper]
    for k in range(0, len(colours), 3):
        if all(abs(a - b) <= 8 for a, b in zip(colours[k : k + 3], paper)):
            colours[k : k + 3] = paper
    palette.putpalette(colours)
    frames = [picture.quantize(palette=palette, dither=0) for picture in pictures]
    out = io.BytesIO()
    frames[0].save(
        out, "GIF", save_all=True, append_images=frames[1:],
        duration=round(1000 * seconds), loop=0, optimize=False,
    )  # fmt: skip
    return out.getvalue()
