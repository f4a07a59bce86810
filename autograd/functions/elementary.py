"""The elementary functions, for floats and Values alike, and compositions over sequences.

A function of numbers only gives a float; as soon as one operand is a Value, the result is a Value
that remembers. Formulas, derivatives and edges are declared in :mod:`autograd.ops.basic`.
"""

from __future__ import annotations

from typing import Any, Protocol, overload

from autograd.engine.generated import unary
from autograd.engine.record import operand, record
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.ops.op import OPS

Number = Value | float
"""What every function takes: a Value or a real number."""


class Unary(Protocol):
    """A function of one number: a float for a float, a Value for a Value."""

    __name__: str

    @overload
    def __call__(self, x: Value, /) -> Value: ...
    @overload
    def __call__(self, x: float, /) -> float: ...


def checked(x: Any, name: str) -> Any:
    """A Value or float, or the error that says what ``name`` takes."""
    number = operand(x)
    if number is NotImplemented:
        remedy = f"; for an array of Values use numpy.{name}" if hasattr(x, "__array__") else ""
        given = type(x).__name__
        raise InputTypeError(f"{name} takes a Value or a real number, but got {given}{remedy}")
    return number


def _unary(name: str, summary: str, call: str, result: str) -> Unary:
    """Expose a primitive of one operand, with its documentation."""
    op = OPS[name]
    function = unary(op, lambda x: record(op, (checked(x, name),)))
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{summary}\n\n    {op.edge}\n\n    >>> {call}\n    {result}\n    "
    function.__module__ = __name__
    return function


exp = _unary("exp", "e to the power x.", "exp(0.0)", "1.0")
expm1 = _unary("expm1", "exp(x) - 1, accurate near 0.", "expm1(1e-20)", "1e-20")
log = _unary("log", "Natural logarithm.", "log(1.0)", "0.0")
log1p = _unary("log1p", "log(1 + x), accurate near 0.", "log1p(1e-20)", "1e-20")
log2 = _unary("log2", "Logarithm to base 2.", "log2(8.0)", "3.0")
log10 = _unary("log10", "Logarithm to base 10.", "log10(1000.0)", "3.0")
sqrt = _unary("sqrt", "Square root.", "sqrt(9.0)", "3.0")
cbrt = _unary("cbrt", "Cube root, of negative numbers too.", "cbrt(-27.0)", "-3.0")
sin = _unary("sin", "Sine of an angle in radians.", "sin(0.0)", "0.0")
cos = _unary("cos", "Cosine of an angle in radians.", "cos(0.0)", "1.0")
tan = _unary("tan", "Tangent of an angle in radians.", "tan(0.0)", "0.0")
asin = _unary("asin", "Angle in [-π/2, π/2] with this sine.", "asin(0.0)", "0.0")
acos = _unary("acos", "Angle in [0, π] with this cosine.", "acos(1.0)", "0.0")
atan = _unary("atan", "Angle in [-π/2, π/2] with this tangent.", "atan(0.0)", "0.0")
sinh = _unary("sinh", "Hyperbolic sine.", "sinh(0.0)", "0.0")
cosh = _unary("cosh", "Hyperbolic cosine.", "cosh(0.0)", "1.0")
tanh = _unary("tanh", "Hyperbolic tangent.", "tanh(0.0)", "0.0")
asinh = _unary("asinh", "Inverse hyperbolic sine.", "asinh(0.0)", "0.0")
acosh = _unary("acosh", "Inverse hyperbolic cosine, at least 0.", "acosh(1.0)", "0.0")
atanh = _unary("atanh", "Inverse hyperbolic tangent.", "atanh(0.0)", "0.0")
erf = _unary("erf", "Error function, 2/√π ∫₀ˣ exp(-t²) dt.", "erf(0.0)", "0.0")
erfc = _unary("erfc", "1 - erf(x), accurate for large x.", "erfc(0.0)", "1.0")
lgamma = _unary("lgamma", "Logarithm of |Γ(x)|.", "lgamma(1.0)", "0.0")
sigmoid = _unary("sigmoid", "1 / (1 + exp(-x)).", "sigmoid(0.0)", "0.5")
log_sigmoid = _unary("log_sigmoid", "log(sigmoid(x)), never -inf.", "log_sigmoid(-1e3)", "-1000.0")
softplus = _unary("softplus", "log(1 + exp(x)), without overflow.", "softplus(1e3)", "1000.0")
relu = _unary("relu", "x where positive, else 0.", "relu(-2.0)", "0.0")
gelu = _unary("gelu", "x Φ(x), Φ the normal distribution function.", "gelu(0.0)", "0.0")
silu = _unary("silu", "x sigmoid(x).", "silu(0.0)", "0.0")
sign = _unary("sign", "-1, 0 or 1.", "sign(-3.0)", "-1.0")
floor = _unary("floor", "Largest integer not above x.", "floor(2.5)", "2.0")
ceil = _unary("ceil", "Smallest integer not below x.", "ceil(2.5)", "3.0")


