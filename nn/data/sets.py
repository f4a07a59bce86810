"""Data sets to learn from: points in the plane, and handwritten digits.

Each gives `X`, a row of floats for each example, and `y`, its label. The points are drawn with
`rng`, a `random.Random` or a seed, and classes take turns, so `y` begins 0, 1, 0, 1. They are
public as `nn.data.moons` and so on. Next: :mod:`nn.data.examples` splits and shuffles them.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import autograd
from autograd.extras import needed
from nn.checks import as_rng, check_count
from nn.data.idx import read_idx
from nn.errors import DataFileError

__all__ = ["circles", "digits", "mnist", "moons", "spirals", "xor"]

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

    def point(label: int, t: float) -> tuple[float, float]:
        x, y = _polar(1.0, 0.5 * t)
        return (1.0 - x, 0.5 - y) if label else (x, y)

    return _points(point, n, 2, noise, rng)


def circles(
    n: int = 100, *, noise: float = 0.1, factor: float = 0.5, rng: Random | int = 0
) -> tuple[Rows, Labels]:
    """Two circles around (0, 0), `n` points in all, with Gaussian noise.

    Label 0 has radius 1, label 1 radius `factor`, between 0 and 1: no line can part them.

    >>> X, y = circles(4, noise=0.0)
    >>> [[round(c, 3) + 0.0 for c in row] for row in X], y
    ([[1.0, 0.0], [0.5, 0.0], [-1.0, 0.0], [-0.5, 0.0]], [0, 1, 0, 1])
    """
    if not 0.0 < factor < 1.0:
        raise autograd.InputValueError(f"factor must be between 0 and 1, but got {factor!r}")
    radii = 1.0, factor
    return _points(lambda label, t: _polar(radii[label], t), n, 2, noise, rng, closed=True)


def spirals(
    n: int = 100, *, noise: float = 0.02, turns: float = 1.0, arms: int = 2, rng: Random | int = 0
) -> tuple[Rows, Labels]:
    """Spirals that wind around each other, `n` points in all, with Gaussian noise.

    Arm k has label k. Along it the radius grows evenly from 0.1 to 1 while the angle makes
    `turns` turns.

    >>> X, y = spirals(4, noise=0.0)
    >>> [[round(c, 3) + 0.0 for c in row] for row in X], y
    ([[0.1, 0.0], [-0.1, 0.0], [1.0, 0.0], [-1.0, 0.0]], [0, 1, 0, 1])
    """
    arms = check_count("arms", arms)
    if not math.isfinite(turns):
        raise autograd.InputValueError(f"turns must be a finite number, but got {turns!r}")
    return _points(
        lambda label, t: _polar(0.1 + 0.9 * t, turns * t + label / arms), n, arms, noise, rng
    )


def xor(n: int = 4, *, noise: float = 0.0, rng: Random | int = 0) -> tuple[Rows, Labels]:
    """The corners of the unit square in turn, `n` points in all; label 1 where one coordinate is 1.

    By default the four lines of the truth table, the smallest set that no single neuron learns.

    >>> xor()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [0, 1, 0, 1])
    """
    corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)]
    spread = _spread(noise, rng)
    places = [corners[i % 4] for i in range(check_count("n", n))]
    return [[x + spread(), y + spread()] for x, y in places], [i % 2 for i in range(n)]


def digits() -> tuple[Rows, Labels]:
    """The 1,797 handwritten digits that scikit-learn ships: 64 grey levels from 0 to 1, a label.

    Raises MissingExtraError where scikit-learn is not installed.

    >>> X, y = digits()
    >>> len(X), len(X[0]), y[:4]
    (1797, 64, [0, 1, 2, 3])
    """
    bunch = needed("sklearn.datasets", "nn.data.digits").load_digits()
    return (bunch.data / 16.0).tolist(), bunch.target.tolist()


def mnist(directory: str | os.PathLike[str] | None = None) -> tuple[Any, Any, Any, Any]:
    """(X_train, X_test, y_train, y_test) of MNIST's handwritten digits, as NumPy arrays.

    A row of `X` is a picture of 28x28 grey levels from 0 to 1, line by line; `y` are integers.
    `directory` holds the four files that MNIST is published as, ``train-images-idx3-ubyte`` and so
    on, with or without ``.gz``; sets of the same make, such as Fashion-MNIST, will do, of any
    number and size of pictures. Without it scikit-learn fetches the set once and keeps it.

    Raises DataFileError where a file is missing or damaged, or files do not fit together, or the
    set cannot be fetched; MissingExtraError without NumPy.

    >>> mnist("/no/such/folder")
    Traceback (most recent call last):
        ...
    nn.errors.DataFileError: '/no/such/folder' is no folder: give the one that holds MNIST's files
    """
    if directory is None:
        X, y = _fetched_mnist()
        return X[:60_000], X[60_000:], y[:60_000], y[60_000:]
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


def _polar(radius: float, turns: float) -> tuple[float, float]:
    return radius * math.cos(2.0 * math.pi * turns), radius * math.sin(2.0 * math.pi * turns)


def _points(
    point: Callable[[int, float], tuple[float, float]],
    n: int,
    classes: int,
    noise: float,
    rng: Random | int,
    *,
    closed: bool = False,
) -> tuple[Rows, Labels]:
    """`n` noisy points of `classes` curves in turn, evenly from t = 0 to 1, 1 being 0 if closed."""
    y = [i % classes for i in range(check_count("n", n))]
    spread = _spread(noise, rng)
    X = []
    for i, label in enumerate(y):
        last = (n - label - 1) // classes  # place of the last point on this curve
        across, up = point(label, i // classes / (last + 1 if closed else max(1, last)))
        X.append([across + spread(), up + spread()])
    return X, y


def _spread(noise: float, rng: Random | int) -> Callable[[], float]:
    if not (noise >= 0 and math.isfinite(noise)):
        raise autograd.InputValueError(f"noise must be 0 or more, but got {noise!r}")
    generator = as_rng(rng)
    return lambda: noise * generator.normalvariate(0.0, 1.0)


def _fetched_mnist() -> tuple[Any, Any]:
    datasets = needed("sklearn.datasets", "fetching MNIST")
    try:
        with warnings.catch_warnings():
            # Of every attempt that failed: the error below says it once.
            warnings.filterwarnings("ignore", "A network error occurred", UserWarning)
            # This parser needs no pandas.
            options = {"version": 1, "as_frame": False, "parser": "liac-arff"}
            bunch = datasets.fetch_openml("mnist_784", **options)
    except (OSError, ValueError) as error:
        raise DataFileError(
            f"MNIST could not be fetched from openml.org ({error}): go online, or get the files "
            f"{', '.join(f'{name}.gz' for name in MNIST_FILES)} and give the folder that holds "
            "them: --data DIR, or nn.data.mnist(DIR)"
        ) from error
    return bunch.data / 255.0, bunch.target.astype("int64")


def _present(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise DataFileError(f"{str(folder)!r} holds neither {name} nor {name}.gz")


def _examples(images: Path, labels: Path) -> tuple[Any, Any]:
    """Rows of grey levels from 0 to 1 with their labels, out of a pair of files."""
    X, y = read_idx(images), read_idx(labels)
    for path, array, axes in ((images, X, 3), (labels, y, 1)):
        if array.dtype != "uint8" or array.ndim != axes:
            raise DataFileError(
                f"{str(path)!r} must hold bytes along {axes} axes, but it holds {array.dtype} "
                f"along {array.ndim}: is it in the other's place?"
            )
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
