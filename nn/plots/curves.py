"""How training went, as curves of loss and accuracy, and the colours of signed numbers.

Public as functions of :mod:`nn.plots`; matplotlib is imported when one is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import autograd
from autograd.extras import needed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Positive, negative and 0, as the edges of drawn graphs have it: told apart by colour-blind readers
# too. Written here, as `import nn` draws nothing; a test holds them to those of the drawings.
BLUE, ORANGE, GREY = "#0969da", "#bc4c00", "#767676"
ABOVE: dict[str, Any] = {
    "loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 3, "frameon": False
}  # fmt: skip


def plot_history(history: Any, *, ax: Axes | None = None) -> Axes:
    """Loss, on the left scale, and accuracy, on the right, over the epochs of a `nn.History`.

    It is drawn on `ax`, or on the axes of a new figure, and returns them. Training is a line,
    validation dashed; a dotted line marks the best epoch. Raises MissingExtraError where
    matplotlib is not installed.

    >>> import nn
    >>> plot_history(nn.History(loss=[0.7, 0.2])).get_xlabel()
    'epoch'
    """
    pyplot = needed("matplotlib.pyplot", "nn.plots")
    if ax is None:
        ax = pyplot.subplots(figsize=(6.0, 4.0), layout="constrained")[1]
    elif not hasattr(ax, "plot"):
        raise autograd.InputTypeError(
            f"ax takes matplotlib axes, such as plt.subplots()[1], but got {ax!r}"
        )
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
    ax.xaxis.set_major_locator(pyplot.MaxNLocator(integer=True))
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


def diverging() -> Any:
    """The colour map of signed numbers: orange below 0, white at 0, blue above, as in drawings.

    It is for `imshow(…, cmap=diverging(), vmin=-high, vmax=high)`, whose middle is 0. Raises
    MissingExtraError where matplotlib is not installed.

    >>> from matplotlib.colors import to_hex
    >>> [to_hex(diverging()(x)) for x in (0.0, 1.0)] == [ORANGE, BLUE]
    True
    """
    colours: Any = needed("matplotlib.colors", "nn.plots").LinearSegmentedColormap
    # An odd number of steps, so that 0 has one of its own, which is white.
    return colours.from_list("diverging", [ORANGE, "white", BLUE], N=257)
