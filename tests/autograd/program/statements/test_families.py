"""Families of dot products: every dot is in one of them, with its own operands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.program.statements.families import families


def rows(*addresses):
    return np.array(addresses, dtype=np.int64)


def check(left, right):
    """The families, after each dot was found once and with its two rows, on either side."""
    found = families(left, right)
    seen = []
    for family in found:
        stack, p, q = family.members.shape
        assert family.left.shape == (stack, p, left.shape[1])
        assert family.right.shape == (stack, q, left.shape[1])
        for (s, i, j), member in np.ndenumerate(family.members):
            sides = {family.left[s, i].tobytes(), family.right[s, j].tobytes()}
            assert sides == {left[member].tobytes(), right[member].tobytes()}
            seen.append(int(member))
    assert sorted(seen) == list(range(len(left)))
    return found


pairs = st.integers(0, 4).map(lambda i: [10 * i, 10 * i + 1])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(pairs, pairs), min_size=1, max_size=14, unique_by=str))
def test_every_dot_is_in_one_family_with_its_operands(dots):
    """Whatever rows are shared, in whatever order."""
    left, right = (rows(*side) for side in zip(*dots))
    check(left, right + 100)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
def test_grids_are_found_in_any_order(data, p, q, stack):
    """All dots of p rows with q others are one product; several such are a stack."""
    grid = [(s, i, j) for s in range(stack) for i in range(p) for j in range(q)]
    dots = rows(*data.draw(st.permutations(grid)))
    left = np.stack([dots[:, 0] * 100 + dots[:, 1], dots[:, 0] * 100 + dots[:, 1] + 50], axis=1)
    right = np.stack([dots[:, 0] * 100 + dots[:, 2], dots[:, 0] * 100 + dots[:, 2] + 50], axis=1)
    sizes = [family.members.shape for family in check(left, right + 1000)]
    assert [sorted(size[1:]) for size in sizes] in ([sorted((p, q))], [sorted((p, q))] * 2)
    assert sum(size[0] for size in sizes) == stack


def test_an_incomplete_grid_is_dots_one_by_one():
    """A product would compute what nobody asked for."""
    (family,) = check(rows([0], [0], [1]), rows([8], [9], [8]))
    assert family.members.shape == (3, 1, 1)
    (family,) = check(rows([0], [0], [1], [2]), rows([8], [9], [8], [7]))  # and one by itself
    assert family.members.shape == (4, 1, 1)


@pytest.mark.parametrize("order", ["rows first", "columns first"])
def test_results_stand_as_they_were_recorded(order):
    """So that what reads them reads a view."""
    w, x = rows(*[[i, i + 50] for i in range(3)]), rows(*[[i + 100, i + 150] for i in range(2)])
    i, j = np.divmod(np.arange(6), 2) if order == "rows first" else np.divmod(np.arange(6), 3)[::-1]
    (family,) = check(w[i], x[j])
    assert family.members.reshape(-1).tolist() == list(range(6))
    (column,) = check(w, x[[0, 0, 0]])
    assert column.members.shape == (1, 1, 3)


def test_dots_of_nothing():
    """Of length 0 there is one row on either side."""
    (family,) = families(np.zeros((1, 0), dtype=np.int64), np.zeros((1, 0), dtype=np.int64))
    assert family.members.tolist() == [[[0]]]


def test_rows_are_told_apart_though_their_hashes_agree(monkeypatch):
    """With all factors 1, a row and its permutations have one hash."""

    class Zeros:
        def integers(self, low, high, size, dtype):
            return np.zeros(size, dtype=dtype)

    monkeypatch.setattr(np.random, "default_rng", lambda seed: Zeros())
    check(
        rows([1, 2, 3], [3, 2, 1], [1, 2, 3], [2, 2, 2]),
        rows([9, 8, 7], [7, 8, 9], [7, 8, 9], [8, 8, 8]),
    )
