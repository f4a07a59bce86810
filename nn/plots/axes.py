"""What the plots share: axes to draw on, and colours; matplotlib is imported when one is drawn.

Next: :mod:`nn.plots.curves`.
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


def axes(ax: Axes | None, *, width: float = 6.0, height: float = 4.0) -> Axes:
    """The axes given, or those of a new figure of this size in inches.

    Raises MissingExtraError where matplotlib is not installed.
    """
    if ax is not None:
        if not hasattr(ax, "imshow"):
            raise autograd.InputTypeError(
                f"ax takes matplotlib axes, such as plt.subplots()[1], but got {ax!r}"
            )
        return ax
    pyplot = matplotlib_or_error().pyplot
    made: Axes = pyplot.subplots(figsize=(width, height), layout="constrained")[1]
    return made


def matplotlib_or_error() -> Any:
    """The module matplotlib, with its pyplot, colors and patches."""
    needed("matplotlib.pyplot", "nn.plots")
    return needed("matplotlib", "nn.plots")


def diverging() -> Any:
    """The colour map of signed numbers: orange below 0, white at 0, blue above, as in drawings.

    It is for `imshow(…, cmap=diverging(), vmin=-high, vmax=high)`, whose middle is 0. Raises
    MissingExtraError where matplotlib is not installed.

    >>> from matplotlib.colors import to_hex
    >>> [to_hex(diverging()(x)) for x in (0.0, 1.0)] == [ORANGE, BLUE]
    True
    """
    colours: Any = matplotlib_or_error().colors.LinearSegmentedColormap
    # An odd number of steps, so that 0 has one of its own, which is white.
    return colours.from_list("diverging", [ORANGE, "white", BLUE], N=257)
