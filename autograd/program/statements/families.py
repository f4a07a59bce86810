"""Families of dot products: the dots of every row of one matrix with every row of another.

A layer's loop over its neurons is such a family: its weights, one row a neuron, times one row of
inputs. So is the same loop inside a loop over examples: then there are as many rows of inputs.
Each family becomes one matrix product. Next: :mod:`autograd.program.statements.groups`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograd.arrays import Array

__all__ = ["Family", "families"]


class Family(NamedTuple):
    """``stack`` products of a (p, k) matrix with a transposed (q, k) matrix.

    ``left`` are addresses of shape (stack, p, k), ``right`` of (stack, q, k); ``members`` says
    which dot product each of the results (stack, p, q) is.
    """

    left: Array
    right: Array
    members: Array


def families(left: Array, right: Array) -> list[Family]:
    """The families among n dot products of length k, given addresses (n, k) of both sides.

    >>> w, x = np.array([[0, 1], [2, 3]]), np.array([[8, 9], [8, 9]])
    >>> [family.left.shape + family.members.shape for family in families(w, x)]
    [(1, 1, 2, 1, 1, 2)]
    """
    row_of, left_rows = _distinct(left)
    column_of, right_rows = _distinct(right)
    by_shape: dict[tuple[int, int], list[Array]] = {}
    loose: list[int] = []
    for members in _components(row_of, column_of):
        rows, columns = _in_order(row_of[members]), _in_order(column_of[members])
        if len(rows) * len(columns) == len(members):
            # Identical dots are one statement by now, so as many members as places fill the grid.
            grid = np.empty((len(rows), len(columns)), dtype=np.int64)
            grid[_rank(rows, row_of[members]), _rank(columns, column_of[members])] = members
            by_shape.setdefault(grid.shape, []).append(grid)
        else:
            loose.extend(members.tolist())
    if loose:
        by_shape.setdefault((1, 1), []).extend(np.array([[[i]] for i in loose]))
    found = []
    for grids in by_shape.values():
        stacked = np.stack(grids)
        lefts = left[left_rows[row_of[stacked[:, :, 0]]]]
        rights = right[right_rows[column_of[stacked[:, 0, :]]]]
        found.append(_as_recorded(Family(lefts, rights, stacked)))
    return found


def _as_recorded(family: Family) -> Family:
    """The family with its sides exchanged if that brings the results closer to recorded order."""
    members = family.members
    _, p, q = members.shape
    if p == 1 or (q > 1 and members[0, 0, 1] < members[0, 1, 0]):
        return family
    return Family(family.right, family.left, np.ascontiguousarray(members.swapaxes(1, 2)))


def _distinct(rows: Array) -> tuple[Array, Array]:
    """For each row which distinct row it is, and for each distinct row where it first stands."""
    if rows.shape[1] == 0:
        return np.zeros(len(rows), dtype=np.int64), np.zeros(1, dtype=np.int64)
    # Rows are told apart by a hash; a row that is not what its hash says makes all of them exact.
    factors = np.random.default_rng(0).integers(1, 2**63, rows.shape[1], dtype=np.uint64) * 2 + 1
    hashes = (rows.astype(np.uint64) * factors).sum(axis=1)
    _, first, which = np.unique(hashes, return_index=True, return_inverse=True)
    which = which.reshape(-1)
    if not (rows == rows[first[which]]).all():
        _, first, which = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        which = which.reshape(-1)
    return which, first


def _components(row_of: Array, column_of: Array) -> list[Array]:
    """Dots that are connected by shared rows, as ascending index arrays, in order."""
    label = np.arange(len(row_of))
    while True:
        smaller = label.copy()
        for side in (row_of, column_of):
            lowest = np.full(side.max() + 1, len(row_of))
            np.minimum.at(lowest, side, smaller)
            smaller = lowest[side]
        if (smaller == label).all():
            break
        label = smaller
    order = np.argsort(label, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1)


def _in_order(ids: Array) -> Array:
    """The distinct ids in order of first appearance."""
    distinct, first = np.unique(ids, return_index=True)
    return distinct[np.argsort(first)]


def _rank(ordered: Array, ids: Array) -> Array:
    """Place of each id in ``ordered``."""
    place = np.empty(ordered.max() + 1, dtype=np.int64)
    place[ordered] = np.arange(len(ordered))
    return place[ids]
