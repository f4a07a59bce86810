"""Functions that choose by size from floats and Values: max, min, sort, median.

Each result is one node over all operands, so the choice is made afresh by ``recompute()`` and in
programs. Operands that tie share the derivative. ``max`` and ``min`` stand in for Python's own.
Next: :mod:`autograd.functions.matrices`.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from autograd.engine.record import record
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.functions.operands import (
    choice,
    items_of,
    itemwise,
    like,
    not_empty,
    reduction,
    sequence,
)
from autograd.ops.op import OPS

if TYPE_CHECKING:
    from autograd.functions.operands import Chosen, Key
    from autograd.nested import Nest

_NONE_GIVEN: Any = object()


@choice
def max(*xs: Chosen, key: Key[Chosen] | None = None, default: Chosen | None = _NONE_GIVEN) -> Any:
    """The largest of a sequence or of several arguments; of n that tie, each has derivative 1/n.

    It stands in for Python's own, with ``key`` and ``default``. Without Values it gives the item
    itself, whatever can be compared; nan among numbers is the result. With a ``key`` it gives
    the first item whose key is largest, chosen now and for good.

    Raises:
        InputValueError: There is nothing to choose from, and no ``default``.
        InputTypeError: The items cannot be compared.

    >>> max([1.0, 3.0, 2.0]), max(1, 2), max("ab", "c", key=len), max([], default=0)
    (3.0, 2, 'ab', 0)
    >>> x, y = Value(2.0), Value(2.0)
    >>> max(x, y, 1.0).backward()
    >>> x.grad, y.grad
    (0.5, 0.5)
    """
    return _extreme("max", "maximum", xs, key, default)


@choice
def min(*xs: Chosen, key: Key[Chosen] | None = None, default: Chosen | None = _NONE_GIVEN) -> Any:
    """The smallest of a sequence or of several arguments; otherwise as ``max``.

    Raises:
        InputValueError: There is nothing to choose from, and no ``default``.
        InputTypeError: The items cannot be compared.

    >>> min([1.0, 3.0, 2.0])
    1.0
    """
    return _extreme("min", "minimum", xs, key, default)


def _extreme(
    name: str, of_two: str, xs: tuple[Any, ...], key: Key[Chosen] | None, default: Chosen | None
) -> Any:
    if len(xs) > 1 and default is not _NONE_GIVEN:
        raise InputTypeError(f"{name} takes a default for one sequence, but got {len(xs)} numbers")
    items = list(xs)
    if len(xs) == 1:
        items = list(xs[0]) if isinstance(xs[0], str) else items_of(xs[0], name)
    if not items and default is not _NONE_GIVEN:
        return default
    if not items:
        raise InputValueError(f"{name} needs at least one operand, but got an empty sequence")
    if key is None and any(isinstance(x, Value) for x in items):
        operands = sequence(items, name)
        if len(operands) < 3:
            return operands[0] if len(operands) == 1 else record(OPS[of_two], operands)
        return record(OPS[name], operands)
    return _item_of_python(name, items, key)


def _item_of_python(name: str, items: list[Chosen], key: Key[Chosen] | None) -> Any:
    """What Python chooses, but for nan: it would keep one only in the first place."""
    try:
        if key is None:
            nans = [x for x in items if x != x]
            return nans[0] if nans else getattr(builtins, name)(items)
        return getattr(builtins, name)(items, key=key)
    except (TypeError, ValueError) as error:
        if key is not None:
            raise
        raise InputTypeError(
            f"{name} takes a Value or a real number in each place, or things that can be compared,"
            f" but got {type(items[0]).__name__}: {error}; for an array of several dimensions, "
            f"{name}(a.ravel())"
        ) from error


@itemwise
def sort(xs: Iterable[Nest]) -> Any:
    """The numbers in ascending order, as a list, or an array of an array; nan makes all nan.

    Each is one node over all of them: for thousands of Values that is millions of edges.

    >>> sort([3.0, 1.0, 2.0])
    [1.0, 2.0, 3.0]
    """
    operands = sequence(xs, "sort")
    kth = OPS["kth_smallest"]
    return like(xs, [record(kth, (float(k), *operands)) for k in range(len(operands))])


@reduction
def median(xs: Iterable[Nest]) -> Any:
    """The number in the middle by size, of an even count the mean of the middle two.

    Raises:
        InputValueError: The sequence is empty.

    >>> median([3.0, 1.0, 2.0]), median([3.0, 1.0])
    (2.0, 2.0)
    """
    operands = not_empty(xs, "median")
    upper = record(OPS["kth_smallest"], (float(len(operands) // 2), *operands))
    if len(operands) % 2:
        return upper
    return (record(OPS["kth_smallest"], (len(operands) // 2 - 1.0, *operands)) + upper) * 0.5
