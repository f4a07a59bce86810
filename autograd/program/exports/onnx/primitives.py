"""What the functions in a rule are in ONNX: an operator of it, or a formula of those.

Rules of primitives are lowered to these names as they are; nothing here knows a primitive's rule.
Formulas stand for functions that ONNX lacks, or that ONNX Runtime computes in single precision
only. Next: :mod:`autograd.program.exports.onnx.write`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd.ops.rules import Functions, Number

__all__ = ["FOLDS", "FORMULAS", "IN_SINGLE", "KNOWN_PRIMITIVES", "NOT_IN_DOUBLE", "OPERATORS"]

KNOWN_PRIMITIVES = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}
"""Primitives that readers of ONNX files know by these names; of all others the rule is lowered."""

OPERATORS = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "neg": "Neg", "abs": "Abs",
    "pow": "Pow", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos",
    "floor": "Floor", "ceil": "Ceil", "where": "Where",
    "lt": "Less", "le": "LessOrEqual", "gt": "Greater", "ge": "GreaterOrEqual", "eq": "Equal",
    "no": "Not", **KNOWN_PRIMITIVES,
}  # fmt: skip
"""Name in a rule -> operator of ONNX."""

NOT_IN_DOUBLE = {"cos", "sigmoid"}
"""What ONNX Runtime lacked for doubles until 2025; x·sigmoid(x) it fused into one such."""

IN_SINGLE = {"atan": "Atan", "erf_of_number": "Erf"}
"""Those that ONNX Runtime has for float32 only: doubles are cast, and right to about 1e-7."""

FOLDS = {
    "fold_add": "ReduceSum",
    "fold_mul": "ReduceProd",
    "fold_maximum": "ReduceMax",
    "fold_minimum": "ReduceMin",
}
"""Reductions along the last axis, see :mod:`autograd.program.statements.reroll`."""

HALF_PI = 0.5 * math.pi


def _log1p(xp: Functions, x: Number) -> Number:
    # The rounding of 1 + x cancels in the quotient (Kahan).
    sum_ = 1.0 + x
    return xp.where(
        sum_ == 1.0, x, xp.where(sum_ == math.inf, sum_, xp.log(sum_) * x / (sum_ - 1.0))
    )


def _expm1(xp: Functions, x: Number) -> Number:
    power = xp.exp(x)
    near = xp.where(power == 1.0, x, (power - 1.0) * x / xp.log(power))
    return xp.where(abs(x) < 1.0, near, power - 1.0)


def _sinh(xp: Functions, x: Number) -> Number:
    half = xp.exp(0.5 * abs(x))  # its square overflows no earlier than sinh
    large = xp.where(x < 0.0, -0.5 * half * half, 0.5 * half * half)
    small = xp.expm1(x)
    return xp.where(abs(x) > 20.0, large, 0.5 * (small + small / (small + 1.0)))


def _cosh(xp: Functions, x: Number) -> Number:
    half = xp.exp(0.5 * abs(x))
    return 0.5 * half * half + 0.5 / half / half


def _asinh(xp: Functions, x: Number) -> Number:
    size = abs(x)
    square = size * size
    near = xp.log1p(size + square / (1.0 + xp.sqrt(1.0 + square)))
    result = xp.where(size > 1e8, xp.log(size) + math.log(2.0), near)
    return xp.where(x < 0.0, -result, result)


def _atan2(xp: Functions, y: Number, x: Number) -> Number:
    # The smaller by the greater keeps the quotient within 1; 0/0 counts as 0, inf/inf as 1.
    steep = abs(y) > abs(x)
    below, above = xp.where(steep, x, y), xp.where(steep, y, x)
    equal = xp.where(below == above, 1.0, -1.0)
    quotient = xp.where(abs(below) == abs(above), equal, below / above)
    angle = xp.atan(xp.where(above == 0.0, below, quotient))
    # 1/x tells -0 from 0: to the left of it atan2 is ±π.
    behind = xp.where(x < 0.0, 1.0, xp.where(x == 0.0, xp.where(1.0 / x < 0.0, 1.0, 0.0), 0.0))
    upper = xp.where(y < 0.0, -1.0, xp.where(1.0 / y < 0.0, -1.0, 1.0))
    flat = angle + xp.where(behind > 0.0, upper * math.pi, 0.0)
    return xp.where(steep, upper * HALF_PI - angle, xp.where(y == 0.0, flat + y, flat))


def _fmod(xp: Functions, a: Number, b: Number) -> Number:
    quotient = a / b
    return a - b * xp.where(quotient < 0.0, xp.ceil(quotient), xp.floor(quotient))


def _copysign(xp: Functions, a: Number, b: Number) -> Number:
    negative = xp.where(b < 0.0, 1.0, xp.where(b == 0.0, xp.where(1.0 / b < 0.0, 1.0, 0.0), 0.0))
    return xp.where(negative > 0.0, -abs(a), abs(a))


FORMULAS: dict[str, Callable[..., Any]] = {
    "fmod": _fmod,
    "copysign": _copysign,
    "cos": lambda xp, x: xp.sin(x + HALF_PI),
    "ne": lambda xp, a, b: xp.no(a == b),
    "log2": lambda xp, x: xp.log(x) * (1.0 / math.log(2.0)),
    "log10": lambda xp, x: xp.log(x) * (1.0 / math.log(10.0)),
    "log1p": _log1p,
    "expm1": _expm1,
    "cbrt": lambda xp, x: xp.where(x < 0.0, -xp.pow(-x, 1 / 3), xp.pow(x, 1 / 3)),
    "tan": lambda xp, x: xp.sin(x) / xp.cos(x),
    "asin": lambda xp, x: xp.atan(x / xp.sqrt((1.0 - x) * (1.0 + x))),
    "acos": lambda xp, x: 2.0 * xp.atan(xp.sqrt((1.0 - x) / (1.0 + x))),
    "sinh": _sinh,
    "cosh": _cosh,
    "asinh": _asinh,
    "acosh": lambda xp, x: xp.log(x + xp.sqrt(x - 1.0) * xp.sqrt(x + 1.0)),
    "atanh": lambda xp, x: 0.5 * (xp.log1p(x) - xp.log1p(-x)),
    "atan2": _atan2,
    # ONNX Runtime said that erf(nan) is 1.
    "erf": lambda xp, x: xp.where(x == x, xp.erf_of_number(x), x),
    "erfc": lambda xp, x: 1.0 - xp.erf(x),
}
"""Name -> formula, itself written in these names."""
