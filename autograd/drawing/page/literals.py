"""Literals: a float as JavaScript writes it, which is as Python does but for what is not finite.

Next: :mod:`autograd.drawing.page.javascript`.
"""

from __future__ import annotations

import math

__all__ = ["literal"]


def literal(x: float) -> str:
    """The shortest text that JavaScript reads back as the same float.

    >>> literal(0.1), literal(-2.0), literal(float("inf")), literal(float("nan"))
    ('0.1', '(-2)', 'Infinity', 'NaN')
    """
    if math.isfinite(x):
        text = repr(x).removesuffix(".0")
    else:
        text = "NaN" if math.isnan(x) else f"{'-' if x < 0.0 else ''}Infinity"
    return f"({text})" if text.startswith("-") else text
