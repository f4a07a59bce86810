"""Smooth primitives beyond the elementary ones: gamma functions, sigmoid and its kin.

Their tails are where digits are lost, as in a rounded difference in an exponent. Next:
:mod:`autograd.ops.normal`.
"""

from __future__ import annotations

import math

from autograd.ops import special
from autograd.ops.declaring import declare, elementary
from autograd.ops.nary import difference_error
from autograd.ops.rules import Functions, Number

__all__: list[str] = []

LOG_2 = math.log(2.0)


# Gamma functions

elementary(
    "lgamma", special.lgamma, lambda xp, out, x: (xp.polygamma(0.0, x),),
    latex=r"\log\left|\Gamma\left({0}\right)\right|", sample=((0.1, 20.0),),
    jax="scipy.special.gammaln",
    edge="inf at 0, -1, -2 …, where the derivative is nan (-inf at 0, inf at -0).",
    exempt="below 0, near the zeros between poles, value and derivative: within 4 ulp of the larger"
    " of the two terms of the reflection formula, which cancel",
)  # fmt: skip
elementary(
    "polygamma", special.polygamma,
    lambda xp, out, n, x: (None, xp.polygamma(n + 1.0, x)), arity=2,
    latex=r"\psi^{{\left({0}\right)}}\left({1}\right)", sample=((0.0, 0.0), (0.1, 20.0)),
    edge="nan unless n is 0, 1, 2 … 150; at the poles 0, -1, -2 … inf for odd n, nan for even n"
    " (but ∓inf at ±0).",
    exempt="below 0, even n, near the zeros between poles: within 4 ulp of the terms of"
    " the two nearest poles, which cancel",
)  # fmt: skip

declare(
    "digamma", lambda xp, x: xp.polygamma(0.0, x), lambda xp, out, x: (xp.polygamma(1.0, x),),
    symbol="ψ", latex=r"\psi", sample=((0.1, 20.0),),
    edge="∓inf at ±0, nan at -1, -2 …; the derivative is inf there.",
    exempt="below 0, near the zeros between poles: within 4 ulp of the larger of the two terms of"
    " the reflection formula, which cancel",
)  # fmt: skip

# Bernoulli numbers B2k over 2k: digamma(x) is log(x) - 1/(2x) - the sum of these over x^2k.
_DIGAMMA_TAIL = [b / (2 * k) for k, b in enumerate(special.BERNOULLI, 1)]
_STEPS = 20


def digamma_difference(xp: Functions, a: Number, b: Number) -> Number:
    """digamma(a) - digamma(a + b) for a, b > 0: all terms have one sign, so none cancel."""
    start, end = a + float(_STEPS), a + float(_STEPS) + b
    # With p = 1/start² and q = 1/end², each p^k - q^k is (p - q)·(p^(k-1) + q·…).
    p, q = 1.0 / start / start, 1.0 / end / end
    power: Number = 1.0
    sums: Number = 1.0
    series: Number = _DIGAMMA_TAIL[0]
    for coefficient in _DIGAMMA_TAIL[1:]:
        power = power * q
        sums = sums * p + power
        series = series + coefficient * sums
    share = b / end / start  # 1/start - 1/end
    squares = share * (1.0 / start + 1.0 / end)  # p - q
    rest = 0.5 * share + squares * series
    for k in range(_STEPS - 1, 0, -1):  # small terms first
        rest = rest + b / (a + k + b) / (a + k)
    # Where a is far less than b, the difference does not cancel, but derivatives of b/(a + b) do.
    rest = rest + xp.where(b < 4.0 * a, b / (a + b) / a, 1.0 / a - 1.0 / (a + b))
    return -(xp.log1p(b / start) + rest)


elementary(
    "betaln", special.betaln,
    lambda xp, out, a, b: (digamma_difference(xp, a, b), digamma_difference(xp, b, a)), arity=2,
    latex=r"\log\mathrm{{B}}", sample=((0.1, 20.0), (0.1, 20.0)),
    shown=lambda xp, out, a, b: (
        xp.digamma(a) - xp.digamma(a + b), xp.digamma(b) - xp.digamma(a + b),
    ),
    edge="inf at a = 0 or b = 0, nan below 0 (JAX: log|B|, and nan at 0); -inf for infinite"
    " operands, derivatives nan.",
    exempt="within 8 ulp; near its zeros within 4 ulp of 1 or, if that is larger, of log Γ of the"
    " lesser operand",
)  # fmt: skip

# Sigmoid and its kin: e is exp(-|x|), which never overflows


def decay(xp: Functions, x: Number) -> Number:
    """exp(-|x|), written so that even functions of x keep their derivatives at 0."""
    return xp.exp(xp.where(x < 0.0, x, -x))


def _sigmoid(xp: Functions, x: Number) -> Number:
    e = decay(xp, x)
    return xp.where(x < 0.0, e, 1.0) / (1.0 + e)


