"""Primitives with kinks: absolute value, choices, rectifiers, comparisons.

At a kink the rule gives the subgradient of least norm; None says that an operand has no influence
to first order anywhere. Next:
:mod:`autograd.ops.stepwise`.
"""

from __future__ import annotations

from functools import partial

from autograd.ops import declaring
from autograd.ops.rules import Functions, Number

__all__: list[str] = []

REAL = (-10.0, 10.0)

declare = partial(declaring.declare, smooth=False)


declare(
    "abs", lambda xp, x: abs(x), lambda xp, out, x: (xp.sign(x),), javascript="Math.abs",
    symbol="|x|", latex=r"\left|{0}\right|", sample=(REAL,),
    tip=lambda xp, out, x: out,
    edge="The derivative at 0 is 0 (JAX: 1), and the second one too; what a product makes of that"
    " choice, as in abs(x)**2, has a second derivative of nan: write x*x.",
)  # fmt: skip
# Comparisons are 1 or 0; with nan all are 0, but ne is 1.

for _name, _symbol, _latex, _rule in (
    ("lt", "<", "<", lambda a, b: a < b),
    ("le", "≤", r"\le", lambda a, b: a <= b),
    ("gt", ">", ">", lambda a, b: a > b),
    ("ge", "≥", r"\ge", lambda a, b: a >= b),
    ("eq", "=", "=", lambda a, b: a == b),
    ("ne", "≠", r"\ne", lambda a, b: a != b),
):
    declare(
        _name,
        lambda xp, a, b, holds=_rule: xp.where(holds(a, b), 1.0, 0.0),
        lambda xp, out, a, b: (None, None),
        arity=2, symbol=_symbol, latex=f"{{0}} {_latex} {{1}}",
        sample=(REAL, REAL),
        edge=f"1 or 0, nowhere a derivative; with nan {'1' if _name == 'ne' else '0'}.",
    )  # fmt: skip

# Choices: an operand that is not chosen gets nothing, even from an infinite adjoint.

declare(
    "where",
    lambda xp, c, a, b: xp.where(c != 0.0, a, b),
    lambda xp, out, c, a, b: (
        None,
        xp.where(c != 0.0, 1.0, 0.0),
        xp.where(c != 0.0, 0.0, 1.0),
    ),
    arity=3, selects=True, sample=((0.0, 1.0), REAL, REAL),
    edge="The condition has no derivative; nan counts as true, as in NumPy.",
)  # fmt: skip
declare(
    "maximum",
    lambda xp, a, b: xp.where(a >= b, a, xp.where(b > a, b, a + b)),  # a + b: one is nan
    lambda xp, out, a, b: (
        xp.where(a > b, 1.0, xp.where(a < b, 0.0, 0.5)),
        xp.where(b > a, 1.0, xp.where(b < a, 0.0, 0.5)),
    ),
    arity=2, selects=True, symbol="max", latex=r"\max", sample=(REAL, REAL),
    tip=lambda xp, out, a, b: a - b,
    edge="A tie gives 1/2 to each, as PyTorch and JAX; what a product makes of that choice, as in"
    " maximum(x, -x)**2, has a second derivative of nan. Nan in either operand is the result.",
)  # fmt: skip
declare(
    "minimum",
    lambda xp, a, b: xp.where(a <= b, a, xp.where(b < a, b, a + b)),
    lambda xp, out, a, b: (
        xp.where(a < b, 1.0, xp.where(a > b, 0.0, 0.5)),
        xp.where(b < a, 1.0, xp.where(b > a, 0.0, 0.5)),
    ),
    arity=2, selects=True, symbol="min", latex=r"\min", sample=(REAL, REAL),
    tip=lambda xp, out, a, b: a - b,
    edge="A tie gives 1/2 to each, and second derivatives, as maximum; nan in either operand is the"
    " result.",
)  # fmt: skip
declare(
    "clip",
    lambda xp, x, low, high: xp.minimum(xp.maximum(x, low), high),
    lambda xp, out, x, low, high: (
        xp.where(x < low, 0.0, xp.where(x > high, 0.0, 1.0)),
        xp.where(x < low, xp.where(low > high, 0.0, 1.0), 0.0),
        xp.where(xp.maximum(x, low) > high, 1.0, 0.0),
    ),
    arity=3, selects=True, sample=(REAL, (-5.0, -1.0), (1.0, 5.0)),
    edge="At a bound x has derivative 1 and the bound 0, as PyTorch (JAX: 1/2); with the bounds"
    " crossed the result is the upper one, as in NumPy.",
)  # fmt: skip

# Rectifiers

declare(
    "relu",
    lambda xp, x: xp.where(x <= 0.0, 0.0, x),  # this way round nan stays nan
    lambda xp, out, x: (xp.where(x > 0.0, 1.0, 0.0),),
    selects=True, symbol="ReLU", latex=r"\operatorname{{ReLU}}\left({0}\right)", sample=(REAL,),
    edge="The derivative at 0 is 0, as PyTorch and JAX.",
)  # fmt: skip


def _between_0_and_1(xp: Functions, slope: Number) -> Number:
    """The number of least size between `slope` and 1: the slopes on the two sides of a kink."""
    return xp.clip(slope, 0.0, 1.0)


def _where_below_0(xp: Functions, out: Number, x: Number, slope: Number) -> Number:
    """A tip at x = 0 if the slope beside 1 is negative: otherwise one of the two was chosen."""
    return xp.where(slope < 0.0, x, 1.0)


declare(
    "leaky_relu",
    lambda xp, x, slope: xp.where(x > 0.0, x, slope * x),
    lambda xp, out, x, slope: (
        xp.where(x > 0.0, 1.0, xp.where(x < 0.0, slope, _between_0_and_1(xp, slope))),
        xp.where(x < 0.0, x, 0.0),
    ),
    arity=2, symbol="LeakyReLU",
    latex=r"\operatorname{{LeakyReLU}}_{{{1}}}\left({0}\right)", sample=(REAL, (0.0, 0.5)),
    tip=_where_below_0,
    edge="The derivative at 0 is the slope clipped to [0, 1] (PyTorch: the slope, JAX: 1); for a"
    " slope below 0 second derivatives there are as those of abs.",
)  # fmt: skip
declare(
    "elu",
    lambda xp, x, alpha: xp.where(x > 0.0, x, alpha * xp.expm1(x)),
    lambda xp, out, x, alpha: (
        xp.where(x > 0.0, 1.0, xp.where(x < 0.0, alpha * xp.exp(x), _between_0_and_1(xp, alpha))),
        xp.where(x < 0.0, xp.expm1(x), 0.0),
    ),
    arity=2, symbol="ELU",
    latex=r"\operatorname{{ELU}}_{{{1}}}\left({0}\right)", sample=(REAL, (0.5, 1.5)),
    tip=_where_below_0,
    edge="The derivative at 0 is 1 for alpha = 1, otherwise alpha clipped to [0, 1] (PyTorch and"
    " JAX: alpha); for alpha below 0 second derivatives there are as those of abs.",
)  # fmt: skip
