"""Losses: how wrong predictions are, as one Value to differentiate.

Each takes predictions and targets: two single numbers, two lists of one length, or lists of lists
for a batch. `reduction` says what becomes of many terms: "mean" over all of them, as in PyTorch,
or "sum". For convenience at networks with one output, a bare target may face a list of one
prediction. Floats are checked; Values may be placeholders that are filled later, and are not.
Next: :mod:`nn.optim.optimizer`.
"""

from __future__ import annotations

from typing import Any

import autograd
from autograd import Value
from nn.kinds import Numbers
from nn.losses.terms import Factors, Number, reduced


def mse_loss(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """Squared differences (y − t)².

    >>> mse_loss([1.0, 3.0], [0.0, 0.0])
    5.0
    """
    return reduced("mse_loss", lambda y, t: (y - t) ** 2, predictions, targets, reduction)


def l1_loss(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """Absolute differences \\|y − t\\|, with derivative 0 where they vanish.

    >>> l1_loss([1.0, -3.0], [0.0, 0.0])
    2.0
    """
    return reduced("l1_loss", lambda y, t: abs(y - t), predictions, targets, reduction)


def binary_cross_entropy(
    predictions: Numbers, targets: Numbers, *, weight: Factors = None, reduction: str = "mean"
) -> Any:
    """−t·log(p) − (1 − t)·log(1 − p) for probabilities p of class 1 and targets t in [0, 1].

    `weight` is a factor, or one for each output. From a network without sigmoid,
    `binary_cross_entropy_with_logits` is exact in the tails too.

    >>> round(binary_cross_entropy(0.25, 0.0), 12)  # −log(0.75)
    0.287682072452
    """

    def term(p: Number, t: Number, factor: float | None) -> Any:
        _check_chance("binary_cross_entropy", "target", t)
        _check_chance("binary_cross_entropy", "prediction", p)
        # Where t is 0 or 1 one logarithm drops out, also at p = 0 or 1, where 0·log(0) is nan.
        ones = autograd.where(t, t * autograd.log(p), 0.0)
        zeros = autograd.where(1.0 - t, (1.0 - t) * autograd.log1p(-p), 0.0)
        return _times(factor, -(ones + zeros))

    return reduced("binary_cross_entropy", term, predictions, targets, reduction, weight=weight)


def binary_cross_entropy_with_logits(
    predictions: Numbers,
    targets: Numbers,
    *,
    weight: Factors = None,
    pos_weight: Factors = None,
    reduction: str = "mean",
) -> Any:
    """Binary cross-entropy of sigmoid(z), from the logits z: t·softplus(−z) + (1 − t)·softplus(z).

    Neither term is negative, so nothing cancels for confident logits. `weight` is a factor, or one
    for each output; `pos_weight` likewise, on the first term only.

    >>> round(binary_cross_entropy_with_logits(0.0, 1.0), 12)  # log(2)
    0.69314718056
    """
    name, factors = "binary_cross_entropy_with_logits", {"weight": weight, "pos_weight": pos_weight}

    def term(z: Number, t: Number, factor: float | None, positive: float | None) -> Any:
        _check_chance(name, "target", t)
        missed = _times(positive, t * autograd.softplus(-z))
        return _times(factor, missed + (1.0 - t) * autograd.softplus(z))

    return reduced(name, term, predictions, targets, reduction, **factors)


def hinge_loss(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """Max-margin loss max(0, 1 − t·y) for scores y and targets t of −1 or +1.

    >>> hinge_loss([2.0, 0.5, -1.0], [1, 1, 1])  # (0 + 0.5 + 2) / 3
    0.8333333333333334
    """

    def term(y: Number, t: Number) -> Any:
        if not isinstance(t, Value) and t not in (-1, 1):
            raise autograd.InputValueError(
                f"hinge_loss takes targets -1 and 1, but got {t:g}: from 0 and 1, take 2*t - 1"
            )
        return autograd.relu(1.0 - t * y)

    return reduced("hinge_loss", term, predictions, targets, reduction)


def _times(factor: float | None, number: Number) -> Any:
    return number if factor is None else factor * number


def _check_chance(loss: str, what: str, number: Number) -> None:
    if what == "target" and isinstance(number, Value):
        return
    try:
        value = number.data if isinstance(number, Value) else number
    except autograd.TraceError:  # a recording is for other numbers too
        return
    if value < 0 or value > 1:
        raise autograd.InputValueError(f"{loss} takes {what}s between 0 and 1, but got {value!r}")
