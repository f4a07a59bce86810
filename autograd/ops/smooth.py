"""Smooth primitives beyond the elementary ones: error and gamma functions, sigmoid and its kin.

Their tails are where digits are lost: exp of a rounded square, a subnormal factor that is
multiplied by a large one, a rounded difference in an exponent. Next: :mod:`autograd.ops.kinked`.
"""

from __future__ import annotations

import math
from typing import Any

from autograd.ops import special
from autograd.ops.nary import difference_error
from autograd.ops.op import declare, elementary

__all__: list[str] = []

TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
DENSITY_UNIT = math.exp(-50.0) / math.sqrt(2.0 * math.pi)
SQRT_HALF = math.sqrt(0.5)
LOG_2 = math.log(2.0)


# Error functions

SQUARE_GRID = 2.0**15


def split(xp: Any, x: Any) -> tuple[Any, Any]:
    """x on a grid so coarse that its square is exact, and x² minus that square.

    exp(-x·x) would be off by x² ulp. The grid has no part in derivatives, as floor has none.
    """
    coarse = xp.floor(x * SQUARE_GRID + 0.5) / SQUARE_GRID
    return coarse, (x - coarse) * (x + coarse)


def _erf_slope(xp: Any, x: Any) -> Any:
    coarse, rest = split(xp, x)
    bell = TWO_OVER_SQRT_PI * xp.exp(-coarse * coarse) * xp.exp(-rest)
    return xp.where(abs(x) > 28.0, 0.0, bell)


elementary(
    "erf", math.erf, lambda xp, out, x: (_erf_slope(xp, x),),
    native="erf", jax="scipy.special.erf",
    sample=((-3.0, 3.0),), edge="±1 at ±inf, with derivative 0.",
    shown=lambda xp, out, x: (TWO_OVER_SQRT_PI * xp.exp(-xp.pow(x, 2.0)),),
)  # fmt: skip
elementary(
    "erfc", math.erfc, lambda xp, out, x: (-_erf_slope(xp, x),),
    native="erfc", jax="scipy.special.erfc",
    sample=((-3.0, 3.0),), edge="0 at inf and 2 at -inf, with derivative 0.",
    shown=lambda xp, out, x: (-TWO_OVER_SQRT_PI * xp.exp(-xp.pow(x, 2.0)),),
)  # fmt: skip


def _normal_cdf(xp: Any, x: Any) -> Any:
    """Standard normal distribution function for x > -37.5, beyond which erfc is subnormal."""
    t = x * -SQRT_HALF
    coarse, rest = split(xp, x)
    coarse_t, rest_t = split(xp, t)
    # t is rounded, and erfc feels that t² times in the tail: put back exp(t² - x²/2), and a little
    # more (erfc falls faster than exp(-t²), by 1/x² to first order).
    excess = (coarse_t * coarse_t - 0.5 * coarse * coarse) + (rest_t - 0.5 * rest)
    square = x * x
    half = 0.5 * xp.erfc(t)
    return half + half * xp.where(x < 0.0, excess * ((square + 3.0) / (square + 2.0)), 0.0)


def _mills_series(xp: Any, x: Any) -> Any:
    """1 - 1/x² + 3/x⁴ - …, which is -x·cdf(x)/density(x) for x < -37 (A&S 26.2.12)."""
    y = 1.0 / (x * x)
    series = 1.0 - 11.0 * y
    for odd in (9.0, 7.0, 5.0, 3.0, 1.0):
        series = 1.0 - odd * y * series
    return series


def _times_density(xp: Any, factor: Any, x: Any) -> Any:
    """factor × the standard normal density, where only the last product can be subnormal."""
    coarse, rest = split(xp, x)
    return factor * (xp.exp(50.0 - 0.5 * coarse * coarse) * xp.exp(-0.5 * rest)) * DENSITY_UNIT


def _gelu(xp: Any, x: Any) -> Any:
    return xp.where(
        x < -37.5,
        xp.where(x < -40.0, 0.0 * x, _times_density(xp, -_mills_series(xp, x), x)),
        x * xp.where(x > 30.0, 1.0, _normal_cdf(xp, x)),
    )


def _gelu_slope(xp: Any, out: Any, x: Any) -> tuple[Any]:
    return (
        xp.where(
            x < -37.5,
            xp.where(x < -40.0, 0.0 * x, _times_density(xp, x - _mills_series(xp, x) / x, x)),
            xp.where(x > 40.0, 1.0, _normal_cdf(xp, x) + _times_density(xp, x, x)),
        ),
    )


