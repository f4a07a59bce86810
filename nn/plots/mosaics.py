"""Mosaics: digits with what was read into them, weights as pictures, and nudges.

Pictures are an array (n, height, width), or rows (n, pixels), by default of square ones. Public as
functions of :mod:`nn.plots`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import autograd
from autograd.arrays import Array
from autograd.extras import needed
from nn.checks import check_count
from nn.kinds import Listed
from nn.plots.axes import BLUE, GREY, ORANGE, axes, diverging, matplotlib_or_error

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.image import AxesImage
    from numpy.typing import ArrayLike

Shape = Sequence[int]


def plot_digits(
    X: ArrayLike,
    y: Listed | None = None,
    predicted: Listed | None = None,
    *,
    columns: int = 10,
    shape: Shape | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Pictures in rows of `columns`, each above its label, or above what it was taken for.

    With labels `y` and `predicted` a mistake is framed and told as "7, not 1". `shape` is (height,
    width), by default square.

    >>> X, y = [[0.0, 1.0, 1.0, 0.0]] * 3, [7, 1, 1]
    >>> ax = plot_digits(X, y, predicted=[7, 7, 1])
    >>> [text.get_text() for text in ax.texts]
    ['7', '7, not 1', '1']
    """
    tiles = _pictures("plot_digits", X, shape)
    for name, labels in (("y", y), ("predicted", predicted)):
        if labels is not None and len(labels) != len(tiles):
            raise autograd.InputValueError(
                f"plot_digits takes a label for each picture, but got {len(tiles)} pictures and "
                f"{len(labels)} labels in {name}"
            )
    told = predicted if predicted is not None else y
    texts = [""] * len(tiles) if told is None else [str(label) for label in told]
    wrong = [False] * len(tiles)
    if y is not None and predicted is not None:
        wrong = [bool(a != p) for a, p in zip(y, predicted)]
        texts = [f"{p}, not {a}" if bad else str(p) for a, p, bad in zip(y, predicted, wrong)]
    return _told_mosaic(ax, tiles, texts, columns, [ORANGE if bad else "" for bad in wrong])


def plot_weights(
    layer: Any, *, columns: int = 8, shape: Shape | None = None, ax: Axes | None = None
) -> Axes:
    """The weights of a layer's neurons as pictures: blue draws a neuron up, orange down.

    `layer` is a Layer, or a network, whose first layer is taken. All share one scale.

    >>> import nn
    >>> ax = plot_weights(nn.MLP(16, [3, 1], rng=0))
    >>> ax.get_title()
    'weights of 3 neurons'
    """
    layer = getattr(layer, "layers", [layer])[0]
    neurons = getattr(layer, "neurons", None)
    if not neurons:
        raise autograd.InputTypeError(
            f"plot_weights takes a Layer, or a network that begins with one, but got {layer!r}"
        )
    rows = [[float(weight) for weight in neuron.weights] for neuron in neurons]
    tiles = _pictures("plot_weights", rows, shape)
    columns = min(check_count("columns", columns), len(tiles))
    high = max(float(abs(tiles).max()), 1e-300)
    ax = axes(ax, width=1.1 * columns + 1, height=1.1 * math.ceil(len(tiles) / columns) + 0.5)
    image, _ = _mosaic(ax, tiles, columns, cmap=diverging(), vmin=-high, vmax=high)
    ax.figure.colorbar(image, ax=ax, shrink=0.8)
    ax.set_title(f"weights of {len(tiles)} neurons")
    return ax


