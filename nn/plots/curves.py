"""How training went: the curves of loss and accuracy. Public as a function of :mod:`nn.plots`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.plots.axes import BLUE, GREY, ORANGE, axes, matplotlib_or_error

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ABOVE: dict[str, Any] = {
    "loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 3, "frameon": False
}  # fmt: skip


def plot_history(history: Any, *, ax: Axes | None = None) -> Axes:
    """Loss, on the left scale, and accuracy, on the right, over the epochs of a `nn.History`.

    Training is drawn as a line, validation dashed; a dotted line marks the best epoch.

    >>> import nn
    >>> ax = plot_history(nn.History(loss=[0.7, 0.2]))
    """
    ax = axes(ax)
    _curves(ax, BLUE, "loss", history.loss, history.val_loss)
    drawn = [*ax.lines]
    if history.accuracy or history.val_accuracy:
        right = ax.twinx()
        _curves(right, ORANGE, "accuracy", history.accuracy, history.val_accuracy)
        drawn += right.lines
    best = history.best_epoch
    if best is not None:
        drawn.append(ax.axvline(best, color=GREY, linestyle=":", label=f"best epoch {best}"))
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(matplotlib_or_error().ticker.MaxNLocator(integer=True))
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    if len(drawn) > 1:
        ax.legend(handles=drawn, **ABOVE)
    return ax


def _curves(
    ax: Axes, colour: str, what: str, trained: Sequence[float], validated: Sequence[float]
) -> None:
    for numbers, style, of in ((trained, "-", "training"), (validated, "--", "validation")):
        if numbers:
            epochs = range(1, len(numbers) + 1)
            marker = "o" if len(numbers) == 1 else ""
            ax.plot(epochs, numbers, style, marker=marker, color=colour, label=f"{of} {what}")
    ax.set_ylabel(what, color=colour)
    ax.tick_params(axis="y", labelcolor=colour)
