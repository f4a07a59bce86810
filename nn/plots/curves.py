"""How training went, as curves of loss and accuracy, and the colours of signed numbers.

Public as functions of :mod:`nn.plots`; matplotlib is imported when one is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import autograd
from autograd.extras import needed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Positive, negative and 0, as the edges of drawn graphs have it: told apart by colour-blind readers
# too. Written here, as `import nn` draws nothing; a test holds them to those of the drawings.
BLUE, ORANGE, GREY = "#0969da", "#bc4c00", "#767676"


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
    drawn: list[Any] = []
    for what, colour in (("loss", BLUE), ("accuracy", ORANGE)):
        curves = [("training", "-", getattr(history, what))]
        curves += [("validation", "--", getattr(history, f"val_{what}"))]
        if what == "accuracy" and not any(numbers for *_, numbers in curves):
            continue
        side = ax if what == "loss" else ax.twinx()
        for of, style, numbers in curves:
            if numbers:
                epochs, marker = range(1, len(numbers) + 1), "o" if len(numbers) == 1 else ""
                label = f"{of} {what}"
                drawn += side.plot(epochs, numbers, style, marker=marker, color=colour, label=label)
        side.set_ylabel(what, color=colour)
        side.tick_params(axis="y", labelcolor=colour)
    best = history.best_epoch
    if best is not None:
        drawn.append(ax.axvline(best, color=GREY, linestyle=":", label=f"best epoch {best}"))
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(pyplot.MaxNLocator(integer=True))
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    if len(drawn) > 1:
        place: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 3}
        ax.legend(handles=drawn, frameon=False, **place)
    return ax


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
