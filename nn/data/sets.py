"""Data sets to learn from: two moons in the plane, and handwritten digits.

Each gives `X`, a row of floats for each example, and `y`, its label. They are public as
`nn.data.moons` and so on. Next: :mod:`nn.data.examples` splits and shuffles them.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from random import Random
from typing import Any

from autograd.extras import needed
from nn.checks import as_rng, check_count, check_number
from nn.data.idx import read_idx
from nn.errors import DataFileError

__all__ = ["digits", "mnist", "moons"]

Rows = list[list[float]]
Labels = list[int]

MNIST_FILES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip


def moons(n: int = 100, *, noise: float = 0.1, rng: Random | int = 0) -> tuple[Rows, Labels]:
    """Two interleaved half circles of radius 1, `n` points in all, with Gaussian noise.

    Label 0 lies on the upper half circle around (0, 0), label 1 on the lower around (1, 0.5).

    >>> X, y = moons(4, noise=0.0)
    >>> [[round(c, 3) for c in row] for row in X], y
    ([[1.0, 0.0], [0.0, 0.5], [-1.0, 0.0], [2.0, 0.5]], [0, 1, 0, 1])
    """
    y = [i % 2 for i in range(check_count("n", n))]
    noise, generator = check_number("noise", noise), as_rng(rng)
    X = []
    for i, label in enumerate(y):
        last = max(1, (n - label - 1) // 2)  # place of the last point on this half
        angle = math.pi * (i // 2 / last)
        a, b = math.cos(angle), math.sin(angle)
        point = (1.0 - a, 0.5 - b) if label else (a, b)
        X.append([c + noise * generator.normalvariate(0.0, 1.0) for c in point])
    return X, y


def digits() -> tuple[Rows, Labels]:
    """The 1,797 handwritten digits that scikit-learn ships: 64 grey levels from 0 to 1, a label.

    Raises MissingExtraError where scikit-learn is not installed.

    >>> X, y = digits()
    >>> len(X), len(X[0]), y[:4]
    (1797, 64, [0, 1, 2, 3])
    """
    bunch = needed("sklearn.datasets", "nn.data.digits").load_digits()
    return (bunch.data / 16.0).tolist(), bunch.target.tolist()


def mnist(directory: str | os.PathLike[str]) -> tuple[Any, Any, Any, Any]:
    """(X_train, X_test, y_train, y_test) of MNIST's handwritten digits, as NumPy arrays.

    A row of `X` is a picture of 28x28 grey levels from 0 to 1, line by line; `y` are integers.
    `directory` holds the four files that MNIST is published as, ``train-images-idx3-ubyte`` and so
    on, with or without ``.gz``; sets of the same make, such as Fashion-MNIST, will do, of any
    number and size of pictures.

    Raises DataFileError where a file is missing or damaged, or files do not fit together;
    MissingExtraError without NumPy.

    >>> mnist("/no/such/folder")
    Traceback (most recent call last):
        ...
    nn.errors.DataFileError: '/no/such/folder' is no folder: give the one that holds MNIST's files
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise DataFileError(f"{str(folder)!r} is no folder: give the one that holds MNIST's files")
    paths = [_present(folder, name) for name in MNIST_FILES]
    X_train, y_train = _examples(*paths[:2])
    X_test, y_test = _examples(*paths[2:])
    if X_train.shape[1:] != X_test.shape[1:]:
        raise DataFileError(
            f"pictures of one size belong together, but those in {str(paths[0])!r} have "
            f"{X_train.shape[1]} pixels and those in {str(paths[2])!r} {X_test.shape[1]}"
        )
    return X_train, X_test, y_train, y_test


def _present(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise DataFileError(f"{str(folder)!r} holds neither {name} nor {name}.gz")


def _examples(images: Path, labels: Path) -> tuple[Any, Any]:
    """Rows of grey levels from 0 to 1 with their labels, out of a pair of files."""
    X, y = read_idx(images, 3), read_idx(labels, 1)
    if len(X) != len(y) or not X.size:
        raise DataFileError(
            f"each picture needs a label, but {str(images)!r} holds {len(X)} of {X.shape[1]} x "
            f"{X.shape[2]} pixels and {str(labels)!r} {len(y)} labels"
        )
    if y.max() > 9:
        row = int(y.argmax())
        raise DataFileError(
            f"{str(labels)!r} labels picture {row} {y[row]}: labels are 0 to 9, so it is damaged"
        )
    return X.reshape(len(X), -1) / 255.0, y.astype("int64")
