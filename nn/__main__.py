"""Command line: ``python -m nn moons``, ``digits`` and ``mnist`` train a network and judge it.

Next: :func:`nn.train.fitting.fit`, which is everything that learns.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NoReturn

import autograd
import nn
from autograd import console
from autograd.reals import check_count, check_number
from nn.metrics import accuracy, confusion_matrix, render_confusion_matrix
from nn.model_files import check_writable
from nn.programs import BACKENDS

# Name -> what is learnt; epochs, batch size and learning rate by default; the momentum.
COMMANDS = {
    "moons": ("tell apart two interleaved half moons of 50 noisy points each", 50, 10, 0.2, 0.9),
    "digits": (
        "read handwritten digits: of the 1,797 pictures of 8x8 pixels that scikit-learn ships, it "
        "learns from three quarters and is judged by the rest", 16, 32, 0.06, 0.9,
    ),
    "mnist": (
        "read the 28x28 pixel digits of MNIST, judged on the official test digits", 10, 32, 0.1, 0.0
    ),
}  # fmt: skip
ENDING = (
    "The confusion matrix counts in row i, column j how often an i was taken for a j. The last "
    "line is the accuracy. Two runs with the same options agree to the last bit. Ctrl-C stops "
    "training and judges (and saves) what was learnt so far."
)
INTERRUPTED = 130  # the exit status shells give to Ctrl-C


class _Parser(argparse.ArgumentParser):
    """argparse, with one line instead of the whole usage when an option is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (--help explains the options)\n")


def _reader(read: Callable[[str], Any], wanted: str) -> Callable[[str], Any]:
    """What reads an option, with an error that says what is wanted."""

    def reader(text: str) -> Any:
        with contextlib.suppress(ValueError):
            return read(text)
        raise argparse.ArgumentTypeError(f"takes {wanted}, but got {text!r}")

    return reader


_count = _reader(lambda text: check_count("it", int(text)), "a whole number from 1")
_rate = _reader(lambda text: check_number("it", float(text), positive=True), "a number above 0")
_sizes = _reader(
    lambda text: [check_count("it", int(part)) for part in text.split(",")],
    "whole numbers from 1, separated by commas, such as 16,16",
)


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; each leaves its name in `command`."""
    top = _Parser(
        prog="python -m nn",
        description="Small neural networks, trained in front of your eyes.",
        epilog="python -m nn digits --help  explains the options.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar=" | ".join(COMMANDS))
    for name, (task, epochs, batch_size, lr, momentum) in COMMANDS.items():
        description = f"Teach a network, written neuron by neuron in scalar Values, to {task}."
        command = commands.add_parser(name, help=task, description=description, epilog=ENDING)
        command.set_defaults(momentum=momentum)
        rate = "SGD with momentum 0.9, sinking evenly to 0" if momentum else "plain SGD"
        add = command.add_argument
        # fmt: off
        if name == "mnist":
            add("--data", metavar="DIR", required=True,
                help="folder with MNIST's four IDX files, gzipped or not")
        add("--hidden", type=_sizes, default=[16, 16], metavar="N,N,...",
            help="neurons in each hidden layer (default: 16,16)")
        add("--epochs", type=_count, default=epochs, metavar="N",
            help="passes over the training examples (default: %(default)s)")
        add("--batch-size", type=_count, default=batch_size, metavar="N",
            help="examples whose gradients are averaged for one step (default: %(default)s)")
        add("--lr", type=_rate, default=lr, metavar="RATE",
            help=f"learning rate of {rate} (default: %(default)s)")
        add("--seed", type=int, default=0, metavar="N",
            help="of all randomness: data, first weights, shuffling (default: %(default)s)")
        add("--backend", choices=BACKENDS, default="auto",
            help="how to compute: a compiled program (array or loop) or Value by Value (eager)")
        add("--out", metavar="FILE",
            help="save the trained model as JSON, for nn.MLP.load; a crash leaves the old file")
        add("--quiet", action="store_true", help="no progress, only the result")
        # fmt: on
    return top


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
    except autograd.AutogradError as error:
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
    history = nn.fit(
        model, X, y, loss=loss, rng=rng, progress=not options.quiet,
        optimizer=nn.SGD(model.parameters(), options.lr, momentum=options.momentum),
        schedule=nn.schedules.LinearSchedule(final=0.0 if options.momentum else 1.0),
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
