"""Elementary functions by argument reduction and a series, for one number or eight.

A rule stands for the range where nothing is special, and with ``ends`` for everywhere, where it
gives the same numbers in that range. Next: :mod:`autograd.program.loop.native.forms`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd.program.loop.native.numbers import Number, NumberWriter, bits_of

__all__ = [
    "cos", "exp", "exp_ends", "expm1", "expm1_ends", "log", "log1p", "log1p_ends", "log_ends",
    "sin", "tanh", "tanh_ends",
]  # fmt: skip

MAGIC = 1.5 * 2.0**52
"""Added to a number it leaves the nearest whole number in the low bits."""
LOG2_E = 1.0 / math.log(2.0)
# Multiples by whole numbers of up to 20 bits of the first parts are exact.
LN2 = 0.6931471803691238, 1.9082149292705877e-10
HALF_PI = 1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21
TWO_OVER_PI = 2.0 / math.pi
ROOT_HALF = 0x3FE6A09E667F3BCD
"""Bits of the square root of 1/2."""
EXP_SERIES = [1.0 / math.factorial(k) for k in range(2, 14)]
# (log((1 + s)/(1 - s)) - 2s)/s³ by s² up to 0.0295: the sum of 2/(2k + 3)·s^2k, in seven terms that
# share the error (mpmath's chebyfit), 3e-16, a fiftieth of a unit in the logarithm's last place.
LOG_TERMS = [
    0.666666666666667, 0.39999999999899444, 0.2857142862600327, 0.22222211130259878,
    0.18182889455674947, 0.15331710618210773, 0.14616585424888623,
]  # fmt: skip
SIN_SERIES = [(-1.0) ** k / math.factorial(2 * k + 1) for k in range(1, 9)]
COS_SERIES = [(-1.0) ** k / math.factorial(2 * k) for k in range(2, 9)]


def _polynomial(x: Number, coefficients: Sequence[float]) -> Number:
    """By Estrin's rule: neighbours are joined by x, pairs by its square, and so on."""
    parts: list[Number | float] = [*coefficients]
    while True:
        joined = [
            x.times_plus(parts[i + 1], parts[i]) if i + 1 < len(parts) else parts[i]
            for i in range(0, len(parts), 2)
        ]
        if len(joined) == 1:
            (result,) = joined
            assert isinstance(result, Number)
            return result
        parts, x = joined, x * x


def _power_of_two(form: NumberWriter, exponent: str) -> Number:
    biased = form.set(f"add {form.bits} {exponent}, {form.whole(1023)}")
    return form.from_bits(form.set(f"shl {form.bits} {biased}, {form.whole(52)}"))


def _two_powers(form: NumberWriter, exponent: str) -> tuple[Number, Number]:
    """Two numbers whose product is that power of two, which may be no normal number."""
    half = form.set(f"ashr {form.bits} {exponent}, {form.whole(1)}")
    other = form.set(f"sub {form.bits} {exponent}, {half}")
    return _power_of_two(form, half), _power_of_two(form, other)


def _reduced(form: NumberWriter, x: Number) -> tuple[Number, Number, str]:
    """r, exp(r) - 1 - r, and n for x = n·log(2) + r, |r| < 0.35."""
    shifted = x.times_plus(LOG2_E, MAGIC)
    n = shifted - MAGIC
    high = n.times_plus(-LN2[0], x)
    r = n.times_plus(-LN2[1], high)
    rest = n.times_plus(-LN2[1], high - r)
    curve = (r * r).times_plus(_polynomial(r, EXP_SERIES), rest)
    return r, curve, form.set(f"sub {form.bits} {shifted.bits()}, {form.whole(bits_of(MAGIC))}")


def _clamped(x: Number, low: float, high: float) -> Number:
    """x between two bounds; NaN stays."""
    form = x.form
    above = Number(form, form.constant(low)).where(x < low, x)
    return Number(form, form.constant(high)).where(x > high, above)


def exp(form: NumberWriter, x: Number) -> Number:
    """exp(x) for |x| up to 708."""
    top, curve, whole = _exp_sum(form, x)
    return (top + curve) * _power_of_two(form, whole)


def exp_ends(form: NumberWriter, x: Number) -> Number:
    """exp(x): 0, inf or subnormal beyond."""
    # Beyond these bounds the result is 0 or inf, by the last product; it may be subnormal.
    top, curve, whole = _exp_sum(form, _clamped(x, -746.0, 710.0))
    first, second = _two_powers(form, whole)
    return (top + curve) * first * second


def _exp_sum(form: NumberWriter, x: Number) -> tuple[Number, Number, str]:
    """exp(r) in two parts, and n, for x = n·log(2) + r."""
    r, curve, whole = _reduced(form, x)
    top = r + 1.0
    return top, (r - (top - 1.0)) + curve, whole


def _expm1_parts(form: NumberWriter, x: Number) -> tuple[Number, Number]:
    """exp(x) - 1 in two parts, the second what rounding took from the first; x below 45."""
    r, curve, whole = _reduced(form, x)
    rise = r + curve
    scale = _power_of_two(form, whole)
    start = scale - 1.0
    high = scale.times_plus(rise, start)
    return high, scale.times_plus(rise, start - high) + scale * ((r - rise) + curve)


def expm1(form: NumberWriter, x: Number) -> Number:
    """exp(x) - 1 for |x| up to 40."""
    high, low = _expm1_parts(form, x)
    return x.where(x.equals(0.0), high + low)


