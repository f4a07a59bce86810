"""Predictions: labels, probabilities and scores, recorded or Value by Value."""

import math

import numpy as np
import pytest

import autograd
import nn
from nn.predict import predict_outputs

X = [[math.sin(i), math.cos(3 * i)] for i in range(128)]
MODEL = nn.MLP(2, [4, 3], activation="tanh", rng=3)


@pytest.mark.parametrize("backend", ["auto", "array", "loop", "eager"])
def test_predict_decides_for_each_row(backend):
    expected = [max(range(3), key=lambda i: MODEL(x)[i].data) for x in X]
    assert nn.predict(MODEL, X, backend=backend) == expected
    assert nn.predict(MODEL, np.array(X), backend=backend) == expected
    assert nn.predict(MODEL, iter(X), backend=backend) == expected
    assert set(nn.predict(MODEL, X, decide=lambda z: z[0] > z[1], backend=backend)) == {False, True}


def test_models_predict_for_themselves():
    """As estimators do elsewhere: the same functions, with the same options."""
    labels = nn.predict(MODEL, X)
    assert MODEL.predict(X) == labels
    assert MODEL.predict(X, decide=min) == nn.predict(MODEL, X, decide=min)
    assert MODEL.predict_proba(X) == nn.predict_proba(MODEL, X)
    logs = nn.Sequential(MODEL, autograd.log_softmax)
    assert logs.predict_proba(X, loss=nn.nll_loss)[0] == pytest.approx(MODEL.predict_proba(X)[0])
    assert MODEL.score(X, [0] * len(X)) == labels.count(0) / len(X)


def test_few_rows_are_not_worth_a_recording():
    """The outputs are the model's own, to the bit."""
    assert predict_outputs(MODEL, X[:3]) == [[y.data for y in MODEL(x)] for x in X[:3]]
    assert predict_outputs(nn.Neuron(2, rng=0), X[:3]) == [
        nn.Neuron(2, rng=0)(x).data for x in X[:3]
    ]


@pytest.mark.parametrize(
    ("sizes", "rows", "recorded"),
    [([5], 30, False), ([7], 60, True), ([40, 40, 3], 9, False), ([40, 40, 5], 12, True)],
)
def test_recording_pays_by_rows_and_parameters(sizes, rows, recorded):
    """A large model is worth it sooner: an array of outputs tells that it was recorded."""
    model = nn.MLP(2, sizes, activation="softplus", rng=0)
    assert hasattr(predict_outputs(model, X[:rows]), "shape") == recorded
    for _ in range(60):  # and rows that come one by one count together
        one = predict_outputs(model, X[:1])
    assert hasattr(one, "shape")


@pytest.mark.parametrize("rows", [X[:3], X], ids=["few", "many"])
def test_probabilities_are_what_the_loss_means(rows):
    """Softmax for cross_entropy, sigmoid for logits, the output itself for chances."""
    for p, x in zip(nn.predict_proba(MODEL, rows), rows):
        assert p == pytest.approx([y.data for y in autograd.softmax(MODEL(x))], rel=1e-12)
    logs = nn.Sequential(MODEL, autograd.log_softmax)
    for p, q in zip(nn.predict_proba(logs, rows, loss=nn.nll_loss), nn.predict_proba(MODEL, rows)):
        assert p == pytest.approx(q, rel=1e-12)
    for model in (nn.MLP(2, [1], rng=0), nn.Neuron(2, rng=0)):
        logits = predict_outputs(model, rows, backend="eager")
        chances = nn.predict_proba(model, rows, loss=nn.binary_cross_entropy_with_logits)
        for (zero, one), z in zip(chances, logits):
            z = z[0] if isinstance(z, list) else z
            assert one == pytest.approx(1 / (1 + math.exp(-z)), rel=1e-12)
            assert zero + one == pytest.approx(1.0)
    model = nn.MLP(2, [1], output="sigmoid", rng=0)
    for (zero, one), x in zip(nn.predict_proba(model, rows, loss=nn.binary_cross_entropy), rows):
        assert one == pytest.approx(model(x)[0].data, rel=1e-12)
        assert zero == pytest.approx(1 - one)


