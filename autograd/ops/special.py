"""Gamma functions that :mod:`math` lacks or computes too coarsely: lgamma, betaln, polygamma.

Each is accurate to a few units in the last place and returns IEEE results instead of raising.
They use nothing but :mod:`math`, arithmetic and loops.
Formulas are cited by their number in Abramowitz & Stegun, *Handbook of Mathematical Functions*
(A&S).
"""

from __future__ import annotations

import math

__all__ = ["BERNOULLI", "betaln", "lgamma", "polygamma"]

# Polynomials that interpolate at Chebyshev nodes, computed with 80 digits, lowest order first;
# their relative errors are below 2e-17. lgamma(x) / ((x - 1) (x - 2)) on [1, 2.5], in x - 1.75:
_LGAMMA_BY_ZEROS = (
    0.4501393121092563, -0.11948158662524275, 0.04452044719850941, -0.019053957830247412,
    0.008776370425277888, -0.004226194125928346, 0.0020955338792364464, -0.0010605660749412342,
    0.0005448970025495887, -0.0002831906297104388, 0.00014851664114522942, -7.846167352252309e-05,
    4.170624738675929e-05, -2.228191217665965e-05, 1.194597872164936e-05, -6.434822788014993e-06,
    3.516434844428187e-06, -1.9066804238023735e-06, 9.424957587698116e-07, -5.128211509102332e-07,
    4.346200532078776e-07, -2.386040832536453e-07, -3.336913537804954e-08, 1.8847734392676648e-08,
    9.11277895517167e-08, -5.0333679908980265e-08,
)[::-1]  # fmt: skip
# digamma(x) / (x - zero) on [1, 2], in x - 1.5; the zero is given in two parts.
_DIGAMMA_ZERO = 1.4616321449683622
_DIGAMMA_ZERO_LOW = 9.549995429965697e-17
_DIGAMMA_SLOPE = (
    0.951055876031833, -0.4236274212814605, 0.2405424842407742, -0.14840492305390884,
    0.09498872445494122, -0.061922133273064534, 0.04076083381242074, -0.02697579675613825,
    0.0179072524394512, -0.011908218001568644, 0.007926944646403797, -0.005279964873257405,
    0.003519006401502276, -0.002345267632540769, 0.0015566317474486838, -0.0010376374098418604,
    0.0007233266279287554, -0.0004821990530566789, 0.0002272331660987376, -0.00015148586836773365,
    0.00025968482126430747, -0.00017312261802727394,
)[::-1]  # fmt: skip

# Bernoulli numbers B2, B4 … B20, for the asymptotic series (A&S 6.1.41, 6.3.18, 6.4.11).
BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798,
    -174611 / 330,
)  # fmt: skip
_STIRLING = tuple(b / ((2 * j + 2) * (2 * j + 1)) for j, b in enumerate(BERNOULLI[:8]))[::-1]
_DIGAMMA_TAIL = tuple(b / (2 * j + 2) for j, b in enumerate(BERNOULLI))[::-1]
_HALF_LOG_2PI = 0.9189385332046728


def _lgamma_of_sum(one: float, t: float) -> float:
    """Lgamma of one + t, a number between 1 and 2.5, where one is 0 or 1.

    The distances from the zeros are taken from t, whose digits the sum would round away.
    """
    quotient = 0.0
    for coefficient in _LGAMMA_BY_ZEROS:
        quotient = quotient * (t - (1.75 - one)) + coefficient
    return (t - (1.0 - one)) * (t - (2.0 - one)) * quotient


def _lgamma_positive(x: float) -> float:
    if x < 1.0:
        return _lgamma_of_sum(1.0, x) - math.log(x)
    if x < 12.0:
        product = 1.0
        while x > 2.5:
            x -= 1.0
            product *= x
        return _lgamma_of_sum(0.0, x) + math.log(product)
    series = 0.0
    for coefficient in _STIRLING:
        series = series / (x * x) + coefficient
    return (x - 0.5) * (math.log(x) - 1.0) + (_HALF_LOG_2PI - 0.5 + series / x)


