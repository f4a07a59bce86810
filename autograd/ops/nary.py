"""Primitives that measure or add up: hypot, atan2, norm, sum, dot, logsumexp.

One n-ary node keeps a graph small where n - 1 binary ones would not. Next:
:mod:`autograd.ops.partial_evaluation`.
"""

from __future__ import annotations

import math
import operator
from functools import reduce

from autograd.ops.op import declare, elementary
from autograd.ops.rules import Functions, Number

__all__: list[str] = []

REAL = (-100.0, 100.0)


def power_of_two(xp: Functions, size: Number) -> Number:
    """A factor that brings numbers of this size to where their squares are ordinary floats.

    It is a constant on three ranges, so it has no part in derivatives, and multiplying is exact.
    """
    return xp.where(size > 1e140, 2.0**-600, xp.where(size < 1e-140, 2.0**600, 1.0))


def _scaled_length(xp: Functions, xs: tuple[Number, ...]) -> tuple[Number, Number]:
    """A scale at which the squares of these are ordinary, and their length times it.

    It is inf beside an inf, whatever else there is: NaN is no size, but reaches the sum of squares.
    """
    sizes = [abs(x) for x in xs]
    # A function's comparison, as some of them may be floats where others are Values.
    largest = reduce(xp.maximum, [xp.where(xp.ge(size, 0.0), size, 0.0) for size in sizes])
    scale = power_of_two(xp, largest)
    squares = [(x * scale) * (x * scale) for x in xs]
    length = xp.sqrt(reduce(operator.add, squares))
    return scale, xp.where(largest == math.inf, math.inf, length)


def _norm(xp: Functions, *xs: Number) -> Number:
    scale, length = _scaled_length(xp, xs)
    return length / scale


def _hypot(xp: Functions, a: Number, b: Number) -> Number:
    """The same of two, most often without a scale: where the sum of squares is ordinary itself."""
    plain = a * a + b * b
    ordinary = xp.where(plain > 1e-280, xp.where(plain < 1e280, 1.0, 0.0), 0.0)
    return xp.where(ordinary > 0.0, xp.sqrt(plain), _norm(xp, a, b))


def _unit_vector(xp: Functions, out: Number, *xs: Number) -> list[Number]:
    """x/out for each x; by the scaled length where out overflows or is rounded to a subnormal."""
    scale, length = _scaled_length(xp, xs)
    ordinary = xp.where(out > 1e-290, xp.where(out < math.inf, 1.0, 0.0), 0.0)
    unit = xp.where(ordinary > 0.0, 1.0, scale)
    divisor = xp.where(ordinary > 0.0, out, length)
    return [xp.where(divisor == 0.0, 0.0, x * unit / divisor) for x in xs]


def _unit_vector_of_two(xp: Functions, out: Number, a: Number, b: Number) -> tuple[Number, Number]:
    """The same of two; what the scale is follows from the length."""
    scale = xp.where(out > 1e-290, xp.where(out < math.inf, 1.0, 2.0**-600), 2.0**600)
    u, v = a * scale, b * scale
    length = xp.where(scale == 1.0, out, xp.sqrt(u * u + v * v))
    return (
        xp.where(length == 0.0, 0.0, u / length),
        xp.where(length == 0.0, 0.0, v / length),
    )


def _atan2_partials(xp: Functions, out: Number, y: Number, x: Number) -> tuple[Number, Number]:
    scale = power_of_two(xp, xp.maximum(abs(x), abs(y)))
    u, v = x * scale, y * scale
    square = u * u + v * v
    return (
        xp.where(square == 0.0, 0.0, u / square * scale),
        xp.where(square == 0.0, 0.0, -v / square * scale),
    )


