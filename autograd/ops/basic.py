"""The table of primitives begins here: arithmetic, powers, exponentials, logarithms.

A primitive is one declaration: its value, its local derivatives, how it is written, where tests
sample it and what happens at its edges. Rules are plain Python over a namespace ``xp`` (see
:mod:`autograd.ops.expr`), in forms that lose no digits: each comment says which digits.
Conventions:

- where a function has no derivative, the rule gives the subgradient of least norm;
- a rule is itself differentiated for higher orders, so ``where(x < 0.0, x, -x)`` stands for
  ``-abs(x)`` where only an even function of x follows: abs would lose every other derivative at 0;
- a product that passes through subnormal numbers on its way is split or scaled by a power of two;
- ``shown`` is the textbook form of a derivative whose rule is none: it is printed, never computed.

Next: :mod:`autograd.ops.smooth`, :mod:`autograd.ops.kinked`, :mod:`autograd.ops.nary`,
:mod:`autograd.ops.ordered` and :mod:`autograd.ops.sweep_products`, which declare the rest.
"""

from __future__ import annotations

import math

from autograd.ops import inverses
from autograd.ops.declaring import declare, elementary
from autograd.ops.rules import Functions, Number

__all__: list[str] = []

INF = math.inf
THIRD = 1 / 3
LOG_2 = math.log(2.0)
LOG2_E, LOG10_E = 1 / LOG_2, math.log10(math.e)
INVERSE_E, INVERSE_E_REST = math.exp(-1.0), -1.2428753672788363e-17  # their sum is 1/e
TINY, SUBNORMAL = 1e-290, 2.0**-1022
SCALE, UNSCALE = 2.0**200, 2.0**-200
REAL = (-100.0, 100.0)


# Arithmetic


def _div_slope(xp: Functions, out: Number, a: Number, b: Number) -> Number:
    """-out/b, but of a subnormal quotient: it has lost digits that a divisor below 1 would bring
    up again. The second factor is no small number either, in which a small adjoint would be lost.
    """
    slope = -out / b
    scaled = xp.where(abs(b) < 1.0, -(a * SCALE) / b * (UNSCALE / b), slope)
    return xp.where(abs(out) > SUBNORMAL, slope, scaled)


declare(
    "add", lambda xp, a, b: a + b, lambda xp, out, a, b: (1.0, 1.0), arity=2,
    symbol="+", latex="{0} + {1}", sample=(REAL, REAL),
    edge="Both derivatives are 1 everywhere; inf + (-inf) is nan.",
)  # fmt: skip
declare(
    "sub", lambda xp, a, b: a - b, lambda xp, out, a, b: (1.0, -1.0), arity=2,
    symbol="−", latex="{0} - {1}", sample=(REAL, REAL),
    edge="The derivatives are 1 and -1 everywhere; inf - inf is nan.",
)  # fmt: skip
declare(
    "mul", lambda xp, a, b: a * b, lambda xp, out, a, b: (b, a), arity=2,
    symbol="×", latex=r"{0} \cdot {1}", sample=(REAL, REAL),
    edge="0 * inf is nan; the derivatives are the other operand.",
)  # fmt: skip
declare(
    "div", lambda xp, a, b: a / b, lambda xp, out, a, b: (1.0 / b, _div_slope(xp, out, a, b)),
    arity=2, symbol="÷", latex=r"\frac{{{0}}}{{{1}}}", sample=(REAL, (0.1, 10.0)),
    shown=lambda xp, out, a, b: (1.0 / b, -a / xp.pow(b, 2.0)),
    edge="a/0 is inf with the sign of both, 0/0 nan; the derivatives at b = 0 likewise.",
)  # fmt: skip
declare(
    "neg", lambda xp, a: -a, lambda xp, out, a: (-1.0,),
    symbol="−", latex="-{0}", sample=(REAL,), edge="The derivative is -1 everywhere.",
)  # fmt: skip
declare(
    "identity", lambda xp, a: a, lambda xp, out, a: (1.0,),
    latex="{0}", sample=(REAL,), edge="The derivative is 1 everywhere.",
)  # fmt: skip


# Powers and roots

HALVES = 1.5 * 2.0**51
"""Added to a number and taken away again it leaves the nearest multiple of a half."""


def _power(xp: Functions, a: Number, b: Number) -> Number:
    """a^b, by products and roots for the exponents that people write: as close as C's pow.

    Each is rounded three times at most; none overflows, or is subnormal on its way, where the power
    is not. Libraries' pow misses the nearest float to a square in one case of a thousand.
    """

    # Roots of 0, -0 and what is below are not what C says of these powers.
    rooted = xp.pow(a, b)
    rooted = xp.where(b == -1.5, 1.0 / a * xp.sqrt(1.0 / a), rooted)
    rooted = xp.where(b == 2.5, a * a * xp.sqrt(a), rooted)
    rooted = xp.where(b == 1.5, a * xp.sqrt(a), rooted)
    rooted = xp.where(b == -0.5, 1.0 / xp.sqrt(a), rooted)
    rooted = xp.where(b == 0.5, xp.sqrt(a), rooted)
    found = xp.where(a > 0.0, rooted, xp.pow(a, b))
    found = xp.where(b == xp.floor(b), xp.pow(a, b), found)
    found = xp.where(b == -2.0, 1.0 / a * (1.0 / a), found)
    found = xp.where(b == -1.0, 1.0 / a, found)
    found = xp.where(b == 3.0, a * a * a, found)
    found = xp.where((b + HALVES) - HALVES == b, found, xp.pow(a, b))
    return xp.where(b == 2.0, a * a, found)


