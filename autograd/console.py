"""What runs in a terminal: command lines that die of no closed pipe, and progress that is shown.

Next: :mod:`autograd.__main__`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

__all__ = ["Progress", "run"]

CLOSED_PIPE = 141  # the exit status that shells give to a program ended by SIGPIPE
PAUSE = 0.1  # seconds between two looks of the bar: writing takes longer than a small step
NOTEBOOK = 90  # columns of a bar in a notebook, which has no width to ask for


def run(main: Callable[[], int]) -> int:
    """Run a command line; returns its exit status.

    A character that the terminal's encoding does not have is shown as a question mark. If what
    reads the output has gone (``| head -1``), the rest is dropped without a word.

    >>> run(lambda: 0)
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        try:
            return main()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # What is still in the buffer is written once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE


class Progress(ExitStack):
    """Shows figures on standard error, such as a loss, from epoch `first` + 1 to `epochs`.

    That is a tqdm bar in terminals and notebooks, and a line an epoch in a log.
    """

    def __init__(self, epochs: int, steps: int, *, first: int = 0, show: bool = True) -> None:
        super().__init__()
        self.epochs, self.epoch, self.show, self.shown = epochs, first + 1, show, 0.0
        self.bar: Any = _bar(epochs * steps, first * steps) if show else None
        if self.bar is not None:
            self.callback(self.bar.close)

    def step(self, figures: dict[str, float], count: int = 1) -> None:
        """So many more steps are done; `figures` are those of the epoch so far."""
        if self.bar is None:
            return
        now = time.monotonic()
        if now - self.shown > PAUSE:
            self.shown = now
            self.bar.set_description_str(self._text(figures, ", "), refresh=False)
        self.bar.update(count)

    def end_epoch(self, figures: dict[str, float]) -> None:
        """An epoch is done, whose figures these are."""
        if self.bar is not None:
            self.bar.set_description_str(self._text(figures, ", "))
        elif self.show:
            print(self._text(figures, "  "), file=sys.stderr, flush=True)
        self.epoch += 1

    def _text(self, figures: dict[str, float], separator: str) -> str:
        told = (f"{name} {number:.4f}" for name, number in figures.items())
        return separator.join([f"epoch {self.epoch}/{self.epochs}", *told])


def _bar(total: int, initial: int) -> Any:
    """A tqdm bar, or None where nobody watches or tqdm is not installed: lines will do.

    A notebook's standard error is no terminal, but understands a bar of fixed width; the bar
    with widgets would be lost when the notebook is saved by a program. In a terminal that does not
    know its size, as in some containers, tqdm would write nothing.
    """
    notebook, sized = type(sys.stderr).__module__.startswith("ipykernel."), False
    with suppress(OSError, ValueError, AttributeError):
        sized = sys.stderr.isatty() and all(os.get_terminal_size(sys.stderr.fileno()))
    if not (notebook or sized):
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(
        total=total,
        initial=initial,
        # Of what has no room, the end is cut, so figures come first.
        bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}",
        ncols=NOTEBOOK if notebook else None,
        dynamic_ncols=not notebook,
        file=sys.stderr,
    )
