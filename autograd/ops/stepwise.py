"""Primitives with steps: signs, rounding, remainders. Next: :mod:`autograd.ops.nary`.

A step has no derivative; where an operand only decides between steps, its derivative is None.
"""

from __future__ import annotations

import math
from functools import partial

from autograd.ops import declaring, ieee
from autograd.ops.rules import Functions, Number

__all__: list[str] = []

INF = math.inf
REAL = (-10.0, 10.0)
DIVISOR = (0.5, 5.0)

declare = partial(declaring.declare, smooth=False)
elementary = partial(declaring.elementary, smooth=False)


declare(
    "sign",
    lambda xp, x: xp.where(x > 0.0, 1.0, xp.where(x < 0.0, -1.0, xp.where(x == 0.0, 0.0, x))),
    lambda xp, out, x: (None,), sample=(REAL,), ufunc="sign",
    edge="0 at 0 and -0; nowhere a derivative.",
)  # fmt: skip
elementary(
    "floor", ieee.floor, lambda xp, out, x: (None,),
    symbol="⌊x⌋", latex=r"\left\lfloor {0} \right\rfloor", sample=(REAL,),
    ufunc="floor", native="floor", javascript="Math.floor",
    edge="Nowhere a derivative; keeps -0, infinities and nan.",
)  # fmt: skip
elementary(
    "ceil", ieee.ceil, lambda xp, out, x: (None,),
    symbol="⌈x⌉", latex=r"\left\lceil {0} \right\rceil", sample=(REAL,),
    ufunc="ceil", native="ceil", javascript="Math.ceil",
    edge="Nowhere a derivative; keeps -0, infinities and nan.",
)  # fmt: skip
declare(
    "trunc", lambda xp, x: xp.where(x < 0.0, xp.ceil(x), xp.floor(x)), lambda xp, out, x: (None,),
    sample=(REAL,),
    edge="Towards 0; nowhere a derivative; keeps -0, infinities and nan.",
)  # fmt: skip
declare(
    "stop_gradient", lambda xp, x: x, lambda xp, out, x: (None,), sample=(REAL,),
    edge="The operand itself, with no derivative anywhere: a constant that follows it.",
)  # fmt: skip


def _rint(xp: Functions, x: Number) -> Number:
    below = xp.floor(x)
    rest, above, half = x - below, below + 1.0, 0.5 * below
    tie = xp.where(xp.floor(half) == half, below, above)
    return xp.copysign(xp.where(rest > 0.5, above, xp.where(rest < 0.5, below, tie)), x)


declare(
    "rint", _rint, lambda xp, out, x: (None,), sample=(REAL,), ufunc="rint",
    edge="The nearest integer, of two the even one; nowhere a derivative; keeps -0, infinities"
    " and nan.",
)  # fmt: skip
elementary(
    "copysign", math.copysign,
    lambda xp, out, a, b: (xp.where(a == 0.0, 0.0, xp.sign(a) * xp.sign(out)), None), arity=2,
    ufunc="copysign", native="copysign", javascript="copysign", sample=(REAL, REAL),
    tip=lambda xp, out, a, b: out,
    edge="The derivative at a = 0 is 0 (JAX: ±1), by b nowhere, and second derivatives there are as"
    " those of abs; the sign of -0 and of nan counts.",
)  # fmt: skip

# Remainders. A quotient that is rounded may reach the next whole number: it is had from the
# remainder, which is exact.


def _nearest(xp: Functions, x: Number) -> Number:
    """A number that is whole but for its rounding, without that."""
    return xp.where(abs(x) < 2.0**51, xp.floor(x + 0.5), x)


def _fmod_slope(xp: Functions, out: Number, a: Number, b: Number) -> Number:
    return -xp.where(abs(b) == INF, 0.0 * out, _nearest(xp, (a - out) / b))


elementary(
    "fmod", math.fmod, lambda xp, out, a, b: (1.0, _fmod_slope(xp, out, a, b)), arity=2,
    ufunc="fmod", native="fmod", javascript="fmod", sample=(REAL, DIVISOR),
    latex=r"\operatorname{{fmod}}",
    edge="a - b·trunc(a/b), with the sign of a, as C's; derivatives 1 and -trunc(a/b), at the steps"
    " too. nan at b = 0 and for infinite a, a itself for infinite b.",
)  # fmt: skip


def _mod(xp: Functions, a: Number, b: Number) -> Number:
    rest = xp.fmod(a, b)
    above = xp.where(rest < 0.0, rest + b, rest)
    below = xp.where(rest > 0.0, rest + b, rest)
    return xp.where(rest == 0.0, xp.copysign(rest, b), xp.where(b < 0.0, below, above))


def _floor_divide(xp: Functions, a: Number, b: Number) -> Number:
    by_infinity = xp.where(abs(a) < INF, xp.where(a * b < 0.0, -1.0, a / b), a / b)
    quotient = _nearest(xp, (a - _mod(xp, a, b)) / b)
    quotient = xp.where(quotient == 0.0, xp.copysign(0.0, a / b), quotient)
    return xp.where(b == 0.0, a / b, xp.where(abs(b) == INF, by_infinity, quotient))


declare(
    "mod", _mod, lambda xp, out, a, b: (1.0, -xp.floor_divide(a, b)), arity=2,
    symbol="%", latex=r"{0} \bmod {1}", sample=(REAL, DIVISOR),
    edge="a - b·floor(a/b), with the sign of b, as Python's; derivatives 1 and -floor(a/b), at the"
    " steps too. nan at b = 0 and for infinite a; for infinite b a or, of the other sign, b.",
)  # fmt: skip
declare(
    "floor_divide", _floor_divide, lambda xp, out, a, b: (None, None), arity=2,
    symbol="//", latex=r"\left\lfloor \frac{{{0}}}{{{1}}} \right\rfloor", sample=(REAL, DIVISOR),
    edge="floor of the exact a/b, as Python's; nowhere a derivative; a/b at b = 0, nan for infinite"
    " a.",
)  # fmt: skip
