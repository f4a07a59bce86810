"""What training saw, epoch by epoch, and what it shows of that while it runs.

:func:`nn.train.fitting.fit` returns the one and has the other on standard error: a tqdm bar in
terminals and notebooks, a line an epoch in a log.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

__all__ = ["History", "Progress"]

PAUSE = 0.1  # seconds between two looks of the bar: writing takes longer than a small step
NOTEBOOK = 90  # columns of a bar in a notebook, which has no width to ask for


@dataclass
class History:
    """What `fit` saw, one entry an epoch: mean loss, accuracy while learning, seconds.

    `val_loss` and `val_accuracy` are of the validation data after the epoch, nan of epochs before a
    break that had none. A list stays empty where there is nothing to put in it. `best_epoch` counts
    from 1; `interrupted` tells of a Ctrl-C, `stopped` of an end before the last epoch by patience
    or a callback.

    >>> History(loss=[0.7, 0.2]).loss[-1]
    0.2
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    stopped: bool = False


class Progress(ExitStack):
    """Shows figures, such as loss and accuracy, from epoch `first` + 1 to `epochs`."""

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