def _pow_slope(xp: Functions, out: Number, a: Number, b: Number) -> Number:
    """b·a^(b-1) where a^b is zero, infinite or close to it: as b·a^i·a^j, no factor extreme.

    i + j is b - 1 where that is exact, otherwise b, with a division to make up for it. At 0 and
    the infinities digits do not matter, and the division would be by them: there it is b - 1.
    """
    largest = xp.where(abs(a) < INF, abs(b), INF)
    exact = xp.where(abs(b - 2.0**52) < 2.0**52, INF, largest) == INF
    exponent = xp.where(exact, b - 1.0, b)
    size = abs(exponent)
    # A whole number, as a may be negative; only large exponents need the split.
    first = xp.where(size < 4.0, 0.0, xp.where(size < INF, xp.floor(0.5 * exponent), 0.0))
    # A power of ±inf that is 0 is so all around.
    factor = xp.where(abs(b) < INF, b, xp.where(out == 0.0, 0.0, b))
    slope = factor * xp.pow(a, first) / xp.where(exact, 1.0, a)
    # At 0 in one piece, whose own derivative is b·(b-1)·a^(b-2) for every b. Its derivative by b is
    # inf for b = 0 and -inf for b = 1, as those of these roots.
    at_0 = xp.where(
        b == 0.0,
        xp.sqrt(b),
        xp.where(b == 1.0, 1.0 - xp.sqrt(b - 1.0), factor * xp.pow(a, b - 1.0)),
    )
    return xp.where(a == 0.0, at_0, slope * xp.pow(a, exponent - first))


def _pow_partials(xp: Functions, out: Number, a: Number, b: Number) -> tuple[Number, Number]:
    # b·out/a, not b·a^(b-1): for small or fractional b the rounding of b - 1 costs hundreds of ulp.
    size = abs(out)
    # 2, 3, 4 and 5 are the exponents that people write, and b - 1 is exact there.
    distance = xp.where(b == xp.floor(b), abs(b - 3.5), INF)
    slope = xp.where(
        distance < 2.0,
        b * xp.pow(a, b - 1.0),
        xp.where(
            xp.where(size > TINY, xp.where(a == 0.0, INF, size), INF) < 1.0 / TINY,
            xp.where(a == a, b * out / a, 0.0),  # nan**0 is 1
            _pow_slope(xp, out, a, b),
        ),
    )
    root = xp.pow(a, 0.5 * b)  # out in two halves: it may overflow where out·log(a) does not
    growth = xp.where(
        xp.where(a == 0.0, b, 0.0) > 0.0,
        xp.where(b > 1.0, 0.0, -xp.sqrt(a)),  # up to 1 it falls infinitely steeply, as -√a does
        xp.where(a == INF, xp.where(b < 0.0, 0.0, root * a), root * xp.log(a) * root),
    )
    return slope, growth


declare(
    "pow", _power, _pow_partials, arity=2,
    native="pow", javascript="pow", symbol="^", latex="{{{0}}}^{{{1}}}",
    sample=((0.1, 10.0), (-3.0, 3.0)),
    shown=lambda xp, out, a, b: (b * xp.pow(a, b - 1.0), xp.pow(a, b) * xp.log(a)),
    edge="As C99's pow: a negative base with a fractional exponent is nan, 0**0 is 1. d/da at a = 0"
    " is 0, 1 or 0 for b = 2, 1, 0 and inf for b between 0 and 1; d/db at a = 0 is 0 for b > 0 and"
    " -inf at b = 0 (PyTorch, JAX: 0), 0 at a = inf for b < 0, and nan for a < 0; where b = ±inf"
    " gives 0, both are 0. JAX: d/da is nan at 0**0 and 0.5**inf, d/db at 0**-1 and inf**-1.",
)  # fmt: skip
elementary(
    "sqrt", math.sqrt, lambda xp, out, x: (0.5 / out,),
    symbol="√", latex=r"\sqrt{{{0}}}", sample=((0.01, 100.0),),
    shown=lambda xp, out, x: (1.0 / (2.0 * out),),
    ufunc="sqrt", native="sqrt", javascript="Math.sqrt",
    edge="The derivative at 0 is inf; below 0 value and derivative are nan.",
)  # fmt: skip
elementary(
    "cbrt", inverses.cbrt, lambda xp, out, x: (THIRD / (out * out),),
    symbol="∛", latex=r"\sqrt[3]{{{0}}}", sample=((0.01, 100.0),),
    shown=lambda xp, out, x: (1.0 / (3.0 * xp.pow(out, 2.0)),),
    ufunc="cbrt", javascript="Math.cbrt",
    edge="Defined for negative numbers too; the derivative at 0 is inf.",
)  # fmt: skip