def lgamma(x: float) -> float:
    """Logarithm of the absolute value of the gamma function; inf at its poles 0, -1, -2 …

    Within 4 ulp for x > 0, close to the zeros 1 and 2 too (math.lgamma is off by thousands there).
    Below 0 it has a zero between any two poles beyond -2, where that bound is of the size of the
    terms that cancel, not of the result.

    >>> lgamma(5.0) == math.log(24.0), lgamma(-1.0)
    (True, inf)
    """
    if x != x:
        return x
    if math.isinf(x) or (x <= 0.0 and x == math.floor(x)):
        return math.inf
    if x > 0.0:
        return _lgamma_positive(x)
    if x > -0.5:
        return _lgamma_of_sum(1.0, 1.0 + x) - math.log1p(x) - math.log(-x)
    # Reflection (A&S 6.1.17); the offset from the nearest integer is exact.
    sine = abs(math.sin(math.pi * (x - math.floor(x + 0.5))))
    return math.log(math.pi / sine) - _lgamma_positive(1.0 - x)


def _stirling_error(x: float) -> float:
    """Lgamma of x >= 10 minus the leading terms of its asymptotic series (A&S 6.1.41)."""
    series = 0.0
    for coefficient in _STIRLING:
        series = series / (x * x) + coefficient
    return series / x


def betaln(a: float, b: float) -> float:
    """Logarithm of the beta function of a, b > 0; inf if either is 0, NaN below 0.

    Large terms are subtracted before they are rounded (A. DiDonato and A. Morris, *Algorithm 708*,
    ACM Transactions on Mathematical Software 18, 1992).

    >>> abs(betaln(1.0, 4.0) + math.log(4.0)) < 1e-14
    True
    """
    if not (a >= 0.0 and b >= 0.0):
        return math.nan
    a, b = min(a, b), max(a, b)
    if a == 0.0 or math.isinf(b):
        return math.nan if a == 0.0 and math.isinf(b) else math.inf if a == 0.0 else -math.inf
    if a + b < 5.0:
        return lgamma(a) + (lgamma(b) - lgamma(a + b))
    risen = 1.0
    while b < 10.0:
        risen *= (a + b) / b
        b += 1.0
    error = _stirling_error(b) - _stirling_error(a + b)
    if a < 10.0:  # lgamma(a) + (lgamma(b) - lgamma(a + b))
        ratio = a / b
        fall = (b + (a - 0.5)) * math.log1p(ratio) + a * (math.log(b) - 1.0)
        return lgamma(a) + (error - fall + math.log(risen))
    error += _stirling_error(a)
    fall = (a - 0.5) * math.log1p(b / a) + b * math.log1p(a / b)
    return (_HALF_LOG_2PI - 0.5 * math.log(b)) + error - fall


def _digamma_positive(x: float, low: float = 0.0) -> float:
    """Digamma of x + low, where low counts only on [1, 2], close to the zero."""
    if x > 10.0:
        square = x * x
        series = 0.0
        for coefficient in _DIGAMMA_TAIL:
            series = (series + coefficient) / square
        return math.log(x) - 0.5 / x - series
    total = 0.0
    while x > 2.0:
        x -= 1.0
        total += 1.0 / x
    if x < 1.0:  # one step up; the offset from the zero is kept exact
        total = -1.0 / x
        offset = (x - (_DIGAMMA_ZERO - 1.0)) - _DIGAMMA_ZERO_LOW
        centred = x - 0.5
    else:
        offset = (x - _DIGAMMA_ZERO) - (_DIGAMMA_ZERO_LOW - low)
        centred = x - 1.5
    slope = 0.0
    for coefficient in _DIGAMMA_SLOPE:
        slope = slope * centred + coefficient
    return total + offset * slope


