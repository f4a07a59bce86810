"""Elementary functions in LLVM's language: the same operations for one number and for eight.

The C library's functions take one number at a time, ten times as long as these for a row of a
batch; and a row must not depend on the batch that it is in, so single points run the same forms. No
tables: an argument is reduced and a polynomial evaluated (the series itself, as many terms as
count); where any lane is beyond the ordinary range, special cases are selected. Each is within
``BOUNDS`` of the true value, in units in the last place. Reductions follow Cody and Waite,
*Software Manual for the Elementary Functions* (1980), log1p W. Kahan. Next:
:mod:`autograd.program.loop.native.emit` calls them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd.program.loop.native.numbers import Number, NumberWriter, bits_of

__all__ = ["BOUNDS", "form_declarations", "form_symbol", "forms", "library_symbol"]

_Rule = Callable[[NumberWriter, Number], Number]

BOUNDS = {
    "exp": 1.0, "expm1": 1.5, "log": 1.0, "log1p": 1.5, "tanh": 1.5, "sin": 1.0, "cos": 1.0,
}  # fmt: skip
"""Units in the last place by which a form may differ from the true value."""

MAGIC = 1.5 * 2.0**52
"""Added to a number it leaves the nearest whole number in the low bits."""
LOG2_E = 1.0 / math.log(2.0)
# Multiples by whole numbers of up to 20 bits of the first parts are exact.
LN2 = 0.6931471803691238, 1.9082149292705877e-10
HALF_PI = 1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21
TWO_OVER_PI = 2.0 / math.pi
LARGE = 2.0**19
"""Angles from which sin and cos go to the C library, number by number."""
ROOT_HALF = 0x3FE6A09E667F3BCD
"""Bits of the square root of 1/2."""
EXP_SERIES = [1.0 / math.factorial(k) for k in range(2, 14)]
LOG_SERIES = [2.0 / (2 * k + 1) for k in range(1, 11)]
SIN_SERIES = [(-1.0) ** k / math.factorial(2 * k + 1) for k in range(1, 9)]
COS_SERIES = [(-1.0) ** k / math.factorial(2 * k) for k in range(2, 9)]


def form_symbol(name: str, lanes: int) -> str:
    """What the form of a function is called by."""
    return f"scalar_autograd_{name}_{lanes}"


def library_symbol(name: str, lanes: int) -> str:
    """What the C library's function is called by."""
    return name if lanes == 1 else f"library.{name}"


def form_declarations(lanes: int) -> list[str]:
    """The forms, as declared for a module that only calls them."""
    kind = NumberWriter(lanes).number
    return [f"declare {kind} @{form_symbol(name, lanes)}({kind})" for name in BOUNDS]


def forms(lanes: int) -> list[str]:
    """The forms over so many numbers, and what they call."""
    kind, suffix = NumberWriter(lanes).number, NumberWriter(lanes).suffix
    fused = f"declare {kind} @llvm.fmuladd.{suffix}({kind}, {kind}, {kind})"
    return [fused, *(_written(name, lanes) for name in BOUNDS)]


def _written(name: str, lanes: int) -> str:
    writer, found = NumberWriter(lanes), _FORMS[name]
    x = Number(writer, "%x")
    size = abs(x).name if found.low == -found.high else "%x"
    inside = writer.set(f"fcmp ole {writer.number} {size}, {writer.constant(found.high)}")
    if size == "%x":
        low = writer.set(f"fcmp oge {writer.number} %x, {writer.constant(found.low)}")
        inside = writer.set(f"and {writer.truth} {low}, {inside}")
    writer.everywhere(inside, "ordinary", "special")
    for label, rule in (("ordinary", found.ordinary), ("special", found.everywhere)):
        writer.start(label)
        writer.do(f"ret {writer.number} {rule(writer, x).name}")
    head = f"{writer.number} @{form_symbol(name, lanes)}({writer.number} %x) nounwind"
    return "\n".join([f"define {head} {{", *writer.lines, "}"])


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


def _exp(form: NumberWriter, x: Number) -> Number:
    top, curve, whole = _exp_sum(form, x)
    return (top + curve) * _power_of_two(form, whole)


def _exp_ends(form: NumberWriter, x: Number) -> Number:
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


def _expm1(form: NumberWriter, x: Number) -> Number:
    high, low = _expm1_parts(form, x)
    return x.where(x.equals(0.0), high + low)


def _expm1_ends(form: NumberWriter, x: Number) -> Number:
    near = _expm1(form, _clamped(x, -45.0, 40.0))
    return _exp_ends(form, x).where(x > 40.0, near)


def _tanh(form: NumberWriter, x: Number) -> Number:
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


def _tanh_ends(form: NumberWriter, x: Number) -> Number:
    return _tanh(form, _clamped(x, -22.0, 22.0))  # where it is 1 to the last digit


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
    series = square * _polynomial(square, LOG_SERIES)
    half = f * f * 0.5
    small = k * LN2[1] if rest is None else k.times_plus(LN2[1], rest)
    # f - half is 1 + f's logarithm to second order; what is small comes first.
    return k.times_plus(LN2[0], f - (half - s.times_plus(half + series, small)))


def _log(form: NumberWriter, x: Number) -> Number:
    return _log_of(form, x, None)


def _log_ends(form: NumberWriter, x: Number) -> Number:
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


def _log1p(form: NumberWriter, x: Number) -> Number:
    u = x + 1.0
    rest = (x - (u - 1.0)).where(x < 1.0, 1.0 - (u - x)) / u
    return x.where(x.equals(0.0), _log_of(form, u, rest))


def _log1p_ends(form: NumberWriter, x: Number) -> Number:
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


def _sin(form: NumberWriter, x: Number) -> Number:
    return x.where(x.equals(0.0), _turned(form, x, 0))


def _cos(form: NumberWriter, x: Number) -> Number:
    return _turned(form, x, 1)


def _far(name: str, near: _Rule) -> _Rule:
    """The form, but the C library's function in lanes where the angle is large, inf or NaN."""

    def rule(form: NumberWriter, x: Number) -> Number:
        large = form.set(f"fcmp ult {form.number} {form.constant(LARGE)}, {abs(x).name}")
        far = form.set(f"call {form.number} @{library_symbol(name, form.lanes)}({form.number} %x)")
        return Number(form, far).where(large, near(form, x))

    return rule


class _Form(NamedTuple):
    """A rule for the range where nothing is special, and one for everywhere, equal in the range."""

    low: float
    high: float
    ordinary: _Rule
    everywhere: _Rule


_FORMS = {
    "exp": _Form(-708.0, 708.0, _exp, _exp_ends),
    "expm1": _Form(-40.0, 40.0, _expm1, _expm1_ends),
    "log": _Form(2.0**-1022, sys.float_info.max, _log, _log_ends),
    "log1p": _Form(-0.999, 2.0**53, _log1p, _log1p_ends),
    "tanh": _Form(-22.0, 22.0, _tanh, _tanh_ends),
    "sin": _Form(-LARGE, LARGE, _sin, _far("sin", _sin)),
    "cos": _Form(-LARGE, LARGE, _cos, _far("cos", _cos)),
}
