"""Steps of training with Values: they hold the examples and the optimiser, take the numbers of the
examples of a mini-batch, and move the parameters.

Next: :mod:`nn.train.compiled_steps` makes the same steps with recorded programs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import autograd
from autograd.arrays import Array
from autograd.nests import as_list, columns_of, numbers
from nn.data.examples import check_examples
from nn.errors import DivergenceError
from nn.kinds import Loss, Matrix, Model, Target, Targets
from nn.reading import Reading
from nn.train.task import Task, example_weights

__all__ = ["EagerSteps", "Learnt", "batch_gradient"]

# How many examples share a graph: one sweep then visits each parameter once for all of them,
# which saves a quarter of the time, and a batch of any size takes the memory of this many.
TOGETHER = 32

Learnt = tuple[int, Sequence[int], float, Any]
"""How many steps, their examples, the mean loss and the outputs before each step."""


class EagerSteps:
    """Every batch is a new graph of Values."""

    examples: Any = staticmethod(check_examples)

    def __init__(self, task: Task, X: Iterable[Iterable[float]], y: Targets) -> None:
        self.task, self.optimizer = task, task.optimizer
        self.epoch = 1  # for messages
        self.rows, self.targets = self.examples(X, y)
        self.coding = task.inspect(self.rows, self.targets)
        self.weights = example_weights(
            task.loss, self.targets, task.sample_weight, task.class_weight
        )

    def learn(self, parts: list[list[int]], rates: list[float] | None) -> Iterable[Learnt]:
        """Steps at these rates, or the optimiser's; one or several at a time."""
        for i, chosen in enumerate(parts):
            if rates is not None:
                self.optimizer.lr = rates[i]
            yield 1, chosen, *self.step(chosen)

    def step(self, chosen: Sequence[int]) -> tuple[float, Any]:
        """Learn from these examples: their mean loss and their outputs before it.

        Raises DivergenceError, and moves nothing, if the loss or a parameter is not finite.
        """
        task = self.task
        self.optimizer.zero_grad()
        value, outputs = self._gradient(
            as_list(task.augmented([self.rows[i] for i in chosen])),
            [self.targets[i] for i in chosen],
            None if self.weights is None else [self.weights[i] for i in chosen],
        )
        task.adjustment.of_values(self.optimizer.params)
        self.optimizer.step()
        return value, outputs

    def gradient(self, vector: Array) -> tuple[float, Any]:
        """Mean loss of all examples and its gradient, in a vector, with these parameters.

        Raises DivergenceError if the loss is not finite.
        """
        params = self.optimizer.params
        autograd.assign_data(params, vector.tolist())
        autograd.zero_grad(params)
        value, _ = self._gradient(self.rows, self.targets, self.weights)
        gradient = vector.copy()
        gradient[:] = [parameter.grad for parameter in params]
        return value, gradient

    def prepared(self, X: Iterable[Iterable[float]], y: Targets) -> tuple[Any, list[Any]]:
        """Other examples, checked, for `judge`."""
        rows, targets = self.examples(X, y)
        self.task.rehearse(as_list(rows[0]), targets, self.coding)
        return rows, targets

    def judge(self, X: Matrix, targets: list[Target]) -> tuple[float, Any]:
        """Mean loss and outputs of prepared examples."""
        with autograd.no_grad():
            outputs = [self.task.model(row) for row in X]
            given = map(self.coding.given, targets)
            errors = [float(self.task.loss(*pair)) for pair in zip(outputs, given)]
        return math.fsum(errors) / len(errors), [numbers(out) for out in outputs]

    def truths(self, meaning: Reading) -> Any:
        """What the outputs for each example should stand for."""
        return meaning.truths(self.targets)

    def take_up(self) -> None:
        """Take the parameters from the Values, and what the optimiser remembers of them."""

    def write_back(self) -> None:
        """Give the parameters to the Values."""

    def snapshot(self) -> tuple[Any, Any]:
        """The parameters' numbers and what the optimiser remembers of them, in columns."""
        return [p.data for p in self.optimizer.params], columns_of(self.optimizer.memory)

    def _gradient(
        self, xs: Matrix, targets: Sequence[Target], weights: Sequence[float] | None
    ) -> tuple[float, list[Any]]:
        ts = [*map(self.coding.given, targets)]
        value, outputs = batch_gradient(self.task.model, self.task.loss, xs, ts, weights)
        return self.checked(value), outputs

    def checked(self, value: float) -> float:
        """A loss that is finite, or a DivergenceError."""
        if not math.isfinite(value):
            raise DivergenceError(
                f"the loss became {value} in epoch {self.epoch}: try a lower learning rate; "
                "the parameters are as they were before that step"
            )
        return value


def batch_gradient(
    model: Model,
    loss: Loss,
    xs: Matrix | Sequence[float],
    ts: Sequence[Target],
    weights: Sequence[float] | None = None,
) -> tuple[float, list[Any]]:
    """(mean loss, outputs as floats) over a mini-batch, whose mean gradient goes to `.grad`.

    With `weights`, each loss is multiplied by its own before.
    """
    share = 1.0 / len(xs)
    total, outputs = 0.0, list[Any]()
    for start in range(0, len(xs), TOGETHER):
        part = [model(x) for x in xs[start : start + TOGETHER]]
        errors: list[Any] = [loss(*pair) for pair in zip(part, ts[start:])]
        factors = (weights or [1.0] * len(xs))[start : start + len(errors)]
        autograd.backward(errors, [share * w for w in factors])
        total += sum(w * error.data for w, error in zip(factors, errors))
        outputs += map(numbers, part)
    return total * share, outputs
