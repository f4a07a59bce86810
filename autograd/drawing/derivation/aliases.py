"""Aliases: what is named by a long path goes by a letter and indices, wherever it is read.

The whole path is told by a tooltip, where there are any, and by an example below: :func:`legend`.
Next: :mod:`autograd.drawing.derivation.notation`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from autograd.drawing.picture.roles import units
from autograd.drawing.picture.snapshot import Box, Picture

__all__ = ["Alias", "alias", "aliases", "latex_alias", "legend", "path_of"]
__all__ += ["with_short_paths"]

LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def alias(path: str) -> str:
    """A path in few letters, the layer above and its other numbers below; "" if it has too few.

    >>> alias("layers.0.neurons.3.weights.12"), alias("layers.1.neurons.0"), alias("w")
    ('w⁽⁰⁾₃,₁₂', 'n⁽¹⁾₀', '')
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


class Alias(str):
    """What stands for a path, and the path."""

    def __init__(self, _: str, path: str = "") -> None:
        self.path = path

    def __new__(cls, short: str, _: str = "") -> Alias:
        """A str of its own."""
        return super().__new__(cls, short)


def aliases(paths: Iterable[str]) -> dict[str, Alias]:
    """The paths that have an alias which no other of them has.

    >>> aliases(["a.0.w.1", "b.0.w.1", "layers.0.neurons.3.bias"])
    {'layers.0.neurons.3.bias': 'b⁽⁰⁾₃'}
    """
    found = [Alias(short, path) for path in paths if (short := alias(path))]
    times = Counter(found)
    return {one.path: one for one in found if times[one] == 1}


def legend(used: Iterable[Alias]) -> list[str]:
    """A line that says what the first of them is, so that the others can be read; none for none.

    >>> legend(aliases(["layers.0.neurons.3.bias"]).values())
    ['b⁽⁰⁾₃ is layers.0.neurons.3.bias']
    """
    listed = [*used]
    more = ", and so on" if len(listed) > 1 else ""
    return [f"{one} is {one.path}{more}" for one in listed[:1]]


def path_of(box: Box) -> str:
    """The path that names a box: its Value's, or that of the module that is folded in it."""
    if box.kind == "fold":
        return box.module if box.name == box.module else ""
    return box.name or ""


def with_short_paths(picture: Picture) -> tuple[Picture, list[Alias]]:
    """The picture with an alias in every box that is named by a long path, and those aliases."""
    paths = [path_of(box) for box in picture.boxes]
    short = aliases(path for path in paths if path)
    boxes = [
        box._replace(alias=short[path]) if path in short else box
        for box, path in zip(picture.boxes, paths)
    ]
    return picture._replace(boxes=tuple(boxes)), [*short.values()]


def _parts(path: str) -> tuple[str, str, str]:
    numbers = re.findall(r"\.(\d+)(?=\.|$)", path)
    words = re.findall(r"[^\W\d]\w*", path)
    if not units(path) or len(numbers) < 2 or not words[-1].isalpha():
        return "", "", ""
    letter = words[-1][0] if words[-1] in ("weights", "bias", "neurons") else words[-1]
    comma = "," if any(len(number) > 1 for number in numbers[1:]) else ""
    return letter, numbers[0], comma.join(numbers[1:])
