"""Data: splitting, shuffling, standardising, and checks of it; the sets are in :mod:`nn.data.sets`.

A data set is `X`, a list of rows of floats, and `y`, a target for each row. Whatever draws random
numbers takes `rng`, a `random.Random` or a seed. Next: :mod:`nn.train.fitting` learns from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from numbers import Integral, Real
from random import Random
from typing import Any, TypeVar

import autograd
from autograd.arrays import Array
from autograd.extras import needed
from autograd.listed import floats_of, is_listed, items_of
from autograd.nests import flat, shape_of
from autograd.program.lists import regular
from autograd.program.shuffling import shuffled
from autograd.reals import check_count, check_number
from nn.checks import as_rng
from nn.kinds import Listed, Matrix, Targets

T = TypeVar("T")
Rows = list[list[float]]


def check_rows(X: Iterable[Iterable[float]], *, columns: int | None = None) -> Rows:
    """`X` as lists of floats; an error if it is empty, ragged, not numeric or not finite.

    A row may have several axes, as pictures have, unless a number of `columns` is wanted.

    >>> check_rows([(1, 2), (3, 4)])
    [[1.0, 2.0], [3.0, 4.0]]
    """
    items = items_of("X", X)
    if not items:
        raise autograd.InputValueError("the data set is empty: X needs at least one row")
    if isinstance(items[0], Real):
        raise autograd.InputTypeError(
            f"X takes rows of numbers, but its first item is {items[0]!r}: "
            "one row alone is [row], one column [[x] for x in column]"
        )
    rows = [floats_of(f"row {i} of X", row) for i, row in enumerate(items)]
    wanted = shape_of(rows[0]) if columns is None else (columns,)
    for i, row in enumerate(rows):
        shape, numbers = shape_of(row), flat(row)
        if shape is None or shape != wanted:
            found, fit = (" x ".join(map(str, each or "?")) for each in (shape, wanted))
            raise autograd.InputValueError(
                f"row {i} of X has {found} columns, but {fit} are wanted in every row"
            )
        if not all(map(math.isfinite, numbers)):
            j = [*map(math.isfinite, numbers)].index(False)
            raise autograd.InputValueError(
                f"X holds {numbers[j]} in row {i}, column {j}: drop the row or fill the gap"
            )
    return rows


def check_examples(X: Iterable[Iterable[float]], y: Iterable[T]) -> tuple[Rows, list[T]]:
    """`X` and `y` as lists, or an error: see `check_rows`, and one finite target is for each row.

    >>> check_examples([[1, 2]], (0,))
    ([[1.0, 2.0]], [0])
    """
    rows, targets = check_rows(X), items_of("y", y)
    if len(rows) != len(targets):
        raise autograd.InputValueError(
            f"X has {len(rows)} rows, but y has {len(targets)} targets: each row needs one"
        )
    return rows, [_target(i, target) for i, target in enumerate(targets)]


def _target(i: int, target: Any) -> Any:
    """A class's index as it is given, a number or numbers of another kind as floats."""
    several = is_listed(target)
    floats = floats_of(f"target {i} of y", target if several else [target])
    if not all(map(math.isfinite, flat(floats))):
        raise autograd.InputValueError(f"target {i} of y is {target!r}: it must be finite")
    if all(isinstance(number, (float, Integral)) for number in flat(target)):
        return target
    return floats if several else floats[0]


def as_matrix(X: Iterable[Iterable[float]]) -> Array:
    """Rows as an array of floats; errors as of `nn.data.check_rows`."""
    np, given = needed("numpy", "a data set of arrays"), regular(X, 2)
    found: Array = np.ascontiguousarray(check_rows(X) if given is None else given, float)
    return found


