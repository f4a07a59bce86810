"""Methods: every function of one number as a method of it, ``x.relu()`` for ``relu(x)``.

NumPy's functions look for methods of its names on the elements of an object array, so those are
here too. Next: :mod:`autograd.engine.comparisons`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, overload

from autograd.engine import ufuncs
from autograd.engine.elementwise import apply
from autograd.engine.micrograd import Micrograd
from autograd.engine.node import Node
from autograd.engine.record import record
from autograd.ops.op import OPS

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["Methods", "Unary"]

Number = TypeVar("Number", bound=Node)


class Unary:
    """A method that applies the primitive of this name to its Value."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.__doc__ = f"``{name}`` of this number, recorded; see ``autograd.{name}``."

    @overload
    def __get__(self, x: None, kind: type) -> Unary: ...
    @overload
    def __get__(self, x: Number, kind: type) -> Callable[[], Number]: ...
    def __get__(self, x: Node | None, kind: type) -> Unary | Callable[[], Any]:
        return self if x is None else partial(record, OPS[self.name], (x,))


def binary(name: str, x: Number, y: Nest) -> Number:
    """A method of two numbers."""
    recorded: Number = apply(OPS[name], x, y)
    return recorded


class Methods(Micrograd):
    """A node with the functions of one number as methods."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Nest, **options: Any) -> Any:
        """A universal function of NumPy's, so that it keeps the graph."""
        return ufuncs.array_ufunc(ufunc, method, inputs, options)

    def __array_function__(
        self, function: Any, _: Any, args: tuple[Nest, ...], options: dict[str, Any]
    ) -> Any:
        """Any other function of NumPy's."""
        return ufuncs.array_function(function, args, options)

    def conjugate(self: Number) -> Number:
        """The number itself: it is real. NumPy asks for it in ``var`` and ``vdot``."""
        return self

    def arctan2(self: Number, x: Nest) -> Number:
        """``autograd.atan2(self, x)``, as NumPy calls it."""
        return binary("atan2", self, x)

    def hypot(self: Number, y: Nest) -> Number:
        """``autograd.hypot(self, y)``."""
        return binary("hypot", self, y)

    def fmod(self: Number, divisor: Nest) -> Number:
        """``autograd.fmod(self, divisor)``."""
        return binary("fmod", self, divisor)

    exp = Unary("exp")
    exp2 = Unary("exp2")
    expm1 = Unary("expm1")
    log = Unary("log")
    log1p = Unary("log1p")
    log2 = Unary("log2")
    log10 = Unary("log10")
    sqrt = Unary("sqrt")
    cbrt = Unary("cbrt")
    sin = Unary("sin")
    cos = Unary("cos")
    tan = Unary("tan")
    asin = arcsin = Unary("asin")
    acos = arccos = Unary("acos")
    atan = arctan = Unary("atan")
    sinc = Unary("sinc")
    radians = deg2rad = Unary("radians")
    degrees = rad2deg = Unary("degrees")
    sinh = Unary("sinh")
    cosh = Unary("cosh")
    tanh = Unary("tanh")
    asinh = arcsinh = Unary("asinh")
    acosh = arccosh = Unary("acosh")
    atanh = arctanh = Unary("atanh")
    erf = Unary("erf")
    erfc = Unary("erfc")
    erfinv = Unary("erfinv")
    ndtr = Unary("ndtr")
    log_ndtr = Unary("log_ndtr")
    ndtri = Unary("ndtri")
    lgamma = Unary("lgamma")
    digamma = Unary("digamma")
    entr = Unary("entr")
    logit = Unary("logit")
    sigmoid = Unary("sigmoid")
    log_sigmoid = Unary("log_sigmoid")
    softplus = Unary("softplus")
    relu = Unary("relu")
    gelu = Unary("gelu")
    silu = Unary("silu")
    sign = Unary("sign")
    floor = __floor__ = Unary("floor")
    ceil = __ceil__ = Unary("ceil")
    trunc = __trunc__ = Unary("trunc")
    stop_gradient = Unary("stop_gradient")
    rint = Unary("rint")
    fabs = Unary("abs")
