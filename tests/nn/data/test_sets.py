"""Data sets: points in the plane, and digits."""

import gzip
import math
import random
import statistics
import sys

import numpy as np
import pytest

import autograd
import nn
from tests.nn.data.test_idx import idx

# Points in the plane


def test_moons_without_noise_lie_on_their_half_circles():
    """Label 0: upper half around (0, 0); label 1: lower half around (1, 0.5); radius 1."""
    X, y = nn.data.moons(101, noise=0.0)
    assert [len(X), y.count(0), y.count(1)] == [101, 51, 50]
    for (a, b), label in zip(X, y):
        center = (1.0, 0.5) if label else (0.0, 0.0)
        assert math.dist((a, b), center) == pytest.approx(1.0, rel=1e-12)
        assert (b <= 0.5 + 1e-12) if label else (b >= -1e-12)
    ends = [X[0], X[100], X[1], X[99]]
    assert np.array(ends) == pytest.approx(np.array([[1, 0], [-1, 0], [0, 0.5], [2, 0.5]]))


def test_noise_has_the_deviation_asked_for():
    clean, _ = nn.data.moons(2000, noise=0.0)
    noisy, _ = nn.data.moons(2000, noise=0.2, rng=1)
    shifts = [a - b for p, q in zip(clean, noisy) for a, b in zip(p, q)]
    # 4,000 draws: the spread is off by about 1 %.
    assert statistics.pstdev(shifts) == pytest.approx(0.2, rel=0.05)
    assert noisy == nn.data.moons(2000, noise=0.2, rng=random.Random(1))[0]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_points(n):
    assert [len(part) for part in nn.data.moons(n)] == [n, n]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"n": 0}, ValueError),
        ({"n": 1.5}, TypeError),
        ({"noise": -1}, ValueError),
        ({"noise": math.inf}, ValueError),
        ({"rng": "seed"}, TypeError),
    ],
)
def test_impossible_points(options, error):
    with pytest.raises(error):
        nn.data.moons(**options)


# Digits


def test_digits_are_the_real_ones():
    X, y = nn.data.digits()
    assert len(X) == len(y) == 1797
    assert {len(row) for row in X} == {64}
    assert [min(map(min, X)), max(map(max, X))] == [0.0, 1.0]
    assert [y.count(d) for d in range(10)] == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert {type(number) for number in X[0]} == {float}
    assert {type(label) for label in y} == {int}


def test_digits_without_scikit_learn_name_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(autograd.MissingExtraError, match=r"scikit-learn.*scalar-autograd\[demo\]"):
        nn.data.digits()


# MNIST


def write_mnist(folder, zipped=False, **replaced):
    """Three pictures of 2x2 to learn from and two to be tested with; some files replaced."""
    arrays = {
        "train-images-idx3-ubyte": np.arange(12).reshape(3, 2, 2) * 23,
        "train-labels-idx1-ubyte": np.array([5, 0, 9]),
        "t10k-images-idx3-ubyte": np.full((2, 2, 2), 51),
        "t10k-labels-idx1-ubyte": np.array([7, 2]),
    }
    for name, array in arrays.items():
        content = replaced.get(name[:8].replace("-", "_"), idx(array))
        if content is not None:
            path = folder / (f"{name}.gz" if zipped else name)
            path.write_bytes(gzip.compress(content) if zipped else content)
    return folder


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
def test_mnist_reads_four_files(tmp_path, zipped):
    """A row a picture, grey levels from 0 to 1; sizes are those of the headers."""
    folder = write_mnist(tmp_path, zipped)
    X_train, X_test, y_train, y_test = nn.data.mnist(folder)
    assert X_train == pytest.approx(np.arange(12).reshape(3, 4) * 23 / 255, rel=1e-15)
    assert X_test.tolist() == [[0.2] * 4] * 2
    assert (y_train.tolist(), y_test.tolist()) == ([5, 0, 9], [7, 2])
    assert nn.data.mnist(str(folder))[0].dtype == np.float64


MISFITS = {
    "missing": ({"t10k_lab": None}, "cannot read .*t10k-labels-idx1-ubyte.gz.*No such file"),
    "too few labels": (
        {"train_la": idx(np.array([1, 2]))},
        "3 pictures of 2 x 2 .* and 2 labels",
    ),
    "no pictures": (
        {"train_im": idx(np.zeros((0, 2, 2))), "train_la": idx(np.zeros(0))},
        "0 pictures of 2 x 2 pixels",
    ),
    "labels for pictures": (
        {"train_im": idx(np.array([1, 2]))},
        "train-images.* along 3 axes: .* 00 00 08 01 .* is it in another's place",
    ),
    "other sizes": (
        {"t10k_ima": idx(np.zeros((2, 3, 3)))},
        "to learn from have 4 pixels and those of the test 9",
    ),
    "damaged": ({"t10k_ima": b"<html>"}, "t10k-images-idx3-ubyte.* is no IDX file of bytes"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_mnist_refuses_files_that_do_not_fit(tmp_path, case):
    replaced, message = MISFITS[case]
    with pytest.raises(nn.DataFileError, match=message):
        nn.data.mnist(write_mnist(tmp_path, **replaced))
