"""The elementary functions, for floats and Values alike, and for containers of them.

A function of numbers only gives a float; as soon as one operand is a Value, the result is a Value
that remembers. Lists, arrays and other containers are gone through element by element, see
:mod:`autograd.engine.elementwise`. Formulas, derivatives and edges are declared in
:mod:`autograd.ops`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, overload

from autograd.engine.accelerator import taking_few
from autograd.engine.elementwise import apply, checked, over_elements
from autograd.engine.modes import TRACING
from autograd.engine.record import operands_in, record
from autograd.engine.refusals import data_of
from autograd.engine.value import Operand, Value
from autograd.errors import InputValueError
from autograd.functions.exposing import Container, of_one, of_two
from autograd.ops.op import OPS
from autograd.reals import real_or_none

if TYPE_CHECKING:
    from autograd.arrays import Array
    from autograd.nested import Nest

exp = of_one("exp", "e to the power x.", "exp(0.0)", "1.0")
exp2 = of_one("exp2", "2 to the power x.", "exp2(3.0)", "8.0")
expm1 = of_one("expm1", "exp(x) - 1, accurate near 0.", "expm1(1e-20)", "1e-20")
_log = of_one("log", "Natural logarithm.", "log(1.0)", "0.0")
log1p = of_one("log1p", "log(1 + x), accurate near 0.", "log1p(1e-20)", "1e-20")
log2 = of_one("log2", "Logarithm to base 2.", "log2(8.0)", "3.0")
log10 = of_one("log10", "Logarithm to base 10.", "log10(1000.0)", "3.0")
sqrt = of_one("sqrt", "Square root.", "sqrt(9.0)", "3.0")
cbrt = of_one("cbrt", "Cube root, of negative numbers too.", "cbrt(-27.0)", "-3.0")
sin = of_one("sin", "Sine of an angle in radians.", "sin(0.0)", "0.0")
cos = of_one("cos", "Cosine of an angle in radians.", "cos(0.0)", "1.0")
tan = of_one("tan", "Tangent of an angle in radians.", "tan(0.0)", "0.0")
asin = of_one("asin", "Angle in [-π/2, π/2] with this sine.", "asin(0.0)", "0.0")
acos = of_one("acos", "Angle in [0, π] with this cosine.", "acos(1.0)", "0.0")
atan = of_one("atan", "Angle in [-π/2, π/2] with this tangent.", "atan(0.0)", "0.0")
sinc = of_one("sinc", "sin(πx) / (πx), which is 1 at 0.", "sinc(0.0)", "1.0")
radians = of_one("radians", "An angle in degrees, in radians.", "radians(0.0)", "0.0")
degrees = of_one("degrees", "An angle in radians, in degrees.", "degrees(0.0)", "0.0")
sinh = of_one("sinh", "Hyperbolic sine.", "sinh(0.0)", "0.0")
cosh = of_one("cosh", "Hyperbolic cosine.", "cosh(0.0)", "1.0")
tanh = of_one("tanh", "Hyperbolic tangent.", "tanh(0.0)", "0.0")
asinh = of_one("asinh", "Inverse hyperbolic sine.", "asinh(0.0)", "0.0")
acosh = of_one("acosh", "Inverse hyperbolic cosine, at least 0.", "acosh(1.0)", "0.0")
atanh = of_one("atanh", "Inverse hyperbolic tangent.", "atanh(0.0)", "0.0")
erf = of_one("erf", "Error function, 2/√π ∫₀ˣ exp(-t²) dt.", "erf(0.0)", "0.0")
erfc = of_one("erfc", "1 - erf(x), accurate for large x.", "erfc(0.0)", "1.0")
erfinv = of_one("erfinv", "The number whose error function is x.", "erfinv(0.0)", "0.0")
ndtr = of_one("ndtr", "Standard normal distribution function Φ.", "ndtr(0.0)", "0.5")
log_ndtr = of_one("log_ndtr", "log(Φ(x)), accurate far below 0.", "log_ndtr(-1e9)", "-5e+17")
ndtri = of_one("ndtri", "The number at which Φ is p: normal quantiles.", "ndtri(0.5)", "0.0")
lgamma = of_one("lgamma", "Logarithm of |Γ(x)|.", "lgamma(1.0)", "0.0")
digamma = of_one("digamma", "Derivative of log Γ(x).", "digamma(1.0)", "-0.5772156649015329")
entr = of_one("entr", "-x log(x), the entropy of a share x.", "entr(1.0)", "-0.0")
logit = of_one("logit", "log(x / (1 - x)), the inverse of sigmoid.", "logit(0.5)", "0.0")
sigmoid = of_one("sigmoid", "1 / (1 + exp(-x)).", "sigmoid(0.0)", "0.5")
log_sigmoid = of_one("log_sigmoid", "log(sigmoid(x)), never -inf.", "log_sigmoid(-1e3)", "-1000.0")
softplus = of_one("softplus", "log(1 + exp(x)), without overflow.", "softplus(1e3)", "1000.0")
relu = of_one("relu", "x where positive, else 0.", "relu(-2.0)", "0.0")
gelu = of_one("gelu", "x Φ(x), Φ the normal distribution function.", "gelu(0.0)", "0.0")
silu = of_one("silu", "x sigmoid(x).", "silu(0.0)", "0.0")
sign = of_one("sign", "-1, 0 or 1.", "sign(-3.0)", "-1.0")
stop_gradient = of_one("stop_gradient", "x, as a constant.", "stop_gradient(2.0)", "2.0")
floor = of_one("floor", "Largest integer not above x.", "floor(2.5)", "2.0")
ceil = of_one("ceil", "Smallest integer not below x.", "ceil(2.5)", "3.0")
trunc = of_one("trunc", "The integer next to x towards 0.", "trunc(-2.5)", "-2.0")

atan2 = of_two("atan2", "Angle of the point (y, x) from the x axis.", "atan2(0.0, 1.0)", "0.0")
hypot = of_two("hypot", "√(x² + y²) without overflow.", "hypot(3.0, 4.0)", "5.0")
logaddexp = of_two("logaddexp", "log(exp(x) + exp(y)).", "logaddexp(1e3, -1e3)", "1000.0")
maximum = of_two("maximum", "The larger of two.", "maximum(2.0, 3.0)", "3.0")
minimum = of_two("minimum", "The smaller of two.", "minimum(2.0, 3.0)", "2.0")
copysign = of_two("copysign", "|x| with the sign of y.", "copysign(2.0, -0.0)", "-2.0")
fmod = of_two("fmod", "Remainder of x by y, with the sign of x.", "fmod(-7.0, 3.0)", "-1.0")
mod = of_two("mod", "Remainder of x by y, with the sign of y: x % y.", "mod(-7.0, 3.0)", "2.0")
xlogy = of_two("xlogy", "x log(y), 0 where x is 0.", "xlogy(0.0, 0.0)", "0.0")
xlog1py = of_two("xlog1py", "x log(1 + y), 0 where x is 0.", "xlog1py(0.0, -1.0)", "0.0")
betaln = of_two("betaln", "Logarithm of the beta function.", "betaln(1.0, 1.0)", "0.0")

_leaky_relu, _elu, _where = (
    taking_few(OPS["leaky_relu"]),
    taking_few(OPS["elu"]),
    taking_few(OPS["where"]),
)


@overload
def log(x: Value, base: Operand | None = None) -> Value: ...
@overload
def log(x: float, base: float | None = None) -> float: ...
@overload
def log(x: float, base: Value) -> Value: ...
@overload
def log(x: Container, base: Operand | None = None) -> Container: ...
@overload
def log(x: Array, base: Operand | None = None) -> Array: ...
def log(x: Any, base: Operand | None = None) -> Any:
    """Natural logarithm, or the logarithm to a base, which may be a Value too.

    At 0 it is -inf with derivative inf, below value and derivative are nan.

    >>> log(1.0), log(1000.0, 10)
    (0.0, 3.0)
    """
    if base is None:
        return _log(x)
    if base in (2, 10) and not isinstance(base, Value):  # exact at powers of the base
        return log2(x) if base == 2 else log10(x)
    return over_elements(_log_to_base, "log", (x, base))


def _log_to_base(x: Operand, base: Operand) -> Any:
    return apply(OPS["div"], _log(x), _log(base))


@overload
def polygamma(n: int, x: Value) -> Value: ...
@overload
def polygamma(n: int, x: float) -> float: ...
@overload
def polygamma(n: int, x: Container) -> Container: ...
@overload
def polygamma(n: int, x: Array) -> Array: ...
def polygamma(n: int, x: Nest) -> Any:
    """The n-th derivative of digamma; n is a whole number and is not differentiated by.

    Raises:
        InputValueError: n is not one of 0, 1, 2 … 149.

    >>> polygamma(1, 1.0)  # π²/6
    1.6449340668482264
    """
    order = real_or_none(n)
    if order is None or order not in range(150):
        raise InputValueError(f"polygamma takes a whole number from 0 to 149 as n, but got {n!r}")
    return apply(OPS["polygamma"], order, x)


@overload
def leaky_relu(x: float, slope: float = 0.01) -> float: ...
@overload
def leaky_relu(x: Value, slope: Operand = 0.01) -> Value: ...
@overload
def leaky_relu(x: float, slope: Value) -> Value: ...
@overload
def leaky_relu(x: Container, slope: Operand = 0.01) -> Container: ...
@overload
def leaky_relu(x: Array, slope: Operand = 0.01) -> Array: ...
def leaky_relu(x: Nest, slope: Nest = 0.01) -> Any:
    """x where positive, else ``slope`` × x.

    >>> leaky_relu(-2.0, 0.5)
    -1.0
    """
    return _leaky_relu(x, slope)


@overload
def elu(x: float, alpha: float = 1.0) -> float: ...
@overload
def elu(x: Value, alpha: Operand = 1.0) -> Value: ...
@overload
def elu(x: float, alpha: Value) -> Value: ...
@overload
def elu(x: Container, alpha: Operand = 1.0) -> Container: ...
@overload
def elu(x: Array, alpha: Operand = 1.0) -> Array: ...
def elu(x: Nest, alpha: Nest = 1.0) -> Any:
    """x where positive, else ``alpha`` × (exp(x) - 1).

    >>> elu(-1e9)
    -1.0
    """
    return _elu(x, alpha)


@overload
def clip(x: float, low: float | None = None, high: float | None = None) -> float: ...
@overload
def clip(x: Value, low: Operand | None = None, high: Operand | None = None) -> Value: ...
@overload
def clip(x: Container, low: Nest | None = None, high: Nest | None = None) -> Container: ...
@overload
def clip(x: Nest, low: Nest | None = None, high: Nest | None = None) -> Any: ...
def clip(x: Nest, low: Nest | None = None, high: Nest | None = None) -> Any:
    """x held between two bounds, or by one; at a bound itself the derivative is still 1.

    Raises:
        InputValueError: The lower bound is above the upper one, or there is none.

    >>> clip(7.0, 0.0, 1.0), clip(7.0, high=1.0), clip([-2.0, 7.0], 0.0)
    (1.0, 1.0, [0.0, 7.0])
    """
    if low is None and high is None:
        raise InputValueError("clip needs a bound: low, high or both")
    bounds = (-math.inf if low is None else low, math.inf if high is None else high)
    operands = operands_in((x, *bounds))
    if operands is not None:
        return _clip(operands)
    return over_elements(
        lambda *given: _clip(tuple([checked(v, "clip") for v in given])), "clip", (x, *bounds)
    )


def _clip(operands: tuple[Operand, ...]) -> Any:
    low, high = [data_of(v) if isinstance(v, Value) else v for v in operands[1:]]
    if low > high and not TRACING.get():  # a recording is for other numbers too
        raise InputValueError(f"clip needs low <= high, but got {low} and {high}")
    return record(OPS["clip"], operands)


@overload
def where(condition: Operand, x: float, y: float) -> float: ...
@overload
def where(condition: Operand, x: Value, y: Operand) -> Value: ...
@overload
def where(condition: Operand, x: float, y: Value) -> Value: ...
@overload
def where(condition: Nest, x: Nest, y: Nest) -> Any: ...
def where(condition: Nest, x: Nest, y: Nest) -> Any:
    """x where the condition holds (is not zero), else y; the other branch gets no gradient at all.

    Inside a recording (``compiled``) a comparison such as ``a > 0`` is recorded, so the choice is
    made anew for every input. Elsewhere it is the bool that it is now, and stays so through
    ``recompute`` and in programs; a Value as condition, as ``relu(a)``, is asked anew there too.

    >>> where(2.0 > 1.0, 10.0, 20.0)
    10.0
    >>> a = Value(2.0)
    >>> frozen, follows = where(a > 0.0, a, 100.0), where(relu(a), a, 100.0)
    >>> a.data = -1.0
    >>> frozen.recompute().data, follows.recompute().data
    (-1.0, 100.0)
    """
    return _where(condition, x, y)
