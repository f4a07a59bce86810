"""Losses: how wrong predictions are, as one Value to differentiate.

Each takes predictions and targets: two single numbers, two lists of one length, or lists of lists
for a batch. `reduction` says what becomes of many terms: "mean" over all of them, as in PyTorch,
or "sum". For convenience at networks with one output, a bare target may face a list of one
prediction. Floats are checked; Values may be placeholders that are filled later, and are not.
Next: :mod:`nn.optim`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import autograd
from autograd import Value

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "half_squared_error",
    "hinge_loss",
    "l1_loss",
    "mse_loss",
]

Scalar: TypeAlias = float | Value
Numbers: TypeAlias = Scalar | Sequence["Numbers"]


def half_squared_error(predictions: Numbers, targets: Numbers, *, reduction: str = "sum") -> Any:
    """½(t − y)², summed over the outputs as in the textbooks; its derivative is y − t.

    Average it over examples yourself, or let `train.fit` do so.

    >>> half_squared_error([1.0, 3.0], [0.0, 0.0])
    5.0
    """
    return _reduced("half_squared_error", _half_square, predictions, targets, reduction)


def mse_loss(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """Squared differences (y − t)².

    >>> mse_loss([1.0, 3.0], [0.0, 0.0])
    5.0
    """
    return _reduced("mse_loss", lambda y, t: (y - t) ** 2, predictions, targets, reduction)


def l1_loss(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """Absolute differences \\|y − t\\|, with derivative 0 where they vanish.

    >>> l1_loss([1.0, -3.0], [0.0, 0.0])
    2.0
    """
    return _reduced("l1_loss", lambda y, t: abs(y - t), predictions, targets, reduction)


def binary_cross_entropy(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """−t·log(p) − (1 − t)·log(1 − p) for probabilities p of class 1 and targets t in [0, 1].

    From a network without sigmoid, `binary_cross_entropy_with_logits` is exact in the tails too.

    >>> round(binary_cross_entropy(0.25, 0.0), 12)  # −log(0.75)
    0.287682072452
    """
    return _reduced(
        "binary_cross_entropy", _cross_entropy_of_chance, predictions, targets, reduction
    )


def binary_cross_entropy_with_logits(
    predictions: Numbers, targets: Numbers, *, reduction: str = "mean"
) -> Any:
    """Binary cross-entropy of sigmoid(z), from the logits z: t·softplus(−z) + (1 − t)·softplus(z).

    Neither term is negative, so nothing cancels for confident logits.

    >>> round(binary_cross_entropy_with_logits(0.0, 1.0), 12)  # log(2)
    0.69314718056
    """
    name = "binary_cross_entropy_with_logits"
    return _reduced(name, _cross_entropy_of_logit, predictions, targets, reduction)


def hinge_loss(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """Max-margin loss max(0, 1 − t·y) for scores y and targets t of −1 or +1.

    >>> hinge_loss([2.0, 0.5, -1.0], [1, 1, 1])  # (0 + 0.5 + 2) / 3
    0.8333333333333334
    """
    return _reduced("hinge_loss", _hinge, predictions, targets, reduction)


def cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """logsumexp(z) − dot(t, z): cross-entropy of softmax(z), from one logit z for each class.

    `targets` is a class's index or a list of probabilities (one-hot is the common case); for a
    batch, lists of `logits` and of targets, of which `reduction` takes the mean or the sum.

    >>> round(cross_entropy([0.0, 0.0, 0.0, 0.0], 2), 12)  # log(4)
    1.38629436112
    >>> cross_entropy([1.0, 2.0], [0.5, 0.5]) == cross_entropy([[1.0, 2.0]], [[0.5, 0.5]])
    True
    """
    logits, targets = _listed(logits), _listed(targets)
    if not isinstance(logits, list) or not logits:
        raise autograd.InputTypeError(f"cross_entropy takes a list of logits, but got {logits!r}")
    if not isinstance(_listed(logits[0]), list):
        return _cross_entropy_of_one(logits, targets)
    if not isinstance(targets, list) or len(targets) != len(logits):
        raise autograd.InputValueError(
            f"cross_entropy takes one target for each of {len(logits)} lists of logits, "
            f"but got {targets!r}"
        )
    pairs = zip(map(_listed, logits), map(_listed, targets))
    return _reduce("cross_entropy", [_cross_entropy_of_one(z, t) for z, t in pairs], reduction)


def _half_square(y: Any, t: Any) -> Any:
    return 0.5 * (t - y) ** 2


def _cross_entropy_of_chance(p: Any, t: Any) -> Any:
    _check_between("binary_cross_entropy", "target", t)
    _check_between("binary_cross_entropy", "prediction", p)
    # Where t is 0 or 1 one logarithm drops out, also at p = 0 or 1, where 0·log(0) would be nan.
    ones = autograd.where(t, t * autograd.log(p), 0.0)
    zeros = autograd.where(1.0 - t, (1.0 - t) * autograd.log1p(-p), 0.0)
    return -(ones + zeros)


def _cross_entropy_of_logit(z: Any, t: Any) -> Any:
    _check_between("binary_cross_entropy_with_logits", "target", t)
    return t * autograd.softplus(-z) + (1.0 - t) * autograd.softplus(z)


def _hinge(y: Any, t: Any) -> Any:
    if not isinstance(t, Value) and t not in (-1, 1):
        raise autograd.InputValueError(
            f"hinge_loss takes targets -1 and 1, but got {t!r}: from 0 and 1, take 2*t - 1"
        )
    return autograd.relu(1.0 - t * y)


def _cross_entropy_of_one(logits: list[Any], target: Any) -> Any:
    if isinstance(target, list):
        _check_distribution(target, len(logits))
        return autograd.logsumexp(logits) - autograd.dot(target, logits)
    return autograd.logsumexp(logits) - logits[_class_index(target, len(logits))]


def _class_index(target: Any, classes: int) -> int:
    try:
        index = operator.index(target)
    except TypeError:
        raise autograd.InputTypeError(
            "cross_entropy takes a class's index or a list of probabilities as target, "
            f"but got {type(target).__name__} {target!r}"
        ) from None
    if not 0 <= index < classes:
        raise autograd.InputValueError(
            f"cross_entropy: class {index} is outside the {classes} classes 0 to {classes - 1} "
            "that the logits are for"
        )
    return index


def _check_distribution(target: list[Any], classes: int) -> None:
    if len(target) != classes:
        raise autograd.InputValueError(
            f"cross_entropy takes a probability for each of {classes} logits, but got {len(target)}"
        )
    if any(isinstance(t, Value) for t in target):
        return
    # Single-precision probabilities of many classes miss a sum of 1 by about 1e-6.
    if not (all(t >= 0 for t in target) and abs(sum(target) - 1.0) < 1e-5):
        raise autograd.InputValueError(
            f"cross_entropy takes probabilities that add up to 1, but got {target!r}"
        )


def _check_between(loss: str, what: str, number: Any) -> None:
    if what == "target" and isinstance(number, Value):
        return
    value = number.data if isinstance(number, Value) else number
    if value < 0 or value > 1:
        raise autograd.InputValueError(f"{loss} takes {what}s between 0 and 1, but got {value!r}")


def _reduced(
    name: str, term: Callable[[Any, Any], Any], predictions: Any, targets: Any, reduction: str
) -> Any:
    return _reduce(name, [term(y, t) for y, t in _pairs(name, predictions, targets)], reduction)


def _reduce(name: str, terms: list[Any], reduction: str) -> Any:
    if reduction not in ("mean", "sum"):
        raise autograd.InputValueError(
            f'{name}: reduction is "mean" or "sum", but got {reduction!r}'
        )
    if len(terms) == 1:
        return terms[0]
    return autograd.sum(terms) if reduction == "sum" else autograd.mean(terms)


def _pairs(name: str, predictions: Any, targets: Any) -> list[tuple[Any, Any]]:
    """Predictions with their targets, in order, out of any nesting."""
    predictions, targets = _listed(predictions), _listed(targets)
    if isinstance(predictions, list) and not isinstance(targets, list) and len(predictions) == 1:
        targets = [targets]
    if isinstance(predictions, list) != isinstance(targets, list):
        raise autograd.InputTypeError(
            f"{name} takes predictions and targets of one shape, "
            f"but got {_shape(predictions)} and {_shape(targets)}"
        )
    if not isinstance(predictions, list):
        return [(predictions, targets)]
    if len(predictions) != len(targets) or not predictions:
        raise autograd.InputValueError(
            f"{name} takes as many targets as predictions, at least one, "
            f"but got {len(predictions)} predictions and {len(targets)} targets"
        )
    return [pair for y, t in zip(predictions, targets) for pair in _pairs(name, y, t)]


def _listed(numbers: Any) -> Any:
    """A sequence or an array as a list, a NumPy number as Python's, anything else as it is."""
    if hasattr(numbers, "tolist"):
        return numbers.tolist()
    return list(numbers) if isinstance(numbers, tuple) else numbers


def _shape(numbers: Any) -> str:
    return f"a list of {len(numbers)}" if isinstance(numbers, list) else "a single number"
