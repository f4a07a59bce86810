"""Playground: a page that trains a model in the reader's browser, step for step as `fit` would.

Next: :mod:`autograd.drawing.page.playground` is the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING, Any

import autograd
from autograd import Value
from autograd.reals import check_count, check_number
from nn.checks import as_rng
from nn.data.examples import batches, check_examples
from nn.kinds import Loss, Targets
from nn.losses.classes import shares_of
from nn.losses.pairwise import kind_of
from nn.module import Module
from nn.optim.optimizer import Optimizer
from nn.reading import READINGS
from nn.train.task import Task, example_weights

if TYPE_CHECKING:
    from autograd.drawing import Playground

__all__ = ["playground"]

STEPS = 50
"""So many steps take the batches that `fit` takes; later ones are shuffled in the page."""


def playground(
    model: Module,
    X: Iterable[Iterable[float]],
    y: Targets,
    *,
    loss: Loss,
    optimizer: Optimizer,
    batch_size: int = 32,
    rng: Random | int = 0,
    l2: float = 0.0,
) -> Playground:
    """A page in which `model` learns from points: play, pause, step, back.

    It shows what the model says of every point of the plane (if there are two inputs): for a loss
    over classes the likeliest, otherwise each output by itself; the loss, the weights between
    neurons, and the graph of the example that is chosen, live. All is computed
    in the page, in one file, offline: the first 50 steps are those of ``nn.fit`` with the same
    `batch_size`, `rng` and `l2`. Nothing is trained here.

    Raises:
        InputTypeError, InputValueError: As `fit`; a model, loss or optimiser that no page can
            compute.

    >>> import nn
    >>> X, y = nn.data.moons(20, rng=0)
    >>> model = nn.MLP(2, [4, 1], rng=0)
    >>> loss = nn.binary_cross_entropy_with_logits
    >>> nn.playground(model, X, y, loss=loss, optimizer=nn.Adam(model.parameters()))
    <Playground of 17 parameters: 20 points, Adam>
    """
    from autograd.drawing import Example, Plane, Playground  # not needed to train

    rows, targets = check_examples(X, y)
    batch_size, rng = check_count("batch_size", batch_size), as_rng(rng)
    penalty = check_number("l2", l2)
    coding, _ = Task(model, loss, optimizer).rehearse(rows[0], targets)
    weights = example_weights(loss, targets, None, None)  # what puts its mean right
    shares = shares_of(loss, targets) or [1.0] * len(targets)
    truths = [_numbers(t, coding.classes, share > 0.0) for t, share in zip(targets, shares)]
    plane, inputs = None, [Value(x, f"x{i + 1}") for i, x in enumerate(rows[0])]
    if len(inputs) == 2:
        known = READINGS.get(kind_of(loss))
        meaning = "classes" if coding.classes else "number"
        if known and known.of != "numbers":
            meaning = known.shown
        plane = Plane(model, rows, truths, meaning=meaning)
        inputs = plane.inputs
    with autograd.enable_grad():
        outputs = plane.outputs if plane else model(inputs)
        given = [Value(t, "t" if len(truths[0]) == 1 else f"t{k}") for k, t in enumerate(truths[0])]
        listed = bool(coding.classes) or isinstance(targets[0], (list, tuple))
        error = coding.recorded(outputs, given if listed else given[0])
    error.name = error.name or "loss"
    orders: list[list[int]] = []
    while len(orders) < STEPS:
        orders += batches(len(rows), batch_size=batch_size, rng=rng)
    return Playground(
        Example(error, inputs, given, optimizer.params, plane),
        optimizer,
        rows,
        truths,
        orders=orders[:STEPS],
        batch_size=batch_size,
        penalty=penalty,
        scale=weights[0] if weights else 1.0,
    )


def _numbers(target: Any, classes: int, counts: bool) -> list[float]:
    """A target as numbers: of a class's index one for each class, all 0 where it does not count."""
    if classes:
        return [float(counts and k == target) for k in range(classes)]
    return [float(t) for t in (target if isinstance(target, (list, tuple)) else [target])]
