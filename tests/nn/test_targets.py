"""Targets: a loss of the user's own gets what it can use, on every backend the same."""

import math

import pytest

import autograd
import nn

X = [[math.sin(i), math.cos(2 * i)] for i in range(24)]
CLASSES = [i % 3 for i in range(24)]


def vector_form(z, t):
    return -autograd.sum([a * b for a, b in zip(t, autograd.log_softmax(z))])


def index_form(z, t):
    return -autograd.log_softmax(z)[t]


def focal(z, t):
    chance = autograd.softmax(z)[t]
    return -((1.0 - chance) ** 2) * autograd.log(chance)


def smoothed(z, t):
    logs = autograd.log_softmax(z)
    return -autograd.sum([(0.9 * a + 0.1 / 3) * b for a, b in zip(t, logs)])


def comparing(z, t):
    return autograd.sum([(y - float(i == t)) ** 2 for i, y in enumerate(z)])


def trained(loss, backend, targets=CLASSES):
    model = nn.MLP(2, [4, 3], activation="tanh", rng=1)
    optimizer = nn.SGD(model.parameters(), 0.5)
    options = {"epochs": 3, "batch_size": 8, "rng": 0, "progress": False, "backend": backend}
    history = nn.fit(
        model, X, targets, loss=loss, optimizer=optimizer, validation=(X, targets), **options
    )
    return [*model.state_dict().values(), *history.loss, *history.val_loss]


@pytest.mark.parametrize("loss", [vector_form, index_form, focal, smoothed, comparing])
def test_a_class_loss_of_one_s_own_trains(loss):
    """To 1e-10 the same on every backend, over twelve steps."""
    eager = trained(loss, "eager")
    for backend in ("array", "loop"):
        assert trained(loss, backend) == pytest.approx(eager, rel=1e-10, abs=1e-12)


def test_both_forms_are_the_loss_they_spell():
    expected = trained(nn.cross_entropy, "array")
    assert trained(vector_form, "array") == pytest.approx(expected, rel=1e-10)
    assert trained(index_form, "array") == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("backend", ["array", "eager"])
def test_a_loss_for_neither_form_hears_of_both(backend):
    with pytest.raises(autograd.InputTypeError, match=r"with 0: KeyError.*with \[1.0, 0.0, 0.0\]"):
        trained(lambda z, t: {"a": z}[t], backend)


@pytest.mark.parametrize("backend", ["array", "eager"])
@pytest.mark.parametrize("loss", [vector_form, nn.cross_entropy])
def test_a_class_without_an_output_is_refused(loss, backend):
    with pytest.raises(autograd.InputValueError, match="class 3 is outside the 3 classes 0 to 2"):
        trained(loss, backend, [*CLASSES[:-1], 3])
