"""Functions over containers: element by element, alike for all of them."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import autograd as ag
from autograd import InputTypeError, InputValueError, Value
from autograd.ops.op import OPS

FUNCTIONS = [
    name
    for name, op in OPS.items()
    if op.arity and name in ag.__all__ and name not in ("max", "min", "polygamma")
]
POINTS = (0.25, 0.5, 0.75)


class Pair(NamedTuple):
    a: object
    b: object


@dataclass
class Layer:
    weights: list
    bias: object


def plain(x):
    return x.data if isinstance(x, Value) else x


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_goes_through_lists_and_arrays(name):
    """And gives what it gives for each element: floats for floats, Values for Values."""
    function, count = getattr(ag, name), OPS[name].arity
    others = POINTS[1:count]
    low, high = (1.25, 1.75) if name == "acosh" else (0.25, 0.75)
    numbers = [function(x, *others) for x in (low, high)]
    assert function([low, high], *others) == numbers
    assert function((low, [high]), *others) == (numbers[0], [numbers[1]])
    array = function(np.array([[low], [high]]), *others)
    assert (array.dtype, array.tolist()) == (float, [[numbers[0]], [numbers[1]]])
    values = [Value(low), Value(high)]
    assert list(map(plain, function(values, *others))) == numbers
    recorded = function(np.array(values), *others)
    assert recorded.dtype == object
    assert [x.data for x in recorded] == numbers
    assert all(x.parents == (v,) for x, v in zip(recorded, values))


@pytest.mark.parametrize("container", [
    {"w": [0.5, Value(0.25)], "b": 0.75}, Pair(0.5, (Value(0.25), 0.75)), Layer([0.5, 0.25], 0.75),
    [], {}, (), [[], [0.5]],
], ids=repr)  # fmt: skip
def test_containers_keep_their_type(container):
    """Dicts, namedtuples and dataclasses too."""
    result = ag.exp(container)
    assert type(result) is type(container)
    flat = str(result)
    for number in ("0.5", "0.25", "0.75"):
        if number in str(container):
            assert str(math.exp(float(number))) in flat


def test_elements_pair_up():
    """Containers that nest alike, place by place; a number serves for all."""
    assert ag.maximum([1.0, 5.0], [2.0, 3.0]) == [2.0, 5.0]
    assert ag.maximum({"a": 1.0, "b": [5.0, 0.0]}, {"b": 3.0, "a": 2.0}) == {"a": 2.0, "b": [5, 3]}
    assert ag.where([True, False], 1.0, [2.0, 3.0]) == [1.0, 3.0]
    assert ag.clip([-1.0, 5.0], [0.0, 0.0], 2.0) == [0.0, 2.0]
    v = Value(2.0)
    assert [plain(x) for x in ag.hypot([3.0, 4.0], v)] == [math.hypot(3, 2), math.hypot(4, 2)]


@given(npst.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), st.booleans())
def test_arrays_broadcast_as_in_numpy(shapes, as_values):
    """Any shapes that NumPy broadcasts, lists among them; a single result is no array."""
    a, b = (np.arange(math.prod(s), dtype=float).reshape(s) - 2.0 for s in shapes.input_shapes)
    wanted = np.maximum(a, b)
    left = np.vectorize(Value, otypes=[object])(a) if as_values and a.size else a
    result = ag.maximum(left, b)
    assert np.shape(result) == shapes.result_shape
    numbers = np.vectorize(plain, otypes=[float])(result) if np.size(result) else result
    assert np.array_equal(numbers, wanted)
    if b.ndim:
        assert (
            np.array_equal(
                np.vectorize(plain, otypes=[float])(ag.maximum(left, b.tolist())), wanted
            )
            or not b.size
        )


def test_what_does_not_fit_is_refused():
    """Lengths and shapes that differ, elements that are no numbers, lists without end."""
    with pytest.raises(InputValueError, match=r"^maximum goes element by .* got 2 and 3 elements$"):
        ag.maximum([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(InputValueError, match=r"^hypot of arrays that do not broadcast: "):
        ag.hypot(np.ones(2), np.ones(3))
    with pytest.raises(InputTypeError, match=r"^exp takes a Value or a real number, .* got str$"):
        ag.exp([1.0, "2"])
    with pytest.raises(InputTypeError, match=r"^exp takes .* got complex$"):
        ag.exp(np.array([1j]))
    for thing in (
        np.complex128(1j),
        np.timedelta64(5, "s"),
        np.datetime64("2020-01-01"),
        range(3),
        {1},
    ):
        with pytest.raises(InputTypeError, match=r"^exp takes .* but got "):
            ag.exp(thing)
    endless = []
    endless.append(endless)
    with pytest.raises(InputValueError, match=r"^exp: lists nest more than 100 deep"):
        ag.exp(endless)


def test_lists_go_through_transforms_and_programs():
    """They are the same nodes as without lists."""
    assert ag.grad(lambda xs: ag.sum(ag.relu(xs)))([-1.0, 2.0]) == [0.0, 1.0]
    jacobian = ag.jacobian(ag.exp)(np.array([0.0, 1.0]))
    assert jacobian.tolist() == [[1.0, 0.0], [0.0, math.e]]
    xs = [Value(1.0), Value(2.0)]
    assert ag.compile(ag.tanh(xs), x=xs)(x=[[0.0, 0.0], [1.0, 2.0]]).shape == (2, 2)
