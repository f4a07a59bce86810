"""Functions that look up a table: take by index, interp between the entries.

What is looked up may depend on Values, where to look as well: the choice is recorded, as a tree of
halves, so it is made afresh by ``recompute()`` and in programs. Next:
:mod:`autograd.transforms.implicit`, functions that are given by equations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import inf, isfinite, nan
from typing import TYPE_CHECKING, Any

from autograd.engine.elementwise import checked, over_elements
from autograd.engine.record import record
from autograd.engine.value import Operand, Value
from autograd.errors import InputValueError
from autograd.foreign import in_our_words
from autograd.functions.operands import not_empty
from autograd.ops.op import OPS

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["interp", "take"]


def take(values: Iterable[Nest], index: Nest) -> Any:
    """The entry of a sequence at an index, which may be a Value: ``values[index]``, recorded.

    The index counts from 0 and has no derivative. With a container of indices, an entry for each.
    A Value that is no whole number, or outside of the sequence, gives nan.

    Raises:
        InputValueError: The sequence is empty, or an index that is a plain number is none of its
            places.
        InputTypeError: An entry or index is no number.

    >>> take([10.0, 20.0, 30.0], 1)
    20.0
    >>> x, i = Value(5.0), Value(2.0)
    >>> y = take([10.0, 20.0, x * x], i)
    >>> y.backward()
    >>> y.data, x.grad
    (25.0, 10.0)
    """
    entries = not_empty(values, "take")
    return over_elements(lambda i: _taken(entries, checked(i, "take")), "take", (index,))


def _taken(entries: Sequence[Nest], index: Operand) -> Any:
    last = len(entries) - 1
    if not isinstance(index, Value):
        if index not in range(len(entries)):
            raise InputValueError(f"take needs a whole number from 0 to {last}, but got {index}")
        return entries[int(index)]
    found = _descend(range(len(entries)), lambda k: _is("lt", index, float(k)), entries.__getitem__)
    whole = _is("eq", record(OPS["floor"], (index,)), index)
    inside = _where(_is("ge", index, 0.0), _is("le", index, float(last)), 0.0)
    return _where(_where(inside, whole, 0.0), found, nan)


@in_our_words
def interp(x: Nest, xs: Iterable[Nest], ys: Iterable[Nest]) -> Any:
    """The piecewise linear function through the points (xs, ys) at x; constant beyond the ends.

    As numpy.interp. ``xs`` increase strictly; everything may be a Value, and where xs that are do
    not increase, the result is nan. At a corner the derivative by x is the one of its two slopes of
    least size, 0 if they have different signs, or at an end. With a container of x, a number for
    each.

    Raises:
        InputValueError: There are no points, not as many xs as ys, or the xs do not increase.
        InputTypeError: Something is no number.

    >>> interp(1.5, [1.0, 2.0, 4.0], [10.0, 20.0, 0.0])
    15.0
    >>> x = Value(3.0)
    >>> y = interp(x, [1.0, 2.0, 4.0], [10.0, 20.0, 0.0])
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, -10.0)
    """
    places, heights = not_empty(xs, "interp"), not_empty(ys, "interp")
    if len(places) != len(heights):
        raise InputValueError(
            f"interp needs a y for each x, but got {len(places)} xs and {len(heights)} ys"
        )
    numbers = [p for p in places if not isinstance(p, Value)]
    if not all(map(isfinite, numbers)) or any(a >= b for a, b in pairwise(numbers)):
        raise InputValueError(f"interp needs xs that increase strictly, but got {numbers}"[:200])
    table = _Polyline(places, heights)
    return over_elements(lambda x: table.at(checked(x, "interp")), "interp", (x,))


class _Polyline:
    """Points, and the slopes between them, beyond them and at them."""

    def __init__(self, places: Sequence[Operand], heights: Sequence[Operand]) -> None:
        self.places, self.heights = places, heights
        steps = zip(places, places[1:], heights, heights[1:])
        slopes = [0.0, *[(d - c) / (b - a) for a, b, c, d in steps], 0.0]
        self.slopes = slopes
        self.corners = [_least(a, b) for a, b in pairwise(slopes)]
        self.increase = _increase([-inf, *places, inf])

    def at(self, x: Operand) -> Any:
        count = len(self.places)

        def below(k: int) -> Any:
            return _is("lt", x, self.places[k - 1])

        def chosen(numbers: Sequence[Operand]) -> Any:
            return _descend(range(count + 1), below, numbers.__getitem__)

        # Interval 0 is below the first point and 1 begins at it; each is measured from its left.
        at_point = [_is("eq", x, place) for place in self.places]
        starts = [self.places[0], *self.places]
        slopes = [self.slopes[0]] + [
            _where(here, corner, slope)
            for here, corner, slope in zip(at_point, self.corners, self.slopes[1:])
        ]
        ends = [_float(place) for place in (self.places[0], self.places[-1])]
        within = record(OPS["clip"], (x, *ends))  # or infinity times a slope of 0 were nan
        y = chosen([self.heights[0], *self.heights]) + (within - chosen(starts)) * chosen(slopes)
        return _where(self.increase, y, nan)


def _increase(places: Sequence[Operand]) -> Any:
    """Whether each place is above the one before it, of which those that are known are."""
    pairs = [pair for pair in pairwise(places) if any(isinstance(place, Value) for place in pair)]
    right = [_is("lt", a, b) for a, b in pairs]
    return not right or _is("eq", record(OPS["sum"], tuple(right)), float(len(right)))


def _least(a: Operand, b: Operand) -> Any:
    """The number of least size between two: 0 if they have different signs."""
    smaller = _where(_is("lt", abs(a), abs(b)), a, b)
    opposite = _is("le", record(OPS["sign"], (_float(a),)) * record(OPS["sign"], (_float(b),)), 0.0)
    return _where(opposite, 0.0, smaller)


def _descend(places: range, below: Callable[[int], Operand], leaf: Callable[[int], Any]) -> Any:
    """The leaf that a tree of questions leads to: is it below the middle of what is left?"""
    if len(places) == 1:
        return leaf(places[0])
    middle = len(places) // 2
    left, right = places[:middle], places[middle:]
    return _where(below(right[0]), _descend(left, below, leaf), _descend(right, below, leaf))


def _float(x: Any) -> Any:
    return x if isinstance(x, Value) else float(x)


def _is(name: str, a: Nest, b: Nest) -> Any:
    """A comparison that is recorded if a Value is in it, whatever the mode."""
    return record(OPS[name], (_float(a), _float(b)))


def _where(condition: Nest, a: Nest, b: Nest) -> Any:
    """A choice; made at once if the condition is known."""
    if not isinstance(condition, Value):
        return a if condition else b
    return record(OPS["where"], (condition, _float(a), _float(b)))
