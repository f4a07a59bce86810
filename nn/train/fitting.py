"""Training: mini-batches through model, loss and optimiser, with progress shown and kept.

The steps are in :mod:`nn.train.eager_steps`; here epochs are counted, judged, saved and ended.
Next: ``python -m nn`` (:mod:`nn.__main__`) is `fit` at work.
"""

from __future__ import annotations

import math
import operator
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

import autograd
from nn.checks import as_rng, check_count, check_hooks, check_number
from nn.data.examples import batches
from nn.files import check_writable
from nn.metrics import labels_of
from nn.module import Module
from nn.optim.gradients import Adjustment
from nn.optim.optimizer import Optimizer
from nn.predict import DECISIONS, decided
from nn.schedules import ConstantSchedule
from nn.train.checkpoint import Run, load_checkpoint, save_checkpoint
from nn.train.compiled_steps import make_steps
from nn.train.eager_steps import Steps, Task
from nn.train.history import History
from nn.train.progress import Progress

__all__ = ["fit"]

Loss = Callable[[Any, Any], Any]
Decision = Callable[[Any], Any]
Examples = tuple[Iterable[Iterable[float]], Iterable[Any]]
Callback = Callable[[History, Module], Any]


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
    schedule: Callable[[float], float] = ConstantSchedule(),  # noqa: B008 (it is immutable)
    validation: Examples | None = None,
    decide: Decision | None = None,
    track_accuracy: bool = True,
    l1: float = 0.0,
    l2: float = 0.0,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    patience: int | None = None,
    restore_best: bool = False,
    callbacks: Sequence[Callback] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: bool = True,
    backend: str = "auto",
) -> History:
    """Train `model` for `epochs` passes over shuffled mini-batches, whose gradients are averaged.

    Model and `loss(outputs, target)` are recorded once, for one example, and run as a compiled
    program; for classes, the target is then a one-hot vector. The Values get their new numbers in
    the end, and after every epoch that a callback or a checkpoint sees. With ``backend="eager"``
    each batch is a graph of its own, with the same results up to rounding.

    Everything is checked before the first parameter moves. Ctrl-C ends training and keeps what
    was learnt; a loss that is not finite raises DivergenceError and keeps what was learnt before.

    Args:
        schedule: Turns the fraction of epochs done into a factor on the optimiser's learning rate
            for the next one: see :mod:`nn.schedules`.
        validation: (X, y) to judge the model by after every epoch.
        decide: Turns outputs into a label, for the accuracy; by default as suits the loss.
        track_accuracy: False saves the time that the accuracy while learning takes.
        l1, l2: Strengths of the penalties l1·Σ|p| and l2·Σp²; the loss shown is without them.
        clip_norm, clip_value: Limits of the gradient's norm, and of each of its entries.
        patience: Stop after this many epochs without a new best loss (validation's if given).
        restore_best: At the end, go back to the parameters after the best epoch.
        callbacks: Called with the history and the model after every epoch; True ends training.
        checkpoint: A file that gets the whole state after every epoch; with `resume`, training
            goes on from it if it is there, to the bit as if it had never stopped.
        progress: Show a bar (terminals and notebooks with tqdm) or a line an epoch on stderr.
        backend: "auto", "array" or "loop" for programs, "eager" for Values.

    Raises:
        InputTypeError, InputValueError: Options, data or model do not fit together.
        TraceError: Model or loss cannot be recorded.
        DivergenceError: The loss or a parameter became infinite or NaN.
        ModelFileError: The checkpoint cannot be written, or is not of this run.

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
    epochs, batch_size = check_count("epochs", epochs), check_count("batch_size", batch_size)
    patience = None if patience is None else check_count("patience", patience)
    task = Task(model, loss, optimizer, Adjustment(l1, l2, clip_norm, clip_value))
    check_hooks(schedule, decide, callbacks, validation)
    options = {"batch_size": batch_size, **asdict(task.adjustment)}
    run = Run(model, loss, optimizer, as_rng(rng), schedule, optimizer.lr, options)
    if checkpoint is not None:
        check_writable(checkpoint)
    elif resume:
        raise autograd.InputValueError("resume needs the checkpoint to go on from, but got none")
    steps = make_steps(task, X, y, backend=backend)
    judged = None if validation is None else steps.prepared(*validation)
    decide = decide or DECISIONS.get(loss)
    options["examples"] = len(steps.targets)
    if checkpoint is not None and resume and os.path.exists(checkpoint):
        load_checkpoint(checkpoint, run)
        steps.take_up()
    labels = labels_of(steps.targets)
    first = len(run.history.loss)
    parts = math.ceil(len(steps.targets) / batch_size)
    run.history.interrupted = run.history.stopped = False
    # A loop of one's own inside no_grad would learn nothing either, but fit is called to learn.
    with autograd.enable_grad(), Progress(epochs, parts, first=first, show=progress) as shown:
        try:
            for epoch in range(first, epochs):
                factor = check_number("the schedule's factor", schedule(epoch / epochs))
                optimizer.lr = run.lr * factor
                _learn(run, steps, batch_size, labels, decide if track_accuracy else None, shown)
                figures = _judge(run, steps, judged, decide)
                if callbacks or restore_best:
                    steps.write_back()
                _note_best(run, restore_best)
                if checkpoint is not None:
                    steps.finish()
                    save_checkpoint(checkpoint, run)
                shown.end_epoch(figures)
                enough = [bool(callback(run.history, model)) for callback in callbacks]
                if callbacks:
                    steps.take_up()
                if any(enough) or _is_stuck(run.history, patience):
                    run.history.stopped = epoch + 1 < epochs
                    break
        except KeyboardInterrupt:
            run.history.interrupted = True
        finally:
            optimizer.lr = run.lr
            steps.finish()
            if restore_best and run.best_parameters is not None:
                for parameter, number in zip(optimizer.params, run.best_parameters):
                    parameter.data = number
    return run.history


def _learn(
    run: Run,
    steps: Steps,
    batch_size: int,
    labels: list[Any],
    decide: Decision | None,
    shown: Progress,
) -> None:
    """One epoch, noted in the history."""
    history, tally = run.history, _Tally()
    steps.epoch = len(history.loss) + 1
    for chosen in batches(len(steps.targets), batch_size=batch_size, rng=run.rng):
        value, outputs = steps.step(chosen)
        tally.examples += len(chosen)
        tally.loss += value * len(chosen)
        if decide is not None:
            tally.hits += _hits(decide, outputs, [labels[i] for i in chosen])
        shown.step({"loss": tally.loss / tally.examples})
    history.loss.append(tally.loss / tally.examples)
    if decide is not None:
        history.accuracy.append(tally.hits / tally.examples)
    history.lr.append(run.optimizer.lr)
    history.seconds.append(time.perf_counter() - tally.started)


def _judge(
    run: Run, steps: Steps, judged: tuple[Any, list[Any]] | None, decide: Decision | None
) -> dict[str, float]:
    """Loss and accuracy of the validation data into the history; the figures to show."""
    history = run.history
    figures = {"loss": history.loss[-1]}
    if history.accuracy:
        figures["accuracy"] = history.accuracy[-1]
    if judged is not None:
        value, outputs = steps.judge(*judged)
        history.val_loss.append(value)
        figures["val_loss"] = value
        if decide is not None:
            right = _hits(decide, outputs, labels_of(judged[1])) / len(judged[1])
            history.val_accuracy.append(right)
            figures["val_accuracy"] = right
    return figures


def _note_best(run: Run, keep: bool) -> None:
    """The best epoch so far is the one with the smallest loss, on validation data if there are."""
    history = run.history
    monitored = (history.val_loss or history.loss)[-1]
    if run.best is None or monitored < run.best:
        run.best, history.best_epoch = monitored, len(history.loss)
        if keep:
            run.best_parameters = [parameter.data for parameter in run.optimizer.params]


def _is_stuck(history: History, patience: int | None) -> bool:
    return patience is not None and len(history.loss) - (history.best_epoch or 0) >= patience


def _hits(decide: Decision, outputs: Any, labels: Sequence[Any]) -> int:
    """How many outputs are decided as the labels say."""
    return sum(map(operator.eq, decided(decide, outputs), labels))  # once a step: quick


@dataclass
class _Tally:
    """Running sums over one epoch."""

    examples: int = 0
    loss: float = 0.0
    hits: int = 0
    started: float = field(default_factory=time.perf_counter)
