"""Splits, mini-batches, standardising, and what is refused."""

import math
import random
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from nn.data.examples import batches, check_examples, check_rows, train_test_split

seeds = st.integers(0, 1000)


# Mini-batches and splits


@given(st.integers(1, 40), st.integers(1, 50), seeds)
def test_batches_hold_each_example_once(n, size, seed):
    """All but the last are full."""
    got = list(batches(n, batch_size=size, rng=seed))
    assert sorted(i for chosen in got for i in chosen) == list(range(n))
    assert [len(chosen) for chosen in got] == [size] * (n // size) + [n % size] * (n % size > 0)


def test_batches_are_shuffled_by_the_seed_alone():
    """One seed, one order; a shared generator goes on to another order in the next epoch."""
    rng = random.Random(1)
    orders = [[i for part in batches(50, batch_size=8, rng=r) for i in part] for r in (1, rng, rng)]
    assert orders[0] == orders[1] != orders[2]


@given(st.integers(2, 60), st.floats(0.01, 0.99), seeds)
def test_split_loses_and_doubles_nothing(n, fraction, seed):
    """Both parts get at least one example, the test part about its fraction."""
    X, y = [[float(i)] for i in range(n)], list(range(n))
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=fraction, rng=seed)
    assert sorted(y_train + y_test) == y
    assert [row[0] for row in X_train + X_test] == y_train + y_test
    assert y_train
    assert y_test
    assert abs(len(y_test) - fraction * n) <= 1
    assert train_test_split(X, y, test_size=fraction, rng=seed)[3] == y_test


class Frame:
    """As a data frame: an array by protocol, but its items are names."""

    def __init__(self, numbers):
        self.numbers = np.asarray(numbers)

    def __array__(self, dtype=None, copy=None):
        return self.numbers

    def __len__(self):
        return len(self.numbers)

    def __iter__(self):
        return iter("ab")


def test_data_frames_are_arrays():
    rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert check_rows(Frame(rows)) == rows
    X, _, y, _ = train_test_split(Frame(rows), Frame([0, 1, 2]), rng=0)
    assert X.tolist() == [rows[i] for i in y.tolist()]


@pytest.mark.parametrize("row", [[1.0, 2.0], np.array([1, 2])])
def test_one_row_is_not_a_data_set(row):
    with pytest.raises(autograd.InputTypeError, match=r"X takes rows .* one row alone is \[row\]"):
        check_rows(row)
    assert check_rows([row]) == [[1.0, 2.0]]


def test_arrays_can_be_split():
    X, y = np.arange(8.0).reshape(4, 2), np.arange(4)
    parts = train_test_split(X, y, test_size=0.5, rng=0)
    assert [len(part) for part in parts] == [2, 2, 2, 2]


@pytest.mark.parametrize("test_size", [0, 1, 5, -0.5, math.nan])
def test_split_takes_a_fraction(test_size):
    with pytest.raises(
        autograd.InputValueError, match=r"test_size must be (a number above 0|below 1), but got"
    ):
        train_test_split([[1.0], [2.0]], [0, 1], test_size=test_size, rng=0)


def test_lengths_must_agree_and_not_vanish():
    train_test_split([[1.0], [2.0]], [0, 1], rng=0)
    with pytest.raises(autograd.InputValueError, match="X has 2 rows, but y has 1 targets"):
        train_test_split([[1.0], [2.0]], [0], rng=0)
    with pytest.raises(autograd.InputValueError, match="two examples or more, but got 0"):
        train_test_split([], [], rng=0)


def test_one_example_cannot_be_split_and_batches_are_not_empty():
    with pytest.raises(autograd.InputValueError, match="two examples or more, but got 1"):
        train_test_split([[1.0]], [0], rng=0)
    with pytest.raises(autograd.InputValueError, match="batch_size must be at least 1"):
        batches(1, batch_size=0, rng=0)


# Standardising


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=2, max_size=20))
def test_standardised_columns_have_mean_0_and_deviation_1(rows):
    """Unless a column is (nearly) constant, where rounding decides."""
    columns = list(zip(*nn.data.Standardizer().fit(rows).transform(rows)))
    for column, original in zip(columns, zip(*rows)):
        if statistics.pstdev(original) > 1e-3 * max(map(abs, original)):
            assert abs(statistics.fmean(column)) < 1e-9
            assert statistics.pstdev(column) == pytest.approx(1.0, rel=1e-9)