def expm1_ends(form: NumberWriter, x: Number) -> Number:
    """exp(x) - 1."""
    near = expm1(form, _clamped(x, -45.0, 40.0))
    return exp_ends(form, x).where(x > 40.0, near)


def tanh(form: NumberWriter, x: Number) -> Number:
    """tanh(x) for |x| up to 22."""
    # With t = exp(2|x|) - 1: tanh is t / (t + 2).
    t, rest = _expm1_parts(form, abs(x) * 2.0)
    divisor = t + 2.0
    part = divisor - t
    missing = (t - (divisor - part)) + (2.0 - part)  # what rounding took from the divisor
    quotient = t / divisor
    error = (-quotient).times_plus(divisor, t) - missing * quotient + rest * (1.0 - quotient)
    sign = form.set(f"and {form.bits} {x.bits()}, {form.whole(-(2**63))}")
    result = quotient + error / divisor
    return form.from_bits(form.set(f"or {form.bits} {result.bits()}, {sign}"))


def tanh_ends(form: NumberWriter, x: Number) -> Number:
    """tanh(x)."""
    return tanh(form, _clamped(x, -22.0, 22.0))  # where it is 1 to the last digit


def _log_of(form: NumberWriter, x: Number, rest: Number | None) -> Number:
    """log(x) + rest, for a normal positive x."""
    bits = form.set(f"sub {form.bits} {x.bits()}, {form.whole(ROOT_HALF)}")
    exponent = form.set(f"ashr {form.bits} {bits}, {form.whole(52)}")
    mantissa = form.set(f"and {form.bits} {bits}, {form.whole(2**52 - 1)}")
    mantissa = form.set(f"add {form.bits} {mantissa}, {form.whole(ROOT_HALF)}")
    k = (
        form.from_bits(form.set(f"add {form.bits} {exponent}, {form.whole(bits_of(MAGIC))}"))
        - MAGIC
    )
    f = form.from_bits(mantissa) - 1.0
    s = f / (f + 2.0)
    square = s * s
    series = square * _polynomial(square, LOG_TERMS)
    half = f * f * 0.5
    small = k * LN2[1] if rest is None else k.times_plus(LN2[1], rest)
    # f - half is 1 + f's logarithm to second order; what is small comes first.
    return k.times_plus(LN2[0], f - (half - s.times_plus(half + series, small)))


def log(form: NumberWriter, x: Number) -> Number:
    """log(x) for a normal positive x."""
    return _log_of(form, x, None)


def log_ends(form: NumberWriter, x: Number) -> Number:
    """log(x)."""
    subnormal = x < 2.0**-1022
    result = _log_of(form, (x * 2.0**54).where(subnormal, x), None)
    return _poles(form, x, (result - 54.0 * math.log(2.0)).where(subnormal, result))


def _poles(form: NumberWriter, x: Number, result: Number) -> Number:
    """The logarithm where x is no positive finite number: inf, -inf at 0, NaN below."""
    result = x.where(x.equals(math.inf), result)
    result = Number(form, form.constant(-math.inf)).where(x.equals(0.0), result)
    nan = Number(form, form.constant(math.nan)).where(x < 0.0, result)
    unordered = form.set(f"fcmp uno {form.number} {x.name}, {x.name}")
    return x.where(unordered, nan)


def log1p(form: NumberWriter, x: Number) -> Number:
    """log(1 + x) for x from -0.999 to 2**53."""
    u = x + 1.0
    rest = (x - (u - 1.0)).where(x < 1.0, 1.0 - (u - x)) / u
    return x.where(x.equals(0.0), _log_of(form, u, rest))


def log1p_ends(form: NumberWriter, x: Number) -> Number:
    """log(1 + x)."""
    u = x + 1.0
    rest = (x - (u - 1.0)).where(x < 1.0, 1.0 - (u - x)) / u
    result = _log_of(form, u, rest.where(x < 2.0**53, 0.0))
    return x.where(x.equals(0.0), _poles(form, u, result))


def _turned(form: NumberWriter, x: Number, quarter: int) -> Number:
    """sin of x + quarter·π/2, for angles that are not large."""
    shifted = x.times_plus(TWO_OVER_PI, MAGIC)
    n = shifted - MAGIC
    first = n.times_plus(-HALF_PI[0], x)
    w = n * HALF_PI[1]
    second = first - w
    low = n.times_plus(-HALF_PI[2], (first - second) - w)
    r = second + low
    rest = (second - r) + low
    square = r * r
    cube = square * r
    # Both kernels, of r + rest.
    sine = r + cube.times_plus(_polynomial(square, SIN_SERIES), rest - square * rest * 0.5)
    half = square * 0.5
    top = 1.0 - half
    small = (square * square).times_plus(_polynomial(square, COS_SERIES), -(r * rest))
    cosine = top + (((1.0 - top) - half) + small)
    quadrant = form.set(f"add {form.bits} {shifted.bits()}, {form.whole(quarter)}")
    odd = form.set(f"trunc {form.bits} {quadrant} to {form.truth}")
    turned = form.set(f"lshr {form.bits} {quadrant}, {form.whole(1)}")
    sign = form.set(f"shl {form.bits} {turned}, {form.whole(63)}")
    chosen = cosine.where(odd, sine)
    return form.from_bits(form.set(f"xor {form.bits} {chosen.bits()}, {sign}"))


def sin(form: NumberWriter, x: Number) -> Number:
    """sin(x) for angles that are not large."""
    return x.where(x.equals(0.0), _turned(form, x, 0))


def cos(form: NumberWriter, x: Number) -> Number:
    """cos(x) for angles that are not large."""
    return _turned(form, x, 1)
