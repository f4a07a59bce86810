"""What counts as a real number, and how it becomes a float."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Any

from autograd.errors import InputTypeError, InputValueError

__all__ = ["real", "real_or_none"]


def real_or_none(x: Any) -> float | None:
    """A real number as a float, NumPy's scalars included; None for anything else."""
    if isinstance(x, (float, int)):
        try:
            return float(x)
        except OverflowError as error:
            raise InputValueError(
                f"the integer {str(x)[:12]}… is beyond a float's range"
            ) from error
    if isinstance(x, (Real, Decimal)):
        return float(x)
    if type(x).__module__ == "numpy" and type(x).__name__ in ("bool", "bool_"):
        return float(x)
    return None


def real(x: Any, what: str) -> float:
    """A real number as a float.

    Raises:
        InputTypeError: ``x`` is something else; the message begins with ``what``.
    """
    number = real_or_none(x)
    if number is None:
        shown = repr(x) if len(repr(x)) <= 40 else repr(x)[:37] + "..."
        raise InputTypeError(f"{what} takes a real number, but got {type(x).__name__} {shown}")
    return number
