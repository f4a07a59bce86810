"""Playground: a page that trains a model in the reader's browser, step for step as `fit` would."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING, Any

import autograd
from autograd import Value
from nn.checks import as_rng, check_count, check_number
from nn.data.examples import batches, check_examples
from nn.kinds import Loss, Targets
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge_loss,
)
from nn.losses.terms import kind_of
from nn.module import Module
from nn.optim.optimizer import Optimizer
from nn.train.task import Task

if TYPE_CHECKING:
    from autograd.drawing import Playground

__all__ = ["playground"]

STEPS = 50
"""So many steps take the batches that `fit` takes; later ones are shuffled in the page."""
MEANINGS = {
    binary_cross_entropy_with_logits: "logit",
    binary_cross_entropy: "probability",
    hinge_loss: "margin",
}


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
    """A page in which `model`, with one output, learns from points: play, pause, step, back.

    It shows what the model says of every point of the plane (if there are two inputs), the loss,
    the weights between neurons, and the graph of the example that is chosen, live. All is computed
    in the page, in one file, offline: the first 50 steps are those of ``nn.fit`` with the same
    `batch_size`, `rng` and `l2`. Nothing is trained here.

    Raises:
        InputTypeError, InputValueError: As `fit`; several outputs, or targets that are no numbers;
            a model, loss or optimiser that no page can compute.

    >>> import nn
    >>> X, y = nn.data.moons(20, rng=0)
    >>> model = nn.MLP(2, [4, 1], rng=0)
    >>> loss = nn.binary_cross_entropy_with_logits
    >>> nn.playground(model, X, y, loss=loss, optimizer=nn.Adam(model.parameters()))
    <Playground of 17 parameters: 20 points, Adam>
    """
    from autograd.drawing import Example, Playground  # not needed to train

    rows, targets = check_examples(X, y)
    batch_size, rng = check_count("batch_size", batch_size), as_rng(rng)
    penalty = check_number("l2", l2)
    Task(model, loss, optimizer).rehearse(rows[0], targets)
    inputs = [Value(x, f"x{i + 1}") for i, x in enumerate(rows[0])]
    with autograd.enable_grad():
        outputs = model(inputs)
    output = outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs
    truths: list[Any] = [
        t[0] if isinstance(t, (list, tuple)) and len(t) == 1 else t for t in targets
    ]
    if not isinstance(output, Value) or any(isinstance(t, (list, tuple)) for t in truths):
        raise autograd.InputValueError(
            "a playground is of a model with one output and targets of one number each, such as "
            "nn.MLP(2, [16, 1]) with nn.binary_cross_entropy_with_logits"
        )
    target = Value(float(truths[0]), "t")
    with autograd.enable_grad():
        error: Any = loss(outputs, [target] if isinstance(targets[0], (list, tuple)) else target)
    error.name = error.name or "loss"
    orders: list[list[int]] = []
    while len(orders) < STEPS:
        orders += batches(len(rows), batch_size=batch_size, rng=rng)
    return Playground(
        Example(error, inputs, target, output, optimizer.params),
        optimizer,
        rows,
        [float(t) for t in truths],
        orders=orders[:STEPS],
        batch_size=batch_size,
        meaning=MEANINGS.get(kind_of(loss), "number"),
        penalty=penalty,
    )
