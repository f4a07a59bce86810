"""Inverse functions that :mod:`math` lacks or computes too coarsely: cbrt, erfinv, ndtri of floats.

Each is accurate to a few units in the last place and returns IEEE results instead of raising. A&S
is Abramowitz & Stegun, *Handbook of Mathematical Functions*. Next: :mod:`autograd.ops.special`.
"""

from __future__ import annotations

import math

__all__ = ["cbrt", "erfinv", "ndtri"]

SQRT_2 = math.sqrt(2.0)
SQRT_PI = math.sqrt(math.pi)
TWO_OVER_SQRT_PI = 2.0 / SQRT_PI


def cbrt(x: float) -> float:
    """Cube root of any real number, within 1 ulp.

    >>> cbrt(-27.0)
    -3.0
    """
    if x == 0.0 or x != x or math.isinf(x):
        return x
    root = math.exp(math.log(abs(x)) / 3.0)
    # Cut the root to 26 bits, so that its square is exact and a step of Halley's method sees the
    # true residual: libraries' own cube roots are off by up to 4 ulp.
    shifted = 134217729.0 * root
    root = shifted - (shifted - root)
    quotient = abs(x) / (root * root)
    root += root * ((quotient - root) / (root + root + quotient))
    return math.copysign(root, x)


def erfinv(x: float) -> float:
    """The number whose error function is x; ±inf at ±1, NaN beyond.

    >>> erfinv(0.5), erfinv(-1.0)
    (0.4769362762044699, -inf)
    """
    size = abs(x)
    if size > 0.5:
        # 1 - size is exact, and erfc of the result as accurate as erf of it is coarse.
        return math.copysign(_inverse_of_erfc(1.0 - size), x) if size <= 1.0 else math.nan
    if not size > 1e-8:  # linear there
        return x / TWO_OVER_SQRT_PI
    y = x * (0.8862269254527580 + x * x * (0.2320136665346545 + 0.1275561753055979 * x * x))
    for _ in range(3):  # Newton's method, with Halley's correction
        step = (math.erf(y) - x) / (TWO_OVER_SQRT_PI * math.exp(-y * y))
        y -= step / (1.0 + y * step)
    return y


def ndtri(p: float) -> float:
    """The number below which a standard normal one is with probability p; ±inf at 0 and 1.

    >>> ndtri(0.975), ndtri(0.0)
    (1.959963984540054, -inf)
    """
    if p != p or p < 0.0 or p > 1.0:
        return math.nan
    if 0.25 <= p <= 0.75:
        return SQRT_2 * erfinv(2.0 * (p - 0.5))
    return -SQRT_2 * _inverse_of_erfc(2.0 * p) if p < 0.5 else SQRT_2 * _inverse_of_erfc(2 - 2 * p)


def _inverse_of_erfc(q: float) -> float:
    """The number whose complementary error function is q, for q in [0, 1/2]."""
    if q == 0.0:
        return math.inf
    logarithm = math.log(q)
    u = math.sqrt(-2.0 * (logarithm - math.log(2.0)))  # A&S 26.2.23, within 4.5e-4
    above = 2.515517 + u * (0.802853 + u * 0.010328)
    below = 1.0 + u * (1.432788 + u * (0.189269 + u * 0.001308))
    t = (u - above / below) / SQRT_2
    for _ in range(3):  # Newton's method on the logarithm, which is nearly a parabola
        if q > 1e-290:
            tail = math.erfc(t)
            t += math.log1p((tail - q) / q) * tail / (TWO_OVER_SQRT_PI * math.exp(-t * t))
        else:  # erfc is about to be subnormal: its asymptotic series (A&S 7.1.23)
            y = 0.5 / (t * t)
            series = 1.0 - y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y)))
            t += (math.log(series / (t * SQRT_PI)) - t * t - logarithm) * series / (2.0 * t)
    return t
