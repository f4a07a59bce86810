"""What counts as a real number, how it becomes a float, and what an option may be.

Next: :mod:`autograd.nested`.
"""

from __future__ import annotations

import math
import operator
import sys
from decimal import Decimal
from numbers import Integral, Rational, Real
from typing import Any

from autograd.errors import InputTypeError, InputValueError

__all__ = ["check_count", "check_number", "comparable", "only", "real", "real_or_none", "shown"]

SAFE = 2**1000
"""Integers below it have a float that is near to them."""


def real_or_none(x: Any) -> float | None:
    """A real number as a float, NumPy's scalars included; None for anything else.

    Raises:
        InputValueError: A number that no float is near to, such as ``10**400``.
    """
    if isinstance(x, float) or (isinstance(x, int) and -SAFE < x < SAFE):  # as nearly always
        return float(x)
    if not isinstance(x, (int, Real, Decimal)):
        return float(x) if _name_in_numpy(x) in ("bool", "bool_") else None
    if _name_in_numpy(x) == "timedelta64":  # counts as an integer, but of a unit
        return None
    try:
        number = float(x)
    except OverflowError as error:
        raise _beyond(x) from error
    except ValueError as error:
        raise InputValueError(
            f"{x!r} is a signalling nan, which no float is: give float('nan')"
        ) from error
    if math.isinf(number) and x != number:
        raise _beyond(x)
    return number


def _beyond(x: Any) -> InputValueError:
    return InputValueError(f"this {type(x).__name__} is beyond a float's range, ±1.8e308")


def comparable(x: Any) -> Any:
    """A real number as what Python compares a float with exactly; None for anything else.

    A float is only near to a large integer or to a fraction, and none is near to 10**400.
    """
    if type(x) is int or type(x) is float:  # as nearly always
        return x
    if isinstance(x, Integral) and _name_in_numpy(x) != "timedelta64":
        return int(x)
    if isinstance(x, Rational) or (isinstance(x, Decimal) and not x.is_nan()):
        return x
    return real_or_none(x)


def _name_in_numpy(x: Any) -> str:
    """The name of a type of NumPy's, which is never imported for the question; else ""."""
    return type(x).__name__ if type(x).__module__ == "numpy" else ""


def shown(x: object, width: int) -> str:
    """What a message shows of something that was given: its repr, or the beginning of it.

    >>> shown(["a"] * 9, 12)
    "['a', 'a'..."
    """
    try:
        text = repr(x)
    except RecursionError:
        text = "nested very deeply"
    except Exception:  # an int of more digits than Python writes, or a repr of the user's own
        text = f"{type(x).__name__} without a text"
    return text if len(text) <= width else text[: width - 3] + "..."


def real(x: Any, what: str) -> float:
    """A real number as a float.

    Raises, with a message that begins with ``what``:
        InputTypeError: ``x`` is something else.
        InputValueError: No float is near to it.
    """
    try:
        number = real_or_none(x)
    except InputValueError as error:
        raise InputValueError(f"{what} takes a real number, but {error}") from None
    if number is None:
        raise InputTypeError(
            f"{what} takes a real number, but got {type(x).__name__} {shown(x, 40)}"
        )
    return number


def check_count(name: str, number: int) -> int:
    """A whole number of at least 1, of Python or of NumPy, as an int."""
    try:
        count = operator.index(number)
    except TypeError:
        raise InputTypeError(
            f"{name} takes a whole number, but got {type(number).__name__} {number!r}"
        ) from None
    if not 1 <= count <= sys.maxsize:
        bound = "at least 1" if count < 1 else f"at most {sys.maxsize}"
        raise InputValueError(f"{name} must be {bound}, but got {shown(count, 30)}")
    return count


def only(thing: Any) -> Any:
    """The number of an array or tensor without axes, unless it is masked; else what is given."""
    single = getattr(thing, "ndim", None) == 0 and hasattr(thing, "item")
    return thing.item() if single and not hasattr(thing, "mask") else thing


def check_number(
    name: str, number: float, *, positive: bool = False, fraction: bool = False
) -> float:
    """A finite number of at least 0, above 0 if `positive`, below 1 if a `fraction`, as a float."""
    try:
        found = only(number)
        value = None if isinstance(found, bool) else real_or_none(found)
    except ValueError:  # beyond all floats
        value = None
    if value is None or not (math.isfinite(value) and (value > 0 or (value == 0 and not positive))):
        bound = "above 0" if positive else "of 0 or more"
        raise InputValueError(f"{name} must be a number {bound}, but got {shown(number, 60)}")
    if fraction and value >= 1.0:
        raise InputValueError(f"{name} must be below 1, but got {number!r}")
    return value
