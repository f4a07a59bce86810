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
from autograd import console
from nn.metrics import accuracy, confusion_matrix, render_confusion_matrix
from nn.model_files import check_writable
from nn.options import parser

INTERRUPTED = 130  # the exit status shells give to Ctrl-C


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 2 for bad options, 130 after Ctrl-C."""
    options = parser().parse_args(argv)
    # NumPy is not imported yet. Matrices this small are multiplied fastest by one thread; several
    # wait for each other, on a busy machine for milliseconds.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        if options.out is not None:
            check_writable(options.out)
        history = train(options)
        sys.stdout.flush()
    except (
        autograd.InputValueError, autograd.MissingExtraError, nn.DataFileError, nn.DivergenceError,
        nn.ModelFileError,
    ) as error:  # fmt: skip
        print(f"python -m nn {options.command}: error: {error}", file=sys.stderr)
        return 1 if isinstance(error, nn.DivergenceError) else 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # of `| head`: nobody reads on, which is no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return INTERRUPTED if history.interrupted else 0


def train(options: argparse.Namespace) -> nn.History:
    """Train as the options say; show the confusion matrix and the accuracy, of a test set if any.

    The learning rate of moons and digits, which have momentum, sinks evenly to 0.
    """
    rng, set_name = Random(options.seed), options.command
    loss: Any = nn.cross_entropy
    kind = "test"
    if set_name == "moons":
        X, y = X_test, y_test = nn.data.moons(100, noise=0.1, rng=rng)
        loss, kind = nn.binary_cross_entropy_with_logits, "training"
    elif set_name == "digits":
        X, X_test, y, y_test = nn.data.train_test_split(*nn.data.digits(), rng=rng)
    else:
        X, X_test, y, y_test = nn.data.mnist(options.data)
        y_test = y_test.tolist()
    sizes = [len(X[0]), *options.hidden, 1 if set_name == "moons" else 10]
    model = nn.MLP(sizes[0], sizes[1:], rng=rng)
    if not options.quiet:
        print(
            f"{set_name}: {len(X)} examples to learn from; {'-'.join(map(str, sizes))} network, "
            f"{len(model.parameters())} parameters",
            flush=True,
        )
    momentum = 0.0 if set_name == "mnist" else 0.9
    history = nn.fit(
        model, X, y, loss=loss, rng=rng, progress=not options.quiet,
        optimizer=nn.SGD(model.parameters(), options.lr, momentum=momentum),
        schedule=nn.schedules.LinearSchedule(final=0.0 if momentum else 1.0),
        epochs=options.epochs, batch_size=options.batch_size, backend=options.backend,
    )  # fmt: skip
    if history.interrupted:
        print(
            f"interrupted after {len(history.loss)} of {options.epochs} epochs; "
            "what was learnt is kept",
            file=sys.stderr,
        )
    if options.out is not None:
        model.save(options.out)
    predicted = nn.predict(model, X_test, loss=loss, backend=options.backend)
    print(render_confusion_matrix(confusion_matrix(y_test, predicted)))
    print(f"{kind} accuracy {accuracy(y_test, predicted):.4f}")
    return history


if __name__ == "__main__":
    sys.exit(console.run(main))
