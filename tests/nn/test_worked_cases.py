"""Worked examples of back-propagation, to 12 digits, against what one derives by hand."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value

DIGITS = {"rel": 1e-12, "abs": 1e-15}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize(
    ("x", "w", "b", "t"), [(1.0, 0.5, 0.0, 1.0), (-2.0, 1.5, 0.25, 0.0), (3.0, -0.7, 1.0, 0.3)]
)
def test_one_sigmoid_neuron(x, w, b, t):
    """E = ½(t − y)², dE/dw = −(t − y)·y·(1 − y)·x."""
    neuron = nn.Neuron(1, activation="sigmoid", rng=0)
    neuron.load_state_dict({"weights.0": w, "bias": b})
    error = 0.5 * nn.mse_loss(neuron([x]), t)
    error.backward()
    y = 1 / (1 + math.exp(-(w * x + b)))
    assert error.data == pytest.approx((t - y) ** 2 / 2, **DIGITS)
    assert neuron.weights[0].grad == pytest.approx(-(t - y) * y * (1 - y) * x, **DIGITS)
    assert neuron.bias.grad == pytest.approx(-(t - y) * y * (1 - y), **DIGITS)


def test_chain_of_two_weights():
    """h = σ(w1·x), y = w2·h, L = ½(t − y)²; then one step of gradient descent."""
    x, t = 2.0, 0.5
    w1, w2 = Value(0.5, name="w1"), Value(0.3, name="w2")
    h = autograd.sigmoid(w1 * x)
    y = w2 * h
    loss = 0.5 * nn.mse_loss(y, t, reduction="sum")
    optimizer = nn.SGD([w1, w2], lr=0.01)
    loss.backward()
    assert h.data == pytest.approx(0.7310585786300049, **DIGITS)
    assert y.data == pytest.approx(0.21931757358900147, **DIGITS)
    assert loss.data == pytest.approx(0.03939131224798279, **DIGITS)
    assert w2.grad == pytest.approx(-0.2051952956984455, **DIGITS)
    assert w1.grad == pytest.approx(-0.03311130869014582, **DIGITS)
    optimizer.step()
    assert w2.data == pytest.approx(0.30205195295698445, **DIGITS)
    assert w1.data == pytest.approx(0.5003311130869015, **DIGITS)


def weights_of(layer):
    """A layer's weights and biases as arrays, one row a neuron."""
    matrix = np.array([[w.data for w in neuron.weights] for neuron in layer.neurons])
    return matrix, np.array([neuron.bias.data for neuron in layer.neurons])


def gradients_of(layer):
    matrix = np.array([[w.grad for w in neuron.weights] for neuron in layer.neurons])
    return matrix, np.array([neuron.bias.grad for neuron in layer.neurons])


@pytest.mark.parametrize("t", [0.0, 1.0])
@pytest.mark.parametrize("from_logits", [False, True])
def test_2_1_1_sigmoid_network_with_binary_cross_entropy(t, from_logits):
    """δ2 = p − t; δ1 = δ2·w2·h·(1 − h); a weight's gradient is its δ times its input."""
    x = np.array([0.6, -1.1])
    output = "linear" if from_logits else "sigmoid"
    model = nn.MLP(2, [1, 1], activation="sigmoid", output=output, rng=3)
    (w1, b1), (w2, b2) = map(weights_of, model.layers)

    loss = nn.binary_cross_entropy_with_logits if from_logits else nn.binary_cross_entropy
    error = loss(model(x), t)
    error.backward()

    h = sigmoid(w1 @ x + b1)
    p = sigmoid(w2 @ h + b2)
    delta2 = p - t
    delta1 = w2[0] * delta2 * h * (1 - h)
    assert error.data == pytest.approx(-math.log(p[0] if t else 1 - p[0]), **DIGITS)
    for layer, delta, inputs in zip(model.layers, (delta1, delta2), (x, h)):
        weights, biases = gradients_of(layer)
        assert weights == pytest.approx(np.outer(delta, inputs), **DIGITS)
        assert biases == pytest.approx(delta, **DIGITS)


def test_10_5_1_relu_network_with_mean_squared_error():
    """Over a batch of 8: δ2 = 2(y − t)/8; δ1 = w2·δ2 where the neuron is active, else 0."""
    rng = np.random.default_rng(0)
    X, t = rng.normal(size=(8, 10)), rng.normal(size=8)
    model = nn.MLP(10, [5, 1], rng=1)
    (w1, b1), (w2, b2) = map(weights_of, model.layers)

    error = nn.mse_loss([model(x)[0] for x in X], t)
    error.backward()

    z = X @ w1.T + b1
    h = np.maximum(z, 0)
    y = (h @ w2.T + b2)[:, 0]
    assert 0 < (z > 0).sum() < z.size  # both sides of the kink are met
    delta2 = 2 * (y - t)[:, None] / 8
    delta1 = delta2 @ w2 * (z > 0)
    assert error.data == pytest.approx(np.mean((y - t) ** 2), **DIGITS)
    for layer, delta, inputs in zip(model.layers, (delta1, delta2), (X, h)):
        weights, biases = gradients_of(layer)
        assert weights == pytest.approx(delta.T @ inputs, **DIGITS)
        assert biases == pytest.approx(delta.sum(axis=0), **DIGITS)