def _digamma(x: float) -> float:
    if x > 0.0:
        return math.inf if math.isinf(x) else _digamma_positive(x)
    if x == 0.0:
        return -math.copysign(math.inf, x)
    if math.isinf(x) or x == math.floor(x):
        return math.nan
    if x > -0.25:
        return _digamma_positive(1.0 + x) - 1.0 / x
    # Reflection (A&S 6.3.7); offsets from the nearest integer and the nearest half are exact.
    offset = x - math.floor(x + 0.5)
    if abs(offset) < 0.25:
        cotangent = 1.0 / math.tan(math.pi * offset)
    else:
        cotangent = math.tan(math.pi * (math.copysign(0.5, offset) - offset))
    mirrored = 1.0 - x
    return _digamma_positive(mirrored, (1.0 - mirrored) - x) - math.pi * cotangent


def _over_power(factor: float, x: float, m: int) -> float:
    """factor / x**m for x > 0, without overflow on the way."""
    if m == 1:
        return factor / x
    if 1e-3 < x < 1e4 and m < 70:
        if m == 2:
            return factor / (x * x)
        return factor / math.pow(x, m)
    for _ in range(m):
        factor /= x
    return factor


def _power_sum(factor: float, m: int, x: float) -> float:
    """factor × the sum of (x + k)**-m over k = 0, 1, 2 … for x > 0 and m >= 2."""
    steps = max(0, int(12 + m - x)) if x < 12 + m else 0
    far = x + steps
    # Euler-Maclaurin from `far` on (A&S 23.1.30): integral, half a term, Bernoulli corrections.
    correction = 0.0
    rising = 0.5 * m / far
    for j in range(10):
        correction += BERNOULLI[j] * rising
        rising *= (m + 2 * j + 1) * (m + 2 * j + 2) / ((2 * j + 3) * (2 * j + 4)) / (far * far)
    total = _over_power(factor / (m - 1), far, m - 1) + _over_power(factor, far, m) * (
        0.5 + correction
    )
    # The terms before it, small ones first. x + k is rounded: its error counts m times.
    for k in range(steps - 1, -1, -1):
        place = x + k
        error = (x - (place - k)) if k <= place - k else (k - (place - x))
        total += _over_power(factor, place, m) * (1.0 - m * error / place)
    return total


def polygamma(n: float, x: float) -> float:
    """n-th derivative of digamma at x, n = 0, 1, 2 …; NaN for any other n.

    Digamma is within 4 ulp for x > 0, close to its zero too, and so are its derivatives. Below 0,
    even orders have a zero between any two poles, where that bound is of the size of the terms
    that cancel. At the poles 0, -1, -2 … odd orders are inf; even orders are NaN, but at ±0 they
    are infinite with the sign of the limit.

    >>> polygamma(0, 1.0)  # minus Euler's constant
    -0.5772156649015329
    """
    if x != x or n != n or n < 0.0 or n > 150.0 or n != math.floor(n):
        return math.nan
    if n == 0.0:
        return _digamma(x)
    m = int(n) + 1
    even_power = m % 2 == 0
    if math.isinf(x):
        return 0.0 if x > 0.0 else math.nan
    if x <= 0.0 and x == math.floor(x):
        if even_power:
            return math.inf
        return -math.copysign(math.inf, x) if x == 0.0 else math.nan
    factor = 1.0 if even_power else -1.0
    for k in range(2, m):
        factor *= k
    if x > 0.0:
        return _power_sum(factor, m, x)
    # The sum of (x + k)**-m over *all* integers k has period 1: take it about the nearest integer,
    # and away from it the terms that polygamma does not have.
    offset = x - math.floor(x + 0.5)
    own = _over_power(factor, abs(offset), m)
    others = _power_sum(factor, m, 1.0 + offset)
    left = _power_sum(factor, m, 1.0 - offset) - _power_sum(factor, m, 1.0 - x)
    if even_power:
        return own + others + left
    return math.copysign(1.0, offset) * own + others - left
