"""Operands: however they read their numbers, those are the ones at their addresses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.program.statements.layout import (
    Block,
    Gather,
    Joined,
    Literal,
    View,
    operand,
    split,
    strides_of,
)

SIZES = {"x": 8, "w": 12, "constants": 6, "r3": 8}
STARTS = np.array([0, 8, 20, 26])
BLOCKS = [Block(name, start, size) for (name, size), start in zip(SIZES.items(), STARTS.tolist())]
CONSTANTS = np.array([1.5, 1.5, 1.5, 0.0, -0.0, np.nan])
# What stands at each address: for the constants' block their values, elsewhere the address.
MEMORY = np.concatenate([np.arange(20.0), CONSTANTS, np.arange(26.0, 34.0)])


def reading(addresses):
    return operand(np.asarray(addresses, dtype=np.int64), BLOCKS, STARTS, (2, CONSTANTS))


def data(block):
    return MEMORY[BLOCKS[block].start :][: BLOCKS[block].size]


def numbers(found):
    """What an operand reads from memory."""
    if isinstance(found, Literal):
        return np.broadcast_to(found.values, found.shape)
    if isinstance(found, View):
        assert found.positions().shape == found.own_shape
        return np.broadcast_to(data(found.block)[found.positions()], found.shape)
    if isinstance(found, Gather):
        return data(found.block)[found.index]
    flat = np.full(int(np.prod(found.shape)), -1.0)
    for part in found.parts:
        flat[part.at] = data(part.block)[part.index]
    return flat.reshape(found.shape)


def check(addresses):
    found = reading(addresses)
    wanted = MEMORY[addresses]
    np.testing.assert_array_equal(numbers(found), wanted)
    assert (np.signbit(numbers(found)) == np.signbit(wanted)).all()
    return found


shapes = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple)


@settings(max_examples=150, deadline=None)
@given(st.data(), shapes)
def test_any_addresses_are_read(data, shape):
    """From one block or from several, in any order."""
    low, high = data.draw(st.sampled_from([(0, 33), (0, 7), (8, 19), (20, 25), (26, 33)]))
    n = int(np.prod(shape))
    flat = data.draw(st.lists(st.integers(low, high), min_size=n, max_size=n))
    addresses = np.array(flat).reshape(shape)
    found = check(addresses)
    owners = set(np.searchsorted(STARTS, flat, "right"))
    kind = Joined if len(owners) > 1 else Literal if owners == {3} else (View, Gather)
    assert isinstance(found, kind)


@settings(max_examples=150, deadline=None)
@given(st.data(), shapes)
def test_even_spacing_is_a_view(data, shape):
    """Backwards and repeated too."""
    strides = data.draw(st.tuples(*[st.integers(-2, 2)] * len(shape)))
    steps = [np.arange(n) * s for n, s in zip(shape, strides)]
    offsets = sum(np.ix_(*steps), np.zeros(shape, dtype=np.int64))
    addresses = 8 - offsets.min() + offsets  # from the start of w on
    if addresses.max() >= 20:
        return
    found = check(addresses)
    assert isinstance(found, View)
    assert found.strides == tuple(s if n > 1 else 0 for n, s in zip(shape, strides))
    assert found.own_shape == tuple(n if s else 1 for n, s in zip(shape, found.strides))


def test_uneven_spacing_has_no_strides():
    """Along the first axis or along the last, early or late."""
    assert strides_of(np.array([[0, 1, 2], [3, 4, 5]])) == (3, 1)
    assert strides_of(np.array([0, 1, 3])) is None
    assert strides_of(np.array([[0, 1], [2, 3], [5, 6]])) is None
    assert strides_of(np.array([[0, 1], [2, 4]])) is None


@pytest.mark.parametrize(
    ("addresses", "own"),
    [
        ([[20, 21], [22, 20]], (1, 1)),
        ([[20, 23], [21, 23]], (1, 2)),
        ([[20, 20], [23, 23]], (2, 1)),
        ([[20, 23], [23, 20]], (2, 2)),
        ([23, 24], (2,)),  # 0.0 and -0.0
        ([25, 25], (1,)),  # nan
        ([25, 20], (2,)),
        ([20], (1,)),
    ],
)
def test_constants_stand_once_along_an_axis(addresses, own):
    """Arrays of one number broadcast; signed zeros are two numbers, NaN is one."""
    found = check(np.array(addresses))
    assert found.values.shape == own


def test_nothing_is_read_from_no_addresses():
    """An empty operand has its shape."""
    found = reading(np.zeros((2, 0)))
    assert found.shape == found.values.shape == (2, 0)


@settings(max_examples=150, deadline=None)
@given(st.data(), shapes)
def test_vectors_are_split_where_their_spacing_changes(data, shape):
    """In the shape found each of them is a view, if they are views in some shape together."""
    columns = []
    for _ in range(data.draw(st.integers(1, 3))):
        strides = data.draw(st.tuples(*[st.sampled_from([0, 1, 5, 25])] * len(shape)))
        columns.append(sum(np.ix_(*[np.arange(n) * s for n, s in zip(shape, strides)])).ravel())
    found = split(columns)
    assert int(np.prod(found)) == len(columns[0])
    assert all(strides_of(column.reshape(found)) is not None for column in columns)


@pytest.mark.parametrize(
    ("columns", "shape"),
    [
        ([[0, 1, 2, 3]], (4,)),
        ([[7]], (1,)),
        ([[0, 1, 5, 6]], (2, 2)),
        ([[0, 1, 5, 6, 25, 26, 30, 31]], (2, 2, 2)),
        ([[int(f"{i:04b}", 5) for i in range(16)]], (2, 2, 2, 2)),
        ([[int(f"{i:05b}", 5) for i in range(32)]], (32,)),  # too many axes for a view
        ([[0, 1, 2, 5, 6]], (5,)),  # runs of different lengths
        ([[0, 1, 5, 7]], (4,)),  # and of different steps
        ([[0, 1, 5, 6], [0, 3, 1, 1]], (2, 2)),  # as many as possible
        ([[0, 1, 2, 0, 1, 2], [0, 1, 5, 6, 10, 11]], (2, 3)),  # 2 does not divide 3
    ],
)
def test_shapes(columns, shape):
    """Irregular vectors stay flat, and do not keep others from being split."""
    assert split([np.array(column) for column in columns]) == shape
