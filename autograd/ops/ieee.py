"""Elementary functions of floats, in two forms that agree to the bit wherever both return.

``FAST`` holds plain functions, most of them :mod:`math`'s, which raise where IEEE 754 has an
infinity or a NaN. ``IEEE`` has them so that nothing raises: overflow is inf, a pole is inf with its
sign, a point outside the domain is NaN, as in NumPy. Arithmetic and choices stand here; every other
function joins when it is declared, by :func:`autograd.ops.declaring.elementary`. Next:
:mod:`autograd.ops.special`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

__all__ = ["ARITHMETIC_ERRORS", "FAST", "IEEE", "FloatFunction", "ceil", "floor", "never_raising"]

FloatFunction = Callable[..., float]

ARITHMETIC_ERRORS = (ValueError, ArithmeticError)
"""What a fast expression may raise; the same expression is then evaluated in :class:`IEEE`."""


def never_raising(
    function: FloatFunction, poles: Mapping[float, float], odd: bool
) -> FloatFunction:
    """The function with what IEEE 754 has where it raises one of ``ARITHMETIC_ERRORS``.

    Overflow is inf, and with ``odd`` has the sign of the operand; outside the domain the result is
    NaN, but at ``poles`` (of the first operand) what these say.

    >>> log = never_raising(math.log, {0.0: -math.inf}, odd=False)
    >>> log(1.0), log(0.0), log(-1.0)
    (0.0, -inf, nan)
    """

    def total(*operands: float) -> float:
        try:
            return function(*operands)
        except OverflowError:
            return math.copysign(math.inf, operands[-1]) if odd else math.inf
        except ARITHMETIC_ERRORS:
            return poles.get(operands[0], math.nan)

    return total


def floor(x: float) -> float:
    """Largest integer not above x, as a float that keeps -0.0, infinities and NaN."""
    return math.copysign(math.floor(x), x) if abs(x) < 2.0**52 else x


def ceil(x: float) -> float:
    """Smallest integer not below x, as a float: ceil(-0.5) is -0.0, as in C."""
    return math.copysign(math.ceil(x), x) if abs(x) < 2.0**52 else x


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
        if math.isinf(b):  # 0**-inf, which Python 3.10 refuses
            return math.inf
        return math.copysign(math.inf, a) if abs(math.fmod(b, 2.0)) == 1.0 else math.inf


def _where(condition: float, a: float, b: float) -> float:
    return a if condition else b


FAST: dict[str, FloatFunction] = {"pow": math.pow}
"""Name -> function of floats; may raise any of ``ARITHMETIC_ERRORS``."""

IEEE: dict[str, FloatFunction] = {
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
