"""Training: mini-batches through model, loss and optimiser, with progress shown and kept.

Here epochs are counted, saved and ended; :mod:`nn.train.learner` has what is done in one.
Next: ``python -m nn`` (:mod:`nn.__main__`) is `fit` at work.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from random import Random
from typing import Any

import autograd
from autograd.arrays import Array
from autograd.console import Progress
from autograd.reals import check_count
from nn.checks import as_rng, check_hooks
from nn.errors import DivergenceError
from nn.kinds import Decision, Loss, Targets
from nn.model_files import check_writable
from nn.module import Module
from nn.optim.gradients import Adjustment
from nn.optim.optimizer import Optimizer
from nn.reading import reading
from nn.schedules import ConstantSchedule, Schedule, asked_by
from nn.targets import encoded
from nn.train.checkpoint import Run, fingerprint, load_checkpoint, save_checkpoint
from nn.train.compiled_steps import CompiledSteps, make_steps
from nn.train.history import History
from nn.train.learner import Learner
from nn.train.rate import Rate
from nn.train.task import Task

__all__ = ["fit"]

Examples = tuple[Iterable[Iterable[float]], Iterable[Any]]
Callback = Callable[[History, Module], Any]

# Epochs from which on a loss that has not fallen is worth a hint.
STALLED = 5


def fit(
    model: Module,
    X: Iterable[Iterable[float]],
    y: Targets,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 32,
    rng: Random | int | None = None,
    sample_weight: Sequence[float] | Array | None = None,
    class_weight: Mapping[Any, float] | str | None = None,
    augment: Callable[[Any, Random], Any] | None = None,
    schedule: Callable[..., float] = ConstantSchedule(),  # noqa: B008 (it is immutable)
    validation: Examples | None = None,
    decide: Decision | None = None,
    track_accuracy: bool = True,
    l1: float = 0.0,
    l2: float = 0.0,
    clip_norm: float | None = None,
    patience: int | None = None,
    restore_best: bool = False,
    callbacks: Sequence[Callback] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 1,
    resume: bool = False,
    progress: bool = True,
    backend: str = "auto",
) -> History:
    """Train `model` for `epochs` passes over shuffled mini-batches, whose gradients are averaged.

    Model and `loss(outputs, target)` are recorded once, for one example, and run as a compiled
    program; :mod:`nn.targets` says what a loss of your own gets where `y` are classes. Labels that
    are words become classes, which `predict` calls by these words again. The Values get their new
    numbers in the end, and after every epoch that a callback sees. With ``backend="eager"`` each
    batch is a graph of its own, with the same results up to rounding.

    Everything is checked before the first parameter moves. Ctrl-C ends training and keeps what
    was learnt; a loss that is not finite raises DivergenceError and keeps what was learnt before.

    Args:
        rng: A `random.Random` or a seed for the shuffling; without it every call shuffles anew.
        schedule: Gives a factor on the optimiser's learning rate for the next epoch or step, from
            what its argument is called, such as `epoch`: see :mod:`nn.schedules`. A rate that a
            callback sets stays, and is what the factor changes from then on.
        sample_weight: A factor for each example: 2 counts as if it were there twice.
        class_weight: A factor for each label in a dict, or "balanced": as if all were as frequent.
        augment: Changes the rows of each batch, given with `rng`, before it is learnt from, such as
            ``lambda X, rng: [[x + rng.gauss(0.0, 0.1) for x in row] for row in X]``.
        validation: (X, y) to judge the model by after every epoch.
        decide: Turns outputs into a label, for the accuracy; by default as suits the loss.
        track_accuracy: False saves the time that the accuracy while learning takes.
        l1, l2: Strengths of the penalties l1·Σ|p| and l2·Σp²; the loss shown is without them.
        clip_norm: A limit of the gradient's norm.
        patience: Stop after this many epochs without a new best loss (validation's if given).
        restore_best: At the end, go back to the parameters after the best epoch.
        callbacks: Called with the history and the model after every epoch; True ends training.
        checkpoint: A file that gets the whole state after every epoch, or every
            `checkpoint_every`, and at the end; with `resume`, training goes on from it if it is
            there, to the bit as if it had never stopped. Other validation data, or none, may
            judge it from then on: the best epoch is one of theirs.
        progress: Show a bar (terminals and notebooks with tqdm) or a line an epoch on stderr.
        backend: "auto", "array" or "loop" for programs, "eager" for Values.

    Raises:
        InputTypeError, InputValueError: Options, data or model do not fit together.
        TraceError: Model or loss cannot be recorded.
        DivergenceError: The loss or a parameter became infinite or NaN.
        ModelFileError: The checkpoint cannot be written, or is not of this run.

    >>> import nn
    >>> line = nn.Neuron(1, rng=0)
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
    check_count("checkpoint_every", checkpoint_every)
    adjustment = Adjustment(l1, l2, clip_norm)
    random = as_rng(rng)
    task = Task(model, loss, optimizer, adjustment, sample_weight, class_weight, augment, random)
    y, validation, names = encoded(loss, y, validation)
    check_hooks(schedule, decide, callbacks, validation)
    asked_by(schedule)
    options = {"batch_size": batch_size, **asdict(adjustment)}
    run = Run(model, loss, optimizer, random, schedule, optimizer.lr, options)
    if checkpoint is not None:
        check_writable(checkpoint)
        run.keep()
    elif resume:
        raise autograd.InputValueError("resume needs the checkpoint to go on from, but got none")
    steps = make_steps(task, X, y, backend=backend)
    try:
        judged = None if validation is None else steps.prepared(*validation)
    except autograd.AutogradError as fault:
        raise type(fault)(f"in the validation data, {fault}") from None
    parts = -(-len(steps.targets) // batch_size)
    rate = Rate(optimizer, schedule, epochs=epochs, steps=parts)
    meaning = reading(loss, decide, targets=steps.targets)
    if meaning and decide is None and (meaning.of == "numbers" or steps.coding.nested):
        meaning = None
    options["examples"] = len(steps.targets)
    if checkpoint is not None:
        options["data"] = fingerprint(steps.rows, steps.targets, steps.weights)
        run.judged_by = None if judged is None else fingerprint(*judged)
        if resume and os.path.exists(checkpoint):
            load_checkpoint(checkpoint, run)
            rate.base = run.rate
            steps.take_up()
    if names:
        model.class_names = names
    # Functions of the user's, which may look at the model and change it between epochs.
    others = bool(callbacks) or not isinstance(schedule, Schedule)
    learner = Learner(run, steps, rate, meaning, batch_size, track_accuracy)
    # What may change something after an epoch, or has to see the parameters as they are then.
    between = others or restore_best or "history" in rate.asks
    between |= any(each is not None for each in (validation, checkpoint, patience))
    history, first = run.history, len(run.history.loss)
    history.interrupted = history.stopped = False
    # A loop of one's own inside no_grad would learn nothing either, but fit is called to learn.
    with autograd.enable_grad(), Progress(epochs, parts, first=first, show=progress) as shown:
        try:
            if not between and isinstance(steps, CompiledSteps):
                learner.hurry(steps, epochs, shown)
            for epoch in range(len(history.loss) + 1, epochs + 1):
                rate.update((epoch - 1) * parts, history)
                learner.learn(shown)
                learner.judge(judged, restore_best)
                shown.end_epoch(learner.figures)
                if others:
                    steps.write_back()
                said = [bool(callback(history, model)) for callback in callbacks]
                stuck = patience is not None and epoch - (history.best_epoch or 0) >= patience
                if others:
                    steps.take_up()
                last = any(said) or stuck or epoch == epochs
                if checkpoint is not None and (last or epoch % checkpoint_every == 0):
                    rate.take_up()
                    run.rate = rate.base
                    save_checkpoint(checkpoint, run, *steps.snapshot())
                if last:
                    history.stopped = epoch < epochs
                    break
        except KeyboardInterrupt:
            history.interrupted = True
        except DivergenceError as error:
            raise DivergenceError(f"{error}{task.hint(steps.rows, steps.targets)}") from None
        finally:
            rate.restore()
            steps.write_back()
            if restore_best and run.best_parameters is not None:
                autograd.assign_data(optimizer.params, run.best_parameters)
    losses = history.loss
    if len(losses) >= STALLED and min(losses[1:]) > 0.9 * losses[0]:
        hint = task.hint(steps.rows, steps.targets)
        if hint:
            warnings.warn(
                f"the loss went from {losses[0]:.4g} to {losses[-1]:.4g} only{hint}", stacklevel=2
            )
    return history
