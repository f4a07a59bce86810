"""Augmentation: pictures shifted, turned, scaled and made noisy, to learn more from the same ones.

Pictures are an array of grey levels, 0 to 1 on a background of 0, either (n, height, width) or
rows (n, pixels) of square ones. Every function returns a new array of that shape and draws with
`rng`, a `random.Random` or a seed. :func:`nn.plots.plot_augmentations` shows what they do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

import autograd
from autograd.arrays import Array
from autograd.extras import needed
from nn.checks import as_rng

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["augment", "noise", "rotate", "scale", "shift", "warp"]

TOGETHER = 1000  # pictures that are interpolated at a time: a few dozen megabytes


def shift(X: Array, pixels: float = 2.0, *, rng: Random | int) -> Array:
    """Each picture moved by up to so many pixels, across and down; background moves in."""
    return augment(X, shift=pixels, rng=rng)


def rotate(X: Array, degrees: float = 10.0, *, rng: Random | int) -> Array:
    """Each picture turned around its middle by up to so many degrees, to either side."""
    return augment(X, rotate=degrees, rng=rng)


def scale(X: Array, fraction: float = 0.1, *, rng: Random | int) -> Array:
    """Each picture made larger or smaller by up to this fraction, seen from its middle."""
    return augment(X, scale=fraction, rng=rng)


def noise(X: Array, deviation: float = 0.1, *, rng: Random | int) -> Array:
    """Normal noise of this standard deviation added to each pixel, within 0 to 1."""
    return augment(X, noise=deviation, rng=rng)


def augment(
    X: Array,
    *,
    shift: float = 0.0,
    rotate: float = 0.0,
    scale: float = 0.0,
    noise: float = 0.0,
    rng: Random | int,
) -> Array:
    """All four at once: shift in pixels, rotate in degrees, scale as a fraction, noise in grey.

    Each is the largest change (noise: the standard deviation); what happens to a picture is drawn
    evenly from both directions.

    Raises InputValueError for amounts below 0, a scale of 1 or more, and what is no pictures.

    >>> augment([[0.0, 0.0, 0.0, 1.0]], shift=1.0, rotate=20.0, rng=0).shape
    (1, 4)
    """
    np = needed("numpy", "nn.augment")
    amounts = {"shift": shift, "rotate": rotate, "scale": scale, "noise": noise}
    for name, amount in amounts.items():
        if not 0.0 <= amount < (1.0 if name == "scale" else math.inf):
            wanted = "0 or more and below 1" if name == "scale" else "0 or more"
            raise autograd.InputValueError(f"augment: {name} must be {wanted}, but got {amount!r}")
    draw = np.random.default_rng(as_rng(rng).getrandbits(128))
    across, down, angle, factor = draw.uniform(-1.0, 1.0, (4, len(pictures("augment", X))))
    moved = warp(
        X, across=shift * across, down=shift * down, degrees=rotate * angle,
        factor=1.0 + scale * factor,
    )  # fmt: skip
    if noise:
        moved = np.clip(moved + draw.normal(0.0, noise, moved.shape), 0.0, 1.0)
    return moved


def warp(
    X: Array,
    *,
    across: Array | float = 0.0,
    down: Array | float = 0.0,
    degrees: Array | float = 0.0,
    factor: Array | float = 1.0,
) -> Array:
    """The pictures scaled and turned clockwise around the middle, then moved; nothing is drawn.

    Each argument is one number for all pictures or one for each. Grey levels are interpolated
    between the four nearest pixels.

    >>> warp([[0.1, 0.2, 0.3, 0.4]], across=1).tolist()
    [[0.0, 0.1, 0.0, 0.3]]
    >>> warp([[0.1, 0.2, 0.3, 0.4]], degrees=90).round(12).tolist()
    [[0.3, 0.1, 0.4, 0.2]]
    """
    np = needed("numpy", "nn.augment")
    flat = pictures("augment", X)
    if not np.isfinite(flat).all():
        raise autograd.InputValueError("pictures hold finite grey levels, but some are nan or inf")
    n, height, width = flat.shape
    moves = np.empty((4, n, 1, 1))
    for i, numbers in enumerate((across, down, np.radians(degrees), factor)):
        moves[i, :, 0, 0] = numbers
    if not (np.isfinite(moves).all() and (moves[3] > 0.0).all()):
        raise autograd.InputValueError("warp takes finite moves and angles, and factors above 0")
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    rows, columns = np.mgrid[:height, :width]
    warped = np.empty_like(flat)
    for start in range(0, n, TOGETHER):
        part = slice(start, start + TOGETHER)
        dx, dy, angle, grown = moves[:, part]
        # Where each pixel of the new picture comes from, measured from the middle.
        x, y = columns - middle_x - dx, rows - middle_y - dy
        from_x = (np.cos(angle) * x + np.sin(angle) * y) / grown + middle_x
        from_y = (np.cos(angle) * y - np.sin(angle) * x) / grown + middle_y
        warped[part] = _interpolated(flat[part], from_y, from_x)
    found: Array = warped.reshape(np.shape(X))
    return found


def _interpolated(grey: Array, y: Array, x: Array) -> Array:
    """Grey levels at rows y and columns x of each picture; 0 outside."""
    np = needed("numpy", "nn.augment")
    n, height, width = grey.shape
    # A border two pixels wide: whatever lies outside is in it.
    padded = np.pad(grey, ((0, 0), (2, 2), (2, 2)))
    y, x = np.clip(y + 2, 0, height + 2), np.clip(x + 2, 0, width + 2)
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    below, right = y - top, x - left
    which = np.arange(n)[:, None, None]
    upper = (1 - right) * padded[which, top, left] + right * padded[which, top, left + 1]
    lower = (1 - right) * padded[which, top + 1, left] + right * padded[which, top + 1, left + 1]
    found: Array = (1 - below) * upper + below * lower
    return found


def pictures(what: str, X: ArrayLike, shape: Sequence[int] | None = None) -> Array:
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