def atan2(y: Number, x: Number) -> Any:
    """Angle of the point (x, y) from the x axis, in (-π, π]; both derivatives 0 at the origin.

    >>> atan2(0.0, 1.0)
    0.0
    """
    return record(OPS["atan2"], (checked(y, "atan2"), checked(x, "atan2")))


def hypot(x: Number, y: Number) -> Any:
    """√(x² + y²) without overflow; both derivatives 0 at the origin.

    >>> hypot(3.0, 4.0)
    5.0
    """
    return record(OPS["hypot"], (checked(x, "hypot"), checked(y, "hypot")))


def logaddexp(x: Number, y: Number) -> Any:
    """log(exp(x) + exp(y)) without overflow.

    >>> logaddexp(1000.0, -1000.0)
    1000.0
    """
    return record(OPS["logaddexp"], (checked(x, "logaddexp"), checked(y, "logaddexp")))


def maximum(x: Number, y: Number) -> Any:
    """The larger of two, NaN if either is; a tie passes half of the adjoint to each.

    >>> maximum(2.0, 3.0)
    3.0
    """
    return record(OPS["maximum"], (checked(x, "maximum"), checked(y, "maximum")))


def minimum(x: Number, y: Number) -> Any:
    """The smaller of two, NaN if either is; a tie passes half of the adjoint to each.

    >>> minimum(2.0, 3.0)
    2.0
    """
    return record(OPS["minimum"], (checked(x, "minimum"), checked(y, "minimum")))


def leaky_relu(x: Number, slope: Number = 0.01) -> Any:
    """x where positive, else ``slope`` × x.

    >>> leaky_relu(-2.0, 0.5)
    -1.0
    """
    return record(OPS["leaky_relu"], (checked(x, "leaky_relu"), checked(slope, "leaky_relu")))


def elu(x: Number, alpha: Number = 1.0) -> Any:
    """x where positive, else ``alpha`` × (exp(x) - 1).

    >>> elu(-1e9)
    -1.0
    """
    return record(OPS["elu"], (checked(x, "elu"), checked(alpha, "elu")))


def clip(x: Number, low: Number, high: Number) -> Any:
    """x held between two bounds; at a bound itself the derivative is still 1.

    Raises:
        InputValueError: The lower bound is above the upper one.

    >>> clip(7.0, 0.0, 1.0)
    1.0
    """
    operands = tuple([checked(v, "clip") for v in (x, low, high)])
    bounds = [v if type(v) is float else v.data for v in operands[1:]]
    if bounds[0] > bounds[1]:
        raise InputValueError(f"clip needs low <= high, but got {bounds[0]} and {bounds[1]}")
    return record(OPS["clip"], operands)


def where(condition: Any, x: Number, y: Number) -> Any:
    """x where the condition holds (is not zero), else y; the other branch gets no gradient at all.

    Inside a trace a comparison such as ``a > 0`` is recorded, so the choice is made anew for
    every input; elsewhere it is the bool that it is now.

    >>> where(2.0 > 1.0, 10.0, 20.0)
    10.0
    """
    return record(OPS["where"], tuple([checked(v, "where") for v in (condition, x, y)]))
