"""Steps of training: what they are, and how they are made with Values.

Steps hold the examples and the optimiser, take the numbers of the examples of a mini-batch, and
move the parameters. Next: :mod:`nn.train.compiled_steps` makes the same steps with recorded
programs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Protocol

import autograd
from autograd import Value
from nn.checks import check_callable
from nn.data.examples import check_examples
from nn.errors import DivergenceError
from nn.optim.gradients import Adjustment
from nn.optim.optimizer import Optimizer
from nn.programs import numbers

__all__ = ["EagerSteps", "Steps", "Task", "batch_gradient", "check_finite"]

Model = Callable[[Any], Any]
Loss = Callable[[Any, Any], Any]

# How many examples share a graph: one sweep then visits each parameter once for all of them,
# which saves a quarter of the time, and a batch of any size takes the memory of this many.
TOGETHER = 32


@dataclass(frozen=True)
class Task:
    """What learns, by which loss, and how its parameters move."""

    model: Any
    loss: Loss
    optimizer: Optimizer
    adjustment: Adjustment = field(default_factory=Adjustment)

    def __post_init__(self) -> None:
        check_callable("loss", self.loss, "nn.cross_entropy")
        if not hasattr(self.model, "named_parameters") or isinstance(self.model, type):
            raise autograd.InputTypeError(
                f"fit trains a module, such as nn.MLP(2, [16, 1]), but got {self.model!r}"
            )
        if not isinstance(self.optimizer, Optimizer):
            raise autograd.InputTypeError(
                "fit takes an optimiser, such as nn.SGD(model.parameters(), lr=0.1), "
                f"but got {self.optimizer!r}"
            )
        held = set(map(id, self.optimizer.params))
        if not any(id(parameter) in held for _, parameter in self.model.named_parameters()):
            raise autograd.InputValueError(
                "fit needs an optimiser of this model's parameters, but it holds none of them"
            )

    def rehearse(self, row: list[float], targets: Sequence[Any]) -> None:
        """Meet a wrong input size or a label outside the classes before anything has changed."""
        with autograd.no_grad():
            outputs = self.model(row)
            for target in {repr(target): target for target in targets}.values():
                error = self.loss(outputs, target)
                if not isinstance(error, (Value, Real)):
                    raise autograd.InputTypeError(
                        f"a loss is one number for one example, but {self.loss!r} returned "
                        f"{type(error).__name__} {error!r}"[:300]
                    )


class Steps(Protocol):
    """What `fit` asks of either way."""

    targets: list[Any]
    epoch: int
    """For messages."""

    def step(self, chosen: Sequence[int]) -> tuple[float, Any]:
        """Learn from these examples: their mean loss and their outputs before it.

        Raises DivergenceError, and moves nothing, if the loss or a parameter is not finite.
        """

    def prepared(self, X: Any, y: Any) -> tuple[Any, list[Any]]:
        """Other examples, checked, for `judge`."""

    def judge(self, X: Any, targets: list[Any]) -> tuple[float, Any]:
        """Mean loss and outputs of prepared examples."""

    def take_up(self) -> None:
        """Take the parameters from the Values, and what the optimiser remembers of them."""

    def write_back(self) -> None:
        """Give the parameters to the Values."""

    def finish(self) -> None:
        """Give the Values and the optimiser all that they shall know after training."""


class EagerSteps:
    """Every batch is a new graph of Values.

    >>> import nn
    >>> line = nn.Neuron(1, init="zeros")
    >>> optimizer = nn.SGD(line.parameters(), lr=0.1)
    >>> steps = EagerSteps(Task(line, nn.mse_loss, optimizer), [[1.0]], [3.0])
    >>> steps.step([0]), round(line.bias.data, 12)
    ((9.0, [0.0]), 0.6)
    """

    def __init__(self, task: Task, X: Iterable[Iterable[float]], y: Iterable[Any]) -> None:
        self.task, self.epoch = task, 1
        self.rows, self.targets = self.prepared(X, y)

    def step(self, chosen: Sequence[int]) -> tuple[float, Any]:
        """As of `Steps`; the outputs are a list."""
        task, optimizer = self.task, self.task.optimizer
        optimizer.zero_grad()
        xs, ts = [self.rows[i] for i in chosen], [self.targets[i] for i in chosen]
        value, outputs = batch_gradient(task.model, task.loss, xs, ts)
        check_finite(value, self.epoch)
        task.adjustment.of_values(optimizer.params)
        optimizer.step()
        return value, outputs

    def prepared(self, X: Any, y: Any) -> tuple[Any, list[Any]]:
        """As of `Steps`; the rows are lists."""
        rows, targets = check_examples(X, y)
        self.task.rehearse(rows[0], targets)
        return rows, targets

    def judge(self, X: Any, targets: list[Any]) -> tuple[float, Any]:
        """As of `Steps`; records nothing."""
        with autograd.no_grad():
            outputs = [self.task.model(row) for row in X]
            errors = [float(self.task.loss(*pair)) for pair in zip(outputs, targets)]
        return math.fsum(errors) / len(errors), [numbers(out) for out in outputs]

    def take_up(self) -> None:
        """Nothing to do: the Values are where it happens."""

    write_back = finish = take_up


def batch_gradient(
    model: Model, loss: Loss, xs: Sequence[Any], ts: Sequence[Any]
) -> tuple[float, list[Any]]:
    """(mean loss, outputs as floats) over a mini-batch, whose mean gradient goes to `.grad`.

    >>> from autograd import Value
    >>> w = Value(2.0)
    >>> batch_gradient(lambda x: w * x, lambda y, t: (y - t) ** 2, [1.0, 3.0], [0.0, 0.0])[0]
    20.0
    >>> w.grad  # (2·2·1² + 2·2·3²)/2
    20.0
    """
    share = 1.0 / len(xs)
    total, outputs = 0.0, list[Any]()
    for start in range(0, len(xs), TOGETHER):
        part = [model(x) for x in xs[start : start + TOGETHER]]
        errors = [loss(*pair) for pair in zip(part, ts[start:])]
        autograd.backward(errors, [share] * len(errors))
        total += sum(error.data for error in errors)
        outputs += map(numbers, part)
    return total * share, outputs


def check_finite(value: float, epoch: int) -> None:
    """Raise DivergenceError for a loss that is infinite or NaN."""
    if not math.isfinite(value):
        raise DivergenceError(
            f"the loss became {value} in epoch {epoch}: try a lower learning rate; "
            "the parameters are as they were before that step"
        )
