"""Accuracy and confusion matrices."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value
from nn.metrics import (
    accuracy,
    argmax,
    confusion_matrix,
    render_confusion_matrix,
)

labels = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)


def test_argmax_takes_floats_and_values_and_the_first_of_equals():
    assert argmax([1.0, 3.0, 2.0]) == 1
    assert argmax([Value(1.0), Value(3.0), Value(3.0)]) == 1


@given(labels)
def test_matrix_counts_every_pair(pairs):
    """Entry (i, j) is how often i was taken for j; the diagonal's share is the accuracy."""
    actual, predicted = zip(*pairs)
    matrix = confusion_matrix(actual, predicted, classes=5)
    assert all(matrix[i][j] == pairs.count((i, j)) for i in range(5) for j in range(5))
    assert accuracy(actual, predicted) == sum(matrix[i][i] for i in range(5)) / len(pairs)


def test_classes_default_to_the_largest_label():
    """Whether it is actual or predicted."""
    assert confusion_matrix([0], [0]) == [[1]]
    assert confusion_matrix([0, 1], [2, 1]) == [[0, 0, 1], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize(("actual", "predicted"), [([3], [0]), ([0], [3]), ([-1], [0])])
def test_labels_outside_the_classes_are_refused(actual, predicted):
    confusion_matrix([2], [2], classes=3)
    with pytest.raises(autograd.InputValueError, match="is none of 0, 1, 2"):
        confusion_matrix(actual, predicted, classes=3)


@pytest.mark.parametrize("metric", [accuracy, confusion_matrix])
@pytest.mark.parametrize(("actual", "predicted"), [([], []), ([1], [1, 2])])
def test_predictions_must_match_labels(metric, actual, predicted):
    with pytest.raises(autograd.InputValueError, match=f"{metric.__name__} takes a prediction for"):
        metric(actual, predicted)


def test_rendering_aligns_names_and_counts():
    assert render_confusion_matrix([[100, 0], [7, 93]], names=["cat", "horse"]) == (
        "              predicted\n"
        "                cat horse\n"
        "actual   cat    100     .\n"
        "       horse      7    93"
    )


def test_confusion_matrices_of_words():
    """In sorted order, or in the order given."""
    actual, predicted = ["b", "a", "b", "c"], ["b", "b", "b", "a"]
    assert confusion_matrix(actual, predicted) == [[0, 1, 0], [0, 2, 0], [1, 0, 0]]
    assert confusion_matrix(actual, predicted, classes=["c", "b", "a"]) == [
        [0, 0, 1],
        [0, 2, 0],
        [0, 1, 0],
    ]
    with pytest.raises(autograd.InputValueError, match="'c' is none of a, b"):
        confusion_matrix(actual, predicted, classes=["a", "b"])


def test_measures_of_regression_are_scikit_learn_s():
    """For one output and for several, and for a target that is constant."""
    from sklearn import metrics

    rng = random.Random(0)
    one = [[rng.gauss(0.0, 1.0) for _ in range(9)] for _ in range(2)]
    several = [[[rng.gauss(0.0, 1.0) for _ in range(3)] for _ in range(9)] for _ in range(2)]
    for actual, predicted in (one, several, ([1.0, 1.0], [1.0, 2.0]), ([1.0, 1.0], [1.0, 1.0])):
        for name in ("mean_squared_error", "mean_absolute_error", "r2_score"):
            expected = getattr(metrics, name)(actual, predicted)
            assert getattr(nn.metrics, name)(actual, predicted) == pytest.approx(
                expected, rel=1e-12
            )
    with pytest.raises(autograd.InputValueError, match="rows of one length"):
        nn.metrics.r2_score([[1.0, 2.0]], [[1.0]])
