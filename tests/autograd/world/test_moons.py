"""Two moons as people train them with micrograd: hinge loss, penalty, a learning rate that falls.

The program uses that engine's words; the same training by matrices, with a gradient derived by
hand, is what it is held against.
"""

import random

import numpy as np
import pytest

import nn
from autograd import Value

STEPS, PENALTY = 12, 1e-4


def moons():
    X, y = nn.data.moons(30, noise=0.1, rng=1)
    return np.array(X), np.array(y) * 2 - 1  # y is -1 or 1


def train(model, X, y):
    """The training loop; returns the loss of every step and the last accuracy."""

    def loss():
        inputs = [list(map(Value, xrow)) for xrow in X]
        scores = [model(x)[0] for x in inputs]
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = PENALTY * sum(p * p for p in model.parameters())
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores)]
        return data_loss + reg_loss, sum(accuracy) / len(accuracy)

    history = []
    for k in range(STEPS):
        total_loss, acc = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / STEPS
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        history.append(total_loss.data)
    return history, acc


def train_by_hand(weights, X, y):
    """The same with matrices, derivatives written out."""
    weights = [(W.copy(), b.copy()) for W, b in weights]
    history = []
    for k in range(STEPS):
        activities = [X]
        for i, (W, b) in enumerate(weights):
            z = activities[-1] @ W.T + b
            activities.append(np.maximum(z, 0.0) if i < len(weights) - 1 else z)
        margin = 1.0 - y * activities[-1][:, 0]
        squares = sum((W * W).sum() + (b * b).sum() for W, b in weights)
        history.append(np.maximum(margin, 0.0).mean() + PENALTY * squares)
        delta = (np.where(margin > 0.0, -y, 0.0) / len(y))[:, None]
        rate = 1.0 - 0.9 * k / STEPS
        for i in reversed(range(len(weights))):
            W, b = weights[i]
            step = delta.T @ activities[i] + 2 * PENALTY * W, delta.sum(0) + 2 * PENALTY * b
            delta = (delta @ W) * (activities[i] > 0.0)
            weights[i] = W - rate * step[0], b - rate * step[1]
    return history


def test_training_is_what_it_is_by_hand():
    """Loss for loss, over all steps; and the moons are told apart."""
    X, y = moons()
    model = nn.MLP(2, [8, 8, 1], rng=random.Random(3))
    weights = [
        (
            np.array([[w.data for w in neuron.weights] for neuron in layer.neurons]),
            np.array([neuron.bias.data for neuron in layer.neurons]),
        )
        for layer in model.layers
    ]
    wanted = train_by_hand(weights, X, y)
    history, accuracy = train(model, X, y)
    # Sums are added up in another order: 1e-16 a step, steepened by the kinks' chaos.
    assert history == pytest.approx(wanted, rel=1e-10)
    assert history[-1] < 0.7 * history[0]
    assert accuracy > 0.8
