"""Functions over a sequence of floats and Values: sums, products, norms, softmax.

A sum or a dot product is one node however long it is, which keeps graphs small and fast.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from typing import Any

from autograd.engine.record import record
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.functions.elementary import checked, exp, maximum
from autograd.ops.op import OPS


def _sequence(xs: Iterable[Any], name: str) -> tuple[Any, ...]:
    """The operands of a function over a sequence, each checked."""
    if isinstance(xs, (Value, str)) or not isinstance(xs, Iterable):
        raise InputTypeError(
            f"{name} takes one sequence of Values or numbers, but got {type(xs).__name__}"
        )
    return tuple([x if type(x) is float or type(x) is Value else checked(x, name) for x in xs])


def sum(xs: Iterable[Any]) -> Any:
    """Sum of a sequence, added from left to right, as one node; 0.0 if it is empty.

    >>> sum([1.0, 2.0, 3.0])
    6.0
    """
    operands = _sequence(xs, "sum")
    return record(OPS["sum"], operands) if operands else 0.0


def mean(xs: Iterable[Any]) -> Any:
    """Arithmetic mean of a sequence.

    Raises:
        InputValueError: The sequence is empty.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    operands = _not_empty(xs, "mean")
    return record(OPS["sum"], operands) / len(operands)


def prod(xs: Iterable[Any]) -> Any:
    """Product of a sequence; 1.0 if it is empty.

    Products of two at a time, so that zeros among the factors need no division.

    >>> prod([2.0, 3.0, 4.0])
    24.0
    """
    operands = _sequence(xs, "prod")
    return functools.reduce(operator.mul, operands) if operands else 1.0


def norm(xs: Iterable[Any]) -> Any:
    """Euclidean length of a sequence, without overflow; derivatives 0 at the origin.

    >>> norm([2.0, 3.0, 6.0])
    7.0
    """
    operands = _sequence(xs, "norm")
    return record(OPS["norm"], operands) if operands else 0.0


def dot(xs: Iterable[Any], ys: Iterable[Any]) -> Any:
    """Sum of the products of two sequences, as one node; 0.0 if they are empty.

    Raises:
        InputValueError: The lengths differ.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    first, second = _sequence(xs, "dot"), _sequence(ys, "dot")
    if len(first) != len(second):
        raise InputValueError(
            f"dot needs two sequences of equal length, but got {len(first)} and {len(second)}"
        )
    return record(OPS["dot"], first + second) if first else 0.0


def logsumexp(xs: Iterable[Any]) -> Any:
    """log of the sum of the exponentials, without overflow.

    Raises:
        InputValueError: The sequence is empty.

    >>> logsumexp([1000.0, -1000.0])
    1000.0
    """
    return record(OPS["logsumexp"], _not_empty(xs, "logsumexp"))


def log_softmax(xs: Iterable[Any]) -> list[Any]:
    """x - logsumexp(xs) for each x: the logarithms of ``softmax``, finite for finite operands.

    >>> log_softmax([0.0, -1000.0])
    [0.0, -1000.0]
    """
    operands = _not_empty(xs, "log_softmax")
    # Shifting by the largest keeps the digits of what would be a difference of large numbers.
    largest = functools.reduce(maximum, operands)
    shifted = [x - largest for x in operands]
    total = logsumexp(shifted)
    return [x - total for x in shifted]


def softmax(xs: Iterable[Any]) -> list[Any]:
    """exp(x) / sum of exp(xs) for each x: positive numbers that add up to 1.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    return [exp(x) for x in log_softmax(_not_empty(xs, "softmax"))]


def _not_empty(xs: Iterable[Any], name: str) -> tuple[Any, ...]:
    operands = _sequence(xs, name)
    if not operands:
        raise InputValueError(f"{name} needs at least one operand, but got an empty sequence")
    return operands
