"""Derivatives of a recorded graph by the complex step: Im f(x + ih) / h for a tiny h.

No neighbour's value is subtracted, so h can be as small as it likes (W. Squire and G. Trapp,
"Using complex variables to estimate derivatives of real functions", SIAM Review 40, 1998). It
needs the declarations' values only, none of their derivatives; but it sees the recorded graph, not
the function: :mod:`autograd.check.checker` takes it only where differences of the function vouch
for its first digits.
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.engine.order import operands_of, record_of
from autograd.ops.expr import XP, Expr, evaluate
from autograd.ops.ieee import IEEE
from autograd.ops.op import OPS, Op

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["NotAnalyticError", "complex_step"]

STEP = 1e-30


class NotAnalyticError(Exception):
    """A primitive whose value is not known for complex operands."""


def complex_step(output: Value, leaf: Value) -> float:
    """The derivative of a recorded output by one leaf.

    Raises:
        NotAnalyticError: The graph holds a user's function of floats, or a primitive without a
            form for complex numbers (erf, lgamma and their kin).

    >>> from autograd import Value, sin
    >>> x = Value(1.0)
    >>> complex_step(sin(x), x) == math.cos(1.0)
    True
    """
    order, reached = record_of([output])
    values: dict[Any, complex] = {node: complex(node.data) for node in reached}
    if leaf in values:
        values[leaf] += STEP * 1j
    for node in order:
        operands = [values[x] if type(x) is not float else complex(x) for x in operands_of(node)]
        if any(x.imag for x in operands):
            values[node] = _apply(node.op, operands)
    return values[output].imag / STEP if output in values else 0.0


def _apply(op: Op, operands: list[complex]) -> complex:
    """A primitive's forward rule over complex numbers."""
    if op.opaque:
        raise NotAnalyticError(op.name)
    names = [f"x{i}" for i in range(len(operands))]
    rule = op.forward(XP, *(Expr("var", name) for name in names))
    return complex(evaluate([rule], _FUNCTIONS, dict(zip(names, operands)))[0])


def _total(name: str, function: Callable[[complex], complex]) -> Callable[[complex], complex]:
    """The function where the real one is a number, else nan: cmath would go on to log(-1) = πi."""

    def total(z: complex) -> complex:
        z = complex(z)
        if math.isnan(IEEE[name](z.real)):
            return complex(math.nan, math.nan)
        try:
            return function(z)
        except (ValueError, ArithmeticError):
            return complex(math.nan, math.nan)

    return total


def _expm1(z: complex) -> complex:
    shift = 2.0 * math.sin(0.5 * z.imag) ** 2
    size = math.exp(z.real)
    return complex(math.expm1(z.real) - size * shift, size * math.sin(z.imag))


def _log1p(z: complex) -> complex:
    square = z.real * (2.0 + z.real) + z.imag * z.imag
    return complex(0.5 * math.log1p(square), math.atan2(z.imag, 1.0 + z.real))


def _cbrt(z: complex) -> complex:
    return -_cbrt(-z) if z.real < 0.0 else cmath.exp(cmath.log(z) / 3.0)


def _atan2(y: complex, x: complex) -> complex:
    y, x = complex(y), complex(x)
    if abs(x.real) < abs(y.real):
        return math.copysign(0.5 * math.pi, y.real) - cmath.atan(x / y)
    turn = math.copysign(math.pi, y.real) if x.real < 0.0 else 0.0
    return cmath.atan(_div(y, x)) + turn


def _pow(a: complex, b: complex) -> complex:
    a, b = complex(a), complex(b)
    try:
        if b.imag == 0.0 and abs(b.real) <= 64.0 and b.real == math.floor(b.real):
            return a ** int(b.real)
        return cmath.exp(b * cmath.log(a)) if a.real > 0.0 else complex(math.nan, math.nan)
    except (ValueError, ArithmeticError):
        return complex(math.nan, math.nan)


def _div(a: complex, b: complex) -> complex:
    return a / b if b else complex(math.nan, math.nan)


def _by_real_part(name: str) -> Callable[..., Any]:
    """A function with steps goes by the real part."""
    function = IEEE[name]
    return lambda z: function(complex(z).real)


def _compared(name: str) -> Callable[..., Any]:
    """A comparison goes by the real parts, and of equal ones by the imaginary parts.

    So of two tied operands the same is the larger in every place; and a rule for one single point,
    such as 0·b = 0, does not hold beside it.
    """
    function: Callable[..., Any] = getattr(operator, name)
    return lambda a, b: function(_ordered(a), _ordered(b))


def _ordered(z: complex) -> tuple[float, float]:
    return complex(z).real, complex(z).imag


class _Functions(dict[str, Callable[..., Any]]):
    """Functions of complex numbers by name; another primitive applies its own rule."""

    def __missing__(self, name: str) -> Callable[..., Any]:
        if name in IEEE or name not in OPS:
            raise NotAnalyticError(name)
        return lambda *operands: _apply(OPS[name], [complex(z) for z in operands])


_OWN = {
    "expm1": _expm1,
    "log1p": _log1p,
    "cbrt": _cbrt,
    "log2": lambda z: cmath.log(z) / math.log(2.0),
}
_SAME = "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh"
_FUNCTIONS = _Functions(
    {
        **{name: _total(name, getattr(cmath, name)) for name in _SAME.split()},
        **{name: _total(name, function) for name, function in _OWN.items()},
        **{name: _compared(name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
        **{name: _by_real_part(name) for name in ("floor", "ceil")},
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "neg": lambda a: -a,
        "abs": lambda z: -z if complex(z).real < 0.0 else z,
        "where": lambda condition, a, b: a if complex(condition) else b,
        "div": _div,
        "pow": _pow,
        "atan2": _atan2,
    }
)
