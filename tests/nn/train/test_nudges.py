"""Nudges: one gradient an example, against one backward pass an example."""

import sys

import numpy as np
import pytest

import autograd
import nn

X = [[0.5 * i - 2, (0.7 * i) % 1.3, -1.0] for i in range(9)]
Y = [i % 3 for i in range(9)]


def one_by_one(model, params):
    rows = []
    for x, t in zip(X, Y):
        model.zero_grad()
        nn.cross_entropy(model(x), t).backward()
        rows.append([-p.grad for p in params])
    return np.array(rows)


def test_a_row_is_minus_the_gradient_of_one_example():
    model = nn.MLP(3, [4, 3], activation="tanh", rng=1)
    pushes = nn.nudges(model, X, Y, loss=nn.cross_entropy)
    assert pushes.shape == (9, 31)
    assert pushes == pytest.approx(one_by_one(model, model.parameters()), rel=1e-10, abs=1e-14)


def test_back_propagation_averages_them():
    """One step of plain gradient descent on the whole set is lr times their mean."""
    model = nn.MLP(3, [4, 3], activation="tanh", rng=1)
    before = np.array([p.data for p in model.parameters()])
    mean = nn.nudges(model, X, Y, loss=nn.cross_entropy).mean(axis=0)
    optimizer = nn.SGD(model.parameters(), lr=0.5)
    options = {"epochs": 1, "batch_size": 9, "progress": False}
    nn.fit(model, X, Y, loss=nn.cross_entropy, optimizer=optimizer, **options)
    after = np.array([p.data for p in model.parameters()])
    assert after - before == pytest.approx(0.5 * mean, rel=1e-9, abs=1e-14)


def test_some_parameters_and_many_parts(monkeypatch):
    """Whatever the columns asked for and the rows taken at once, the numbers are the same."""
    model = nn.MLP(3, [4, 3], activation="tanh", rng=1)
    some = [model.layers[1].neurons[2].weights[1], model.layers[0].neurons[0].bias]
    monkeypatch.setattr(sys.modules["nn.train.nudges"], "NUMBERS", 5)  # nn.nudges is the function
    pushes = nn.nudges(model, np.array(X), np.array(Y), loss=nn.cross_entropy, params=some)
    assert pushes == pytest.approx(one_by_one(model, some), rel=1e-10, abs=1e-14)


def test_no_parameters_and_bad_data_are_refused():
    model = nn.Layer(3, 3, rng=0)
    with pytest.raises(autograd.InputValueError, match="at least one parameter"):
        nn.nudges(model, X, Y, loss=nn.cross_entropy, params=[])
    with pytest.raises(autograd.InputTypeError, match=r"takes a list of parameters: give \[Value"):
        nn.nudges(model, X, Y, loss=nn.cross_entropy, params=model.parameters()[0])
    with pytest.raises(autograd.InputValueError, match="X has 8 rows, but y has 9"):
        nn.nudges(model, X[:8], Y, loss=nn.cross_entropy)
    with pytest.raises(autograd.InputValueError, match="class 3 is outside the 3 classes"):
        nn.nudges(model, X, [*Y[:8], 3], loss=nn.cross_entropy)
