"""The options of ``python -m nn``; :mod:`nn.__main__` says what the commands do with them."""

from __future__ import annotations

import argparse
import contextlib
import math
from typing import Any, NoReturn

from nn.programs import BACKENDS

__all__ = ["parser"]

DIGITS = """\
Teach a network, written neuron by neuron in scalar Values, to read handwritten
digits. Of the 1,797 pictures of 8x8 pixels that scikit-learn ships, it learns
from three quarters and is judged by the rest, which it never saw before."""

MOONS = """\
Teach a network, written neuron by neuron in scalar Values, to tell apart two
interleaved half moons of 50 noisy points each."""

MNIST = """\
Teach a network, written neuron by neuron in scalar Values, to read the 28x28
pixel digits of MNIST, and judge it on the official test digits."""

ENDING = """\
The confusion matrix counts in row i, column j how often an i was taken for a j.
The last line is the accuracy. Two runs with the same options agree to the last
bit. Ctrl-C stops training and judges (and saves) what was learnt so far."""


class _Parser(argparse.ArgumentParser):
    """argparse, with one line instead of the whole usage when an option is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (--help explains the options)\n")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; each leaves its name in `command`."""
    top = _Parser(
        prog="python -m nn",
        description="Small neural networks, trained in front of your eyes.",
        epilog="python -m nn digits --help  explains the options.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="moons | digits | mnist")
    sinking = "learning rate of SGD with momentum 0.9, sinking evenly to 0"
    shown: dict[str, Any] = {
        "epilog": ENDING,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }
    for name, summary, description, defaults in (
        ("moons", "tell two interleaved half moons apart", MOONS, (50, 10, 0.2, sinking)),
        ("digits", "read handwritten digits", DIGITS, (16, 32, 0.06, sinking)),
        ("mnist", "read MNIST's digits", MNIST, (10, 32, 0.1, "learning rate of plain SGD")),
    ):
        command = commands.add_parser(name, help=summary, description=description, **shown)
        if name == "mnist":
            command.add_argument(
                "--data", metavar="DIR", required=True,
                help="folder with MNIST's four IDX files, gzipped or not",
            )  # fmt: skip
        _add_options(command, *defaults)
    return top


def _add_options(
    command: argparse.ArgumentParser, epochs: int, batch_size: int, lr: float, rate: str
) -> None:
    add = command.add_argument
    # fmt: off
    add("--hidden", type=_sizes, default=[16, 16], metavar="N,N,...",
        help="neurons in each hidden layer (default: 16,16)")
    add("--epochs", type=_count, default=epochs, metavar="N",
        help="passes over the training examples (default: %(default)s)")
    add("--batch-size", type=_count, default=batch_size, metavar="N",
        help="examples whose gradients are averaged for one step (default: %(default)s)")
    add("--lr", type=_rate, default=lr, metavar="RATE", help=f"{rate} (default: %(default)s)")
    add("--seed", type=int, default=0, metavar="N",
        help="of all randomness: data, first weights, shuffling (default: %(default)s)")
    add("--backend", choices=BACKENDS, default="auto",
        help="how to compute: a compiled program (array or loop) or Value by Value (eager)")
    add("--out", metavar="FILE",
        help="save the trained model as JSON, for nn.MLP.load; a crash leaves the old file")
    add("--quiet", action="store_true", help="no progress, only the result")
    # fmt: on


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
    with contextlib.suppress(ValueError):
        if 0.0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"takes a number above 0, but got {text!r}")
