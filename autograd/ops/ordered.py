"""Primitives that choose by size among any number of operands: max, min, and the k-th smallest.

Operands that equal the result share the adjoint evenly: of all subgradients the one of least norm.
Next:
:mod:`autograd.ops.smooth`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from functools import reduce
from math import nan

from autograd.ops.declaring import declare
from autograd.ops.rules import Functions, Number

__all__ = ["comparators"]

REAL = (-10.0, 10.0)


def _where_hit(xp: Functions, x: Number, out: Number, share: Number) -> Number:
    """The share where an operand is the result, else 0; where one is nan, the share as well."""
    return xp.where(x < out, 0.0, xp.where(x > out, 0.0, share))


def _shares(xp: Functions, out: Number, xs: tuple[Number, ...]) -> list[Number]:
    """1 over their number for the operands that are the result, 0 for others; nan if it is nan."""
    if {type(out), *map(type, xs)} == {float}:  # what is written below gives
        alike = 1.0 / xs.count(out) if out == out else nan
        return [alike if x == out else 0.0 * alike for x in xs]
    count = reduce(operator.add, [xp.where(x == out, 1.0, 0.0) for x in xs])
    share = xp.where(out == out, xp.where(count == 1.0, 1.0, 1.0 / count), nan)
    return [_where_hit(xp, x, out, share) for x in xs]


def _one_hit(xp: Functions, out: Number, *xs: Number) -> Number:
    """1 where one operand alone is the result, 0 at a tie."""
    hits = reduce(operator.add, [xp.where(x == out, 1.0, 0.0) for x in xs])
    return xp.where(hits > 1.0, 0.0, 1.0)


for _name, _of_two in (("max", "maximum"), ("min", "minimum")):
    declare(
        _name,
        lambda xp, *xs, of_two=_of_two: reduce(getattr(xp, of_two), xs),
        lambda xp, out, *xs: _shares(xp, out, xs),
        arity=None, selects=True, smooth=False, latex=rf"\{_name}",
        sample=(REAL,) * 3, tip=_one_hit,
        edge="A tie of n gives 1/n to each, as PyTorch and JAX, and second derivatives as those of"
        " maximum; nan in any operand is the result.",
    )  # fmt: skip


def comparators(count: int) -> Iterator[tuple[int, int]]:
    """Pairs of places to put in order, one after the other, that sort so many numbers.

    Batcher's odd-even merge sort: runs of length 1, 2, 4 … are merged two and two, in
    n·log²n/4 steps that do not depend on the numbers.

    >>> list(comparators(3))
    [(0, 1), (0, 2), (1, 2)]
    """
    run = 1
    while run < count:
        distance = run
        while distance:
            for start in range(distance % run, count - distance, 2 * distance):
                for low in range(start, min(start + distance, count - distance)):
                    if low // (2 * run) == (low + distance) // (2 * run):  # in one merged run
                        yield low, low + distance
            distance //= 2
        run *= 2


def _kth_smallest(xp: Functions, k: Number, *xs: Number) -> Number:
    floats = [x for x in xs if type(x) is float]
    if type(k) is float and len(floats) == len(xs):  # what the network below gives
        place = int(max(0.0, min(k + 0.5, len(floats) - 1.0)))
        return nan if any(x != x for x in floats) else sorted(floats)[place] + 0.0
    lanes = list(xs)
    for i, j in comparators(len(xs)):
        lanes[i], lanes[j] = xp.minimum(lanes[i], lanes[j]), xp.maximum(lanes[i], lanes[j])
    found = lanes[0]
    for i, lane in enumerate(lanes[1:], 1):
        found = xp.where(k >= i - 0.5, lane, found)
    return found + 0.0  # of zeros that tie, either may have come here


declare(
    "kth_smallest", _kth_smallest,
    lambda xp, out, k, *xs: [None, *_shares(xp, out, xs)],
    arity=None, selects=True, smooth=False, sample=((0.0, 2.0), *(REAL,) * 3),
    latex=r"\operatorname{{kth}}", tip=lambda xp, out, k, *xs: _one_hit(xp, out, *xs),
    edge="k counts from 0. A tie of n gives 1/n to each, and second derivatives as those of"
    " maximum; nan in any operand is the result; of -0.0 it is 0.0.",
)  # fmt: skip
