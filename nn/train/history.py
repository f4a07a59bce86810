"""What training saw, epoch by epoch; :func:`nn.train.fitting.fit` returns it."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nn.model_files import write_text
from nn.plots import plot_history

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["History"]

COLUMNS = ("loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds")


@dataclass
class History:
    """What `fit` saw, one entry an epoch: mean loss, accuracy while learning, seconds.

    `val_loss` and `val_accuracy` are of the validation data after the epoch. A list stays empty
    where there is nothing to put in it. `best_epoch` counts from 1; `interrupted` tells of a
    Ctrl-C, `stopped` of an end before the last epoch by patience or a callback.

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

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write one line an epoch under a line of names; a crash leaves the old file or the new.

        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "history.csv")
        ...     History(loss=[0.5, 0.25]).to_csv(file)
        ...     print(file.read_text(), end="")
        epoch,loss
        1,0.5
        2,0.25
        """
        columns = [name for name in COLUMNS if getattr(self, name)]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["epoch", *columns])
        rows = zip(*(getattr(self, name) for name in columns))
        writer.writerows([i, *map(repr, row)] for i, row in enumerate(rows, 1))
        write_text(path, text.getvalue())

    def plot(self, ax: Axes | None = None) -> Axes:
        """The curves of loss and accuracy on `ax` or new axes, which it returns.

        >>> History(loss=[0.5, 0.25]).plot().get_xlabel()
        'epoch'
        """
        return plot_history(self, ax=ax)
