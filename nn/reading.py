"""Readings: what outputs stand for, by the loss that a model was trained with: one table of them.

Next: :mod:`nn.predict`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import autograd
from autograd.arrays import Array
from autograd.nests import as_list, is_nested, mapped
from nn import losses
from nn.kinds import Decision, Loss, Outputs, Target, Targets
from nn.losses.pairwise import Number, kind_of, options_of
from nn.metrics import argmax

__all__ = ["READINGS", "Reading", "reading", "required"]


@dataclass(frozen=True)
class Reading:
    """How the outputs of many examples become labels, and their targets labels of the same kind.

    Of "classes" the largest output wins; of "labels" each output is one by itself, 1 above `limit`
    and else `low`; "numbers" mean themselves. A row of one label or number is bare. `decide` makes
    a label of a row's outputs in a way of its own; `names` are those of the classes. A target that
    is `ignored` is None among the truths: no hit, and not counted.

    >>> Reading("labels", limit=0.5).labels([[0.7, 0.2], [0.1, 0.9]])
    [[1, 0], [0, 1]]
    >>> Reading("labels", low=-1).labels([0.3, -0.3])
    [1, -1]
    """

    of: str
    shown: str = "classes"
    """What the page of a playground calls it."""
    limit: float = 0.0
    low: int = 0
    chances: Callable[[list[Number]], list[Any]] | None = None
    """The probabilities behind a row of outputs."""
    decide: Decision | None = None
    names: Sequence[str] = ()
    ignored: Target | None = None

    def labels(self, outputs: Outputs) -> list[Any]:
        """What each example's outputs, of a list or an array, stand for."""
        if self.decide is not None:
            rows: Any = outputs
            return [self.decide(one) for one in as_list(rows)]
        return self._named(bare(self._read(outputs)))

    def _read(self, outputs: Outputs) -> Any:
        """The same, before single ones are bare and classes get names."""
        rows: Any = outputs
        found, in_array = rows, hasattr(rows, "argmax")
        if self.of == "labels" and in_array:
            found = (rows > self.limit) * (1 - self.low) + self.low
        elif self.of == "labels":
            found = mapped(lambda y: 1 if y > self.limit else self.low, rows)
        elif self.of == "classes":
            if is_nested(rows[0]):
                raise autograd.InputValueError(
                    "what a row's outputs in several lists stand for is for you to say: give "
                    "decide="
                )
            found = rows.argmax(axis=1) if in_array else [*map(argmax, rows)]
        return found

    def truths(self, targets: Targets) -> list[Any]:
        """What the outputs should stand for."""
        given = as_list(targets)
        if self.names and given and isinstance(given[0], str):
            return given
        if self.decide is None and self.of != "classes":
            return self._named(bare(given))
        found = [_label(target) for target in given]
        if self.ignored is not None:
            found = [None if label == self.ignored else label for label in found]
        return self._named(found)

    def _named(self, labels: list[int]) -> list[Any]:
        return [self.names[max(0, int(label))] for label in labels] if self.names else labels

    def judged(
        self, outputs: Outputs, truths: Sequence[Target] | Array, parts: int = 1
    ) -> list[tuple[int, int]]:
        """Of each of so many parts, how many examples are read as they should be, and how many
        count.
        """
        size = len(truths) // parts
        if not isinstance(truths, (list, tuple)):  # of numbers
            if self.decide is None and not self.names and hasattr(outputs, "dtype"):
                found = self._read(outputs)
                if found.size == len(truths):
                    hits = (found.reshape(-1) == truths).reshape(parts, size).sum(axis=1)
                    return [(right, size) for right in hits.tolist()]
            truths = as_list(truths)
        found = [*map(operator.eq, self.labels(outputs), truths)]  # once a step: quick
        slices = [slice(i * size, (i + 1) * size) for i in range(parts)]
        return [(sum(found[each]), size - truths[each].count(None)) for each in slices]


def _of_two(one: list[Number], zero: list[Number]) -> list[Any]:
    """Of a single output the chances of class 0 and 1, of several the chance of each."""
    return [zero[0], one[0]] if len(one) == 1 else one


READINGS: dict[Any, Reading] = {
    losses.cross_entropy: Reading("classes", chances=autograd.softmax),
    losses.nll_loss: Reading("classes", "log-probabilities", chances=autograd.exp),
    losses.binary_cross_entropy: Reading(
        "labels", "probability", 0.5, chances=lambda p: _of_two(p, [1.0 - x for x in p])
    ),
    losses.binary_cross_entropy_with_logits: Reading(
        "labels",
        "logit",
        chances=lambda z: _of_two(autograd.sigmoid(z), autograd.sigmoid([-x for x in z])),
    ),
    losses.hinge_loss: Reading("labels", "margin", low=-1),
    **dict.fromkeys((losses.mse_loss, losses.l1_loss), Reading("numbers")),
}


def reading(
    loss: Loss | None, decide: Decision | None = None, *, targets: Targets | None = None
) -> Reading | None:
    """What outputs stand for by `decide`, else by the loss; None where nothing says it.

    Where each of `targets` names one class of several, outputs of a binary loss choose one too.

    >>> one_hot = [[1, -1, -1], [-1, 1, -1]]
    >>> reading(losses.hinge_loss).of, reading(losses.hinge_loss, targets=one_hot).of
    ('labels', 'classes')
    """
    found = None if loss is None else READINGS.get(kind_of(loss))
    ignored = options_of(loss).get("ignore_index")
    if decide is not None:
        return Reading("classes", decide=None if decide is argmax else decide, ignored=ignored)
    if found and found.of == "labels" and targets is not None and _one_hot(targets, found.low):
        return Reading("classes")
    return replace(found, ignored=ignored) if found and ignored is not None else found


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
        return replace(required(loss, decide, several), names=names)
    if loss is None and decide is None:
        if several:
            return Reading("classes")
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


def _label(target: Target) -> Any:
    """Of probabilities the likeliest class, of a list of one number the number."""
    if not isinstance(target, (list, tuple)):
        return target
    ones = target.count(1)
    if len(target) > 1 and ones != 1 and ones + target.count(0) == len(target):
        raise autograd.InputValueError(
            f"one label was wanted of {list(target)}, which names {ones} classes: "
            "say with loss= that every output is judged by itself"
        )
    return target[0] if len(target) == 1 else argmax(target)


def _one_hot(targets: Targets, low: int) -> bool:
    """Whether each target names one class of several: 1 for it and `low` for the others."""
    return all(
        isinstance(t, (list, tuple)) and t.count(1) == 1 and t.count(low) == len(t) - 1 > 0
        for t in as_list(targets)
    )


def bare(rows: Targets) -> list[Any]:
    """Rows of one number each as numbers; other rows and numbers as they are."""
    given: Any = rows
    if hasattr(given, "reshape"):  # at once
        return as_list(given.reshape(-1) if given.size == len(given) else given)
    return [row[0] if isinstance(row, (list, tuple)) and len(row) == 1 else row for row in given]