declare(
    "gelu", _gelu, _gelu_slope, sample=((-5.0, 5.0),),
    shown=lambda xp, out, x: (
        0.5 * xp.erfc(-SQRT_HALF * x)
        + x * xp.exp(-0.5 * xp.pow(x, 2.0)) / math.sqrt(2.0 * math.pi),
    ),
    edge="x·Φ(x) with the exact normal distribution Φ, not the tanh approximation; at -inf nan, as"
    " in PyTorch and JAX.",
    exempt="the derivative around its zero at -0.7518: within 4 ulp of the sizes of Φ(x) and"
    " x·Φ'(x), which cancel, together",
)  # fmt: skip

# Gamma functions

elementary(
    "lgamma", special.lgamma, lambda xp, out, x: (xp.polygamma(0.0, x),),
    latex=r"\ln\left|\Gamma\left({0}\right)\right|", sample=((0.1, 20.0),),
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

# Sigmoid and its kin: e is exp(-|x|), which never overflows


def decay(xp: Any, x: Any) -> Any:
    """exp(-|x|), written so that even functions of x keep their derivatives at 0."""
    return xp.exp(xp.where(x < 0.0, x, -x))


def _sigmoid(xp: Any, x: Any) -> Any:
    e = decay(xp, x)
    return xp.where(x < 0.0, e, 1.0) / (1.0 + e)


def _sigmoid_slope(xp: Any, out: Any, x: Any) -> tuple[Any]:
    e = decay(xp, x)  # out·(1 - out) has no correct digit beyond x = 37
    return (e / ((1.0 + e) * (1.0 + e)),)


declare(
    "sigmoid", _sigmoid, _sigmoid_slope, symbol="σ", latex=r"\sigma\left({0}\right)",
    sample=((-5.0, 5.0),), shown=lambda xp, out, x: (out * (1.0 - out),),
    edge="0 and 1 at -inf and inf, with derivative 0. In PyTorch and JAX the derivative, as"
    " σ·(1 - σ), is 0 from x = 37 on.",
)  # fmt: skip


def _softplus(xp: Any, x: Any) -> Any:
    return xp.where(x < 0.0, 0.0, x) + xp.log1p(decay(xp, x))


declare(
    "softplus", _softplus, lambda xp, out, x: (xp.sigmoid(x),), sample=((-5.0, 5.0),),
    edge="log(1 + exp(x)) without overflow; 0 at -inf. PyTorch returns x itself above 20.",
)  # fmt: skip
declare(
    "log_sigmoid", lambda xp, x: -xp.softplus(-x), lambda xp, out, x: (xp.sigmoid(-x),),
    symbol="log σ", latex=r"\ln\sigma\left({0}\right)", sample=((-5.0, 5.0),),
    edge="-inf at -inf with derivative 1, 0 at inf with derivative 0.",
)  # fmt: skip


def _silu_tail(xp: Any, factor: Any, x: Any) -> Any:
    """factor × exp(x), with exp in two halves: by itself it may be subnormal."""
    return factor * xp.exp(0.5 * x) * xp.exp(0.5 * x)


def _silu(xp: Any, x: Any) -> Any:
    return xp.where(x < -700.0, _silu_tail(xp, x, x), x * xp.sigmoid(x))


def _silu_slope(xp: Any, out: Any, x: Any) -> tuple[Any]:
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


def _logaddexp(xp: Any, a: Any, b: Any) -> Any:
    top, other = xp.maximum(a, b), xp.minimum(a, b)
    gap = other - top
    rest = xp.exp(gap) * (1.0 + difference_error(xp, other, top, gap))
    # Equal operands may be infinite, and their difference nan.
    return xp.where(a == b, a + LOG_2, top + xp.log1p(rest))


def _logaddexp_partials(xp: Any, out: Any, a: Any, b: Any) -> tuple[Any, Any]:
    # exp(a - out) would miss by |out| ulp; a - b is rounded too, but the remainder is exact.
    difference = a - b
    error = difference_error(xp, a, b, difference)
    first, second = xp.sigmoid(difference), xp.sigmoid(-difference)
    return first * (1.0 + error * second), second * (1.0 - error * first)


declare(
    "logaddexp", _logaddexp, _logaddexp_partials, arity=2, sample=((-10.0, 10.0),) * 2,
    shown=lambda xp, out, a, b: (xp.sigmoid(a - b), xp.sigmoid(b - a)),
    edge="Equal infinities: the value is that infinity, the derivatives nan, as PyTorch (JAX: 1"
    " at inf).",
    exempt="near the zeros of its value, exp(a) + exp(b) = 1: within 4 ulp of the larger operand",
)  # fmt: skip
