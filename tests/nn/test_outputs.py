"""What modules return is a list that says so where a number is wanted."""

import copy
import operator
import pickle

import numpy as np
import pytest

import nn
from autograd import InputTypeError, Value, softmax

X = [0.5, -1.0]


@pytest.fixture
def model():
    return nn.MLP(2, [3, 1], rng=0)


def test_it_is_a_list(model):
    """Equal to one, joined with one, copied, pickled, looped over and indexed as one."""
    outputs = model(X)
    assert isinstance(outputs, list)
    assert outputs == [outputs[0]]
    assert operator.add(outputs, [1.0]) == [outputs[0], 1.0]
    assert copy.copy(outputs) == outputs
    assert sum(outputs) == outputs[0].data
    assert pickle.loads(pickle.dumps(outputs)) == outputs
    assert isinstance(softmax(nn.MLP(2, [3], rng=0)(X))[0], Value)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow", "mod", "lt", "ge"])
@pytest.mark.parametrize("number", [2, 1.5, Value(1.0), np.float64(2.0), np.int64(-1)], ids=repr)
def test_arithmetic_with_a_number_names_the_remedy(model, name, number):
    """On either side, NumPy's numbers too, and a list is never repeated."""
    with pytest.raises(InputTypeError, match=r"model\(x\)\[0\]"):
        getattr(operator, name)(model(X), number)
    with pytest.raises(InputTypeError, match=r"model\(x\)\[0\]"):
        getattr(operator, name)(number, model(X))


def test_sums_of_outputs_and_rows_of_outputs(model):
    with pytest.raises(InputTypeError, match="add to"):
        sum([model(X), model(X)])
    with pytest.raises(InputTypeError, match="of 2"):
        model([X, X]) - 1.0
    with pytest.raises(InputTypeError, match="no number:"):
        -model(X)


@pytest.mark.parametrize("name", ["relu", "data", "backward", "grad"])
def test_attributes_of_a_value(model, name):
    with pytest.raises(AttributeError, match=rf"has no \.{name}: .*model\(x\)\[0\]"):
        getattr(model(X), name)
    assert not hasattr(model(X), name)


def test_arrays_still_go_element_by_element():
    outputs = nn.MLP(2, [3], rng=0)(X)
    scaled = np.array([1.0, 2.0, 3.0]) * outputs
    assert [y.data for y in scaled] == [(k + 1) * y.data for k, y in enumerate(outputs)]
    assert [y.data for y in outputs - np.ones(3)] == [y.data - 1.0 for y in outputs]
    assert isinstance(np.exp(outputs)[0], Value)
