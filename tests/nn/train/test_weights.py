"""Weights of examples and classes: what counts twice is there twice, on every backend."""

import functools
import math

import numpy as np
import pytest

import autograd
import nn

X = [[math.sin(i), math.cos(2 * i)] for i in range(12)]
CLASSES = [0, 1, 2, 0, 0, 0, 1, 0, 0, 2, 0, 0]
BACKENDS = ["array", "loop", "eager"]


def trained(x=X, y=CLASSES, loss=nn.cross_entropy, outputs=3, backend="array", **options):
    """The state after some steps of plain gradient descent over all examples at once."""
    model = nn.Linear(2, outputs, rng=1)
    given = {"epochs": 5, "batch_size": 1000, "rng": 0, "progress": False, "backend": backend}
    optimizer = nn.SGD(model.parameters(), 0.5)
    history = nn.fit(model, x, y, loss=loss, optimizer=optimizer, **given, **options)
    return [*model.state_dict().values(), *history.loss]


def repeated(counts, things):
    return [thing for count, thing in zip(counts, things) for _ in range(count)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_weight_counts_as_often_as_it_says(backend):
    """Twice, or not at all; only the proportion matters."""
    counts = [2, 1, 0, 3, 1, 1, 2, 0, 1, 1, 1, 1]
    expected = trained(repeated(counts, X), repeated(counts, CLASSES))
    for weights in (counts, np.array(counts) * 0.1):
        found = trained(sample_weight=weights, backend=backend)
        assert found == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("backend", BACKENDS)
def test_classes_have_weights(backend):
    """By label, or balanced; from indices, one-hot vectors and binary targets alike."""
    counts = [{0: 1, 1: 3, 2: 2}[c] for c in CLASSES]
    expected = trained(sample_weight=counts)
    factors = {0: 1, 1: 3, 2: 2}
    assert trained(class_weight=factors, backend=backend) == pytest.approx(expected, rel=1e-12)
    one_hot = np.eye(3)[CLASSES]
    assert trained(y=one_hot, class_weight=factors, backend=backend) == pytest.approx(
        expected, rel=1e-10
    )
    balanced = trained(sample_weight=[12 / 3 / CLASSES.count(c) for c in CLASSES])
    assert trained(class_weight="balanced", backend=backend) == pytest.approx(balanced, rel=1e-12)
    for loss, low in ((nn.binary_cross_entropy_with_logits, 0), (nn.hinge_loss, -1)):
        y = [1 if c else low for c in CLASSES]
        options = {"y": y, "loss": loss, "outputs": 1}
        expected = trained(sample_weight=[3.0 if t == 1 else 1.0 for t in y], **options)
        factors = {low: 1.0, 1: 3.0}
        assert trained(class_weight=factors, backend=backend, **options) == pytest.approx(expected)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "options",
    [{"weight": [1.0, 3.0, 2.0]}, {"ignore_index": 0}, {"label_smoothing": 0.2}],
    ids=lambda options: next(iter(options)),
)
def test_options_of_the_loss_are_heard_in_training(options, backend):
    """As a loop over batches hears them, whose mean is PyTorch's."""
    model = nn.Linear(2, 3, rng=1)
    optimizer, losses = nn.SGD(model.parameters(), 0.5), []
    for _ in range(5):
        loss = nn.cross_entropy(model(X), CLASSES, **options)
        losses.append(loss.data)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    expected = [*model.state_dict().values(), *losses]
    for loss in (
        functools.partial(nn.cross_entropy, **options),
        nn.CrossEntropyLoss(**options),
    ):
        assert trained(loss=loss, backend=backend) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sample_weight": [1.0]}, "a factor for each of 12 examples, but got 1"),
        ({"sample_weight": [-1.0] * 12}, "a number of 0 or more, but got -1.0"),
        ({"sample_weight": [math.nan] * 12}, "a number of 0 or more, but got nan"),
        ({"sample_weight": [0.0] * 12}, "all examples have the weight 0"),
        ({"class_weight": {0: 1.0}}, r"a factor for each label, \[0, 1, 2\], but got {0: 1.0}"),
        ({"class_weight": "even"}, "class_weight is .balanced. or a dict"),
        (
            {"class_weight": "balanced", "loss": nn.mse_loss, "y": X, "outputs": 2},
            "targets that are one label each, but mse_loss has others",
        ),
    ],
)
@pytest.mark.parametrize("backend", ["array", "eager"])
def test_weights_that_do_not_fit_are_refused(options, message, backend):
    with pytest.raises(autograd.InputValueError, match=message):
        trained(backend=backend, **options)


def test_other_weights_are_another_run(tmp_path):
    path = tmp_path / "run"
    trained(sample_weight=[1.0] * 11 + [2.0], checkpoint=path)
    with pytest.raises(nn.ModelFileError, match="of a run with data="):
        trained(sample_weight=[2.0] + [1.0] * 11, checkpoint=path, resume=True)
