"""Losses over classes: one output for each class, and which class it should have been.

Next: :mod:`nn.losses.pairwise`, which has all losses.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value
from nn.losses.terms import listed, reduce

__all__ = ["cross_entropy", "nll_loss"]


def cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """logsumexp(z) − dot(t, z): cross-entropy of softmax(z), from one logit z for each class.

    `targets` is a class's index or a list of probabilities (one-hot is the common case); for a
    batch, lists of `logits` and of targets, of which `reduction` takes the mean or the sum.

    >>> round(cross_entropy([0.0, 0.0, 0.0, 0.0], 2), 12)  # log(4)
    1.38629436112
    >>> cross_entropy([1.0, 2.0], [0.5, 0.5]) == cross_entropy([[1.0, 2.0]], [[0.5, 0.5]])
    True
    """
    return _over_classes("cross_entropy", _cross_entropy_of_one, logits, targets, reduction)


def nll_loss(log_probabilities: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """−log p of the target class, from the logarithm of each class's probability p.

    `nll_loss(log_softmax(z), t)` is `cross_entropy(z, t)`; targets and batches are as there.

    >>> nll_loss([-0.5, -1.5], 1)
    1.5
    """
    return _over_classes("nll_loss", _surprise, log_probabilities, targets, reduction)


def _cross_entropy_of_one(logits: list[Any], target: Any) -> Any:
    if isinstance(target, list):
        return autograd.logsumexp(logits) - autograd.dot(target, logits)
    return autograd.logsumexp(logits) - logits[target]


def _surprise(logs: list[Any], target: Any) -> Any:
    if isinstance(target, list):  # 0·log(0) is 0 here too
        return -autograd.sum([autograd.where(t, t * y, 0.0) for t, y in zip(target, logs)])
    return -logs[target]


def _over_classes(
    name: str, term: Callable[[list[Any], Any], Any], outputs: Any, targets: Any, reduction: str
) -> Any:
    """The term for one example with an output for each class, or reduced over a batch of them."""
    outputs, targets = listed(outputs), listed(targets)
    if not isinstance(outputs, list) or not outputs:
        raise autograd.InputTypeError(f"{name} takes a list of {_kind(name)}, but got {outputs!r}")
    if not isinstance(listed(outputs[0]), list):
        return term(outputs, _checked_target(name, targets, len(outputs)))
    if not isinstance(targets, list) or len(targets) != len(outputs):
        raise autograd.InputValueError(
            f"{name} takes one target for each of {len(outputs)} lists of {_kind(name)}, "
            f"but got {targets!r}"
        )
    pairs = zip(map(listed, outputs), map(listed, targets))
    terms = [term(one, _checked_target(name, target, len(one))) for one, target in pairs]
    return reduce(name, terms, reduction)


def _kind(name: str) -> str:
    return "logits" if name == "cross_entropy" else "log-probabilities"


def _checked_target(name: str, target: Any, classes: int) -> Any:
    if isinstance(target, list):
        _check_distribution(name, target, classes)
        return target
    return _class_index(name, target, classes)


def _class_index(name: str, target: Any, classes: int) -> int:
    try:
        index = operator.index(target)
    except TypeError:
        raise autograd.InputTypeError(
            f"{name} takes a class's index or a list of probabilities as target, "
            f"but got {type(target).__name__} {target!r}"
        ) from None
    if not 0 <= index < classes:
        raise autograd.InputValueError(
            f"{name}: class {index} is outside the {classes} classes 0 to {classes - 1} "
            f"that the {_kind(name)} are for"
        )
    return index


def _check_distribution(name: str, target: list[Any], classes: int) -> None:
    if len(target) != classes:
        raise autograd.InputValueError(
            f"{name} takes a probability for each of {classes} {_kind(name)}, but got {len(target)}"
        )
    if any(isinstance(t, Value) for t in target):
        return
    # Single-precision probabilities of many classes miss a sum of 1 by about 1e-6.
    if not (all(t >= 0 for t in target) and abs(sum(target) - 1.0) < 1e-5):
        raise autograd.InputValueError(
            f"{name} takes probabilities that add up to 1, but got {target!r}"
        )
