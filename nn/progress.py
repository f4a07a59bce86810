"""Progress on standard error: a tqdm bar in a terminal, a plain line an epoch in a log."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

__all__ = ["Progress"]


class Progress:
    """Shows figures, such as loss and accuracy, while `epochs` × `steps` steps are made.

    >>> with Progress(epochs=1, steps=2, show=False) as progress:
    ...     progress.step({"loss": 0.5})
    """

    def __init__(self, epochs: int, steps: int, *, show: bool = True) -> None:
        self.epochs, self.steps = epochs, steps
        self.show = show
        self.bar = _bar(epochs * steps) if show else None
        self.done = 0

    def step(self, figures: dict[str, float]) -> None:
        """One more step is done; `figures` are those of the epoch so far."""
        self.done += 1
        if not self.show:
            return
        ends_epoch = self.done % self.steps == 0
        epoch = f"epoch {(self.done - 1) // self.steps + 1}/{self.epochs}"
        if self.bar is not None:
            self.bar.set_description(epoch, refresh=False)
            self.bar.set_postfix_str(_text(figures, ", "), refresh=ends_epoch)
            self.bar.update()
        elif ends_epoch:
            print(f"{epoch}  {_text(figures, '  ')}", file=sys.stderr, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.close()


def _text(figures: dict[str, float], separator: str) -> str:
    return separator.join(f"{name} {number:.4f}" for name, number in figures.items())


def _bar(total: int) -> Any:
    """A tqdm bar, or None where nobody watches or tqdm is not installed: lines will do."""
    if not sys.stderr.isatty():
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(total=total, unit="batch", file=sys.stderr, dynamic_ncols=True)
