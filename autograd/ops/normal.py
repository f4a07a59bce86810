"""Error functions and the normal distribution, and what is made of them.

Their tails are where digits are lost: exp of a rounded square, a subnormal factor that is
multiplied by a large one. A&S is Abramowitz & Stegun, *Handbook of Mathematical Functions*. Next:
:mod:`autograd.ops.kinked`.
"""

from __future__ import annotations

import math

from autograd.ops import inverses
from autograd.ops.declaring import declare, elementary
from autograd.ops.rules import Functions, Number

__all__: list[str] = []

TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
SQRT_2PI, SQRT_TWO_OVER_PI = math.sqrt(2.0 * math.pi), math.sqrt(2.0 / math.pi)
DENSITY_UNIT = math.exp(-50.0) / SQRT_2PI
SQRT_2, SQRT_HALF = math.sqrt(2.0), math.sqrt(0.5)

SQUARE_GRID = 2.0**15


def split(xp: Functions, x: Number) -> tuple[Number, Number]:
    """x on a grid so coarse that its square is exact, and x² minus that square.

    exp(-x·x) would be off by x² ulp. The grid has no part in derivatives, as floor has none.
    """
    coarse = xp.floor(x * SQUARE_GRID + 0.5) / SQUARE_GRID
    return coarse, (x - coarse) * (x + coarse)


def _erf_slope(xp: Functions, x: Number) -> Number:
    coarse, rest = split(xp, x)
    bell = TWO_OVER_SQRT_PI * xp.exp(-coarse * coarse) * xp.exp(-rest)
    return xp.where(abs(x) > 28.0, 0.0, bell)


elementary(
    "erf", math.erf, lambda xp, out, x: (_erf_slope(xp, x),),
    native="erf", javascript="erf", jax="scipy.special.erf",
    sample=((-3.0, 3.0),), edge="±1 at ±inf, with derivative 0.",
    shown=lambda xp, out, x: (TWO_OVER_SQRT_PI * xp.exp(-xp.pow(x, 2.0)),),
)  # fmt: skip
elementary(
    "erfc", math.erfc, lambda xp, out, x: (-_erf_slope(xp, x),),
    native="erfc", javascript="erfc", jax="scipy.special.erfc",
    sample=((-3.0, 3.0),), edge="0 at inf and 2 at -inf, with derivative 0.",
    shown=lambda xp, out, x: (-TWO_OVER_SQRT_PI * xp.exp(-xp.pow(x, 2.0)),),
)  # fmt: skip


def normal_cdf(xp: Functions, x: Number) -> Number:
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


def mills_series(xp: Functions, x: Number) -> Number:
    """1 - 1/x² + 3/x⁴ - …, which is -x·cdf(x)/density(x) for x < -37 (A&S 26.2.12)."""
    y = 1.0 / (x * x)
    series = 1.0 - 11.0 * y
    for odd in (9.0, 7.0, 5.0, 3.0, 1.0):
        series = 1.0 - odd * y * series
    return series


def times_density(xp: Functions, factor: Number, x: Number) -> Number:
    """factor × the standard normal density, where only the last product can be subnormal."""
    coarse, rest = split(xp, x)
    return factor * (xp.exp(50.0 - 0.5 * coarse * coarse) * xp.exp(-0.5 * rest)) * DENSITY_UNIT


def _gelu(xp: Functions, x: Number) -> Number:
    return xp.where(
        x < -37.5,
        xp.where(x < -40.0, 0.0 * x, times_density(xp, -mills_series(xp, x), x)),
        x * xp.where(x > 30.0, 1.0, normal_cdf(xp, x)),
    )


