"""Trigonometric and hyperbolic functions, and their inverses. Next: :mod:`autograd.ops.smooth`."""

from __future__ import annotations

import math

from autograd.ops.declaring import declare, elementary
from autograd.ops.rules import Functions, Number

__all__: list[str] = []

INF, PI = math.inf, math.pi
REAL = (-100.0, 100.0)


# Trigonometric functions and their inverses

elementary(
    "sin", math.sin, lambda xp, out, x: (xp.cos(x),),
    ufunc="sin", native="sin", javascript="Math.sin",
    latex=r"\sin", sample=((-10.0, 10.0),), edge="Value and derivative at ±inf are nan.",
)  # fmt: skip
elementary(
    "cos", math.cos, lambda xp, out, x: (-xp.sin(x),),
    ufunc="cos", native="cos", javascript="Math.cos",
    latex=r"\cos", sample=((-10.0, 10.0),), edge="Value and derivative at ±inf are nan.",
)  # fmt: skip
elementary(
    "tan", math.tan, lambda xp, out, x: (1.0 + out * out,),
    latex=r"\tan", sample=((-1.5, 1.5),), shown=lambda xp, out, x: (1.0 + xp.pow(out, 2.0),),
    ufunc="tan", native="tan", javascript="Math.tan",
    edge="No float is a pole exactly: finite everywhere; nan at ±inf.",
)  # fmt: skip
elementary(
    "asin", math.asin,
    lambda xp, out, x: (1.0 / xp.sqrt((1.0 - x) * (1.0 + x)),),  # 1 - x·x cancels
    latex=r"\arcsin", sample=((-0.99, 0.99),),
    shown=lambda xp, out, x: (1.0 / xp.sqrt(1.0 - xp.pow(x, 2.0)),),
    ufunc="arcsin", native="asin", javascript="Math.asin",
    edge="The derivative at ±1 is inf; beyond, value and derivative are nan.",
)  # fmt: skip
elementary(
    "acos", math.acos,
    lambda xp, out, x: (-1.0 / xp.sqrt((1.0 - x) * (1.0 + x)),),
    latex=r"\arccos", sample=((-0.99, 0.99),),
    shown=lambda xp, out, x: (-1.0 / xp.sqrt(1.0 - xp.pow(x, 2.0)),),
    ufunc="arccos", native="acos", javascript="Math.acos",
    edge="The derivative at ±1 is -inf; beyond, value and derivative are nan.",
)  # fmt: skip
elementary(
    "atan", math.atan,
    # Far out 1 + x·x is x·x to the last digit, but would overflow.
    lambda xp, out, x: (xp.where(abs(x) < 1e9, 1.0 / (1.0 + x * x), 1.0 / x / x),),
    latex=r"\arctan", sample=((-10.0, 10.0),),
    shown=lambda xp, out, x: (1.0 / (1.0 + xp.pow(x, 2.0)),),
    ufunc="arctan", native="atan", javascript="Math.atan",
    edge="±π/2 at ±inf, with derivative 0.",
)  # fmt: skip

# Hyperbolic functions and their inverses

elementary(
    "sinh", math.sinh, lambda xp, out, x: (xp.cosh(x),),
    latex=r"\sinh", sample=((-5.0, 5.0),),
    ufunc="sinh", native="sinh", javascript="Math.sinh", odd=True,
    edge="Overflows to ±inf beyond ±710.47, with derivative inf.",
)  # fmt: skip
elementary(
    "cosh", math.cosh, lambda xp, out, x: (xp.sinh(x),),
    latex=r"\cosh", sample=((-5.0, 5.0),),
    ufunc="cosh", native="cosh", javascript="Math.cosh",
    edge="Overflows to inf beyond ±710.47, with derivative ±inf.",
)  # fmt: skip


def _tanh_slope(xp: Functions, out: Number, x: Number) -> tuple[Number]:
    # 1 - tanh² has no correct digit left beyond |x| = 19; this has them all.
    e = xp.exp(2.0 * xp.where(x < 0.0, x, -x))
    return (4.0 * e / ((1.0 + e) * (1.0 + e)),)


