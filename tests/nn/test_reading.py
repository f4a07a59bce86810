"""Readings: several outputs are judged by each of them, wherever outputs become labels."""

import functools
import math

import numpy as np
import pytest

import autograd
import nn
from nn.reading import Reading, reading

X = [[math.sin(i), math.cos(3 * i), math.sin(2 * i + 1)] for i in range(40)]
SIGNS = [[int(x > 0.1) for x in row] for row in X]  # of each row several labels, or none
ONE_HOT = [[int(x == max(row)) for x in row] for row in X]
BINARY = {
    "chances": (nn.binary_cross_entropy, "sigmoid", 0, 0.5),
    "logits": (nn.binary_cross_entropy_with_logits, "linear", 0, 0.0),
    "margins": (nn.hinge_loss, "linear", -1, 0.0),
}


def coded(targets, low):
    return [[1 if t else low for t in row] for row in targets]


def trained(loss, output, targets, **options):
    model = nn.MLP(3, [3], output=output, rng=1)
    optimizer = nn.SGD(model.parameters(), 0.5)
    given = {"loss": loss, "optimizer": optimizer, "epochs": 15, "rng": 0, "progress": False}
    return model, nn.fit(model, X, targets, validation=(X, targets), **given, **options)


@pytest.mark.parametrize("backend", ["auto", "eager"])
@pytest.mark.parametrize("case", BINARY)
def test_every_output_is_a_label_of_its_own(case, backend):
    """In the history, in labels, chances and scores: a row is right if all its labels are."""
    loss, output, low, limit = BINARY[case]
    targets = coded(SIGNS, low)
    model, history = trained(loss, output, targets, backend=backend)
    outputs = [[y.data for y in model(x)] for x in X]
    labels = [[1 if y > limit else low for y in row] for row in outputs]
    right = sum(a == b for a, b in zip(labels, targets)) / len(X)
    assert 0.1 < right < 1.0  # far from what output 0 alone would say
    assert history.val_accuracy[-1] == pytest.approx(right)
    for rows, kind in ((X, list), (np.array(X), list), (X[:3], list)):
        assert kind(nn.predict(model, rows, loss=loss, backend=backend)) == labels[: len(rows)]
    assert nn.score(model, X, targets, loss=loss) == pytest.approx(right)
    assert nn.score(model, X, np.array(targets), loss=loss) == pytest.approx(right)


@pytest.mark.parametrize("backend", ["auto", "eager"])
@pytest.mark.parametrize("case", BINARY)
def test_targets_that_name_one_class_ask_for_the_largest_output(case, backend):
    loss, output, low, _ = BINARY[case]
    targets = coded(ONE_HOT, low)
    model, history = trained(loss, output, targets, backend=backend)
    chosen = [max(range(3), key=lambda i: model(x)[i].data) for x in X]
    right = sum(row[i] == 1 for row, i in zip(targets, chosen)) / len(X)
    assert history.val_accuracy[-1] == pytest.approx(right)
    assert nn.score(model, X, targets, loss=loss) == pytest.approx(right)


@pytest.mark.parametrize("rows", [3, 40], ids=["few", "many"])
def test_chances_of_several_outputs(rows):
    """One for each output; the two of a single output add up to 1."""
    model = nn.MLP(3, [2], rng=1)
    logits = [[y.data for y in model(x)] for x in X[:rows]]
    found = nn.predict_proba(model, X[:rows], loss=nn.binary_cross_entropy_with_logits)
    assert np.array(found) == pytest.approx(1 / (1 + np.exp(-np.array(logits))), rel=1e-14)
    ended = nn.Sequential(model, lambda z: [autograd.sigmoid(x) for x in z])
    assert nn.predict_proba(ended, X[:rows], loss=nn.binary_cross_entropy) == [
        pytest.approx(row, rel=1e-14) for row in found
    ]
    with pytest.raises(autograd.InputValueError, match="outputs that stand for probabilities"):
        nn.predict_proba(model, X[:rows], loss=nn.binary_cross_entropy)


