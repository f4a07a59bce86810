"""Training: mini-batches through model, loss and optimiser, with progress shown and kept.

`batch_gradient` is the heart: the gradient of a loss averaged over a mini-batch. Next:
``python -m nn`` (:mod:`nn.__main__`) is `fit` at work.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import autograd
from nn import losses
from nn.arguments import as_rng, check_count
from nn.data import check_examples, check_rows, minibatches
from nn.errors import DivergenceError
from nn.metrics import argmax
from nn.module import Module
from nn.optim import Optimizer
from nn.progress import Progress

__all__ = ["DECISIONS", "History", "batch_gradient", "fit", "predict"]

Loss = Callable[[Any, Any], Any]
Decision = Callable[[Any], Any]

# What label the outputs of a model stand for that was trained with a given loss.
DECISIONS: dict[Loss, Decision] = {
    losses.cross_entropy: argmax,
    losses.binary_cross_entropy: lambda outputs: int(_only(outputs) > 0.5),
    losses.binary_cross_entropy_with_logits: lambda outputs: int(_only(outputs) > 0.0),
    losses.hinge_loss: lambda outputs: 1 if _only(outputs) > 0.0 else -1,
}

# How many examples share a graph: one sweep then visits each parameter once for all of them,
# which saves a quarter of the time, and a batch of any size takes the memory of this many.
TOGETHER = 32


@dataclass
class History:
    """What `fit` saw, one entry an epoch: mean loss, accuracy while learning, seconds.

    `accuracy` stays empty where outputs are no labels; `interrupted` tells of a Ctrl-C.

    >>> History(loss=[0.7, 0.2]).loss[-1]
    0.2
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False


def fit(
    model: Module,
    X: Iterable[Iterable[float]],
    y: Iterable[Any],
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 32,
    rng: Random | int = 0,
    schedule: Callable[[float], float] = lambda done: 1.0,
    decide: Decision | None = None,
    progress: bool = True,
) -> History:
    """Train `model` for `epochs` passes over shuffled mini-batches, whose gradients are averaged.

    `loss(outputs, target)` is called for each example. `schedule` turns the fraction of epochs
    done into a factor on the optimiser's learning rate for the next one: ``lambda done: 1 - done``
    lets it sink evenly. `decide` turns outputs into a label, for the accuracy shown; by default as
    suits the loss, see DECISIONS. Progress goes to standard error: a bar in a terminal where tqdm
    is installed, otherwise a line an epoch.

    Everything is checked before the first parameter moves. Ctrl-C ends training and keeps what
    was learnt; a loss that is not finite raises DivergenceError and keeps what was learnt before.

    >>> import nn
    >>> line = nn.Neuron(1)
    >>> optimizer = nn.SGD(line.parameters(), lr=0.1)
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> history = nn.fit(
    ...     line, X, y, loss=nn.mse_loss, optimizer=optimizer, epochs=200, progress=False
    ... )
    >>> round(line.weights[0].data, 3), round(line.bias.data, 3)
    (2.0, 1.0)
    """
    rows, targets = check_examples(X, y)
    epochs, batch_size = check_count("epochs", epochs), check_count("batch_size", batch_size)
    _rehearse(model, loss, rows, targets)
    held = {id(parameter) for parameter in optimizer.params}
    if not any(id(parameter) in held for parameter in model.parameters()):
        raise autograd.InputValueError(
            "fit needs an optimiser of this model's parameters, but it holds none of them"
        )
    rng = as_rng(rng)
    decide = decide or DECISIONS.get(loss)
    history, lr = History(), optimizer.lr
    steps = math.ceil(len(rows) / batch_size)
    with Progress(epochs, steps, show=progress) as shown:
        try:
            for epoch in range(epochs):
                optimizer.lr = lr * schedule(epoch / epochs)
                tally = _Tally(decide)
                for xs, ts in minibatches(rows, targets, batch_size=batch_size, rng=rng):
                    optimizer.zero_grad()
                    value, outputs = batch_gradient(model, loss, xs, ts)
                    _check_finite(value, epoch + 1)
                    optimizer.step()
                    tally.add(value, outputs, ts)
                    shown.step(tally.figures())
                tally.record(history)
        except KeyboardInterrupt:
            history.interrupted = True
        finally:
            optimizer.lr = lr
    return history


def batch_gradient(
    model: Callable[[Any], Any], loss: Loss, xs: Sequence[Any], ts: Sequence[Any]
) -> tuple[float, list[Any]]:
    """(mean loss, outputs as floats) over a mini-batch, whose mean gradient goes to `.grad`.

    >>> from autograd import Value
    >>> w = Value(2.0)
    >>> batch_gradient(lambda x: w * x, losses.mse_loss, [1.0, 3.0], [0.0, 0.0])[0]
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
        outputs += map(_numbers, part)
    return total * share, outputs


def predict(
    model: Callable[[Any], Any], X: Iterable[Iterable[float]], *, decide: Decision = argmax
) -> list[Any]:
    """The label that `decide` finds in the model's outputs, for each row of `X`.

    >>> import nn
    >>> predict(nn.Layer(2, 3, init="zeros"), [[1.0, 2.0], [3.0, 4.0]])
    [0, 0]
    """
    with autograd.no_grad():
        return [decide(model(row)) for row in check_rows(X)]


def _rehearse(model: Module, loss: Loss, rows: list[list[float]], targets: list[Any]) -> None:
    """Meet a wrong input size or a label outside the classes before anything has changed."""
    with autograd.no_grad():
        outputs = model(rows[0])
        for target in targets:
            loss(outputs, target)


def _check_finite(value: float, epoch: int) -> None:
    if not math.isfinite(value):
        raise DivergenceError(
            f"the loss became {value} in epoch {epoch}: try a lower learning rate; "
            "the parameters are as they were before that step"
        )


def _numbers(outputs: Any) -> Any:
    """Outputs as floats, so that nobody who keeps them keeps their graph."""
    return [float(y) for y in outputs] if isinstance(outputs, (list, tuple)) else float(outputs)


def _only(outputs: Any) -> Any:
    """The one output, whether the model returns it bare or in a list."""
    return outputs[0] if isinstance(outputs, list) else outputs


class _Tally:
    """Running sums over one epoch."""

    def __init__(self, decide: Decision | None) -> None:
        self.decide = decide
        self.examples, self.loss, self.hits = 0, 0.0, 0
        self.started = time.perf_counter()

    def add(self, value: float, outputs: list[Any], ts: Sequence[Any]) -> None:
        self.examples += len(ts)
        self.loss += value * len(ts)
        if self.decide is not None:
            labels = [argmax(t) if isinstance(t, list) else t for t in ts]
            self.hits += sum(self.decide(out) == label for out, label in zip(outputs, labels))

    def figures(self) -> dict[str, float]:
        figures = {"loss": self.loss / self.examples}
        if self.decide is not None:
            figures["accuracy"] = self.hits / self.examples
        return figures

    def record(self, history: History) -> None:
        figures = self.figures()
        history.loss.append(figures["loss"])
        if "accuracy" in figures:
            history.accuracy.append(figures["accuracy"])
        history.seconds.append(time.perf_counter() - self.started)
