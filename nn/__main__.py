"""Command line: ``python -m nn moons`` and ``python -m nn digits`` train a network and judge it.

Read :func:`main` from the bottom up; everything that learns is :func:`nn.train.fit`.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NoReturn

import autograd
import nn
from nn.files import check_writable
from nn.metrics import accuracy, confusion_matrix, render_confusion_matrix
from nn.predict import DECISIONS

DIGITS = """\
Teach a network, written neuron by neuron in scalar Values, to read handwritten
digits. Of the 1,797 pictures of 8x8 pixels that scikit-learn ships, it learns
from three quarters and is judged by the rest, which it never saw before."""

MOONS = """\
Teach a network, written neuron by neuron in scalar Values, to tell apart two
interleaved half moons of 50 noisy points each."""

INTERRUPTED = 130  # the exit status shells give to Ctrl-C

ENDING = """\
The confusion matrix counts in row i, column j how often an i was taken for a j.
The last line is the accuracy. Two runs with the same options agree to the last
bit. Ctrl-C stops training and judges (and saves) what was learnt so far."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 2 for bad options, 130 after Ctrl-C."""
    options = _parser().parse_args(argv)
    # NumPy is not imported yet. Matrices this small are multiplied fastest by one thread; several
    # wait for each other, on a busy machine for milliseconds.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        if options.out is not None:
            check_writable(options.out)
        status: int = options.run(options)
    except (autograd.MissingExtraError, nn.DivergenceError, nn.ModelFileError) as error:
        print(f"python -m nn {options.command}: error: {error}", file=sys.stderr)
        return 1 if isinstance(error, nn.DivergenceError) else 2
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def train_digits(options: argparse.Namespace) -> int:
    """Split, train, show the confusion matrix and the accuracy on the test set."""
    rng = Random(options.seed)
    X, y = nn.data.digits()
    X_train, X_test, y_train, y_test = nn.data.train_test_split(X, y, rng=rng)
    model = nn.MLP(64, [*options.hidden, 10], rng=rng)
    history = _fit(options, model, X_train, y_train, nn.cross_entropy, rng)
    _judge(options, model, X_test, y_test, nn.cross_entropy, "test")
    return INTERRUPTED if history.interrupted else 0


def train_moons(options: argparse.Namespace) -> int:
    """Train, show the confusion matrix and the accuracy on the training set."""
    rng = Random(options.seed)
    X, y = nn.data.moons(100, noise=0.1, rng=rng)
    model = nn.MLP(2, [*options.hidden, 1], rng=rng)
    loss = nn.binary_cross_entropy_with_logits
    history = _fit(options, model, X, y, loss, rng)
    _judge(options, model, X, y, loss, "training")
    return INTERRUPTED if history.interrupted else 0


def _fit(
    options: argparse.Namespace,
    model: nn.MLP,
    X: list[list[float]],
    y: list[int],
    loss: Callable[..., Any],
    rng: Random,
) -> nn.History:
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
        optimizer=nn.SGD(model.parameters(), options.lr, momentum=0.9),
        epochs=options.epochs,
        batch_size=options.batch_size,
        rng=rng,
        schedule=lambda done: 1.0 - done,
        progress=not options.quiet,
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
    X: list[list[float]],
    y: list[int],
    loss: Callable[..., Any],
    kind: str,
) -> None:
    if options.out is not None:
        model.save(options.out)
    predicted = nn.predict(model, X, decide=DECISIONS[loss])
    print(render_confusion_matrix(confusion_matrix(y, predicted)))
    print(f"{kind} accuracy {accuracy(y, predicted):.4f}")


class _Parser(argparse.ArgumentParser):
    """argparse, with one line instead of the whole usage when an option is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (--help explains the options)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m nn",
        description="Small neural networks, trained in front of your eyes.",
        epilog="python -m nn digits --help  explains the options.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="moons | digits")
    _add_command(
        commands,
        train_moons,
        "tell two interleaved half moons apart",
        MOONS,
        epochs=50,
        batch_size=10,
        lr=0.2,
        hidden=[16, 16],
    )
    _add_command(
        commands,
        train_digits,
        "read handwritten digits",
        DIGITS,
        epochs=16,
        batch_size=32,
        lr=0.06,
        hidden=[16, 16],
    )
    return parser


def _add_command(
    commands: argparse._SubParsersAction[_Parser],
    run: Callable[[argparse.Namespace], int],
    summary: str,
    description: str,
    *,
    epochs: int,
    batch_size: int,
    lr: float,
    hidden: list[int],
) -> None:
    command = commands.add_parser(
        run.__name__.removeprefix("train_"),
        help=summary,
        description=description,
        epilog=ENDING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    add = command.add_argument
    add(
        "--hidden",
        type=_sizes,
        default=hidden,
        metavar="N,N,...",
        help=f"neurons in each hidden layer (default: {','.join(map(str, hidden))})",
    )
    add(
        "--epochs",
        type=_count,
        default=epochs,
        metavar="N",
        help="passes over the training examples (default: %(default)s)",
    )
    add(
        "--batch-size",
        type=_count,
        default=batch_size,
        metavar="N",
        help="examples whose gradients are averaged for one step (default: %(default)s)",
    )
    add(
        "--lr",
        type=_rate,
        default=lr,
        metavar="RATE",
        help="learning rate of SGD with momentum 0.9, sinking evenly to 0 (default: %(default)s)",
    )
    add(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="of all randomness: data, first weights, shuffling (default: %(default)s)",
    )
    add(
        "--out",
        metavar="FILE",
        help="save the trained model as JSON, for nn.MLP.load; a crash leaves the old file",
    )
    add("--quiet", action="store_true", help="no progress, only the result")


def _sizes(text: str) -> list[int]:
    try:
        return [_count(part) for part in text.split(",")]
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(
            f"takes whole numbers from 1, separated by commas, such as 16,16, but got {text!r}"
        ) from error


def _count(text: str) -> int:
    if not (text.strip().isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"takes a whole number from 1, but got {text!r}")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0.0 < rate < math.inf:
        raise argparse.ArgumentTypeError(f"takes a number above 0, but got {text!r}")
    return rate


if __name__ == "__main__":
    sys.exit(main())