def test_standardising_remembers_its_statistics():
    """Test rows are measured with the training rows' ruler."""
    standardize = nn.data.Standardizer().fit(np.array([[0.0, 10.0], [4.0, 30.0]]))
    assert (standardize.mean, standardize.scale) == ([2.0, 20.0], [2.0, 10.0])
    assert standardize.transform([[6.0, 20.0]]) == [[2.0, 0.0]]
    with pytest.raises(autograd.InputValueError):
        standardize.fit([])
    assert standardize.mean == [2.0, 20.0]


@pytest.mark.parametrize("constant", [0.0, 5.0, 0.1, 1e300])
def test_constant_columns_are_only_shifted(constant):
    """No division by a spread that is zero, or would be but for rounding."""
    standardize = nn.data.Standardizer().fit([[constant]] * 7)
    assert standardize.transform([[constant]])[0][0] == pytest.approx(0.0, abs=1e-15 * constant)
    assert standardize.scale == [1.0]


def test_transform_needs_fit_and_as_many_columns():
    with pytest.raises(autograd.InputValueError, match="call fit first"):
        nn.data.Standardizer().transform([[1.0]])
    with pytest.raises(autograd.InputValueError, match="row 0 of X has 1 columns, but 2 are"):
        nn.data.Standardizer().fit([[1.0, 2.0]]).transform([[1.0]])


# What is refused


def test_rows_of_any_kind_become_lists_of_floats():
    wanted = [[1.0, 2.0], [3.0, 4.0]]
    for X in ([(1, 2), (3, 4)], np.array(wanted), np.array(wanted, np.float32), iter(wanted)):
        assert check_rows(X) == wanted


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([], ValueError, "the data set is empty"),
        ([[1.0, 2.0], [3.0]], ValueError, "row 1 of X has 1 columns, but 2 are wanted"),
        ([[1.0], [math.nan]], ValueError, "X holds nan in row 1, column 0"),
        ([[1.0, -math.inf]], ValueError, "X holds -inf in row 0, column 1"),
        ([[1.0, 10**400]], ValueError, "row 0 of X .* beyond a float"),
        ([["a"]], TypeError, "row 0 of X takes a real number"),
        (["12"], TypeError, "row 0 of X takes a real number"),
        ([None], TypeError, "row 0 of X takes a real number"),
        ([1.0, 2.0], TypeError, "X takes rows of numbers, but its first item is 1.0"),
        (3, TypeError, "X takes a list or an array, but got int"),
        ("abc", TypeError, "X takes a list or an array, but got str"),
    ],
)
def test_impossible_rows_are_refused(X, error, message):
    with pytest.raises(error, match=message) as caught:
        check_rows(X)
    assert isinstance(caught.value, autograd.AutogradError)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([0], ValueError, "X has 2 rows, but y has 1 targets"),
        ([0, math.nan], ValueError, "target 1 of y is nan"),
        ([[0.0, 1.0], [math.inf, 1.0]], ValueError, r"target 1 of y is \[inf"),
        ([0, 10**400], ValueError, "target 1 of y .* beyond a float"),
        ([0, "one"], TypeError, "target 1 of y takes a real number"),
        ([0, None], TypeError, "target 1 of y takes a real number"),
    ],
)
def test_impossible_targets_are_refused(y, error, message):
    X = [[1.0], [2.0]]
    assert check_examples(X, np.array([0, 1])) == (X, [0, 1])
    with pytest.raises(error, match=message) as caught:
        check_examples(X, y)
    assert isinstance(caught.value, autograd.AutogradError)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7, 8, 9, 63, 64, 65, 1000, 4095])
def test_batches_are_shuffled_as_python_shuffles(n):
    """Draw by draw, so that whoever shares the generator sees the same numbers afterwards."""
    one, other, order = random.Random(3), random.Random(3), [*range(n)]
    found = [i for chosen in nn.data.batches(n, batch_size=4, rng=one) for i in chosen]
    other.shuffle(order)
    assert (found, one.random()) == (order, other.random())
