"""Curve: how a number changed over a recording, as a line to stand beside a slider.

Next: :mod:`autograd.drawing.page.film`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["HEIGHT", "WIDTH", "curve_of", "points_of"]

WIDTH, HEIGHT = 1000.0, 40.0
DECADES = 2.0


def points_of(values: Sequence[float]) -> list[str]:
    """The corners of lines from the first value to the last, logarithmic if they are positive and
    reach over two powers of ten; values that are not finite leave a gap.

    >>> points_of([1.0, 3.0])
    ['0.0,40.0 1000.0,0.0']
    """
    finite = [x for x in values if math.isfinite(x)]
    if len(values) < 2 or not finite:
        return []
    low, high = min(finite), max(finite)
    if low > 0.0 and math.log10(high) - math.log10(low) >= DECADES:
        values = [math.log10(x) if x > 0.0 else x for x in values]
        low, high = math.log10(low), math.log10(high)
    lines: list[list[str]] = [[]]
    for i, x in enumerate(values):
        if math.isfinite(x):
            share = (x / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
            lines[-1].append(f"{WIDTH * i / (len(values) - 1):.1f},{HEIGHT * (1 - share):.1f}")
        else:
            lines.append([])
    return [" ".join(line) for line in lines if len(line) > 1]


def curve_of(values: Sequence[float]) -> str:
    """An ``<svg>`` element with these lines and a mark for the moment, "" if there are none.

    >>> "polyline" in curve_of([3.0, 2.0, 1.0])
    True
    """
    drawn = "".join(f'<polyline points="{points}"/>' for points in points_of(values))
    size = f"0 0 {WIDTH:.0f} {HEIGHT:.0f}"
    return drawn and (
        f'<svg id="curve" viewBox="{size}" preserveAspectRatio="none" aria-hidden="true">'
        f'{drawn}<line id="now" y1="0" y2="{HEIGHT:.0f}"/></svg>'
    )
