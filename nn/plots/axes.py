"""What the plots share: axes to draw on, and mosaics of small pictures.

matplotlib is imported when something is drawn. Next: :mod:`nn.plots.training`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import autograd
from autograd.arrays import Array
from autograd.extras import needed
from nn.checks import check_count

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
    made: Axes = matplotlib_or_error().pyplot.subplots(
        figsize=(width, height), layout="constrained"
    )[1]
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


def bare(ax: Axes) -> None:
    """No ticks and no frame: for pictures, whose pixels need no numbers."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def mosaic_places(count: int, columns: int, height: int, width: int) -> list[tuple[int, int]]:
    """Row and column of each picture's upper left pixel in a mosaic.

    >>> mosaic_places(3, 2, 8, 8)
    [(0, 0), (0, 9), (9, 0)]
    """
    columns = check_count("columns", columns)
    steps = height + _gap(width), width + _gap(width)
    return [(i // columns * steps[0], i % columns * steps[1]) for i in range(count)]


def mosaic(ax: Axes, tiles: Array, columns: int, **options: Any) -> Any:
    """Draw pictures as one, in rows of `columns` with gaps between them; `options` of imshow."""
    np = needed("numpy", "nn.plots")
    n, height, width = tiles.shape
    places = mosaic_places(n, columns, height, width)
    columns = min(n, columns)
    rows = math.ceil(n / columns)
    gap = _gap(width)
    shape = rows * (height + gap) - gap, columns * (width + gap) - gap
    canvas = np.full(shape, np.nan)
    for (top, left), tile in zip(places, tiles):
        canvas[top : top + height, left : left + width] = tile
    options.setdefault("interpolation", "nearest")
    image = ax.imshow(canvas, **options)
    bare(ax)
    return image


def _gap(width: int) -> int:
    """Pixels between pictures of this width: enough to be seen."""
    return max(1, round(width / 12))
