"""Nests: taken apart and put together again, whatever their leaves are."""

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.nests import columns_of, flat, leaves, like, mapped, numbers, rows_of, shape_of

floats = st.floats(allow_nan=False)
nests = st.recursive(
    floats,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=9,
)


@given(nests)
def test_leaves_nest_again(nest):
    assert like(nest, leaves(nest)) == nest
    assert mapped(lambda x: x, nest) == nest
    assert flat(nest) == leaves(nest)


def test_arrays_are_leaves_and_flat_takes_them_apart():
    nest = (np.ones((2, 2)), [3.0])
    assert [type(leaf) for leaf in leaves(nest)] == [np.ndarray, float]
    assert flat(nest) == [1.0, 1.0, 1.0, 1.0, 3.0]
    assert numbers(([1, 2.5], {"a": (3,)})) == [[1.0, 2.5], {"a": [3.0]}]


@pytest.mark.parametrize(
    ("nest", "shape"),
    [(1.0, ()), ([], (0,)), ([[1, 2], (3, 4)], (2, 2)), ([[1], [2, 3]], None), ({"a": 1.0}, None),
     ([np.ones(3)] * 2, (2, 3))],
)  # fmt: skip
def test_shapes(nest, shape):
    assert shape_of(nest) == shape


@given(st.lists(st.tuples(floats, st.tuples(floats, floats)), min_size=1, max_size=5))
def test_columns_are_the_rows_turned(rows):
    """One number where all are alike, which counts for every row."""
    assert rows_of(columns_of(rows), len(rows)) == rows


def test_columns_of_another_length_are_refused():
    with pytest.raises(ValueError, match="a column of 2 numbers is not one of 3"):
        rows_of((array("d", [1.0, 2.0]), 1.0), 3)
