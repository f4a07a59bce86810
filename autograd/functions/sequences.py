"""Functions over a sequence of floats and Values: sums, products, means, softmax.

A sum or a dot product is one node however long it is, which keeps graphs small. What gives one
number for each item gives an array for an array, otherwise a list. Next:
:mod:`autograd.functions.distances`, :mod:`autograd.functions.ordering`.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import operator
from collections.abc import Iterable
from numbers import Integral
from typing import TYPE_CHECKING, Any, overload

from autograd.engine.record import operand, operands_in, record
from autograd.engine.value import Operand, Value
from autograd.errors import InputValueError
from autograd.functions.elementary import exp, maximum, stop_gradient
from autograd.functions.operands import (
    items_of,
    itemwise,
    like,
    not_empty,
    reduction,
    sequence,
)
from autograd.nested import is_array
from autograd.ops.op import OPS

if TYPE_CHECKING:
    from autograd.nested import Nest


@overload
def sum(xs: Iterable[int], start: int = 0) -> int: ...
@overload
def sum(xs: Iterable[float], start: float = 0) -> float: ...
@overload
def sum(xs: Iterable[Operand], start: Value) -> Value: ...
@overload
def sum(xs: Iterable[Value], start: Operand = 0) -> Value: ...
@overload
def sum(xs: Iterable[Operand], start: Operand = 0) -> Operand: ...
@overload
def sum(xs: Iterable[Nest], start: Nest) -> Any: ...
def sum(xs: Iterable[Nest], start: Any = 0) -> Any:
    """Sum of a sequence, added from left to right, as one node; ``start`` if it is empty.

    It stands in for Python's own: integers give an integer, and a ``start`` or items that are
    lists or arrays are added as Python adds them.

    >>> sum([1.0, 2.0, 3.0])
    6.0
    >>> sum([Value(1.0), 2.0], start=3)
    Value(6.0)
    """
    plain = type(start) is int and start == 0
    items: Any = xs if type(xs) in (list, tuple) else items_of(xs, "sum")
    operands = operands_in(items) if plain else None
    if operands:  # as nearly always
        total = record(OPS["sum"], operands)
        if type(total) is not float or not _all_whole(items):
            return total
    if operand(start) is NotImplemented or any(is_array(x) for x in items[:1]):
        return builtins.sum(items, start)
    if isinstance(start, Integral) and _all_whole(items):
        return builtins.sum(items, start)
    return record(OPS["sum"], sequence(items if plain else [start, *items], "sum"))


def _all_whole(items: list[Operand]) -> bool:
    """Whether all are integers; the first one answers for nearly every other sequence."""
    return all(type(x) is int or isinstance(x, Integral) for x in items)


@reduction
def mean(xs: Iterable[Nest]) -> Any:
    """Arithmetic mean of a sequence.

    Raises:
        InputValueError: The sequence is empty.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    operands = not_empty(xs, "mean")
    return record(OPS["sum"], operands) / len(operands)


@reduction
def prod(xs: Iterable[Nest]) -> Any:
    """Product of a sequence; 1.0 if it is empty.

    Products of two at a time, so that zeros among the factors need no division.

    >>> prod([2.0, 3.0, 4.0])
    24.0
    """
    operands = sequence(xs, "prod")
    return functools.reduce(operator.mul, operands) if operands else 1.0


@itemwise
def cumsum(xs: Iterable[Nest]) -> Any:
    """The sums of the first item, the first two, the first three …

    >>> cumsum([1.0, 2.0, 3.0])
    [1.0, 3.0, 6.0]
    """
    return like(xs, list(itertools.accumulate(sequence(xs, "cumsum"))))


@overload
def dot(xs: Iterable[float], ys: Iterable[float]) -> float: ...
@overload
def dot(xs: Iterable[Value], ys: Iterable[Operand]) -> Value: ...
@overload
def dot(xs: Iterable[Operand], ys: Iterable[Value]) -> Value: ...
@overload
def dot(xs: Iterable[Operand], ys: Iterable[Operand]) -> Operand: ...
def dot(xs: Iterable[Nest], ys: Iterable[Nest]) -> Any:
    """Sum of the products of two sequences, as one node; 0.0 if they are empty.

    Raises:
        InputValueError: The lengths differ.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    first, second = sequence(xs, "dot"), sequence(ys, "dot")
    if len(first) != len(second):
        raise InputValueError(
            f"dot needs two sequences of equal length, but got {len(first)} and {len(second)}"
        )
    return record(OPS["dot"], first + second) if first else 0.0


@reduction
def logsumexp(xs: Iterable[Nest]) -> Any:
    """log of the sum of the exponentials, without overflow.

    Raises:
        InputValueError: The sequence is empty.

    >>> logsumexp([1000.0, -1000.0])
    1000.0
    """
    return record(OPS["logsumexp"], not_empty(xs, "logsumexp"))


@itemwise
def log_softmax(xs: Iterable[Nest]) -> Any:
    """x - logsumexp(xs) for each x: the logarithms of ``softmax``, finite for finite operands.

    >>> log_softmax([0.0, -1000.0])
    [0.0, -1000.0]
    """
    shifted = _shifted(not_empty(xs, "log_softmax"))
    total = record(OPS["logsumexp"], tuple(shifted))
    return like(xs, [x - total for x in shifted])


@itemwise
def softmax(xs: Iterable[Nest]) -> Any:
    """exp(x) / sum of exp(xs) for each x: positive numbers that add up to 1.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    powers = [exp(x) for x in _shifted(not_empty(xs, "softmax"))]
    total = record(OPS["sum"], tuple(powers))
    return like(xs, [power / total for power in powers])


def _shifted(operands: tuple[Any, ...]) -> list[Any]:
    """The operands minus the largest, which keeps the digits of what would be a difference of large
    numbers. No derivative depends on the shift, at any order: none runs through it.
    """
    largest = stop_gradient(functools.reduce(maximum, operands))
    return [x - largest for x in operands]
