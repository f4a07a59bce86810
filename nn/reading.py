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
from nn.nests import is_nested

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

    def hits(self, outputs: Outputs, truths: Sequence[Target]) -> int:
        """How many examples are read as they should be."""
        return sum(map(operator.eq, self.labels(outputs), truths))  # once a step: quick


@dataclass(frozen=True)
class Chosen(Reading):
    """One label for each example, by a function of its outputs.

    >>> Chosen().labels([[0.0, 1.0], [2.0, 1.0]])
    [1, 0]
    """

    decide: Decision = argmax
    ignored: Any = field(default=None, repr=False)
    """The target that counts nothing, whatever is made of it."""

    def truths(self, targets: Targets) -> list[Any]:
        """As of `Reading`; None of what counts nothing."""
        found = super().truths(targets)
        return found if self.ignored is None else [t if t != self.ignored else None for t in found]

    def labels(self, outputs: Outputs) -> list[Any]:
        """As of `Reading`."""
        rows: Any = outputs
        if self.decide is argmax and is_nested(rows[0]):
            raise autograd.InputValueError(
                "what a row's outputs in several lists stand for is for you to say: give decide="
            )
        if self.decide is argmax and hasattr(outputs, "argmax"):
            found: list[int] = outputs.argmax(axis=1).tolist()
            return found
        return [self.decide(one) for one in as_list(outputs)]


@dataclass(frozen=True)
class Margins(Reading):
    """A label of every output by itself: 1 above a limit, else `low`; bare where there is one.

    >>> Margins(0.5).labels([[0.7, 0.2], [0.1, 0.9]]), Margins(0.0, -1).labels([0.3, -0.3])
    ([[1, 0], [0, 1]], [1, -1])
    """

    limit: float
    low: int = 0

    def labels(self, outputs: Any) -> list[Any]:
        """As of `Reading`."""
        if hasattr(outputs, "argmax"):
            return as_list((flat(outputs) > self.limit) * (1 - self.low) + self.low)
        return bare([self._label(one) for one in outputs])

    def truths(self, targets: Targets) -> list[Any]:
        """As of `Reading`."""
        return bare(as_list(targets))

    def _label(self, output: Any) -> Any:
        if isinstance(output, (list, tuple)):
            return [self._label(one) for one in output]
        return 1 if output > self.limit else self.low


@dataclass(frozen=True)
class Numbers(Reading):
    """The outputs mean themselves; bare where there is one.

    >>> Numbers().labels([[0.5], [0.25]])
    [0.5, 0.25]
    """

    def labels(self, outputs: Any) -> list[Any]:
        """As of `Reading`."""
        return as_list(flat(outputs)) if hasattr(outputs, "ndim") else bare(as_list(outputs))

    def truths(self, targets: Any) -> list[Any]:
        """As of `Reading`."""
        return self.labels(targets)


@dataclass(frozen=True)
class Named(Reading):
    """Classes by their names, as they were given in training.

    >>> Named(Chosen(), ["cat", "dog"]).labels([[0.0, 1.0]])
    ['dog']
    """

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
    losses.half_squared_error: Numbers(),
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


def as_list(things: Any) -> list[Any]:
    """An array or any other sequence as a list.

    >>> as_list((1, 2))
    [1, 2]
    """
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


def flat(outputs: Array) -> Any:
    """An array of one column as its numbers; others as they are."""
    return outputs.reshape(-1) if outputs.size == len(outputs) else outputs


def bare(rows: Sequence[Outputs]) -> list[Any]:
    """Rows of one number each as numbers; other rows and numbers as they are.

    >>> bare([[1.0], [2.0]]), bare([[1.0, 2.0]])
    ([1.0, 2.0], [[1.0, 2.0]])
    """
    return [row[0] if isinstance(row, (list, tuple)) and len(row) == 1 else row for row in rows]
