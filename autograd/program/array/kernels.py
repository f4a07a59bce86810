"""The few array functions that generated source calls and NumPy does not have.

Next: :mod:`autograd.program.array.forward`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.arrays import Array
from autograd.program.statements.elementwise import elementwise

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from autograd.ops.op import Op

__all__ = [
    "Local",
    "Solution",
    "SolutionPartials",
    "add_at",
    "chosen",
    "masked",
    "masked_matmul",
    "row_dot",
    "scatter_plan",
    "side_by_side",
]


def masked(upstream: Array, partial: Array) -> Array:
    """Adjoint × local derivative, zero wherever the adjoint is: zero passes nothing on."""
    return np.where(upstream == 0.0, np.zeros_like(upstream), upstream * partial)


def chosen(upstream: Array, partial: Array) -> Array:
    """The same for primitives that select: what is not chosen gets nothing either."""
    nothing = (upstream == 0.0) | (np.asarray(partial) == 0.0)
    return np.where(nothing, np.zeros_like(upstream), upstream * partial)


def masked_matmul(upstream: Array, factor: Array) -> Array:
    """A matrix product of which each term follows the rule of ``masked``."""
    if np.isfinite(factor).all():
        product: Array = np.matmul(upstream, factor)
        return product
    terms = (
        masked(upstream[..., i, None], factor[..., i, None, :]) for i in range(factor.shape[-2])
    )
    return sum(terms, np.zeros((), upstream.dtype))


def side_by_side(shape: tuple[int, ...], dtype: DTypeLike, *columns: Array) -> Array:
    """Columns of this shape, or numbers that stand for one, as the columns of one array."""
    whole = [np.broadcast_to(column, shape) for column in columns]
    return np.concatenate(whole, -1, dtype=dtype, casting="same_kind")


def scatter_plan(index: Array) -> tuple[Array, Array, Array]:
    """How to add numbers up by index: their order, where each sum starts, and where it goes."""
    order = np.argsort(index, kind="stable")
    distinct, starts = np.unique(index[order], return_index=True)
    return order, starts, distinct


def add_at(total: Array, plan: tuple[Array, Array, Array], numbers: Array) -> None:
    """Add ``numbers[..., i]`` to ``total[..., index[i]]`` for every i, repeated indices too."""
    order, starts, distinct = plan
    total[..., distinct] += np.add.reduceat(numbers[..., order], starts, axis=-1)


def _row_dot(a: Array, b: Array) -> Array:
    products: Array = np.einsum("...k,...k->...", a, b)
    return products


row_dot: Callable[[Array, Array], Array] = getattr(np, "vecdot", _row_dot)
"""Dot products of rows with rows; NumPy has it from version 2 on."""


class Local:
    """One local derivative of a user's primitive, as a function of floats (out, operands)."""

    def __init__(self, op: Op, index: int, count: int) -> None:
        self.op = op
        self.index = index
        self.wanted = [i == index for i in range(count)]

    def __call__(self, out: float, *operands: float) -> float:
        """The derivative at a point; 0 where there is no influence."""
        local = self.op.local_at(out, operands, self.wanted)[self.index]
        return 0.0 if local is None else float(local)


class Solution:
    """One number of an equation's solution, at every element of arrays of its parameters."""

    def __init__(self, op: Op) -> None:
        self.op = op

    def __call__(self, *params: Array | float) -> Array:
        """Of all elements at once where that can be, otherwise one by one."""
        equation, index = self.op.equation
        arrays = np.broadcast_arrays(*params)
        found = equation.quick and equation.quick.solutions(index, arrays)
        return elementwise(self.op.evaluate, *params) if found is None else _as(found, params)


class SolutionPartials:
    """Its derivatives by each parameter, as functions of (out, parameters)."""

    def __init__(self, op: Op, count: int) -> None:
        self.op = op
        self.locals = [Local(op, i, count) for i in range(count)]

    def __call__(self, out: Array | float, *params: Array | float) -> list[Array]:
        """Of all elements at once where that can be, otherwise one by one."""
        equation, index = self.op.equation
        arrays = np.broadcast_arrays(out, *params)[1:]
        found = equation.quick and equation.quick.partials(index, arrays)
        if found is None:
            return [elementwise(local, out, *params) for local in self.locals]
        return [_as(partial, (out, *params)) for partial in found]


def _as(found: Array, operands: Sequence[Array | float]) -> Array:
    """Numbers of double precision in that of the operands."""
    given = [x for x in operands if isinstance(x, np.ndarray)]
    return found.astype(np.result_type(np.float32, *given), copy=False)