def _sigmoid_slope(xp: Functions, out: Number, x: Number) -> tuple[Number]:
    e = decay(xp, x)  # out·(1 - out) has no correct digit beyond x = 37
    return (e / ((1.0 + e) * (1.0 + e)),)


declare(
    "sigmoid", _sigmoid, _sigmoid_slope, symbol="σ", latex=r"\sigma\left({0}\right)",
    sample=((-5.0, 5.0),), shown=lambda xp, out, x: (out * (1.0 - out),),
    edge="0 and 1 at -inf and inf, with derivative 0. In PyTorch and JAX the derivative, as"
    " σ·(1 - σ), is 0 from x = 37 on.",
)  # fmt: skip


def _softplus(xp: Functions, x: Number) -> Number:
    return xp.where(x < 0.0, 0.0, x) + xp.log1p(decay(xp, x))


declare(
    "softplus", _softplus, lambda xp, out, x: (xp.sigmoid(x),), sample=((-5.0, 5.0),),
    edge="log(1 + exp(x)) without overflow; 0 at -inf. PyTorch returns x itself above 20.",
)  # fmt: skip
declare(
    "log_sigmoid", lambda xp, x: -xp.softplus(-x), lambda xp, out, x: (xp.sigmoid(-x),),
    symbol="log σ", latex=r"\log\sigma\left({0}\right)", sample=((-5.0, 5.0),),
    edge="-inf at -inf with derivative 1, 0 at inf with derivative 0.",
)  # fmt: skip


declare(
    "logit",
    # 2x - 1 is exact around the zero at 1/2.
    lambda xp, x: xp.where(
        abs(x - 0.5) < 0.25, 2.0 * xp.atanh(2.0 * (x - 0.5)), xp.log(x / (1.0 - x))
    ),
    lambda xp, out, x: (1.0 / (x * (1.0 - x)),), sample=((0.05, 0.95),),
    edge="-inf at 0 and inf at 1, with derivative inf; outside nan, with derivative 1/(x(1 - x)),"
    " as JAX (PyTorch: nan).",
)  # fmt: skip


def _silu_tail(xp: Functions, factor: Number, x: Number) -> Number:
    """factor × exp(x), with exp in two halves: by itself it may be subnormal."""
    return factor * xp.exp(0.5 * x) * xp.exp(0.5 * x)


def _silu(xp: Functions, x: Number) -> Number:
    return xp.where(x < -700.0, _silu_tail(xp, x, x), x * xp.sigmoid(x))


def _silu_slope(xp: Functions, out: Number, x: Number) -> tuple[Number]:
    e = decay(xp, x)
    at, opposite = xp.where(x < 0.0, e, 1.0), xp.where(x < 0.0, 1.0, e)  # of sigmoid, at x and -x
    slope = at / (1.0 + e) * (1.0 + x * opposite / (1.0 + e))
    return (xp.where(x < -700.0, _silu_tail(xp, 1.0 + x, x), xp.where(x > 800.0, 1.0, slope)),)


declare(
    "silu", _silu, _silu_slope, sample=((-5.0, 5.0),),
    shown=lambda xp, out, x: (xp.sigmoid(x) * (1.0 + x * (1.0 - xp.sigmoid(x))),),
    edge="x·σ(x); at -inf nan, as in PyTorch and JAX.",
    exempt="the derivative around its zero at -1.2785: within 4 ulp of the sizes of σ(x) and"
    " x·σ(x)·σ(-x), which cancel, together",
)  # fmt: skip


def _gap(xp: Functions, a: Number, b: Number) -> tuple[Number, Number, Number]:
    """a - b, what rounding took from it, and exp(-|a - b|), which value and partials share."""
    gap = a - b
    return gap, difference_error(xp, a, b, gap), decay(xp, gap)


def _logaddexp(xp: Functions, a: Number, b: Number) -> Number:
    gap, error, e = _gap(xp, a, b)
    rest = e * (1.0 + xp.where(gap < 0.0, error, -error))
    # Equal operands may be infinite, and their difference nan.
    return xp.where(a == b, a + LOG_2, xp.maximum(a, b) + xp.log1p(rest))


def _logaddexp_partials(xp: Functions, out: Number, a: Number, b: Number) -> tuple[Number, Number]:
    # exp(a - out) would miss by |out| ulp; a - b is rounded too, but the remainder is exact.
    gap, error, e = _gap(xp, a, b)
    share = 1.0 / (1.0 + e)
    first, second = [xp.where(gap < 0.0, *ends) * share for ends in ((e, 1.0), (1.0, e))]
    return first * (1.0 + error * second), second * (1.0 - error * first)


declare(
    "logaddexp", _logaddexp, _logaddexp_partials, arity=2, sample=((-10.0, 10.0),) * 2,
    shown=lambda xp, out, a, b: (xp.sigmoid(a - b), xp.sigmoid(b - a)),
    edge="Equal infinities: the value is that infinity, the derivatives nan, as PyTorch (JAX: 1"
    " at inf).",
    exempt="near the zeros of its value, exp(a) + exp(b) = 1: within 4 ulp of the larger operand",
)  # fmt: skip
