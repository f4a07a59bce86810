"""Functions that measure distances of floats and Values: norms, variance, standard deviation.

Next: :mod:`autograd.functions.ordering`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, overload

from autograd.engine.record import record
from autograd.engine.value import Operand, Value
from autograd.errors import InputValueError
from autograd.functions.elementary import where
from autograd.functions.operands import not_empty, sequence
from autograd.ops.op import OPS
from autograd.reals import real

if TYPE_CHECKING:
    from autograd.nested import Nest


@overload
def norm(xs: Iterable[float], ord: float = 2) -> float: ...
@overload
def norm(xs: Iterable[Value], ord: float = 2) -> Value: ...
@overload
def norm(xs: Iterable[Operand], ord: float = 2) -> Operand: ...
def norm(xs: Iterable[Nest], ord: float = 2) -> Any:
    """Length of a sequence as a vector: Euclidean without overflow; derivatives 0 at the origin.

    Args:
        xs: Its coordinates.
        ord: Which norm, as in NumPy: the ``ord``-th root of the sum of those powers of ``|x|``;
            ``inf`` and ``-inf`` are the greatest and the least ``|x|``, 0 counts what is not 0.

    >>> norm([2.0, 3.0, -6.0])
    7.0
    >>> norm([2.0, 3.0, -6.0], 1), norm([2.0, 3.0, -6.0], float("inf"))
    (11.0, 6.0)
    """
    operands, p = sequence(xs, "norm"), real(ord, "the ord of norm")
    if not operands:
        return 0.0
    if p == 2.0:
        return record(OPS["norm"], operands)
    if p == 0.0:
        return record(OPS["sum"], tuple([record(OPS["ne"], (x, 0.0)) for x in operands]))
    sizes = tuple([abs(x) for x in operands])
    if p == 1.0:
        return record(OPS["sum"], sizes)
    unit = record(OPS["max" if p > 0.0 else "min"], sizes)
    return unit if abs(p) == math.inf else _power_norm(sizes, p, unit)


def _power_norm(sizes: tuple[Operand, ...], p: float, unit: Operand) -> Any:
    """The p-th root of the sum of p-th powers, measured in a unit in which none overflows."""

    def equal(x: Nest, y: float) -> Any:
        return record(OPS["eq"], (x, y))

    # A unit of 0 or infinity is no measure; the comparisons are recorded, to be made afresh.
    unit = where(equal(unit, 0.0) + equal(unit, math.inf), 1.0, unit)
    total = record(OPS["sum"], tuple([record(OPS["pow"], (x / unit, p)) for x in sizes]))
    root = record(OPS["pow"], (where(equal(total, 0.0), 1.0, total), 1.0 / p))
    return where(equal(total, 0.0), 0.0, unit * root)


@overload
def var(xs: Iterable[float], *, ddof: int = 0) -> float: ...
@overload
def var(xs: Iterable[Value], *, ddof: int = 0) -> Value: ...
@overload
def var(xs: Iterable[Operand], *, ddof: int = 0) -> Operand: ...
def var(xs: Iterable[Nest], *, ddof: int = 0) -> Any:
    """Variance: the sum of the squared distances from the mean, over ``len(xs) - ddof``.

    ``ddof=0``, as in NumPy, is the variance of these numbers; ``ddof=1`` the unbiased estimate of
    the variance of what they are a sample of.

    Raises:
        InputValueError: There are not more than ``ddof`` items.

    >>> var([1.0, 2.0, 6.0])
    4.666666666666667
    """
    distances, freedom = _distances(xs, ddof, "var")
    return record(OPS["dot"], distances + distances) / freedom


@overload
def std(xs: Iterable[float], *, ddof: int = 0) -> float: ...
@overload
def std(xs: Iterable[Value], *, ddof: int = 0) -> Value: ...
@overload
def std(xs: Iterable[Operand], *, ddof: int = 0) -> Operand: ...
def std(xs: Iterable[Nest], *, ddof: int = 0) -> Any:
    """Standard deviation, the square root of ``var``; derivatives 0 where all are equal.

    Raises:
        InputValueError: There are not more than ``ddof`` items.

    >>> std([1.0, 3.0])
    1.0
    """
    distances, freedom = _distances(xs, ddof, "std")
    return record(OPS["norm"], distances) / math.sqrt(freedom)


def _distances(xs: Iterable[Nest], ddof: int, name: str) -> tuple[tuple[Any, ...], float]:
    """How far each is from the mean, and what to divide their squares by."""
    operands = not_empty(xs, name)
    freedom = len(operands) - ddof
    if freedom <= 0:
        raise InputValueError(f"{name} with ddof={ddof} needs more than {len(operands)} operands")
    center = record(OPS["sum"], operands) / len(operands)
    return tuple([x - center for x in operands]), freedom
