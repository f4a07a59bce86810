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


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_whole_numbers_may_be_counts_and_parts_may_have_classes(backend):
    """What a loss calculates with is a number; indices of outputs that are nested are classes."""
    rows = [[0.1 * i - 1.0] for i in range(20)]
    counts = [i % 7 for i in range(20)]
    options = {"epochs": 2, "rng": 0, "progress": False, "backend": backend}

    class Parts(nn.Module):
        def __init__(self):
            self.level, self.kind = nn.Linear(1, 1, rng=0), nn.Linear(1, 3, rng=1)

        def forward(self, x):
            return self.level(x), self.kind(x)

    def last(model, y, loss):
        optimizer = nn.SGD(model.parameters(), 0.01)
        return nn.fit(model, rows, y, loss=loss, optimizer=optimizer, **options).loss[-1]

    def normal(z, t):
        return z[1] + 0.5 * ((t - z[0]) * autograd.exp(-z[1])) ** 2

    as_floats = last(nn.Linear(1, 2, rng=0), [float(t) for t in counts], normal)
    assert last(nn.Linear(1, 2, rng=0), counts, normal) == as_floats
    classes = [i % 3 for i in range(20)]
    found = last(Parts(), classes, lambda z, t: z[0][0] ** 2 + nn.cross_entropy(z[1], t))
    one_hot = [[float(k == t) for k in range(3)] for t in classes]
    assert found == pytest.approx(
        last(Parts(), one_hot, lambda z, t: z[0][0] ** 2 + nn.cross_entropy(z[1], t)), rel=1e-12
    )

    class Each(Parts):
        def forward(self, x):
            return [self.kind(x), self.kind([2.0 * x[0]])]

    pairs = [[t, (t + 1) % 3] for t in classes]
    both = last(Each(), pairs, nn.cross_entropy)
    vectors = [[one_hot[t], one_hot[(t + 1) % 3]] for t in classes]
    assert both == pytest.approx(last(Each(), vectors, nn.cross_entropy), rel=1e-12)