elementary(
    "tanh", math.tanh, _tanh_slope,
    latex=r"\tanh", sample=((-5.0, 5.0),), shown=lambda xp, out, x: (1.0 - xp.pow(out, 2.0),),
    ufunc="tanh", native="tanh", javascript="Math.tanh",
    edge="±1 at ±inf with derivative 0. In PyTorch and JAX the derivative, as 1 - tanh², is 0 from"
    " |x| = 19.1 on; here it stays accurate down to the smallest float.",
)  # fmt: skip
elementary(
    "asinh", math.asinh, lambda xp, out, x: (1.0 / xp.hypot(1.0, x),),
    latex=r"\operatorname{{arsinh}}", sample=(REAL,),
    shown=lambda xp, out, x: (1.0 / xp.sqrt(1.0 + xp.pow(x, 2.0)),),
    ufunc="arcsinh", native="asinh", javascript="Math.asinh",
    edge="±inf at ±inf, with derivative 0.",
)  # fmt: skip
elementary(
    "acosh", math.acosh,
    # x·x - 1 cancels, and (x - 1)·(x + 1) overflows.
    lambda xp, out, x: (1.0 / (xp.sqrt(x - 1.0) * xp.sqrt(x + 1.0)),),
    latex=r"\operatorname{{arcosh}}", sample=((1.01, 100.0),),
    shown=lambda xp, out, x: (1.0 / xp.sqrt(xp.pow(x, 2.0) - 1.0),),
    ufunc="arccosh", native="acosh", javascript="Math.acosh",
    edge="The derivative at 1 is inf; below 1 value and derivative are nan.",
)  # fmt: skip
elementary(
    "atanh", math.atanh, lambda xp, out, x: (1.0 / ((1.0 - x) * (1.0 + x)),),
    latex=r"\operatorname{{artanh}}", sample=((-0.99, 0.99),),
    shown=lambda xp, out, x: (1.0 / (1.0 - xp.pow(x, 2.0)),),
    ufunc="arctanh", native="atanh", javascript="Math.atanh", poles={1.0: INF, -1.0: -INF},
    edge="±inf at ±1 with derivative inf; beyond, the value is nan and the derivative 1/(1 - x²),"
    " as in PyTorch and JAX.",
)  # fmt: skip

# Angles in other units

declare(
    "radians", lambda xp, x: x * (PI / 180.0), lambda xp, out, x: (PI / 180.0,),
    sample=(REAL,), edge="The derivative is π/180 everywhere.",
)  # fmt: skip
declare(
    "degrees", lambda xp, x: x * (180.0 / PI), lambda xp, out, x: (180.0 / PI,),
    sample=(REAL,), edge="The derivative is 180/π everywhere.",
)  # fmt: skip


def _half_turns(xp: Functions, x: Number) -> tuple[Number, Number]:
    """Sine and cosine of πx: the distance from the nearest whole number is exact."""
    whole = xp.where(abs(x) < 2.0**51, xp.floor(x + 0.5), x)
    rest = xp.where(abs(x) == INF, 0.0, x - whole)
    sign = xp.where(whole == 2.0 * xp.floor(0.5 * whole), 1.0, -1.0)
    size = xp.where(rest < 0.0, -rest, rest)
    cosine = xp.where(size > 0.25, xp.sin(PI * (0.5 - size)), xp.cos(PI * rest))
    return sign * xp.sin(PI * rest), sign * cosine


def _sinc(xp: Functions, x: Number) -> Number:
    return xp.where(x == 0.0, 1.0, _half_turns(xp, x)[0] / (PI * x))


# Of cos(t) - sin(t)/t over t: 2k/(2k+1)! with changing signs, the powers of t² from the 13th down.
_SINC_SLOPE = [(-1.0) ** k * 2 * k / math.factorial(2 * k + 1) for k in range(13, 0, -1)]


def _sinc_slope(xp: Functions, out: Number, x: Number) -> Number:
    # Close to 0 the terms of (cos(πx) - sinc(x))/x cancel: there by their series.
    t = PI * x
    series: Number = _SINC_SLOPE[0]
    for coefficient in _SINC_SLOPE[1:]:
        series = series * (t * t) + coefficient
    far = (_half_turns(xp, x)[1] - out) / x
    return xp.where(abs(x) < 0.5, PI * (t * series), far)


declare(
    "sinc", _sinc, lambda xp, out, x: (_sinc_slope(xp, out, x),), sample=((-3.0, 3.0),),
    shown=lambda xp, out, x: ((xp.cos(PI * x) - out) / x,),
    edge="sin(πx)/(πx), 1 at 0 with derivative 0, exactly 0 at other whole numbers; 0 at ±inf with"
    " derivative 0 (PyTorch, JAX: nan).",
    exempt="the derivative near its zeros but for 0: within 4 ulp of the sizes of cos(πx)/x and"
    " sinc(x)/x, which cancel, together",
)  # fmt: skip