declare(
    "hypot", _hypot, _unit_vector_of_two, arity=2,
    ufunc="hypot",
    latex=r"\sqrt{{{0}^2 + {1}^2}}", sample=(REAL, REAL),
    shown=lambda xp, out, a, b: (a / out, b / out), tip=lambda xp, out, a, b: out,
    edge="hypot(0, 0) has derivatives 0 (PyTorch: nan, JAX: 1/2) and second derivatives nan, in"
    " hypot(a, b)**2 too: write a*a + b*b. hypot(inf, nan) is inf, as in C.",
)  # fmt: skip
elementary(
    "atan2", math.atan2, _atan2_partials, arity=2,
    latex=r"\operatorname{{atan2}}\left({0}, {1}\right)", sample=(REAL, REAL),
    shown=lambda xp, out, y, x: (
        x / (xp.pow(x, 2.0) + xp.pow(y, 2.0)),
        -y / (xp.pow(x, 2.0) + xp.pow(y, 2.0)),
    ),
    ufunc="arctan2", native="atan2", javascript="Math.atan2",
    tip=lambda xp, out, y, x: xp.hypot(y, x),
    edge="atan2(0, 0) has derivatives 0, as PyTorch (JAX: nan), and second derivatives nan; signed"
    " zeros as in C.",
)  # fmt: skip
declare(
    "norm", _norm, _unit_vector, arity=None,
    latex=r"\left\lVert {args} \right\rVert", sample=(REAL, REAL, REAL),
    shown=lambda xp, out, *xs: [x / out for x in xs],
    tip=lambda xp, out, *xs: out,
    edge="The derivatives at the origin are 0, as PyTorch (JAX: nan), and the second derivatives"
    " nan, in norm(xs)**2 too: write dot(xs, xs).",
)  # fmt: skip


# Plain sums, from left to right: what a user's own loop would give, and what a compiled program
# may reorder. (Python's own sum of floats carries compensations from 3.12 on.)
declare(
    "sum", lambda xp, *xs: reduce(operator.add, xs, 0.0), lambda xp, out, *xs: (1.0,) * len(xs),
    arity=None, symbol="Σ", latex=r"\sum\left({args}\right)", sample=(REAL, REAL, REAL),
    edge="Every derivative is 1.",
    exempt="where terms cancel: within 1 ulp of the sum of |x| for each addition",
)  # fmt: skip


def _dot(xp: Functions, *xs_and_ys: Number) -> Number:
    half = len(xs_and_ys) // 2
    return reduce(operator.add, map(operator.mul, xs_and_ys[:half], xs_and_ys[half:]), 0.0)


def _dot_partials(xp: Functions, out: Number, *xs_and_ys: Number) -> tuple[Number, ...]:
    half = len(xs_and_ys) // 2
    return xs_and_ys[half:] + xs_and_ys[:half]


declare(
    "dot", _dot, _dot_partials, arity=None,
    latex=r"\operatorname{{dot}}\left({args}\right)", sample=(REAL,) * 4,
    edge="0 * inf among the products is nan.",
    exempt="where products cancel: within 1 ulp of the sum of |x·y| for each operation",
)  # fmt: skip


def _logsumexp(xp: Functions, *xs: Number) -> Number:
    top = reduce(xp.maximum, xs)
    # The greatest operands count 1 each; one of them is log1p's, which keeps what is small beside.
    tops = reduce(operator.add, [xp.where(x == top, 1.0, 0.0) for x in xs])
    rest = [xp.where(x == top, 0.0, _exp_of_difference(xp, x, top)) for x in xs]
    # An infinite top is the answer; the differences from it may be nan.
    return xp.where(
        abs(top) == math.inf, top, top + xp.log1p((tops - 1.0) + reduce(operator.add, rest))
    )


def _logsumexp_partials(xp: Functions, out: Number, *xs: Number) -> list[Number]:
    # exp(x - out) would miss by |out| ulp: out is rounded. The greatest operand is exact, and the
    # sum does not depend on it.
    top = reduce(xp.maximum, xs)
    parts = [_exp_of_difference(xp, x, top) for x in xs]
    share = 1.0 / reduce(operator.add, parts)
    return [part * share for part in parts]


def _exp_of_difference(xp: Functions, a: Number, b: Number) -> Number:
    """exp(a - b), by an exact difference: rounding it would cost |a - b| ulp."""
    difference = a - b
    return xp.exp(difference) * (1.0 + difference_error(xp, a, b, difference))


def difference_error(xp: Functions, a: Number, b: Number, difference: Number) -> Number:
    """a - b minus its rounded value, exactly (Knuth's two-sum); 0 where exp of it is 0 or inf.

    Its own derivative is zero, as the terms of each sum cancel.
    """
    other = difference - a
    error = (a - (difference - other)) - (b + other)
    return xp.where(abs(difference) < 800.0, error, 0.0)


declare(
    "logsumexp", _logsumexp, _logsumexp_partials, arity=None,
    latex=r"\operatorname{{logsumexp}}\left({args}\right)", sample=((-10.0, 10.0),) * 3,
    shown=lambda xp, out, *xs: [xp.exp(x - out) for x in xs],
    edge="-inf operands have derivative 0; if all are -inf or any is inf, derivatives are nan"
    " (PyTorch: 0 for the finite operands beside an inf).",
    exempt="near the zero of its value: within 4 ulp of the largest operand",
)  # fmt: skip