def _gelu_slope(xp: Functions, out: Number, x: Number) -> tuple[Number]:
    return (
        xp.where(
            x < -37.5,
            xp.where(x < -40.0, 0.0 * x, times_density(xp, x - mills_series(xp, x) / x, x)),
            xp.where(x > 40.0, 1.0, normal_cdf(xp, x) + times_density(xp, x, x)),
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

# The normal distribution


def _ndtr(xp: Functions, x: Number) -> Number:
    return xp.where(
        x < -37.5,
        xp.where(x < -40.0, 0.0, times_density(xp, -mills_series(xp, x) / x, x)),
        normal_cdf(xp, x),
    )


def _density(xp: Functions, x: Number) -> Number:
    return xp.where(abs(x) > 40.0, 0.0, times_density(xp, 1.0, x))


def hazard(xp: Functions, x: Number) -> Number:
    """density(x) / cdf(x) for x <= 0, about -x far out.

    Below -8 it is a continued fraction (A&S 26.2.14), whose terms from the 14th on do not matter.
    """
    fraction = -x
    for term in range(14, 0, -1):
        fraction = term / fraction - x
    t = x * -SQRT_HALF  # its rounding matters to both, but hardly to their quotient
    coarse, rest = split(xp, t)
    bell = SQRT_TWO_OVER_PI * xp.exp(-coarse * coarse) * xp.exp(-rest)
    return xp.where(x < -8.0, fraction, bell / xp.erfc(t))


declare(
    "ndtr", _ndtr, lambda xp, out, x: (_density(xp, x),),
    symbol="Φ", latex=r"\Phi", sample=((-5.0, 5.0),),
    shown=lambda xp, out, x: (xp.exp(-0.5 * xp.pow(x, 2.0)) / SQRT_2PI,),
    edge="The standard normal distribution function: 0 at -inf and 1 at inf, with derivative 0."
    " Below -37.5 PyTorch and JAX give 0; here it is right down to the smallest float.",
)  # fmt: skip


def _log_ndtr(xp: Functions, x: Number) -> Number:
    far = -(0.5 * x) * x - xp.log(SQRT_2PI * hazard(xp, x))
    near = xp.where(x < 0.0, xp.log(_ndtr(xp, x)), xp.log1p(-_ndtr(xp, -x)))
    return xp.where(x < -8.0, far, near)


declare(
    "log_ndtr", _log_ndtr,
    lambda xp, out, x: (xp.where(x < 0.0, hazard(xp, x), _density(xp, x) / _ndtr(xp, x)),),
    symbol="log Φ", latex=r"\log\Phi", sample=((-5.0, 5.0),),
    shown=lambda xp, out, x: (xp.exp(-0.5 * xp.pow(x, 2.0)) / (SQRT_2PI * xp.ndtr(x)),),
    edge="-inf at -inf with derivative inf (PyTorch, JAX: nan), 0 at inf with derivative 0. Far"
    " below 0 the derivative is about -x; in PyTorch it overflows there, in JAX it becomes 1.",
    exempt="the derivative: within 8 ulp, as C libraries' erfc is coarse in its tail",
)  # fmt: skip


def _ndtri_slope(xp: Functions, out: Number, p: Number) -> Number:
    # 1/density(out) would feel the rounding of out out² times; cdf(out) is known to be p.
    tail = xp.where(p < 0.5, p, 1.0 - p)
    slope = 1.0 / hazard(xp, xp.where(out < 0.0, out, -out)) / tail
    return xp.where(tail == 0.0, math.inf, slope)


elementary(
    "ndtri", inverses.ndtri, lambda xp, out, p: (_ndtri_slope(xp, out, p),),
    jax="scipy.special.ndtri", symbol="Φ⁻¹", latex=r"\Phi^{{-1}}", sample=((0.01, 0.99),),
    shown=lambda xp, out, p: (SQRT_2PI * xp.exp(0.5 * xp.pow(out, 2.0)),),
    edge="-inf at 0 and inf at 1, with derivative inf (JAX: 0); nan outside.",
    exempt="the derivative: within 8 ulp, as C libraries' erfc is coarse in its tail",
)  # fmt: skip


def _erfinv_slope(xp: Functions, out: Number, x: Number) -> Number:
    # By exp(out²) only where that is small, for the same reason: erfc(out) is known to be 1 - |x|.
    y = xp.where(x < 0.0, -out, out)
    tail = 1.0 - xp.where(x < 0.0, -x, x)
    far = SQRT_HALF / hazard(xp, -SQRT_2 * y) / tail
    slope = xp.where(tail < 0.5, far, xp.exp(out * out) / TWO_OVER_SQRT_PI)
    return xp.where(tail == 0.0, math.inf, slope)


elementary(
    "erfinv", inverses.erfinv, lambda xp, out, x: (_erfinv_slope(xp, out, x),),
    jax="scipy.special.erfinv", latex=r"\operatorname{{erf}}^{{-1}}", sample=((-0.9, 0.9),),
    shown=lambda xp, out, x: (xp.exp(xp.pow(out, 2.0)) / TWO_OVER_SQRT_PI,),
    edge="±inf at ±1, with derivative inf; nan beyond, as in PyTorch and JAX.",
    exempt="the derivative: within 8 ulp, as C libraries' erfc is coarse in its tail",
)  # fmt: skip
