"""Progress on standard error: a tqdm bar in terminals and notebooks, a line an epoch in a log."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from typing import Any

__all__ = ["Progress"]

PAUSE = 0.1  # seconds between two looks of the bar: writing takes longer than a small step
NOTEBOOK = 90  # columns of a bar in a notebook, which has no width to ask for
FULL = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
SHORT = "{desc}{postfix}"
FRAME = 30  # columns of FULL beside description and figures, with a bar of a few


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
            self._describe(figures)
        self.bar.update(count)

    def end_epoch(self, figures: dict[str, float]) -> None:
        """An epoch is done, whose figures these are."""
        if self.bar is not None:
            self._describe(figures)
            self.bar.refresh()
        elif self.show:
            print(f"{self._epoch()}  {_text(figures, '  ')}", file=sys.stderr, flush=True)
        self.epoch += 1

    def _epoch(self) -> str:
        return f"epoch {self.epoch}/{self.epochs}"

    def _describe(self, figures: dict[str, float]) -> None:
        epoch, text = self._epoch(), _text(figures, ", ")
        columns = NOTEBOOK if _in_notebook() else _size()[0]
        fits = not columns or len(epoch) + len(text) + FRAME <= columns
        self.bar.bar_format = FULL if fits else SHORT
        self.bar.set_description_str(epoch, refresh=False)
        self.bar.set_postfix_str(text, refresh=False)


def _text(figures: dict[str, float], separator: str) -> str:
    return separator.join(f"{name} {number:.4f}" for name, number in figures.items())


def _in_notebook() -> bool:
    return type(sys.stderr).__module__.startswith("ipykernel.")


def _size() -> tuple[int, int]:
    """Columns and lines of the terminal; 0 where it does not know them."""
    try:
        return os.get_terminal_size(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):
        return 0, 0


def _bar(total: int, initial: int) -> Any:
    """A tqdm bar, or None where nobody watches or tqdm is not installed: lines will do.

    A notebook's standard error is no terminal, but understands a bar of fixed width; the bar
    with widgets would be lost when the notebook is saved by a program.
    """
    notebook = _in_notebook()
    # In a terminal that does not know its size, as in some containers, tqdm would write nothing.
    if not (notebook or (sys.stderr.isatty() and all(_size()))):
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    size: dict[str, Any] = {"ncols": NOTEBOOK} if notebook else {"dynamic_ncols": True}
    return tqdm(total=total, initial=initial, bar_format=FULL, file=sys.stderr, **size)
