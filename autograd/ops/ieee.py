"""Elementary functions of floats, in two forms that agree to the bit wherever both return.

``FAST`` holds the plain functions of :mod:`math`, which raise where IEEE 754 has an infinity or a
NaN. ``IEEE`` wraps them so that nothing raises: overflow is inf, a pole is inf with its sign,
a point outside the domain is NaN, as in NumPy. Next: :mod:`autograd.ops.special`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from autograd.ops import special

__all__ = ["ARITHMETIC_ERRORS", "FAST", "IEEE"]

ARITHMETIC_ERRORS = (ValueError, ArithmeticError)
"""What a fast expression may raise; the same expression is then evaluated in :class:`IEEE`."""


def _floor(x: float) -> float:
    """Largest integer not above x, as a float that keeps -0.0, infinities and NaN."""
    return math.copysign(math.floor(x), x) if abs(x) < 2.0**52 else x


def _ceil(x: float) -> float:
    """Smallest integer not below x, as a float: ceil(-0.5) is -0.0, as in C."""
    return math.copysign(math.ceil(x), x) if abs(x) < 2.0**52 else x


_SAME_NAME = (
    "exp expm1 log log1p log2 log10 sqrt sin cos tan asin acos atan atan2 sinh cosh tanh "
    "asinh acosh atanh erf erfc pow"
)

FAST: dict[str, Callable[..., float]] = {
    **{name: getattr(math, name) for name in _SAME_NAME.split()},
    "cbrt": special.cbrt,
    "lgamma": special.lgamma,
    "polygamma": special.polygamma,
    "floor": _floor,
    "ceil": _ceil,
}
"""Name -> function of floats; may raise any of ``ARITHMETIC_ERRORS``."""

_POLES: dict[tuple[str, float], float] = {
    ("log", 0.0): -math.inf,
    ("log2", 0.0): -math.inf,
    ("log10", 0.0): -math.inf,
    ("log1p", -1.0): -math.inf,
    ("atanh", 1.0): math.inf,
    ("atanh", -1.0): -math.inf,
}


def _total(name: str) -> Callable[..., float]:
    """Wrap the fast function of this name so that it returns inf or NaN where that one raises."""
    fast = FAST[name]

    def total(*operands: float) -> float:
        try:
            return fast(*operands)
        except OverflowError:  # of those that overflow, only sinh is odd
            return math.copysign(math.inf, operands[-1]) if name == "sinh" else math.inf
        except ValueError:
            return _POLES.get((name, operands[0]), math.inf if name == "lgamma" else math.nan)

    return total


def _div(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return math.nan if a == 0.0 or a != a else math.copysign(math.inf, a) * math.copysign(1, b)


def _pow(a: float, b: float) -> float:
    """C's pow: 0**-1 is a pole with the sign of an odd power, (-8)**(1/3) is NaN."""
    try:
        return math.pow(a, b)
    except (OverflowError, ValueError):
        if a < 0.0 and b != math.floor(b):
            return math.nan
        return math.copysign(math.inf, a) if abs(math.fmod(b, 2.0)) == 1.0 else math.inf


def _where(condition: object, a: float, b: float) -> float:
    return a if condition else b


IEEE: dict[str, Callable[..., float]] = {
    **{name: _total(name) for name in FAST},
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": _div,
    "neg": operator.neg,
    "abs": abs,
    "pow": _pow,
    "where": _where,
    **{name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
}
"""Name -> function of floats that never raises.

>>> IEEE["log"](0.0), IEEE["div"](-1.0, 0.0), IEEE["sqrt"](-1.0), IEEE["pow"](-8.0, 1 / 3)
(-inf, -inf, nan, nan)
"""
