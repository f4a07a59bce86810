"""What counts as a real number, and how it becomes a float.

Next: :mod:`autograd.nested`.
"""

from __future__ import annotations

import math
from decimal import Decimal
from numbers import Integral, Rational, Real
from typing import Any

from autograd.errors import InputTypeError, InputValueError

__all__ = ["comparable", "real", "real_or_none", "shown"]

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
