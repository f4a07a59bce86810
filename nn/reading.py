"""Readings: what outputs stand for, by the loss that a model was trained with.

Classes have an output each, of which the largest wins; binary losses decide for every output by
itself; regressions mean the numbers. Next: :mod:`nn.predict`.
"""

from __future__ import annotations

import gc
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import autograd
from autograd.arrays import Array
from nn import losses
from nn.kinds import Decision, Loss, Outputs, Target, Targets
from nn.losses.terms import kind_of, options_of
from nn.metrics import argmax, is_one_hot, labels_of
from nn.nests import is_nested, mapped

__all__ = ["Chosen", "Margins", "Numbers", "Reading", "reading", "required"]


class Reading:
    """How the outputs of many examples become labels, and their targets labels of the same kind.

    A target that is to be ignored is None among the truths: no hit, and not counted.
    """

    def labels(self, outputs: Outputs) -> list[Any]:
        """What each example's outputs, of a list or an array, stand for."""
        raise NotImplementedError

    def truths(self, targets: Targets) -> list[Any]:
        """What the outputs should stand for."""
        return labels_of(targets)

    def judged(self, outputs: Outputs, truths: Sequence[Target]) -> tuple[int, int]:
        """How many examples are read as they should be, of how many that count."""
        hits = sum(map(operator.eq, self.labels(outputs), truths))  # once a step: quick
        return hits, len(truths) - truths.count(None)


@dataclass(frozen=True)
class Chosen(Reading):
    """One label for each example, by a function of its outputs."""

    decide: Decision = argmax
    ignored: Target | None = field(default=None, repr=False)
    """The target that counts nothing, whatever is made of it."""

    def labels(self, outputs: Outputs) -> list[Any]:
        """As of `Reading`."""
        rows: Any = outputs
        if self.decide is argmax and is_nested(rows[0]):
            raise autograd.InputValueError(
                "what a row's outputs in several lists stand for is for you to say: give decide="
            )
        if self.decide is argmax and hasattr(rows, "argmax"):
            return as_list(rows.argmax(axis=1))
        return [self.decide(one) for one in as_list(rows)]

    def truths(self, targets: Targets) -> list[Any]:
        """As of `Reading`; None of what counts nothing."""
        found = super().truths(targets)
        return found if self.ignored is None else [t if t != self.ignored else None for t in found]


@dataclass(frozen=True)
class Margins(Reading):
    """A label of every output by itself: 1 above a limit, else `low`; bare where there is one.

    >>> Margins(0.5).labels([[0.7, 0.2], [0.1, 0.9]]), Margins(0.0, -1).labels([0.3, -0.3])
    ([[1, 0], [0, 1]], [1, -1])
    """

    limit: float
    low: int = 0

    def labels(self, outputs: Outputs) -> list[Any]:
        """As of `Reading`."""
        rows: Any = outputs
        if hasattr(rows, "argmax"):
            return as_list((_narrow(rows) > self.limit) * (1 - self.low) + self.low)
        return bare(mapped(lambda y: 1 if y > self.limit else self.low, rows))

    def truths(self, targets: Targets) -> list[Any]:
        """As of `Reading`."""
        return bare(targets)


@dataclass(frozen=True)
class Numbers(Reading):
    """The outputs mean themselves; bare where there is one."""

    def labels(self, outputs: Outputs) -> list[Any]:
        """As of `Reading`."""
        rows: Any = outputs
        return bare(rows)

    def truths(self, targets: Targets) -> list[Any]:
        """As of `Reading`."""
        return bare(targets)


@dataclass(frozen=True)
class Named(Reading):
    """Classes by their names, as they were given in training."""

    reading: Reading
    names: Sequence[str]

    def labels(self, outputs: Outputs) -> list[Any]:
        """As of `Reading`."""
        return [self.names[max(0, label)] for label in self.reading.labels(outputs)]

    def truths(self, targets: Targets) -> list[Any]:
        """As of `Reading`; also of names themselves."""
        given = as_list(targets)
        if given and isinstance(given[0], str):
            return given
        return [self.names[max(0, int(label))] for label in self.reading.truths(given)]


READINGS: dict[Any, Reading] = {
    losses.cross_entropy: Chosen(),
    losses.nll_loss: Chosen(),
    losses.binary_cross_entropy: Margins(0.5),
    losses.binary_cross_entropy_with_logits: Margins(0.0),
    losses.hinge_loss: Margins(0.0, -1),
    losses.mse_loss: Numbers(),
    losses.l1_loss: Numbers(),
    losses.huber_loss: Numbers(),
}


def reading(
    loss: Loss | None, decide: Decision | None = None, *, targets: Targets | None = None
) -> Reading | None:
    """What outputs stand for by `decide`, else by the loss; None where nothing says it.

    Where each of `targets` names one class of several, outputs of a binary loss choose one too.

    >>> reading(losses.hinge_loss), reading(losses.hinge_loss, targets=[[1, -1, -1], [-1, 1, -1]])
    (Margins(limit=0.0, low=-1), Chosen(decide=<function argmax at ...>))
    """
    if decide is not None:
        return Chosen(decide, options_of(loss).get("ignore_index"))
    found = READINGS.get(kind_of(loss)) if loss is not None else None
    if isinstance(found, Margins) and targets is not None and is_one_hot(targets, low=found.low):
        return Chosen()
    ignored = options_of(loss).get("ignore_index")
    return Chosen(ignored=ignored) if isinstance(found, Chosen) and ignored is not None else found


def required(
    loss: Loss | None,
    decide: Decision | None,
    several: bool,
    *,
    targets: Targets | None = None,
    names: Sequence[str] | None = None,
) -> Reading:
    """The same, or an error that says how to say it; without a loss several outputs are classes."""
    if names and decide is None:
        return Named(required(loss, decide, several), names)
    if loss is None and decide is None:
        if several:
            return Chosen()
        raise autograd.InputValueError(
            "one output is no label by itself: say with loss= what the model was trained with, "
            "or with decide= which label the output stands for"
        )
    found = reading(loss, decide, targets=targets)
    if found is None:
        known = ", ".join(known.__name__ for known in READINGS)
        name = getattr(loss, "__name__", repr(loss))
        raise autograd.InputValueError(
            f"what outputs stand for is known for the losses {known}, but got {name}: "
            "say with decide= which label or number they mean"
        )
    return found


def as_list(things: Targets) -> list[Any]:
    """An array or any other sequence as a list."""
    if not hasattr(things, "tolist"):
        return list(things)
    collecting = gc.isenabled()
    gc.disable()  # a list for each of many rows: looking for cycles among them takes twice as long
    try:
        listed: list[Any] = things.tolist()
    finally:
        if collecting:
            gc.enable()
    return listed


def bare(rows: Targets) -> list[Any]:
    """Rows of one number each as numbers; other rows and numbers as they are.

    >>> bare([[1.0], [2.0]]), bare([[1.0, 2.0]])
    ([1.0, 2.0], [[1.0, 2.0]])
    """
    given: Any = rows
    if hasattr(given, "reshape"):
        return as_list(_narrow(given))
    return [row[0] if isinstance(row, (list, tuple)) and len(row) == 1 else row for row in given]


def _narrow(rows: Array) -> Array:
    """An array of one column as its numbers; others as they are."""
    return rows.reshape(-1) if rows.size == len(rows) else rows