# Exponentials and logarithms

elementary(
    "exp", math.exp, lambda xp, out, x: (out,),
    latex=r"\exp", sample=((-5.0, 5.0),),
    ufunc="exp", native="exp", javascript="Math.exp",
    edge="Overflows to inf above 709.78, value and derivative.",
)  # fmt: skip
declare(
    "exp2", lambda xp, x: xp.pow(2.0, x),
    # Near overflow the derivative may still be a number: it is taken in two halves.
    lambda xp, out, x: (
        xp.where(x > 1023.0, LOG_2 * xp.pow(2.0, 0.5 * x) * xp.pow(2.0, 0.5 * x), LOG_2 * out),
    ),
    latex="2^{{{0}}}", sample=((-5.0, 5.0),), shown=lambda xp, out, x: (LOG_2 * out,),
    edge="Overflows to inf from 1024 on, the derivative from 1024.53 on (PyTorch: 1024).",
)  # fmt: skip
elementary(
    "expm1", math.expm1, lambda xp, out, x: (xp.exp(x),),  # out + 1 cancels
    latex=r"\operatorname{{expm1}}", sample=((-5.0, 5.0),),
    ufunc="expm1", native="expm1", javascript="Math.expm1",
    edge="Overflows to inf above 709.78, value and derivative.",
)  # fmt: skip
elementary(
    "log", math.log, lambda xp, out, x: (1.0 / x,),
    latex=r"\log", sample=((0.01, 100.0),),
    ufunc="log", native="log", javascript="Math.log", poles={0.0: -INF},
    edge="log(0) is -inf with derivative inf; below 0 nan with derivative 1/x, as PyTorch and JAX.",
)  # fmt: skip
elementary(
    "log1p", math.log1p, lambda xp, out, x: (1.0 / (1.0 + x),),
    latex=r"\operatorname{{log1p}}", sample=((-0.9, 10.0),),
    ufunc="log1p", native="log1p", javascript="Math.log1p", poles={-1.0: -INF},
    edge="log1p(-1) is -inf with derivative inf; below -1 nan.",
)  # fmt: skip
elementary(
    "log2", math.log2, lambda xp, out, x: (LOG2_E / x,),
    latex=r"\log_2", sample=((0.01, 100.0),),
    ufunc="log2", native="log2", javascript="Math.log2", poles={0.0: -INF},
    edge="log2(0) is -inf with derivative inf; below 0 nan.",
)  # fmt: skip
elementary(
    "log10", math.log10, lambda xp, out, x: (LOG10_E / x,),
    latex=r"\log_{{10}}", sample=((0.01, 100.0),),
    ufunc="log10", native="log10", javascript="Math.log10", poles={0.0: -INF},
    edge="log10(0) is -inf with derivative inf; below 0 nan.",
)  # fmt: skip


def _entropy_slope(xp: Functions, x: Number) -> Number:
    # Around its zero at 1/e: log(x) + 1 is log(e·x), and e·x - 1 from the exact distance.
    near = xp.log1p(math.e * ((x - INVERSE_E) - INVERSE_E_REST))
    return -xp.where(abs(x - INVERSE_E) < 0.2, near, xp.log(x) + 1.0)


declare(
    "entr",
    lambda xp, x: xp.where(x > 0.0, -x * xp.log(x), xp.where(x < 0.0, -INF, abs(x))),  # keeps nan
    lambda xp, out, x: (_entropy_slope(xp, x),), sample=((0.01, 5.0),),
    shown=lambda xp, out, x: (-xp.log(x) - 1.0,),
    edge="-x·log(x): 0 at 0 with derivative inf, -inf below 0 with derivative nan, as PyTorch and"
    " JAX.",
)  # fmt: skip
declare(
    "xlogy",
    lambda xp, x, y: xp.where(x == 0.0, xp.where(y == y, 0.0, y), x * xp.log(y)),
    lambda xp, out, x, y: (xp.log(y), x / y), arity=2,
    latex=r"{0} \log {1}", sample=((0.1, 5.0), (0.1, 5.0)),
    edge="x·log(y), but 0 at x = 0 whatever y, unless nan. xlogy(0, 0) has derivatives -inf and"
    " nan, as JAX (PyTorch: 0 by the first wherever x is 0 and y not above 0).",
)  # fmt: skip
declare(
    "xlog1py",
    lambda xp, x, y: xp.where(x == 0.0, xp.where(y == y, 0.0, y), x * xp.log1p(y)),
    lambda xp, out, x, y: (xp.log1p(y), x / (1.0 + y)), arity=2,
    latex=r"{0} \log\left(1 + {1}\right)", sample=((0.1, 5.0), (-0.9, 5.0)),
    edge="x·log1p(y), but 0 at x = 0 whatever y, unless nan. xlog1py(0, -1) has derivatives -inf"
    " and nan, as JAX (PyTorch: 0 by the first wherever x is 0 and y not above -1).",
)  # fmt: skip
