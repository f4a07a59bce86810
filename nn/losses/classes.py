"""Losses over classes: one output for each class, and which class it should have been.

Next: :mod:`nn.losses.pairwise`, which has all losses.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import autograd
from autograd import Value
from nn.kinds import Listed, Loss, Outputs
from nn.losses.terms import kind_of, listed, options_of, reduce

__all__ = ["cross_entropy", "nll_loss", "shares_of"]

Class: TypeAlias = "int | list[Value | float]"
"""A class's index, or a probability for each class."""


def cross_entropy(
    logits: Outputs,
    targets: Outputs,
    *,
    weight: Sequence[float] | None = None,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Any:
    """logsumexp(z) − dot(t, z): cross-entropy of softmax(z), from one logit z for each class.

    `targets` is a class's index or a list of probabilities (one-hot is the common case); for a
    batch, lists of `logits` and of targets, of which `reduction` takes the mean or the sum.

    As in PyTorch, `weight` has a factor for each class, by whose sum over a batch's indices the
    mean is divided (one example alone keeps its factor); targets of `ignore_index` count nothing;
    and `label_smoothing` takes that share of the target and spreads it evenly over the classes.

    >>> round(cross_entropy([0.0, 0.0, 0.0, 0.0], 2), 12)  # log(4)
    1.38629436112
    >>> cross_entropy([1.0, 2.0], [0.5, 0.5]) == cross_entropy([[1.0, 2.0]], [[0.5, 0.5]])
    True
    """
    if not 0.0 <= label_smoothing <= 1.0:
        raise autograd.InputValueError(
            f"label_smoothing is a share from 0 to 1, but got {label_smoothing!r}"
        )
    options = _Options("cross_entropy", weight, ignore_index, label_smoothing)
    return _over_classes(options, _cross_entropy_of_one, logits, targets, reduction)


def nll_loss(
    log_probabilities: Outputs,
    targets: Outputs,
    *,
    weight: Sequence[float] | None = None,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> Any:
    """−log p of the target class, from the logarithm of each class's probability p.

    `nll_loss(log_softmax(z), t)` is `cross_entropy(z, t)`; options and batches are as there.

    >>> nll_loss([-0.5, -1.5], 1)
    1.5
    """
    options = _Options("nll_loss", weight, ignore_index, 0.0)
    return _over_classes(options, _surprise, log_probabilities, targets, reduction)


def shares_of(loss: Loss, targets: Listed) -> list[float] | None:
    """How much each target counts in the mean of a loss over classes with such options.

    >>> import functools
    >>> shares_of(functools.partial(cross_entropy, weight=[1.0, 3.0]), [0, 1])
    [1.0, 3.0]
    """
    given = options_of(loss)
    weight, ignored = given.get("weight"), given.get("ignore_index")
    if kind_of(loss) not in (cross_entropy, nll_loss) or (weight is None and ignored is None):
        return None
    options = _Options("", weight, ignored, 0.0)
    return [options.share(target) for target in targets]


@dataclass(frozen=True)
class _Options:
    name: str
    weight: Sequence[float] | None
    ignore_index: int | None
    smoothing: float

    def share(self, target: Any) -> float:
        """How much a target counts in a mean."""
        if isinstance(target, (list, tuple)):
            return 1.0
        if target == self.ignore_index:
            return 0.0
        return 1.0 if self.weight is None else float(self.weight[target])

    def spread(self, target: Class, classes: int) -> Any:
        """The target as what each class's surprise counts; an index where nothing is to spread."""
        plain = self.weight is None and not self.smoothing
        if not isinstance(target, list):
            ignored = target == self.ignore_index
            if plain and not ignored:
                return target
            target = [float(k == target and not ignored) for k in range(classes)]
        elif plain and self.ignore_index is None:
            return target
        if self.smoothing:
            even = self.smoothing / classes * autograd.sum(target)
            target = [(1.0 - self.smoothing) * t + even for t in target]
        if self.weight is None:
            return target
        weights = listed(self.weight)
        if len(weights) != classes:
            raise autograd.InputValueError(
                f"{self.name}: weight has a factor for each class, but got {len(weights)} of them "
                f"for {classes} {_kind(self.name)}"
            )
        return [float(w) * t for w, t in zip(weights, target)]


def _cross_entropy_of_one(logits: Sequence[Value | float], target: Class, whole: bool) -> Any:
    if not isinstance(target, list):
        return autograd.logsumexp(logits) - logits[target]
    if whole:
        return autograd.logsumexp(logits) - autograd.dot(target, logits)
    # Of logits that are infinite, or a target of nothing, 0·∞ would be nan.
    total = autograd.logsumexp(logits)
    return autograd.sum([autograd.where(t, t * (total - z), 0.0) for t, z in zip(target, logits)])


def _surprise(logs: Sequence[Value | float], target: Class, whole: bool) -> Any:
    if isinstance(target, list):  # 0·log(0) is 0 here too
        return -autograd.sum([autograd.where(t, t * y, 0.0) for t, y in zip(target, logs)])
    return -logs[target]


def _over_classes(
    options: _Options,
    term: Callable[[list[Value | float], Class, bool], Value | float],
    outputs: Outputs,
    targets: Outputs,
    reduction: str,
) -> Any:
    """The term for one example with an output for each class, or reduced over a batch of them."""
    name, rows, goals = options.name, listed(outputs), listed(targets)
    if not isinstance(rows, list) or not rows:
        raise autograd.InputTypeError(f"{name} takes a list of {_kind(name)}, but got {rows!r}")
    whole = options.weight is None and options.ignore_index is None

    def of_one(one: list[Value | float], target: Class) -> Any:
        checked = _checked_target(name, target, len(one), options.ignore_index)
        return term(one, options.spread(checked, len(one)), whole)

    if not isinstance(listed(rows[0]), list):
        return of_one(rows, goals)
    if not isinstance(goals, list) or len(goals) != len(rows):
        raise autograd.InputValueError(
            f"{name} takes one target for each of {len(rows)} lists of {_kind(name)}, "
            f"but got {goals!r}"
        )
    goals = list(map(listed, goals))
    terms = [of_one(*pair) for pair in zip(map(listed, rows), goals)]
    if whole or reduction != "mean":
        return reduce(name, terms, reduction)
    total = math.fsum(map(options.share, goals))
    return autograd.sum(terms) / total if total else math.nan


def _kind(name: str) -> str:
    return "logits" if name == "cross_entropy" else "log-probabilities"


def _checked_target(name: str, target: Class, classes: int, ignored: int | None) -> Any:
    if isinstance(target, list):
        _check_distribution(name, target, classes)
        return target
    if ignored is not None and target == ignored:
        return target
    return _class_index(name, target, classes)


def _class_index(name: str, target: int, classes: int) -> int:
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
