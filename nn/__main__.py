"""Command line: ``python -m nn moons``, ``digits`` and ``mnist`` train a network and judge it.

The options are in :mod:`nn.options`; everything that learns is :func:`nn.train.fitting.fit`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from random import Random
from typing import Any

import autograd
import nn
from autograd import Value, console
from nn.kinds import Listed, Loss, Matrix
from nn.metrics import accuracy, argmax, confusion_matrix, render_confusion_matrix
from nn.model_files import check_writable
from nn.options import parser

INTERRUPTED = 130  # the exit status shells give to Ctrl-C


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 2 for bad options, 130 after Ctrl-C."""
    options = parser().parse_args(argv)
    # NumPy is not imported yet. Matrices this small are multiplied fastest by one thread; several
    # wait for each other, on a busy machine for milliseconds.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    commands = {"moons": train_moons, "digits": train_digits, "mnist": train_mnist}
    try:
        if options.out is not None:
            check_writable(options.out)
        history = commands[options.command](options)
        sys.stdout.flush()
    except (
        autograd.InputValueError,
        autograd.MissingExtraError,
        nn.DataFileError,
        nn.DivergenceError,
        nn.ModelFileError,
    ) as error:
        print(f"python -m nn {options.command}: error: {error}", file=sys.stderr)
        return 1 if isinstance(error, nn.DivergenceError) else 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # of `| head`: nobody reads on, which is no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return INTERRUPTED if history.interrupted else 0


def train_moons(options: argparse.Namespace) -> nn.History:
    """Train, show the confusion matrix and the accuracy on the training set."""
    rng = Random(options.seed)
    X, y = nn.data.moons(100, noise=0.1, rng=rng)
    model = nn.MLP(2, [*options.hidden, 1], rng=rng)
    loss = nn.binary_cross_entropy_with_logits
    history = _fit(options, model, X, y, loss, rng, momentum=0.9)
    _judge(options, model, X, y, loss, "training")
    return history


def train_digits(options: argparse.Namespace) -> nn.History:
    """Split, train, show the confusion matrix and the accuracy on the test set."""
    rng = Random(options.seed)
    X, y = nn.data.digits()
    X_train, X_test, y_train, y_test = nn.data.train_test_split(X, y, rng=rng)
    model = nn.MLP(64, [*options.hidden, 10], rng=rng)
    history = _fit(options, model, X_train, y_train, nn.cross_entropy, rng, momentum=0.9)
    _judge(options, model, X_test, y_test, nn.cross_entropy, "test")
    return history


def train_mnist(options: argparse.Namespace) -> nn.History:
    """Read the set, train, show the confusion matrix and the accuracy on the test set."""
    rng = Random(options.seed)
    X_train, X_test, y_train, y_test = nn.data.mnist(options.data)
    quadratic = options.loss == "quadratic"
    model = nn.MLP(
        X_train.shape[1],
        [*options.hidden, 10],
        activation=options.activation,
        output="sigmoid" if quadratic else "linear",
        rng=rng,
    )
    loss = squared_distance if quadratic else nn.cross_entropy
    history = _fit(options, model, X_train, y_train, loss, rng)
    _judge(options, model, X_test, y_test.tolist(), None, "test")
    return history


def squared_distance(outputs: Sequence[Value | float], target: int | list[float]) -> Any:
    """Σ(y − t)² to a one-hot vector t, or to the one of a class's index.

    >>> squared_distance([0.5, 0.5], 1)
    0.5
    """
    if not isinstance(target, list):
        target = [float(i == target) for i in range(len(outputs))]
    return nn.mse_loss(outputs, target, reduction="sum")


def _fit(
    options: argparse.Namespace,
    model: nn.MLP,
    X: Matrix,
    y: Listed,
    loss: Loss,
    rng: Random,
    *,
    momentum: float = 0.0,
) -> nn.History:
    """Train as the options say; with momentum the learning rate sinks evenly to 0."""
    if not options.quiet:
        sizes = "-".join(map(str, [model.nin, *model.nouts]))
        print(
            f"{options.command}: {len(X)} examples to learn from; {sizes} network, "
            f"{len(model.parameters())} parameters",
            flush=True,
        )
    history = nn.fit(
        model,
        X,
        y,
        loss=loss,
        optimizer=nn.SGD(model.parameters(), options.lr, momentum=momentum),
        epochs=options.epochs,
        batch_size=options.batch_size,
        rng=rng,
        schedule=nn.schedules.LinearSchedule(final=0.0 if momentum else 1.0),
        decide=argmax if loss is squared_distance else None,
        progress=not options.quiet,
        backend=options.backend,
    )
    if history.interrupted:
        print(
            f"interrupted after {len(history.loss)} of {options.epochs} epochs; "
            "what was learnt is kept",
            file=sys.stderr,
        )
    return history


def _judge(
    options: argparse.Namespace,
    model: nn.MLP,
    X: Matrix,
    y: list[int],
    loss: Loss | None,
    kind: str,
) -> None:
    if options.out is not None:
        model.save(options.out)
    predicted = nn.predict(model, X, loss=loss, backend=options.backend)
    print(render_confusion_matrix(confusion_matrix(y, predicted)))
    print(f"{kind} accuracy {accuracy(y, predicted):.4f}")


if __name__ == "__main__":
    sys.exit(console.run(main))