def plot_nudges(
    nudges: ArrayLike,
    X: ArrayLike,
    y: Listed | None = None,
    *,
    most: int = 8,
    shape: Shape | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Which examples push one weight up the most (first row), and which down (second row).

    `nudges` has a number for each row of `X`: how far the example alone would move the weight,
    that is minus its gradient. Each picture is told with its label and its nudge; the title has
    the mean over all, which is what back-propagation follows.

    >>> ax = plot_nudges([0.5, -0.25, 0.5], [[0.0, 1.0, 1.0, 0.0]] * 3, most=1)
    >>> [text.get_text() for text in ax.texts], ax.get_title()
    (['+0.5', '-0.25'], 'mean nudge of 3 examples: +0.25')
    """
    np = needed("numpy", "nn.plots")
    tiles, pushes = _pictures("plot_nudges", X, shape), np.asarray(nudges, dtype=float)
    if pushes.shape != (len(tiles),) or (y is not None and len(y) != len(tiles)):
        raise autograd.InputValueError(
            "plot_nudges takes a nudge of one weight, and a label if any, for each picture, but "
            f"got {len(tiles)} pictures, nudges of shape {pushes.shape}"
            + ("" if y is None else f" and {len(y)} labels")
            + (": choose a weight's column, nudges[:, i]" if pushes.ndim == 2 else "")
        )
    most = min(check_count("most", most), len(tiles))
    order = np.argsort(-pushes, kind="stable")
    chosen = [*order[:most], *order[::-1][:most]]
    texts = [("" if y is None else f"{y[i]}: ") + f"{pushes[i]:+.2g}" for i in chosen]
    colours = [BLUE if pushes[i] > 0 else ORANGE if pushes[i] < 0 else GREY for i in chosen]
    ax = _told_mosaic(ax, tiles[chosen], texts, most, colours)
    ax.set_title(f"mean nudge of {len(tiles)} examples: {pushes.mean():+.3g}")
    return ax


def _told_mosaic(
    ax: Axes | None, tiles: Array, texts: Sequence[str], columns: int, colours: Sequence[str]
) -> Axes:
    """Pictures with a text below each, in a frame of a colour where there is one."""
    np, patches = needed("numpy", "nn.plots"), matplotlib_or_error().patches
    n, height, width = tiles.shape
    columns = min(check_count("columns", columns), n)
    room = math.ceil(0.3 * height) + 1 if any(texts) else 0
    roomy = np.pad(tiles, ((0, 0), (0, room), (0, 0)), constant_values=np.nan)
    ax = axes(ax, width=0.9 * columns, height=(1.2 if room else 0.9) * math.ceil(n / columns) + 0.3)
    high = max(1e-300, float(np.nanmax(tiles)))
    _, places = _mosaic(ax, roomy, columns, cmap="gray_r", vmin=0.0, vmax=high)
    for (top, left), text, colour in zip(places, texts, colours):
        if text:
            middle, below = left + (width - 1) / 2, top + height + 0.1 * room
            style: Any = {"ha": "center", "va": "top", "fontsize": 8}
            ax.text(middle, below, text, color=colour or "black", **style)
        edge = {"edgecolor": colour or "#d0d0d0", "linewidth": 2.0 if colour else 0.5}
        corner = left - 0.5, top - 0.5
        ax.add_patch(patches.Rectangle(corner, width, height, fill=False, clip_on=False, **edge))
    return ax


def _mosaic(
    ax: Axes, tiles: Array, columns: int, **options: str | float | Colormap
) -> tuple[AxesImage, list[tuple[int, int]]]:
    """Draw pictures as one, in rows of `columns` with gaps between them; `options` of imshow.

    Returns the image, and the row and column of each picture's upper left pixel in it.
    """
    np = needed("numpy", "nn.plots")
    n, height, width = tiles.shape
    gap = max(1, round(width / 12))  # enough to be seen
    places = [(i // columns * (height + gap), i % columns * (width + gap)) for i in range(n)]
    canvas = np.full((places[-1][0] + height, columns * (width + gap) - gap), np.nan)
    for (top, left), tile in zip(places, tiles):
        canvas[top : top + height, left : left + width] = tile
    image = ax.imshow(canvas, interpolation="nearest", **options)  # type: ignore[arg-type]
    ax.set(xticks=[], yticks=[])  # pixels need no numbers, and no frame
    ax.spines[:].set_visible(False)
    return image, places


def _pictures(what: str, X: ArrayLike, shape: Shape | None) -> Array:
    """(n, height, width) of rows; `shape` is (height, width), by default square."""
    np = needed("numpy", what)
    try:
        array: Array = np.asarray(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise autograd.InputTypeError(
            f"{what} takes pictures as an array of numbers, or as rows of numbers, but: {error}"
        ) from error
    if array.ndim == 2 and array.size:
        side = math.isqrt(array.shape[1])
        height, width = shape or (side, side)
        if height * width == array.shape[1]:
            array = array.reshape(-1, height, width)
    if array.ndim != 3 or not array.size:
        raise autograd.InputValueError(
            f"{what} takes pictures as an array (n, height, width), or as rows of pixels of square "
            f"ones, but got one of shape {array.shape} and shape={shape}"
        )
    return array
