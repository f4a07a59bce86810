"""Flow: what each edge carries backwards, upstream × local derivative, as a colour and a width.

Next: :mod:`autograd.drawing.sheet`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from autograd.drawing.picture.snapshot import Picture

__all__ = ["Flow", "contributions", "flows_of", "promised"]

LEGEND = (
    "gradient along the edges: blue is positive, orange negative, wide is large, dots are 0, "
    "violet dashes ∞ or nan"
)
MISSING = "no gradients along the edges yet: call backward() first"
DECADES = 3.0


class Flow(NamedTuple):
    """The class of an edge, "" where no gradient is known, and its width if it has one."""

    style: str
    width: float | None


def contributions(picture: Picture) -> list[float | None]:
    """What each edge added to its source's gradient: the target's times the local derivative.

    None where no gradient is computed, or none passes by rule.

    >>> from autograd import Value
    >>> from autograd.drawing.picture.snapshot import take_picture
    >>> x = Value(3.0)
    >>> y = x * x
    >>> y.backward()
    >>> contributions(take_picture(y))
    [3.0, 3.0]
    """
    passed: list[float | None] = []
    for edge, local in zip(picture.edges, picture.local_derivatives()):
        upstream = picture.boxes[edge.target].grad
        if upstream is None or local is None:
            passed.append(None)
        else:
            passed.append(upstream * local if upstream else 0.0)
    return passed


def flows_of(picture: Picture) -> tuple[list[Flow], str]:
    """Colours and widths of the edges, and a legend: width is logarithmic over three decades."""
    passed = contributions(picture)
    sizes = [abs(x) for x in passed if x is not None and math.isfinite(x)]
    largest = max(sizes, default=0.0)
    flows = [_flow(x, largest) for x in passed]
    return flows, LEGEND if any(flow.style for flow in flows) else MISSING


def promised(notes: Sequence[str]) -> tuple[str, ...]:
    """Notes of a picture whose gradients are still to come, in a film or a page that computes."""
    return tuple(LEGEND if note == MISSING else note for note in notes)


def _flow(x: float | None, largest: float) -> Flow:
    if x is None:
        return Flow("", None)
    if not math.isfinite(x):
        return Flow("bad", 4.0)
    if x == 0.0:
        return Flow("zero", 1.2)
    decades = math.log10(largest) - math.log10(abs(x))
    return Flow("up" if x > 0.0 else "down", 1.0 + 3.0 * max(0.0, 1.0 - decades / DECADES))
