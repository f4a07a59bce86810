"""Neurons, layers and networks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value
from nn.layers import ACTIVATIONS

numbers = st.floats(-10, 10)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8), numbers)
def test_neuron_is_activation_of_weighted_sum(pairs, bias):
    """A Value: tanh(w·x + b); its derivatives are (1 − y²) times inputs, weights and 1."""
    neuron = nn.Neuron(len(pairs), activation="tanh", rng=0)
    weights = [w for w, _ in pairs]
    neuron.load_state_dict(dict(zip((p for p, _ in neuron.named_parameters()), [*weights, bias])))
    inputs = [Value(x) for _, x in pairs]
    y = neuron(inputs)
    assert isinstance(y, Value)
    total = math.fsum([w * x for w, x in pairs] + [bias])
    assert y.data == pytest.approx(math.tanh(total), rel=1e-12, abs=1e-12)
    y.backward()
    e = math.exp(-abs(total))  # cosh itself would overflow
    slope = (2.0 * e / (1.0 + e * e)) ** 2
    assert [p.grad for p in neuron.parameters()] == pytest.approx(
        [*(slope * x for _, x in pairs), slope], rel=1e-9, abs=1e-12
    )
    assert [x.grad for x in inputs] == pytest.approx(
        [slope * w for w in weights], rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize(
    "module", [nn.Layer(2, 1, rng=0), nn.MLP(2, [1], rng=0), nn.Sequential(nn.Neuron(2, rng=0))]
)
def test_layers_return_lists_even_of_one(module):
    """No list-or-Value by length."""
    outputs = module([1.0, 2.0])
    assert isinstance(outputs, list)
    assert [type(y) for y in outputs] == [Value]


def test_linear_is_layer():
    assert nn.Linear is nn.Layer


def test_mlp_is_its_layers_in_turn():
    """Hidden layers have `activation`, the last one `output`."""
    model = nn.MLP(2, [3, 3, 2], activation="tanh", output="sigmoid", rng=4)
    hidden = [1.0, -1.0]
    for layer in model.layers:
        hidden = layer(hidden)
    assert [y.data for y in model([1.0, -1.0])] == [y.data for y in hidden]
    activations = [layer.neurons[0].activation for layer in model.layers]
    assert activations == [autograd.tanh, autograd.tanh, autograd.sigmoid]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_by_name_or_function(name):
    """Both ways give the same neuron."""
    function = ACTIVATIONS[name]
    by_name, by_function = (nn.Neuron(2, activation=a, rng=0) for a in (name, function))
    x = [0.7, -0.2]
    assert by_name(x).data == by_function(x).data
    total = by_name.weights[0].data * 0.7 - by_name.weights[1].data * 0.2
    assert by_name(x).data == pytest.approx(function(total), rel=1e-14)


def test_own_activation_is_a_function_of_a_value():
    neuron = nn.Neuron(1, activation=lambda v: v * v, init="zeros")
    neuron.bias.data = 3.0
    assert neuron([5.0]).data == 9.0


@pytest.mark.parametrize("activation", ["rellu", "", 3, ["relu"]])
def test_unknown_activation_lists_the_known(activation):
    with pytest.raises(autograd.InputValueError, match=r"unknown activation.*relu.*silu"):
        nn.Neuron(2, activation=activation, rng=0)


@pytest.mark.parametrize(
    "inputs",
    [[1.0, 2.0], (1, 2), np.array([1.0, 2.0]), np.array([1, 2], np.int8), range(1, 3)],
    ids=["list", "tuple", "array", "integers", "range"],
)
def test_inputs_of_any_sequence_type(inputs):
    """Rows of arrays behave as lists do."""
    layer = nn.Layer(2, 2, rng=0)
    assert [y.data for y in layer(inputs)] == [y.data for y in layer([1.0, 2.0])]


def test_object_array_of_values_keeps_the_graph():
    x = Value(2.0)
    nn.Neuron(1, init=lambda *_: 3.0, rng=0)(np.array([x])).backward()
    assert x.grad == 3.0


@pytest.mark.parametrize(
    "module", [nn.Neuron(2, rng=0), nn.Layer(2, 3, rng=0), nn.MLP(2, [3, 1], rng=0)]
)
@pytest.mark.parametrize("inputs", [[], [1.0], [1.0, 2.0, 3.0]])
def test_wrong_number_of_inputs_is_named(module, inputs):
    with pytest.raises(autograd.InputValueError, match=f"takes 2 inputs, but got {len(inputs)}"):
        module(inputs)


@pytest.mark.parametrize(
    "module",
    [
        nn.Neuron(2, rng=0),
        nn.Layer(2, 3, rng=0),
        nn.MLP(2, [3, 1], rng=0),
        nn.Sequential(nn.Linear(2, 3, rng=0), nn.ReLU(), nn.Linear(3, 2, rng=0), nn.Softmax()),
    ],
    ids=lambda module: type(module).__name__,
)
def test_rows_give_a_list_of_outputs(module):
    """Those of each row, in lists, tuples or an array; a row that is too short is named."""
    rows = [[1.0, 2.0], [-0.5, 0.25], [0.0, 3.0]]
    expected = [module(row) for row in rows]
    for kind in (list, tuple, np.array, lambda rows: list(map(np.array, rows))):
        assert module(kind(rows)) == expected
    assert module.forward(rows) == expected
    with pytest.raises(autograd.InputValueError, match="takes 2 inputs, but got 1"):
        module([[1.0, 2.0], [1.0]])


@pytest.mark.parametrize("inputs", [1.0, None, Value(1.0), np.float64(1.0)])
def test_a_single_number_is_no_input_list(inputs):
    with pytest.raises(autograd.InputTypeError, match="takes a sequence of 1 numbers"):
        nn.Layer(1, 1, rng=0)(inputs)


@pytest.mark.parametrize("inputs", [["a", "b"], [None, 1.0], [{}, {}]])
def test_inputs_that_are_no_numbers_are_refused(inputs):
    with pytest.raises(autograd.InputTypeError):
        nn.Layer(2, 1, rng=0)(inputs)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: nn.Neuron(0, rng=0), ValueError, "nin must be at least 1, but got 0"),
        (lambda: nn.Layer(2, -1, rng=0), ValueError, "nout must be at least 1, but got -1"),
        (lambda: nn.Layer(2.5, 1, rng=0), TypeError, "nin takes a whole number, but got float 2.5"),
        (lambda: nn.MLP(2, [], rng=0), ValueError, "at least one layer"),
        (lambda: nn.MLP(2, 3, rng=0), TypeError, r"such as \[16, 1\], but got 3"),
        (lambda: nn.MLP(2, "31", rng=0), TypeError, "but got '31'"),
        (lambda: nn.MLP(2, [3, 0], rng=0), ValueError, "nouts must be at least 1"),
        (lambda: nn.MLP(2, [1], rng=0.5), TypeError, "rng takes"),
        (lambda: nn.Sequential(3), TypeError, "Sequential takes modules or functions"),
    ],
)
def test_impossible_networks_are_refused(build, error, message):
    with pytest.raises(error, match=message) as caught:
        build()
    assert isinstance(caught.value, autograd.AutogradError)


def test_function_in_a_network_or_a_neuron_has_no_file(tmp_path):
    """JSON holds no code."""
    for model in (
        nn.Sequential(nn.Layer(1, 1, rng=0), sorted),
        nn.Neuron(1, activation=lambda v: v, rng=0),
    ):
        with pytest.raises(nn.ModelFileError, match="function"):
            model.save(tmp_path / "model.json")


def test_global_randomness_is_neither_used_nor_touched():
    """Whatever was drawn from `random` before, a seed gives the same model, and vice versa."""
    import random

    random.seed(1)
    state, first = random.getstate(), nn.MLP(2, [3, 1], rng=7).state_dict()
    assert random.getstate() == state
    random.random()
    assert nn.MLP(2, [3, 1], rng=7).state_dict() == first


def test_each_hidden_layer_may_have_its_activation(tmp_path):
    """And the output may be softmax, whose model saves and gives probabilities."""
    model = nn.MLP(2, [3, 4, 2], activation=["relu", "tanh"], output="softmax", rng=0)
    first, second, last = (layer.neurons[0].activation for layer in model.layers[:3])
    assert (first, second, last(3.0)) == (autograd.relu, autograd.tanh, 3.0)
    assert sum(y.data for y in model([0.5, -1.0])) == pytest.approx(1.0)
    model.save(tmp_path / "model.json")
    loaded = nn.Module.load(tmp_path / "model.json")
    assert loaded([0.5, -1.0]) == model([0.5, -1.0])
    assert loaded.config() == model.config()
    with pytest.raises(autograd.InputValueError, match="one for each of 1 hidden layers"):
        nn.MLP(2, [3, 1], activation=["relu", "tanh"])


def test_a_network_with_a_known_function_has_a_file(tmp_path):
    model = nn.Sequential(
        nn.Layer(2, 2, rng=0), autograd.tanh, nn.Layer(2, 2, rng=1), autograd.softmax
    )
    model.save(tmp_path / "model.json")
    assert nn.Module.load(tmp_path / "model.json")([1.0, 2.0]) == model([1.0, 2.0])