def test_losses_without_probabilities_are_refused():
    with pytest.raises(autograd.InputValueError, match="predict_proba knows the probabilities"):
        nn.predict_proba(MODEL, X, loss=nn.mse_loss)


def test_score_is_the_share_of_right_labels():
    labels = nn.predict(MODEL, X)
    assert nn.score(MODEL, X, labels) == 1.0
    wrong = [(label + 1) % 3 for label in labels[:32]] + labels[32:]
    assert nn.score(MODEL, X, np.array(wrong)) == 1 - 32 / len(X)
    assert nn.score(MODEL, X, np.eye(3)[wrong]) == 1 - 32 / len(X)


def test_columns_of_targets_are_labels_too():
    """As arrays with one column come: in the accuracy while learning, and in scores."""
    y = [int(x[0] > 0.0) for x in X]
    loss = nn.binary_cross_entropy_with_logits
    histories, scores = [], []
    for targets in (y, [[t] for t in y], np.array(y).reshape(-1, 1)):
        model = nn.MLP(2, [1], rng=0)
        optimizer = nn.SGD(model.parameters(), 0.5)
        options = {"loss": loss, "optimizer": optimizer, "epochs": 4, "rng": 0, "progress": False}
        histories.append(nn.fit(model, X, targets, validation=(X, targets), **options))
        scores.append(nn.score(model, X, targets, loss=loss))
    assert scores[0] > 0.9
    for history, score in zip(histories, scores):
        assert score == scores[0] == history.val_accuracy[-1]
        assert history.accuracy == histories[0].accuracy


@pytest.mark.parametrize("rows", [X[:3], X], ids=["few", "many"])
@pytest.mark.parametrize("make", [nn.Neuron, lambda nin, rng: nn.MLP(nin, [1], rng=rng)])
def test_one_output_is_a_label_by_the_loss(make, rows):
    """A logit above 0, a chance above a half, the sign of a margin; or as `decide` says."""
    model = make(2, rng=0)
    outputs = predict_outputs(nn.Sequential(model, lambda z: z), rows, backend="eager")
    flat = [z[0] if isinstance(z, list) else z for z in outputs]
    for loss, label in (
        (nn.binary_cross_entropy_with_logits, lambda z: int(z > 0.0)),
        (nn.binary_cross_entropy, lambda z: int(z > 0.5)),
        (nn.hinge_loss, lambda z: 1 if z > 0.0 else -1),
    ):
        labels = [label(z) for z in flat]
        assert nn.predict(model, rows, loss=loss) == labels
        assert nn.score(model, rows, labels, loss=loss) == 1.0
    assert set(nn.predict(model, rows, decide=lambda z: "x")) == {"x"}
    with pytest.raises(autograd.InputValueError, match=r"one output is no label by itself: say"):
        nn.predict(model, rows)
    with pytest.raises(autograd.InputValueError, match=r"known for the losses .*but got <lambda>"):
        nn.score(model, rows, [0] * len(rows), loss=lambda y, t: y)


def test_predictions_are_the_same_inside_no_grad():
    """Where people put them who come from PyTorch."""
    expected = nn.predict(MODEL, X), nn.predict_proba(MODEL, X), nn.predict(MODEL, X[:3])
    with autograd.no_grad():
        assert (
            nn.predict(MODEL, X),
            nn.predict_proba(MODEL, X),
            nn.predict(MODEL, X[:3]),
        ) == expected


def test_bad_rows_and_backends_are_refused():
    with pytest.raises(autograd.InputValueError, match="takes 2 inputs, but got 1"):
        nn.predict(MODEL, [[1.0]] * 100)
    with pytest.raises(autograd.InputValueError, match="X holds nan in row 1"):
        nn.predict(MODEL, [X[0], [math.nan, 1.0]])
    with pytest.raises(autograd.InputValueError, match="backend is one of"):
        nn.predict(MODEL, X, backend="numpy")
