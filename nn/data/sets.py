"""Data sets to learn from: two moons in the plane, and handwritten digits.

Each gives `X`, a row of floats for each example, and `y`, its label. They are public as
`nn.data.moons` and so on. Next: :mod:`nn.data.examples` splits and shuffles them.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from random import Random
from typing import Any

from autograd.extras import needed
from autograd.reals import check_count, check_number
from nn.checks import as_rng
from nn.errors import DataFileError

__all__ = ["digits", "mnist", "moons"]

Rows = list[list[float]]

GZIP = b"\x1f\x8b"


def moons(n: int = 100, *, noise: float = 0.1, rng: Random | int = 0) -> tuple[Rows, list[int]]:
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


def digits() -> tuple[Rows, list[int]]:
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

    A row of `X` is a picture's grey levels from 0 to 1, line by line; `y` are integers. `directory`
    holds the four files that MNIST, or another set of the same make, is published as:
    ``train-images-idx3-ubyte`` and so on, with or without ``.gz``.

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
    (X_train, y_train), (X_test, y_test) = (_examples(folder, part) for part in ("train", "t10k"))
    if X_train.shape[1] != X_test.shape[1]:
        raise DataFileError(
            f"pictures of one size belong together, but in {str(folder)!r} those to learn from "
            f"have {X_train.shape[1]} pixels and those of the test {X_test.shape[1]}"
        )
    return X_train, X_test, y_train, y_test


def _examples(folder: Path, part: str) -> tuple[Any, Any]:
    """Rows of grey levels from 0 to 1 with their labels, out of a pair of files."""
    X = _idx(folder / f"{part}-images-idx3-ubyte", 3)
    y = _idx(folder / f"{part}-labels-idx1-ubyte", 1)
    if len(X) != len(y) or not X.size:
        raise DataFileError(
            f"each picture needs a label, but {str(folder)!r} holds {len(X)} pictures of "
            f"{X.shape[1]} x {X.shape[2]} pixels for {part}, and {len(y)} labels"
        )
    return X.reshape(len(X), -1) / 255.0, y.astype("int64")


def _idx(path: Path, axes: int) -> Any:
    """The array of bytes along so many axes in an IDX file, or in that file with ``.gz``.

    It begins with two zero bytes, an 8 for bytes, the number of axes, and the length of each in
    four bytes, big-endian (http://yann.lecun.com/exdb/mnist). Memory grows with what the file
    holds, not with what it claims.
    """
    np = needed("numpy", "nn.data.mnist")
    path = path if path.exists() else path.with_name(f"{path.name}.gz")
    name = repr(str(path))
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content[:2] == GZIP else content
    except (OSError, EOFError, zlib.error) as error:
        raise DataFileError(
            f"cannot read {name}, which is missing, damaged or cut short: {error}"
        ) from error
    magic, start = bytes([0, 0, 8, axes]), 4 + 4 * axes
    if content[:4] != magic or len(content) < start:
        raise DataFileError(
            f"{name} is no IDX file of bytes along {axes} axes: it begins with "
            f"{content[:start].hex(' ') or 'nothing'}, but such files begin with "
            f"{magic.hex(' ')} and {axes} lengths; is it in another's place?"
        )
    shape = struct.unpack_from(f">{axes}I", content, 4)
    if math.prod(shape) != len(content) - start:
        raise DataFileError(
            f"{name} says that it holds {' x '.join(map(str, shape))} bytes, {math.prod(shape):,}, "
            f"but it has {len(content) - start:,}: fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
