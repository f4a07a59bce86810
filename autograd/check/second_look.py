"""Before a derivative is called wrong: do the plain quotients of f say so too?

Extrapolated differences may agree by luck. A forward rule in single precision is a staircase to
them, and a wave that is much shorter than their steps looks like nothing at all. What such an f
allows to be said is less than "wrong". Next: :mod:`autograd.check.ladders`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

__all__ = ["CLOSE", "hidden_noise", "is_rough"]

Function = Callable[[float], float]

CLOSE = (1.13e-6, 1.07e-9, 1.03e-11)
"""The first steps of looks far closer than the usual ladders, as parts of the scale of x."""
# At the first steps quotients may still be far from their limit.
PASSED_OVER = 4
ROWS = 20
RISE = 2.0
IN_A_ROW = 4
CLEARLY = 4.0


def hidden_noise(function: Function, x: float, slope: float, start: float) -> float:
    """How inaccurate f must be if this is its derivative.

    The quotients of a smooth f come nearer to its derivative as the steps shrink, until they are as
    good as f is; from there on they stray by its error over the step. Two in a row have to tell how
    near they came: a single one may be near by luck.

    >>> import struct
    >>> single = lambda x: struct.unpack("f", struct.pack("f", math.sin(x)))[0]
    >>> 1e-8 < hidden_noise(single, 0.7, math.cos(0.7), 0.07) < 1e-7
    True
    """
    before = nearest = math.inf
    noise = 0.0
    for quotient, width in _quotients(function, x, start):
        distance = abs(quotient - slope)
        if distance > RISE * nearest:
            noise = max(noise, 0.5 * distance * width)
        nearest, before = min(nearest, max(distance, before)), distance
    return noise


def is_rough(function: Function, x: float, slope: float, start: float) -> bool:
    """Whether quotients never settle: those in a row differ as much as from this slope.

    >>> is_rough(math.sin, 0.7, math.cos(0.7) * 1.000001, 0.07)
    False
    >>> is_rough(lambda x: x * x * math.sin(1.0 / x) if x else 0.0, 0.0, 0.0, 0.07)
    True
    """
    recent: list[float] = []
    for quotient, _ in _quotients(function, x, start):
        recent = [*recent[1 - IN_A_ROW :], quotient]
        spread = max(recent) - min(recent)
        if len(recent) == IN_A_ROW and all(abs(q - slope) > CLEARLY * spread for q in recent):
            return False
    return True


def _quotients(function: Function, x: float, start: float) -> Iterator[tuple[float, float]]:
    """Central quotients at shrinking steps, and the distance of their two points."""
    step = start / 2.0**PASSED_OVER
    for _ in range(ROWS):
        low, high = x - step, x + step
        quotient = (function(high) - function(low)) / (high - low)
        if math.isfinite(quotient):
            yield quotient, high - low
        step /= 2.0
