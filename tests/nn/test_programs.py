"""Recordings: a model and its loss as programs, and what cannot become one."""

import numpy as np
import pytest

import autograd
import nn
from autograd.keeping import Portrait
from nn.data.examples import as_arrays, as_matrix
from nn.programs import ROWS, Recording, recorded_outputs
from nn.targets import Coding

X = [[0.1 * i, -0.3 * i, 1.0] for i in range(1, 9)]
CLASSES = [0, 1, 2, 0, 1, 2, 0, 1]


def recording(model, loss, targets):
    rows, targets = as_arrays(X, targets)
    coding = Coding(loss, [y.data for y in model(X[0])], targets)
    return Recording(model, coding, model.parameters(), rows, targets)


def parameters(model):
    return np.array([p.data for p in model.parameters()])


def test_losses_outputs_and_gradient_are_the_model_s():
    model = nn.MLP(3, [4, 3], activation="tanh", rng=0)
    recorded = recording(model, nn.cross_entropy, CLASSES)
    rows, T, P = as_matrix(X), recorded.coding.array(CLASSES), parameters(model)
    errors = [nn.cross_entropy(model(x), t) for x, t in zip(X, CLASSES)]
    true = np.array([[y.data for y in model(x)] for x in X])
    autograd.mean(errors).backward()
    pair, grad = recorded.gradient(rows, T, P)
    for losses, outputs in (pair, recorded.judged(rows, T, P)):
        assert losses == pytest.approx([e.data for e in errors], rel=1e-12)
        assert outputs == pytest.approx(true, rel=1e-12)
    assert grad == pytest.approx([p.grad for p in model.parameters()], rel=1e-10)


def test_many_rows_go_through_in_parts():
    """More than a program gets at once: the same numbers in the same order."""
    model = nn.Neuron(1, rng=0)
    rows = np.arange(2.0 * ROWS + 5).reshape(-1, 1)
    outputs = recorded_outputs(model, rows, portrait=Portrait(model))
    assert outputs.shape == (2 * ROWS + 5,)
    assert outputs == pytest.approx(rows[:, 0] * model.weights[0].data)


def test_classes_become_one_hot_vectors_where_there_are_several_outputs():
    several = recording(nn.Layer(3, 3, rng=0), nn.cross_entropy, CLASSES)
    assert several.coding.array([2, 0]).tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    assert several.coding.array([True, False]).tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    one = recording(nn.Layer(3, 1, rng=0), nn.mse_loss, CLASSES)
    assert one.coding.array([2, 0]).tolist() == [2.0, 0.0]
    with pytest.raises(autograd.InputValueError, match="class 3 is outside the 3 classes 0 to 2"):
        several.coding.array([0, 3])


class Branching(nn.Module):
    """Chooses in Python by its input: a recording would freeze the first row's choice."""

    def __init__(self):
        self.w = autograd.Value(2.0)

    def __call__(self, inputs):
        x = inputs[0]
        return self.w * x if x < 0.5 else self.w - x


class Peeking(Branching):
    """The same choice by a number that was taken out of the graph."""

    def __call__(self, inputs):
        x = inputs[0]
        return self.w * x if getattr(x, "data", x) < 0.5 else self.w - x


class Choosing(Branching):
    """The same choice as a recording keeps it."""

    def __call__(self, inputs):
        x = inputs[0]
        return autograd.where(x < 0.5, self.w * x, self.w - x)


def fit(model, loss=nn.mse_loss, **options):
    targets = [float(t) for t in CLASSES]
    optimizer = nn.SGD(model.parameters(), 0.01)
    nn.fit(model, X, targets, loss=loss, optimizer=optimizer, epochs=1, progress=False, **options)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Branching, r"test_programs\.py:\d+: return self\.w \* x if x < 0\.5"),
        (
            Peeking,
            r"the number \(\.data\) .* at .*test_programs\.py:\d+: return self\.w \* x if get",
        ),
    ],
)
def test_a_frozen_branch_is_refused(kind, message):
    """`where` chooses anew in every call; eager training may branch."""
    choosing, eager, model = Choosing(), kind(), kind()
    fit(choosing)
    fit(eager, backend="eager")
    assert choosing.w.data == pytest.approx(eager.w.data, rel=1e-12)
    with pytest.raises(autograd.TraceError, match=message) as caught:
        fit(model)
    assert 'backend="eager"' in str(caught.value)
    assert model.w.data == 2.0


def test_predictions_choose_row_by_row_too():
    """A branch is refused where the model is recorded, and fine where it is not."""
    rows = X * 20
    expected = [Peeking()(x).data for x in rows]
    assert nn.predict(Choosing(), rows, decide=float) == pytest.approx(expected)
    with pytest.raises(autograd.TraceError, match="where, maximum or minimum"):
        nn.predict(Branching(), rows, decide=float)
    assert nn.predict(Branching(), rows, decide=float, backend="eager") == expected


def test_a_loss_that_cannot_take_values_is_refused():
    """It indexes with the target; eager training passes a plain number."""

    def picky(outputs, target):
        return outputs * [1.0, 2.0, 3.0][int(target) if isinstance(target, float) else target]

    with pytest.raises(autograd.TraceError, match=r"cannot record this model and loss.*eager"):
        fit(nn.Neuron(3, rng=0), picky)
    fit(nn.Neuron(3, rng=0), picky, backend="eager")


@pytest.mark.parametrize("wrap", [list, np.array, lambda x: np.array(x, dtype=np.float32)])
def test_lists_and_arrays_become_matrices(wrap):
    rows, targets = as_arrays(wrap(X), wrap(CLASSES))
    assert rows.dtype == float
    assert rows == pytest.approx(np.array(X), rel=1e-6)
    assert targets == CLASSES


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x[:3], "X has 3 rows, but y has 8"),
        (lambda x: np.array(x)[:3], "X has 3 rows, but y has 8"),
        (lambda x: np.array(x) * np.inf, "X holds inf in row 0"),
        (lambda x: np.zeros((0, 3)), "the data set is empty"),
    ],
)
def test_bad_arrays_are_refused_as_bad_lists_are(change, message):
    as_arrays(np.array(X), np.array(CLASSES))
    with pytest.raises(autograd.InputValueError, match=message):
        as_arrays(change(X), np.array(CLASSES))
