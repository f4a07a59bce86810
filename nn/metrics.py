"""Metrics: a label out of a network's outputs, how many are right, which is taken for which.

Next: :mod:`nn.train.fitting` shows accuracy while it learns.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Hashable, Sequence, Sized
from typing import Any

import autograd
from autograd import Value
from autograd.nests import as_list, flat
from nn.kinds import Numbers, Target
from nn.losses import l1_loss, mse_loss
from nn.losses.pairwise import number

__all__ = [
    "accuracy", "argmax", "confusion_matrix", "mean_absolute_error",
    "mean_squared_error", "r2_score", "render_confusion_matrix",
]  # fmt: skip


def argmax(outputs: Sequence[Value | float]) -> int:
    """The position of the largest output, the first of equals: the class a classifier chooses.

    >>> argmax([0.1, 0.7, 0.2])
    1
    """
    return max(range(len(outputs)), key=lambda i: outputs[i])


def accuracy(actual: Sequence[Target], predicted: Sequence[Target]) -> float:
    """The fraction of predictions that are right.

    >>> accuracy([0, 1, 1, 2], [0, 1, 2, 2])
    0.75
    """
    _check_lengths("accuracy", actual, predicted)
    hits: int = sum(a == p for a, p in zip(actual, predicted))
    return float(hits / len(actual))


def mean_squared_error(actual: Numbers, predicted: Numbers) -> float:
    """The mean of (y − t)², over all outputs where there are several.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    return float(mse_loss(predicted, actual))


def mean_absolute_error(actual: Numbers, predicted: Numbers) -> float:
    """The mean of \\|y − t\\|, over all outputs where there are several.

    >>> mean_absolute_error([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    return float(l1_loss(predicted, actual))


def r2_score(actual: Sequence[Target], predicted: Sequence[Target]) -> float:
    """R² = 1 − Σ(y − t)²/Σ(t − mean)²: 1 if all is right, 0 for the mean; averaged over outputs.

    A constant target gives 1 if it is met and else 0, as in scikit-learn.

    >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 2.0])
    0.5
    """
    _check_lengths("r2_score", actual, predicted)
    targets = _columns(actual, "a target of r2_score")
    outputs = _columns(predicted, "a prediction of r2_score")
    if len(targets) != len(outputs):
        raise autograd.InputValueError(
            f"r2_score compares rows of one length, but got {len(targets)} targets and "
            f"{len(outputs)} predictions a row"
        )
    return math.fsum(map(_r2, targets, outputs)) / len(targets)


def _columns(side: Sequence[Target], what: str) -> list[Any]:
    return [*zip(*[[number(x, what) for x in flat(row)] for row in as_list(side)])]


def _r2(actual: Sequence[float], predicted: Sequence[float]) -> float:
    mean = math.fsum(actual) / len(actual)
    spread = math.fsum((t - mean) ** 2 for t in actual)
    left = math.fsum((y - t) ** 2 for t, y in zip(actual, predicted))
    return 1.0 - left / spread if spread else float(not left)


def confusion_matrix(
    actual: Sequence[Hashable],
    predicted: Sequence[Hashable],
    *,
    classes: int | Sequence[Hashable] | None = None,
) -> list[list[int]]:
    """How often class i (row) was taken for class j (column), for labels 0 to `classes` − 1.

    Without `classes`, as many as the largest label asks for. Other labels, such as words, stand in
    their sorted order, or in that of a list `classes`.

    >>> confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2])
    [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    >>> confusion_matrix(["cat", "dog"], ["dog", "dog"])
    [[0, 1], [0, 1]]
    """
    _check_lengths("confusion_matrix", actual, predicted)
    labels: list[Any] = [*actual, *predicted]
    order: Sequence[Hashable]
    if isinstance(classes, Sequence):
        order = classes
    elif all(hasattr(label, "__index__") for label in labels):
        order = range(operator.index(max(labels) + 1 if classes is None else classes))
    else:
        order = sorted({*labels})
    place = {label: i for i, label in enumerate(order)}
    strange = [label for label in labels if label not in place]
    if strange:
        known = ", ".join(map(str, order))
        raise autograd.InputValueError(f"confusion_matrix: {strange[0]!r} is none of {known}")
    matrix = [[0] * len(place) for _ in place]
    for a, p in zip(actual, predicted):
        matrix[place[a]][place[p]] += 1
    return matrix


def render_confusion_matrix(matrix: Sequence[Sequence[int]], names: Sequence[str] = ()) -> str:
    """The matrix as text, zeros as dots so that mistakes stand out; `names` default to 0, 1, …

    >>> print(render_confusion_matrix([[9, 1], [0, 10]]))
              predicted
               0  1
    actual 0   9  1
           1   . 10
    """
    labels = list(names) or [str(i) for i in range(len(matrix))]
    rows = [("", labels), *zip(labels, [[str(n or ".") for n in row] for row in matrix])]
    width = max(len(text) for _, cells in rows for text in cells) + 1
    margin = max(map(len, labels))
    lines = [
        f"{'actual' * (i == 1):6} {label:>{margin}} " + "".join(f"{c:>{width}}" for c in cells)
        for i, (label, cells) in enumerate(rows)
    ]
    return "\n".join([" " * (9 + margin) + "predicted", *lines])


def _check_lengths(name: str, actual: Sized, predicted: Sized) -> None:
    if len(actual) != len(predicted) or not len(actual):
        raise autograd.InputValueError(
            f"{name} takes a prediction for each actual label, at least one, "
            f"but got {len(actual)} labels and {len(predicted)} predictions"
        )