def as_arrays(X: Iterable[Iterable[float]], y: Targets) -> tuple[Array, list[Any]]:
    """Rows as an array of floats, and a list of targets; errors as of `nn.data.check_examples`."""
    np = needed("numpy", "a data set of arrays")
    # Of what can be read only once, a list.
    rows: Any = X if hasattr(X, "__len__") else items_of("X", X)
    targets: Any = y if hasattr(y, "__len__") else items_of("y", y)
    matrix, column = regular(rows, 2), regular(targets, 1)
    if matrix is None or column is None or len(matrix) != len(column):
        rows, targets = check_examples(rows, targets)
        return np.array(rows), targets
    listed = targets.tolist() if column is targets else [*targets]
    return np.ascontiguousarray(matrix, float), listed


def batches(n: int, *, batch_size: int, rng: Random | int) -> Iterator[list[int]]:
    """The numbers 0 to n−1, shuffled and cut into lists of `batch_size`; the last may be shorter.

    >>> [len(chosen) for chosen in batches(5, batch_size=2, rng=0)]
    [2, 2, 1]
    """
    size = check_count("batch_size", batch_size)
    order = shuffled(as_rng(rng), n)
    return (order[start : start + size] for start in range(0, n, size))


def train_test_split(
    X: Matrix,
    y: Listed,
    *,
    test_size: float = 0.25,
    rng: Random | int,
) -> tuple[Any, Any, Any, Any]:
    """(X_train, X_test, y_train, y_test), drawn at random; `test_size` is the fraction tested.

    Arrays give arrays, and other sequences lists. Both parts get at least one example.

    >>> X_train, X_test, y_train, y_test = train_test_split(range(8), range(8), rng=0)
    >>> len(X_train), len(X_test), sorted(y_train + y_test) == list(range(8))
    (6, 2, True)
    """
    if len(X) != len(y):
        raise autograd.InputValueError(f"X has {len(X)} rows, but y has {len(y)} targets")
    test_size = check_number("test_size", test_size, positive=True, fraction=True)
    if len(X) < 2:
        raise autograd.InputValueError(f"a split needs two examples or more, but got {len(X)}")
    order, rng = list(range(len(X))), as_rng(rng)
    rng.shuffle(order)
    tested = min(max(1, math.ceil(test_size * len(X))), len(X) - 1)
    test, train = order[:tested], order[tested:]
    return _taken(X, train), _taken(X, test), _taken(y, train), _taken(y, test)


def _taken(things: Matrix | Listed, indices: list[int]) -> Any:
    """An array of these rows of an array, or a list of these items."""
    if hasattr(things, "__array__"):
        return needed("numpy", "a split of arrays").asarray(things)[indices]
    return [things[i] for i in indices]


class Standardizer:
    """Shifts and scales columns to mean 0 and standard deviation 1, as measured in `fit`.

    Fit it on the training rows, then transform training and test rows alike. A constant column is
    only shifted. Until `fit`, `mean` and `scale` are empty.

    >>> standardize = Standardizer().fit([[0.0, 5.0], [2.0, 5.0]])
    >>> standardize.transform([[4.0, 6.0]])
    [[3.0, 1.0]]
    """

    def __init__(self) -> None:
        self.mean: list[float] = []
        self.scale: list[float] = []

    def fit(self, X: Iterable[Iterable[float]]) -> Standardizer:
        """Measure each column's mean and (population) standard deviation."""
        rows = check_rows(X)
        self.mean, self.scale = [], []
        for column in zip(*rows):
            mean = math.fsum(x / len(column) for x in column)
            # hypot, and not a sum of squares, which would overflow or vanish before its root does.
            spread = math.hypot(*(x - mean for x in column)) / math.sqrt(len(column))
            self.mean.append(mean)
            # A constant column's spread may be a rounding error instead of 0.
            self.scale.append(spread if spread > 1e-15 * abs(mean) else 1.0)
        return self

    def transform(self, X: Iterable[Iterable[float]]) -> Rows:
        """The rows, standardised with the statistics of `fit`."""
        if not self.mean:
            raise autograd.InputValueError("transform needs statistics: call fit first")
        rows = check_rows(X, columns=len(self.mean))
        return [[(x - m) / s for x, m, s in zip(row, self.mean, self.scale)] for row in rows]
