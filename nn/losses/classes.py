"""Losses over classes: one output for each class, and which class it should have been.

Next: :mod:`nn.losses.pairwise`, which has all losses.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import autograd
from autograd import Value
from autograd.reals import shown
from nn.kinds import Listed, Loss, Outputs
from nn.losses.pairwise import Number, kind_of, listed, number, options_of, reduce

__all__ = ["cross_entropy", "nll_loss", "shares_of"]

Class: TypeAlias = "int | list[Number]"
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
    label_smoothing = number(label_smoothing, "label_smoothing of cross_entropy")
    if not 0.0 <= label_smoothing <= 1.0:
        raise autograd.InputValueError(
            f"label_smoothing is a share from 0 to 1, but got {label_smoothing!r}"
        )
    factors = _factors("cross_entropy", weight)
    loss = _OverClasses("cross_entropy", "logits", factors, ignore_index, label_smoothing)
    return loss(logits, targets, reduction)


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
    factors = _factors("nll_loss", weight)
    loss = _OverClasses("nll_loss", "log-probabilities", factors, ignore_index)
    return loss(log_probabilities, targets, reduction)


def shares_of(loss: Loss, targets: Listed) -> list[float] | None:
    """How much each target counts in the mean of a loss over classes with such options."""
    given = options_of(loss)
    weight, ignored = given.get("weight"), given.get("ignore_index")
    if kind_of(loss) not in (cross_entropy, nll_loss) or (weight is None and ignored is None):
        return None
    weight = _factors(kind_of(loss).__name__, weight)
    return [_share(target, weight, ignored) for target in targets]


def _factors(loss: str, weight: Sequence[float] | None) -> list[float] | None:
    """A factor for each class, as floats."""
    if weight is None:
        return None
    given = listed(weight)
    if not isinstance(given, list):
        raise autograd.InputTypeError(
            f"{loss}: weight is a list with a factor for each class, but got {shown(weight, 60)}"
        )
    return [number(w, f"weight of {loss}") for w in given]


def _share(target: Any, weight: list[float] | None, ignored: int | None) -> float:
    """How much a target counts in a mean."""
    if isinstance(target, (list, tuple)):
        return 1.0
    if target == ignored:
        return 0.0
    return 1.0 if weight is None else weight[target]


@dataclass(frozen=True)
class _OverClasses:
    """A loss of one example with an output for each class, or reduced over a batch of them."""

    name: str
    outputs: str
    weight: list[float] | None = None
    ignored: int | None = None
    smoothing: float = 0.0

    @property
    def is_even(self) -> bool:
        """Whether all targets count alike."""
        return self.weight is None and self.ignored is None

    def __call__(self, outputs: Outputs, targets: Outputs, reduction: str) -> Any:
        name, rows, goals = self.name, listed(outputs), listed(targets)
        if not isinstance(rows, list) or not rows:
            raise autograd.InputTypeError(
                f"{name} takes a list of {self.outputs}, but got {rows!r}"
            )
        if not isinstance(listed(rows[0]), list):
            return self._of_one(rows, goals)
        if not isinstance(goals, list) or len(goals) != len(rows):
            raise autograd.InputValueError(
                f"{name} takes one target for each of {len(rows)} lists of {self.outputs}, "
                f"but got {goals!r}"
            )
        goals = [*map(listed, goals)]
        terms = [self._of_one(listed(row), goal) for row, goal in zip(rows, goals)]
        if self.is_even or reduction != "mean":
            return reduce(name, terms, reduction)
        total = math.fsum(_share(goal, self.weight, self.ignored) for goal in goals)
        return autograd.sum(terms) / total if total else math.nan

    def _of_one(self, row: list[Number], target: Class) -> Any:
        row = [number(y, f"one of the {self.outputs} of {self.name}") for y in row]
        wanted, logits = self._spread(target, len(row)), self.outputs == "logits"
        total = autograd.logsumexp(row) if logits else 0.0
        if not isinstance(wanted, list):
            return total - row[wanted]
        if self.is_even and logits:
            return total - autograd.dot(wanted, row)
        # Of outputs that are infinite, or a target of nothing, 0·∞ would be nan.
        return autograd.sum([autograd.where(t, t * (total - z), 0.0) for t, z in zip(wanted, row)])

    def _spread(self, target: Class, classes: int) -> Any:
        """The target as what each class's surprise counts; an index where nothing is to spread."""
        weight, smoothing = self.weight, self.smoothing
        ignored = target == self.ignored is not None
        if isinstance(target, list):
            target = [number(t, f"a probability in a target of {self.name}") for t in target]
            self._check_distribution(target, classes)
        elif not ignored:
            target = self._class_index(target, classes)
        if weight is None and not smoothing and (isinstance(target, list) or not ignored):
            return target
        if not isinstance(target, list):
            target = [float(k == target and not ignored) for k in range(classes)]
        if smoothing:
            even = smoothing / classes * autograd.sum(target)
            target = [(1.0 - smoothing) * t + even for t in target]
        if weight is None:
            return target
        if len(weight) != classes:
            raise autograd.InputValueError(
                f"{self.name}: weight has a factor for each class, but got {len(weight)} of them "
                f"for {classes} {self.outputs}"
            )
        return [w * t for w, t in zip(weight, target)]

    def _class_index(self, target: int, classes: int) -> int:
        try:
            index = operator.index(target)
        except TypeError:
            raise autograd.InputTypeError(
                f"{self.name} takes a class's index or a list of probabilities as target, "
                f"but got {type(target).__name__} {target!r}"
            ) from None
        if not 0 <= index < classes:
            raise autograd.InputValueError(
                f"{self.name}: class {index} is outside the {classes} classes 0 to {classes - 1} "
                f"that the {self.outputs} are for"
            )
        return index

    def _check_distribution(self, target: Sequence[Number], classes: int) -> None:
        if len(target) != classes:
            raise autograd.InputValueError(
                f"{self.name} takes a probability for each of {classes} {self.outputs}, "
                f"but got {len(target)}"
            )
        numbers = [t for t in target if not isinstance(t, Value)]
        # Single-precision probabilities of many classes miss a sum of 1 by about 1e-6.
        right = all(t >= 0 for t in numbers) and abs(sum(numbers) - 1.0) < 1e-5
        if len(numbers) == classes and not right:
            raise autograd.InputValueError(
                f"{self.name} takes probabilities that add up to 1, but got {target!r}"
            )
