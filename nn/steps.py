"""Steps of training, in two ways with one result: recorded programs over arrays, or Values.

Both hold the examples and the optimiser, take the numbers of the examples of a mini-batch, and
move the parameters. `CompiledSteps` keeps them in one vector meanwhile; `write_back` brings them
home. Next: :func:`nn.train.fit` counts epochs and decides when to stop.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import autograd
from nn.arguments import numpy_or_error
from nn.data import check_examples
from nn.errors import DivergenceError
from nn.gradients import Adjustment
from nn.optim import Optimizer, divergence
from nn.recording import Recording, as_arrays, numbers

__all__ = ["CompiledSteps", "EagerSteps", "Steps", "batch_gradient"]

Array = Any
Model = Callable[[Any], Any]
Loss = Callable[[Any, Any], Any]

# How many examples share a graph: one sweep then visits each parameter once for all of them,
# which saves a quarter of the time, and a batch of any size takes the memory of this many.
TOGETHER = 32


class Steps(Protocol):
    """What `fit` asks of either way."""

    targets: list[Any]

    def step(self, chosen: Sequence[int], *, look: bool) -> tuple[float, Any]:
        """Learn from these examples: their mean loss, and if `look` their outputs before it.

        Raises DivergenceError, and moves nothing, if the loss or a parameter is not finite.
        """

    def prepared(self, X: Any, y: Any) -> tuple[Any, list[Any]]:
        """Other examples, checked, for `judge`."""

    def judge(self, X: Any, targets: list[Any]) -> tuple[float, Any]:
        """Mean loss and outputs of prepared examples."""

    def begin(self, epoch: int) -> None:
        """Take the parameters from the Values; the number is for messages."""

    def write_back(self) -> None:
        """Give the parameters to the Values."""

    def finish(self) -> None:
        """Give the Values and the optimiser all that they shall know after training."""


class EagerSteps:
    """Every batch is a new graph of Values.

    >>> import nn
    >>> line = nn.Neuron(1, init="zeros")
    >>> optimizer = nn.SGD(line.parameters(), lr=0.1)
    >>> steps = EagerSteps(line, nn.mse_loss, optimizer, [[1.0]], [3.0], Adjustment())
    >>> steps.step([0], look=True), round(line.bias.data, 12)
    ((9.0, [0.0]), 0.6)
    """

    def __init__(
        self,
        model: Model,
        loss: Loss,
        optimizer: Optimizer,
        X: Iterable[Iterable[float]],
        y: Iterable[Any],
        adjustment: Adjustment,
    ) -> None:
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.adjustment = adjustment
        self.rows, self.targets = check_examples(X, y)
        rehearse(model, loss, self.rows[0], self.targets)
        self.begin(1)

    def step(self, chosen: Sequence[int], *, look: bool) -> tuple[float, Any]:
        """As of `Steps`; the outputs are a list, whether asked for or not."""
        self.optimizer.zero_grad()
        xs, ts = [self.rows[i] for i in chosen], [self.targets[i] for i in chosen]
        value, outputs = batch_gradient(self.model, self.loss, xs, ts)
        check_finite(value, self.epoch)
        self.adjustment.of_values(self.optimizer.params)
        self.optimizer.step()
        return value, outputs

    def prepared(self, X: Any, y: Any) -> tuple[Any, list[Any]]:
        """As of `Steps`; the rows are lists."""
        rows, targets = check_examples(X, y)
        rehearse(self.model, self.loss, rows[0], targets)
        return rows, targets

    def judge(self, X: Any, targets: list[Any]) -> tuple[float, Any]:
        """As of `Steps`; records nothing."""
        with autograd.no_grad():
            outputs = [self.model(row) for row in X]
            errors = [float(self.loss(*pair)) for pair in zip(outputs, targets)]
        return math.fsum(errors) / len(errors), [numbers(out) for out in outputs]

    def begin(self, epoch: int) -> None:
        """As of `Steps`; the Values are where it happens."""
        self.epoch = epoch

    def write_back(self) -> None:
        """Nothing to do: the Values are where it happens."""

    finish = write_back


class CompiledSteps:
    """Every batch is one call of a program that was recorded from one example.

    >>> import nn
    >>> line = nn.Neuron(1, init="zeros")
    >>> optimizer = nn.SGD(line.parameters(), lr=0.1)
    >>> steps = CompiledSteps(line, nn.mse_loss, optimizer, [[1.0]], [3.0], Adjustment())
    >>> value, _ = steps.step([0], look=False)
    >>> value, line.bias.data
    (9.0, 0.0)
    >>> steps.finish()
    >>> round(line.bias.data, 12)
    0.6
    """

    def __init__(
        self,
        model: Model,
        loss: Loss,
        optimizer: Optimizer,
        X: Iterable[Iterable[float]],
        y: Iterable[Any],
        adjustment: Adjustment,
        *,
        backend: str = "auto",
    ) -> None:
        self.np = numpy_or_error("compiled training")
        self.optimizer, self.adjustment = optimizer, adjustment
        self.rows, self.targets = as_arrays(X, y)
        rehearse(model, loss, self.rows[0].tolist(), self.targets)
        self.recording = Recording(
            model, loss, optimizer.params, self.rows, self.targets, backend=backend
        )
        self.encoded = self.recording.encoded(self.targets)
        self.model, self.loss = model, loss
        self.batch = self.rows[:0]
        self.known: Any = None
        self.state: tuple[Array, Any] = self.np.empty(0), None
        self.begin(1)

    def begin(self, epoch: int) -> None:
        """As of `Steps`; a callback may have changed the Values."""
        self.epoch = epoch
        vector = self.np.array([parameter.data for parameter in self.optimizer.params])
        memory = self.state[1]
        if self.optimizer.memory is not self.known:  # a checkpoint was loaded, or a first epoch
            self.known = self.optimizer.memory
            memory = _vectors(self.np, self.known)
        # One attribute for both, so that a Ctrl-C never finds one new and the other old.
        self.state = vector, memory

    def step(self, chosen: Sequence[int], *, look: bool) -> tuple[float, Any]:
        """As of `Steps`; the outputs are an array, or None if nobody looks."""
        np, recording, (vector, memory) = self.np, self.recording, self.state
        indices = np.array(chosen)
        if len(indices) != len(self.batch):
            self.batch = np.empty((len(indices), *self.rows.shape[1:]))
        # Into memory that is there already, unchecked: half the time of self.rows[indices].
        X = np.take(self.rows, indices, axis=0, out=self.batch, mode="clip")
        outputs = recording.outputs(X, vector) if look else None
        losses, grad = recording.gradient(X, self.encoded[indices], vector)
        value = float(losses.sum()) / len(chosen)
        check_finite(value, self.epoch)
        with np.errstate(all="ignore"):
            grad = self.adjustment.of_vector(vector, grad)
            data, memory = self.optimizer.update(vector, grad, memory)
            suspicious = not math.isfinite(data @ data)  # costs less than a look at each
        if suspicious and not np.isfinite(data).all():
            i = int(np.flatnonzero(~np.isfinite(data))[0])
            raise divergence(self.optimizer.params[i].name, data[i], vector[i], grad[i])
        self.state = data, memory
        return value, outputs

    def prepared(self, X: Any, y: Any) -> tuple[Any, list[Any]]:
        """As of `Steps`; the rows are a matrix."""
        rows, targets = as_arrays(X, y)
        rehearse(self.model, self.loss, rows[0].tolist(), targets)
        return rows, targets

    def judge(self, X: Any, targets: list[Any]) -> tuple[float, Any]:
        """As of `Steps`; the outputs are an array."""
        vector = self.state[0]
        losses = self.recording.losses(X, self.recording.encoded(targets), vector)
        return float(losses.mean()), self.recording.outputs(X, vector)

    def write_back(self) -> None:
        """As of `Steps`: a thousand parameters take a tenth of a millisecond."""
        for parameter, number in zip(self.optimizer.params, self.state[0].tolist()):
            parameter.data = number

    def finish(self) -> None:
        """As of `Steps`: parameters, and what the optimiser remembers of each."""
        self.write_back()
        self.known = _lists(self.np, self.state[1], len(self.optimizer.params))
        self.optimizer.memory = self.known


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


def rehearse(model: Model, loss: Loss, row: list[float], targets: Sequence[Any]) -> None:
    """Meet a wrong input size or a label outside the classes before anything has changed."""
    with autograd.no_grad():
        outputs = model(row)
        for target in {repr(target): target for target in targets}.values():
            loss(outputs, target)


def check_finite(value: float, epoch: int) -> None:
    """Raise DivergenceError for a loss that is infinite or NaN."""
    if not math.isfinite(value):
        raise DivergenceError(
            f"the loss became {value} in epoch {epoch}: try a lower learning rate; "
            "the parameters are as they were before that step"
        )


def _vectors(np: Any, column: Sequence[Any]) -> Any:
    """What is remembered of each parameter as vectors; one number where all remember the same."""
    first = column[0]
    if isinstance(first, (tuple, list)):
        return tuple(_vectors(np, part) for part in zip(*column))
    return first if all(item == first for item in column) else np.array(column)


def _lists(np: Any, memory: Any, n: int) -> list[Any]:
    """The inverse of `_vectors`, for `n` parameters."""
    if isinstance(memory, tuple):
        return list(zip(*(_lists(np, part, n) for part in memory)))
    numbers: list[float] = np.broadcast_to(memory, n).tolist()
    return numbers
