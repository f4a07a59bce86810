"""Before a derivative is called wrong: do the plain quotients of f say so too?

Extrapolated differences may agree by luck. A forward rule in single precision is a staircase to
them, and a wave that is much shorter than their steps looks like nothing at all. What such an f
allows to be said is less than "wrong". Next: :mod:`autograd.check.ladders`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from autograd.check.differences import EPSILON

__all__ = ["CLOSE", "hidden_noise", "is_flat", "is_rough", "jump", "noise_of"]

Function = Callable[[float], float]

CLOSE = (1.13e-6, 1.07e-9, 1.03e-11)
"""The first steps of looks far closer than the usual ladders, as parts of the scale of x."""
# At the first steps quotients may still be far from their limit.
PASSED_OVER = 4
ROWS = 20
RISE = 2.0
IN_A_ROW = 4
CLEARLY = 4.0


TALLER = 10.0
"""How many times its jumps the error of f may be, where several add up."""
HALVINGS = 52
BESIDE = 16.0
FEW = 8.0
"""Spacings of floats: from one point to what counts as beside it, and of what rounding leaves."""


def hidden_noise(function: Function, x: float, slope: float, start: float) -> tuple[float, float]:
    """How inaccurate f must be if this is its derivative, and the distance at which that shows.

    The quotients of a smooth f come nearer to its derivative as the steps shrink, until they are as
    good as f is; from there on they stray by its error over the step. Two in a row have to tell how
    near they came: a single one may be near by luck.

    >>> import struct
    >>> single = lambda x: struct.unpack("f", struct.pack("f", math.sin(x)))[0]
    >>> 1e-8 < hidden_noise(single, 0.7, math.cos(0.7), 0.07)[0] < 1e-7
    True
    """
    before = nearest = math.inf
    noise = 0.0, 0.0
    for quotient, width in _quotients(function, x, start):
        distance = abs(quotient - slope)
        if distance > RISE * nearest:
            noise = max(noise, (0.5 * distance * width, width))
        nearest, before = min(nearest, max(distance, before)), distance
    return noise


def noise_of(
    function: Function, x: float, numeric: float, analytic: float, start: float, known: float
) -> float:
    """How inaccurate f is if that is more than is known: by the slope that differences found, or,
    as that may be one between two steps of f, by the other one, as far as f has steps.
    """
    seen, _ = hidden_noise(function, x, numeric, start)
    if seen <= known:
        seen, width = hidden_noise(function, x, analytic, start)
        if seen > known:
            seen = min(seen, TALLER * jump(function, x, width))
    return seen


def is_flat(function: Function, x: float, slope: float, start: float) -> bool:
    """Whether f is constant between steps so small that rounding makes them, as it would be too
    if this were its derivative.

    What is added to a number as large as x or 1 is lost in it if it is smaller than these.

    >>> [is_flat(lambda x: (1.0 + x) - 1.0, 1e-20, slope, 1e-18) for slope in (1.0, 1e4)]
    [True, False]
    >>> is_flat(lambda x: 1e-20 * x, 1.0, 2e-20, 0.07)
    False
    """
    least = FEW * EPSILON * max(1.0, abs(x))
    if abs(slope) * start > least:
        return False
    changes = [abs(quotient) * width for quotient, width in _quotients(function, x, start)]
    return max(changes, default=0.0) <= least and not any(changes[len(changes) // 2 :])


def jump(function: Function, x: float, width: float) -> float:
    """How far f goes up or down between two neighbours among the floats, where it does most near x.

    Found by bisection. What was rounded on the way, as 1 - cos(x) is, has steps; the slope between
    two of them may be steep, and means nothing.

    >>> f = lambda x: (1.0 - math.cos(x)) / x**2
    >>> 1e-9 < jump(f, 1e-4, 1e-7) < 1e-7
    True
    >>> jump(math.sin, 1e-4, 1e-7) < 1e-18
    True
    """
    step = max(BESIDE * EPSILON * abs(x), width * EPSILON)
    slope = (function(x + step) - function(x - step)) / (2.0 * step)  # between two steps of f
    found = 0.0
    for end in (x - width, x + width):
        a, b = x, end
        at_a, at_b = function(a), function(b)
        for _ in range(HALVINGS):
            middle = 0.5 * (a + b)
            if middle in (a, b):
                break
            at_middle = function(middle)
            along = slope * (middle - a)
            if abs(at_middle - at_a - along) >= abs(at_b - at_middle - along):
                b, at_b = middle, at_middle
            else:
                a, at_a = middle, at_middle
        found = max(found, abs(at_b - at_a - slope * (b - a)))
    return found


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
    more = -math.log2(abs(x)) if x else 0.0  # as near to a small x as to a large one
    for _ in range(ROWS + max(0, min(ROWS, int(more)))):
        low, high = x - step, x + step
        quotient = (function(high) - function(low)) / (high - low)
        if math.isfinite(quotient):
            yield quotient, high - low
        step /= 2.0
