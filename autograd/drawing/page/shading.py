"""Shading: a plane's surface and points as markup, the surface as a small picture within it.

Next: :mod:`autograd.drawing.page.film`.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Sequence

from autograd.drawing.formats.shapes import coordinate
from autograd.drawing.page.plane import CELLS, Plane

__all__ = ["points_svg", "surface_svg"]

LEVELS = 12
NONE = "#808890"  # what is of no class, on light and on dark paper
STRENGTH = 0.55  # how much of a class's colour the surest cell has


def surface_svg(plane: Plane, surface: Sequence[tuple[int, float]], side: float, dark: bool) -> str:
    """The surface as a square of SVG with such a side."""
    image = base64.b64encode(_png(surface, [pair[int(dark)] for pair in plane.colours])).decode()
    length = coordinate(side)
    return (
        f'<image width="{length}" height="{length}" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{image}"/>'
    )


def points_svg(plane: Plane, side: float, dark: bool) -> str:
    """The points over it, in the colours of their classes."""
    colours = [pair[int(dark)] for pair in plane.colours]
    (left, right), (bottom, top) = plane.bounds
    radius = coordinate(side / 80)
    points = []
    for (x, y), of in zip(plane.rows, plane.sides):
        across, down = (x - left) / (right - left), (top - y) / (top - bottom)
        which = of[0] if plane.exclusive else int(of[0] > 0)
        points.append(
            f'<circle cx="{coordinate(side * across)}" cy="{coordinate(side * down)}" r="{radius}" '
            f'fill="{colours[which % len(colours)] if which >= 0 else NONE}"/>'
        )
    return f'<g class="points" stroke="#ffffff" stroke-width="0.7">{"".join(points)}</g>'


def _png(surface: Sequence[tuple[int, float]], colours: Sequence[str]) -> bytes:
    """The cells as a PNG with a palette: a colour's levels are more and less transparent."""
    palette = b"".join(bytes.fromhex(colour[1:]) * (LEVELS + 1) for colour in colours)
    opacity = bytes(round(255 * STRENGTH * k / LEVELS) for k in range(LEVELS + 1)) * len(colours)
    cells = bytes(
        colour * (LEVELS + 1) + round(LEVELS * max(0.0, min(1.0, strength)))
        for colour, strength in surface
    )
    side = math.isqrt(len(cells)) or CELLS
    rows = b"".join(b"\0" + cells[k * side : (k + 1) * side] for k in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", palette), (b"tRNS", opacity)]
    parts += [(b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