@pytest.mark.parametrize("rows", [3, 40], ids=["few", "many"])
@pytest.mark.parametrize("loss", [None, nn.cross_entropy, nn.nll_loss])
def test_probabilities_are_not_made_twice(loss, rows):
    """A model that ends in softmax has them already, whatever it was trained with."""
    logits = nn.MLP(3, [4, 3], rng=1)
    model = nn.Sequential(logits, autograd.softmax)
    expected = [[y.data for y in model(x)] for x in X[:rows]]
    for row, true in zip(nn.predict_proba(model, X[:rows], loss=loss), expected):
        assert row == pytest.approx(true, rel=1e-12)
        assert sum(row) == pytest.approx(1.0, rel=1e-12)
    if loss is nn.nll_loss:
        with pytest.raises(autograd.InputValueError, match="end the model in log_softmax"):
            nn.predict_proba(logits, X[:rows], loss=loss)


@pytest.mark.parametrize("loss", [nn.mse_loss, nn.l1_loss])
def test_regression_means_numbers(loss):
    """`predict` gives them and `score` is R², for one output and for several."""
    for width, targets in ((1, [x[0] for x in X]), (2, [x[:2] for x in X])):
        model = nn.MLP(3, [width], rng=1)
        outputs = np.array([[y.data for y in model(x)] for x in X])
        expected = outputs[:, 0] if width == 1 else outputs
        assert np.array(nn.predict(model, X, loss=loss)) == pytest.approx(expected, rel=1e-12)
        t = np.array(targets).reshape(len(X), -1)
        errors, spread = ((outputs - t) ** 2).sum(0), ((t - t.mean(0)) ** 2).sum(0)
        assert nn.score(model, X, targets, loss=loss) == pytest.approx(
            (1 - errors / spread).mean(), rel=1e-12
        )


def test_options_of_a_loss_do_not_hide_it():
    assert reading(functools.partial(nn.mse_loss, reduction="sum")) == reading(nn.mse_loss)
    assert reading(lambda z, t: 0.0) is None
    assert reading(nn.hinge_loss, targets=[[1, 1]]) == Reading("labels", "margin", low=-1)
    assert reading(nn.hinge_loss, targets=[[1, -1]]) == Reading("classes")


def test_truths_by_number_get_the_names_that_labels_have():
    """And such as are names stay."""
    meaning = Reading("classes", names=["a", "b"])
    assert meaning.truths([1, 0]) == meaning.truths(["b", "a"]) == ["b", "a"]
    assert Reading("classes").truths([1, 0]) == [1, 0]


def test_several_labels_are_no_class():
    """Where one class is wanted, a row that names two is refused instead of read by halves."""
    with pytest.raises(autograd.InputValueError, match=r"one label was wanted of \[0, 1, 1\]"):
        nn.score(nn.MLP(3, [3], rng=1), X[:1], [[0, 1, 1]])


@pytest.mark.parametrize(
    "meaning",
    [Reading("labels"), Reading("labels", low=-1), Reading("classes"), Reading("labels", limit=0.5),
     Reading("classes", decide=lambda row: row[0] > 0), Reading("classes", names=["a", "b", "c"])],
    ids=["labels", "signs", "classes", "chances", "decided", "named"],
)  # fmt: skip
def test_arrays_are_judged_as_lists_are(meaning):
    """Hits are counted alike, whatever outputs and truths come in."""
    rng = np.random.default_rng(0)
    columns = 3 if meaning.of == "classes" else 1
    for outputs in (rng.normal(size=(50, columns)), rng.normal(size=50)):
        if columns > 1 and outputs.ndim == 1:
            continue
        for truths in (rng.integers(-1, 3, 50), rng.integers(0, 2, 50).astype(float)):
            expected = meaning.judged(outputs.tolist(), truths.tolist())
            assert meaning.judged(outputs, truths) == expected
            assert meaning.judged(outputs.tolist(), truths) == expected
            [(hits, counted)] = expected
            assert 0 <= hits <= counted == 50
            parts = meaning.judged(outputs, truths, 5)
            assert parts == meaning.judged(outputs.tolist(), truths.tolist(), 5)
            assert [sum(x) for x in zip(*parts)] == [hits, counted]
