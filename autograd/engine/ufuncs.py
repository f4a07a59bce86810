"""What NumPy's functions make of a Value itself.

NumPy asks a Value first. Where it has no loop over objects, or one that decides by Python's
comparisons, a function is a primitive of the table here, element by element; every other one sees
the Value as an array of one object, and calls its operators and methods. In an array of Values
NumPy asks nobody: there it knows operators and methods only, and the functions of ``autograd``
serve for the rest. Next: :mod:`autograd.engine.methods`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from autograd.engine.elementwise import apply, over_elements
from autograd.engine.modes import ACTIVE, TRACING
from autograd.engine.node import Node
from autograd.engine.record import operand
from autograd.engine.refusals import refuse_to_freeze
from autograd.errors import InputTypeError
from autograd.foreign import advised
from autograd.foreign_words import IN_AUTOGRAD
from autograd.nested import is_array
from autograd.ops.op import OPS

if TYPE_CHECKING:
    import numpy as np

    from autograd.nested import Nest

__all__ = ["array_function", "array_ufunc"]

ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "float_power": operator.pow,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
"""Of numbers only, where no array is about."""

SAME_NAME = (
    "hypot logaddexp maximum minimum sign copysign fmod floor_divide exp2 floor ceil trunc rint "
    "radians degrees clip"
)
PRIMITIVES = {
    **{name: name for name in SAME_NAME.split()},
    "arctan2": "atan2",
    "deg2rad": "radians",
    "rad2deg": "degrees",
    "remainder": "mod",
}
"""NumPy's name -> the primitive that computes it."""


def _primitive(name: str) -> Callable[..., Any]:
    return lambda *xs: apply(OPS[name], *xs)


_where, _maximum, _minimum = _primitive("where"), _primitive("maximum"), _primitive("minimum")
LOG_2 = math.log(2.0)


def _heaviside(x: Any, at_zero: Any) -> Any:
    return _where(x > 0.0, 1.0, _where(x < 0.0, 0.0, _where(x == 0.0, at_zero, x)))


def _ignoring_nan(choice: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: _where(x != x, y, _where(y != y, x, choice(x, y)))


FORMULAS: dict[str, Callable[..., Any]] = {
    "isnan": lambda x: x != x,
    "isinf": lambda x: abs(x) == math.inf,
    "isfinite": lambda x: abs(x) < math.inf,
    "signbit": lambda x: math.copysign(1.0, _number(x)) < 0.0,
    "heaviside": _heaviside,
    "fmax": _ignoring_nan(_maximum),
    "fmin": _ignoring_nan(_minimum),
    "logaddexp2": lambda x, y: apply(OPS["logaddexp"], x * LOG_2, y * LOG_2) / LOG_2,
    "float_power": operator.pow,
    **{numpy: _primitive(name) for numpy, name in PRIMITIVES.items()},
}
"""NumPy's name -> a function of Values and floats."""


def _plain(x: Any) -> Any:
    """NumPy's own True as Python's, which leaves the sign to the other side."""
    return x if isinstance(x, Node) else bool(x)


TRUTHS: dict[str, Callable[..., Any]] = {
    **{f"{kind}_and": lambda a, b: _plain(a) & _plain(b) for kind in ("bitwise", "logical")},
    **{f"{kind}_or": lambda a, b: _plain(a) | _plain(b) for kind in ("bitwise", "logical")},
    **{f"{kind}_xor": lambda a, b: _plain(a) ^ _plain(b) for kind in ("bitwise", "logical")},
    "logical_not": lambda a: _plain(a) ^ True,
}
"""Of recorded comparisons, and of bools beside them."""


def array_ufunc(
    ufunc: np.ufunc, method: str, inputs: tuple[Nest, ...], options: dict[str, Any]
) -> Any:
    """A universal function of NumPy's, at least one input of which is a Value.

    Raises:
        InputTypeError: The function has no meaning for Values, or the output cannot hold them.
    """
    name = ufunc.__name__
    if method == "__call__" and not options:
        numbers = [operand(x) for x in inputs]
        if name in ARITHMETIC and not any(x is NotImplemented for x in numbers):
            return ARITHMETIC[name](*numbers)
        if name == "divmod":
            quotient, rest = FORMULAS["floor_divide"], FORMULAS["remainder"]
            return tuple(over_elements(f, "numpy.divmod", inputs) for f in (quotient, rest))
        if name in TRUTHS and ACTIVE and TRACING.get():
            return over_elements(TRUTHS[name], f"numpy.{name}", inputs)
        if name in FORMULAS:
            return over_elements(FORMULAS[name], f"numpy.{name}", inputs)
    outputs = options.get("out", ())
    if any(isinstance(x, Node) for x in (*outputs, options.get("where"))):
        raise InputTypeError(
            f"NumPy's {name} writes into no Value, and takes none as a mask: give it one argument "
            "less or an array as out; autograd.where makes a choice"
        )
    for out in outputs:
        if is_array(out) and out.dtype != object:
            raise InputTypeError(
                f"an array of {out.dtype} cannot hold Values: write a = a + v instead of a += v, "
                "or make it an array of objects first, a.astype(object)"
            )
    if not _takes_objects(ufunc):
        ours = f": use autograd.{name}" if name in OPS else advised(name, IN_AUTOGRAD)
        raise InputTypeError(
            f"NumPy's or SciPy's {name} takes no Values"
            + (ours or ": give it their numbers (v.data), or write it with functions of autograd")
        )
    return getattr(ufunc, method)(*[_as_objects(x, name) for x in inputs], **options)


@cache
def _takes_objects(ufunc: np.ufunc) -> bool:
    return any("O" in signature for signature in ufunc.types)


def _as_objects(x: Nest, name: str) -> Any:
    """What NumPy's loops over objects can work with."""
    import numpy as np

    if isinstance(x, Node):
        box = np.empty((), dtype=object)
        box[()] = x
        return box
    if is_array(x):  # no float of Python's is as long as a longdouble, which would ask us again
        return x.astype(float) if x.dtype == np.longdouble else x
    number = operand(x)
    if number is not NotImplemented:
        return number
    if isinstance(x, np.generic) and name not in ("equal", "not_equal"):
        raise InputTypeError(
            f"numpy.{name} of a Value takes real numbers beside it, but got {type(x).__name__}"
        )
    return x


def _clip(x: Nest, low: Nest | None = None, high: Nest | None = None) -> Any:
    return apply(
        OPS["clip"], x, -math.inf if low is None else low, math.inf if high is None else high
    )


ARRAY_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "where": _where,
    "clip": _clip,
    "sinc": _primitive("sinc"),
}
"""Functions of NumPy's that are no universal ones."""
QUESTIONS = ("isclose", "allclose")
"""Those that are about the numbers, as comparisons are."""


def array_function(function: Any, args: tuple[Nest, ...], options: dict[str, Any]) -> Any:
    """A function of NumPy's, at least one argument of which is a Value; a number for a number."""
    ours = ARRAY_FUNCTIONS.get(function.__name__)
    if ours is not None and not options and (len(args) > 1 or function.__name__ == "sinc"):
        return ours(*args)
    if function.__name__ in QUESTIONS:
        return function(*map(_number, args), **options)
    result = function._implementation(*args, **options)
    is_number = is_array(result) and result.dtype == object and result.ndim == 0
    return result.item() if is_number else result


def _number(x: Nest) -> Any:
    """A Value's number, to ask something about it: as a comparison, no part of a derivative."""
    if not isinstance(x, Node):
        return x
    refuse_to_freeze("the answer to a question of NumPy's")
    return x._data
