"""Aliases: a parameter named by a long path, in a letter and indices."""

from __future__ import annotations

import re
from collections import Counter

from autograd.drawing.picture.snapshot import Picture, units

__all__ = ["alias", "latex_alias", "with_short_paths"]

LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def alias(path: str) -> str:
    """A parameter's path in few letters, its layer above and its other numbers below; "" if none.

    >>> alias("layers.0.neurons.3.weights.12"), alias("layers.1.neurons.0.bias"), alias("w")
    ('w⁽⁰⁾₃,₁₂', 'b⁽¹⁾₀', '')
    """
    letter, layer, below = _parts(path)
    return letter and f"{letter}⁽{layer.translate(HIGH)}⁾{below.translate(LOW)}"


def latex_alias(path: str) -> str:
    r"""The same in LaTeX's math mode.

    >>> latex_alias("layers.0.neurons.0.weights.1")
    'w^{(0)}_{01}'
    """
    letter, layer, below = _parts(path)
    letter = letter if len(letter) < 2 else rf"\mathrm{{{letter}}}"
    return letter and f"{letter}^{{({layer})}}_{{{below}}}"


def with_short_paths(picture: Picture) -> Picture:
    """The picture with an alias in every box that is named by a long path, unless two would be one.

    Where there is room for it, as in a tooltip, the whole path is told.
    """
    short = [alias(box.name) if box.name and box.size == 1 else "" for box in picture.boxes]
    times = Counter(short)
    boxes = [
        box._replace(alias=one) if one and times[one] == 1 else box
        for box, one in zip(picture.boxes, short)
    ]
    return picture._replace(boxes=tuple(boxes))


def _parts(path: str) -> tuple[str, str, str]:
    numbers = re.findall(r"\.(\d+)(?=\.|$)", path)
    words = re.findall(r"[^\W\d]\w*", path)
    if not units(path) or len(numbers) < 2 or not words[-1].isalpha():
        return "", "", ""
    letter = words[-1][0] if words[-1] in ("weights", "bias") else words[-1]
    comma = "," if any(len(number) > 1 for number in numbers[1:]) else ""
    return letter, numbers[0], comma.join(numbers[1:])
