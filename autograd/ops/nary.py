"""Primitives that measure or add up: hypot, atan2, norm, sum, dot, logsumexp.

One n-ary node keeps a graph small where n - 1 binary ones would not. Next:
:mod:`autograd.ops.partial_evaluation`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import partial, reduce

from autograd.ops.declaring import declare, elementary
from autograd.ops.rules import Functions, Number

__all__: list[str] = []

REAL = (-100.0, 100.0)


def power_of_two(xp: Functions, size: Number) -> Number:
    """A factor that brings numbers of this size to where their squares are ordinary floats.

    It is a constant on three ranges, so it has no part in derivatives, and multiplying is exact.
    """
    return xp.where(size > 1e140, 2.0**-600, xp.where(size < 1e-140, 2.0**600, 1.0))


FAR = 2.0**340
"""Lengths up to it, and down to its reciprocal, have squares and cubes that are ordinary floats."""


def _ordinary(xp: Functions, x: Number, high: float) -> Number:
    """Whether a number is between 1/high and high, which nan is not."""
    return xp.where(x > 1.0 / high, xp.where(x < high, 1.0, 0.0), 0.0) > 0.0


def _usually(
    xp: Functions, ordinary: Number, plain: Callable[[], Number], far: Callable[[], Number]
) -> Number:
    """The plain one as a rule, else the other one; of floats, only what is chosen is computed."""
    if isinstance(ordinary, bool):
        return plain() if ordinary else far()
    return xp.where(ordinary, plain(), far())


def _scaled_length(xp: Functions, scale: Number, like: Number, xs: tuple[Number, ...]) -> Number:
    """The length of these, each times a power of two; nan where ``like`` is, but inf beside an inf.

    Whatever is beside nan has to be scaled so that no square overflows.
    """
    scaled = [x * scale for x in xs]
    total = reduce(operator.add, [xp.where(u == u, u * u, 0.0) for u in scaled])
    length = xp.where(like == like, xp.sqrt(total), math.nan)
    return xp.where(total == math.inf, math.inf, length)


def _norm(xp: Functions, *xs: Number) -> Number:
    """By the plain sum of squares if that is ordinary itself."""
    plain = reduce(operator.add, [x * x for x in xs])

    def far() -> Number:
        scale = xp.where(plain < 1.0, FAR**2, FAR**-2)
        return _scaled_length(xp, scale, plain, xs) / scale

    return _usually(xp, _ordinary(xp, plain, FAR**2), lambda: xp.sqrt(plain), far)


def _far_scale(xp: Functions, out: Number) -> Number:
    """A power of two that brings a length that is not ordinary to where it is.

    To 1 or more where it is small, so that no digits of x·scale are lost that matter.
    """
    small = xp.where(out < FAR**-2, 2.0**1020, FAR**2)
    large = xp.where(out < FAR**2, 1.0 / FAR, FAR**-2)
    return xp.where(out < 1.0, small, large)


def _far_length(xp: Functions, scale: Number, out: Number, xs: tuple[Number, ...]) -> Number:
    """The scaled length, by which the origin's coordinates are divided too: inf there."""
    length = _scaled_length(xp, scale, out, xs)
    return xp.where(length == 0.0, math.inf, length)


def _unit_vector(xp: Functions, out: Number, *xs: Number) -> list[Number]:
    """x/out for each x; by a scaled length where powers of ``out`` may be no ordinary floats."""
    ordinary = _ordinary(xp, out, FAR)
    scale = _usually(xp, ordinary, lambda: 1.0, lambda: _far_scale(xp, out))
    far = partial(_far_length, xp, scale, out, xs)
    length = _usually(xp, ordinary, lambda: out, far)
    return [x * scale / length for x in xs]


def _unit_vector_of_two(xp: Functions, out: Number, a: Number, b: Number) -> list[Number]:
    """The same of two, each with the rare case of its own."""
    ordinary = _ordinary(xp, out, FAR)

    def of(x: Number) -> Number:
        def far() -> Number:
            scale = _far_scale(xp, out)
            return x * scale / _far_length(xp, scale, out, (a, b))

        return _usually(xp, ordinary, lambda: x / out, far)

    return [of(a), of(b)]


def _atan2_partials(xp: Functions, out: Number, y: Number, x: Number) -> tuple[Number, Number]:
    scale = power_of_two(xp, xp.maximum(abs(x), abs(y)))
    u, v = x * scale, y * scale
    square = u * u + v * v
    return (
        xp.where(square == 0.0, 0.0, u / square * scale),
        xp.where(square == 0.0, 0.0, -v / square * scale),
    )


declare(
    "hypot", _norm, _unit_vector_of_two, arity=2,
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


def _exponentials(xp: Functions, xs: tuple[Number, ...]) -> tuple[Number, list[Number], Number]:
    """The greatest, exp(x - greatest) for each, and their sum."""
    top = reduce(xp.maximum, xs)
    parts = [_exp_of_difference(xp, x, top) for x in xs]
    return top, parts, reduce(operator.add, parts)


def _logsumexp(xp: Functions, *xs: Number) -> Number:
    top, parts, total = _exponentials(xp, xs)
    rest = reduce(operator.add, [xp.where(x == top, 0.0, part) for x, part in zip(xs, parts)])
    # The greatest operands count 1 each; one of them is log1p's, which keeps what is small beside.
    tops = xp.floor((total - rest) + 0.5)
    # An infinite top is the answer; the differences from it may be nan.
    return xp.where(abs(top) == math.inf, top, top + xp.log1p((tops - 1.0) + rest))


def _logsumexp_partials(xp: Functions, out: Number, *xs: Number) -> list[Number]:
    # exp(x - out) would miss by |out| ulp: out is rounded. The greatest operand is exact, and the
    # sum does not depend on it.
    _, parts, total = _exponentials(xp, xs)
    share = 1.0 / total
    return [part * share for part in parts]


def _exp_of_difference(xp: Functions, a: Number, b: Number) -> Number:
    """exp(a - b) for a <= b, by an exact difference: rounding it would cost |a - b| ulp."""
    difference = a - b
    error = _rounded_off(a, b, difference)
    return xp.exp(difference) * xp.where(difference > -800.0, 1.0 + error, 1.0)


def _rounded_off(a: Number, b: Number, difference: Number) -> Number:
    """a - b minus its rounded value, exactly (Knuth's two-sum)."""
    other = difference - a
    return (a - (difference - other)) - (b + other)


def difference_error(xp: Functions, a: Number, b: Number, difference: Number) -> Number:
    """a - b minus its rounded value, exactly; 0 where exp of it is 0 or inf.

    Its own derivative is zero, as the terms of each sum cancel.
    """
    return xp.where(abs(difference) < 800.0, _rounded_off(a, b, difference), 0.0)


declare(
    "logsumexp", _logsumexp, _logsumexp_partials, arity=None,
    latex=r"\operatorname{{logsumexp}}\left({args}\right)", sample=((-10.0, 10.0),) * 3,
    shown=lambda xp, out, *xs: [xp.exp(x - out) for x in xs],
    edge="-inf operands have derivative 0; if all are -inf or any is inf, derivatives are nan"
    " (PyTorch: 0 for the finite operands beside an inf).",
    exempt="near the zero of its value: within 4 ulp of the largest operand",
)  # fmt: skip
