"""Equations of a whole batch: the same iterations as of one row, over arrays.

Where a row has no solution, or anything else is out of the ordinary, there is no answer here: each
row is then solved by itself, which raises what there is to raise. Next:
:mod:`autograd.transforms.implicit`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograd.arrays import Array
from autograd.transforms.equations import Equation

__all__ = ["inverse_times", "newton_of_rows", "repeated_of_rows"]

SHORTEST = 1e-10
"""Of Newton's step, the part that is tried last."""

Of = Callable[[Array, Array], Array]
"""A function of the rows of x and of the parameters, with a row for each."""


def repeated_of_rows(equation: Equation, f: Of, p: Array) -> Array | None:
    """x ← f(x, p), each row until it changes no more."""
    x, found = _starts(equation, p)
    left = np.arange(len(p))
    for _ in range(equation.iterations):
        new = f(x, p[left])
        ended = _change(new - x, new) <= equation.tolerance
        if not np.isfinite(new[~ended]).all():
            return None
        found[left[ended]] = new[ended]
        x, left = new[~ended], left[~ended]
        if not left.size:
            return found
    return None


def newton_of_rows(equation: Equation, f: Of, slopes: Of, p: Array) -> Array | None:
    """Newton's method, with shorter steps in rows where a whole one brings f no nearer to zero."""
    x, found = _starts(equation, p)
    left = np.arange(len(p))
    residual = f(x, p)
    for _ in range(equation.iterations):
        there = ~residual.any(axis=1)
        found[left[there]] = x[there]
        x, residual, left = x[~there], residual[~there], left[~there]
        if not left.size:
            return found
        rows = p[left]
        step = inverse_times(slopes(x, rows), residual)
        if step is None:
            return None
        size = _size(residual)
        scale = np.ones(len(left))
        new = x - step
        after = f(new, rows)
        long = ~(_size(after) < size)
        while long.any() and (scale > SHORTEST).any():
            scale[long] /= 2.0
            new[long] = x[long] - scale[long, None] * step[long]
            after[long] = f(new[long], rows[long])
            long &= ~(_size(after) < size) & (scale > SHORTEST)
        nearer = _size(after) < size
        new, after = np.where(nearer[:, None], new, x), np.where(nearer[:, None], after, residual)
        ended = _change(step, x) <= equation.tolerance
        if not (ended | (scale > SHORTEST)).all():
            return None
        found[left[ended]] = new[ended]
        x, residual, left = new[~ended], after[~ended], left[~ended]
        if not left.size:
            return found
    return None


def inverse_times(slopes: Array, right: Array) -> Array | None:
    """The solutions of linear equations, row by row; None if some have none or many."""
    rows, n = right.shape
    matrices = slopes.reshape(rows, n, n)
    try:
        solution: Array = np.linalg.solve(matrices, right[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        return None
    return solution if np.isfinite(solution).all() else None


def _starts(equation: Equation, p: Array) -> tuple[Array, Array]:
    x = np.tile(np.array(equation.start, dtype=float), (len(p), 1))
    return x, np.empty_like(x)


def _change(step: Array, x: Array) -> Array:
    """The largest change of a number in each row, relative to the larger of it and 1."""
    made: Array = (np.abs(step) / np.maximum(np.abs(x), 1.0)).max(axis=1, initial=0.0)
    return made


def _size(residual: Array) -> Array:
    size = np.abs(residual).max(axis=1, initial=0.0)
    made: Array = np.where(np.isnan(size), np.inf, size)
    return made
