"""Labels: a short name for every box of a page, so that a sentence or formula says which it means.

What has a name keeps it; a parameter named by a long path is called w⁽⁰⁾₁₂ and the like; what has
none is a₁, a₂ … Next: :mod:`autograd.drawing.page.content`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.drawing.derivation.aliases import LOW, alias, aliases, path_of
from autograd.drawing.formats.text import clean, shorten
from autograd.drawing.picture.snapshot import Picture

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["labelled"]

LONGEST = 24
LETTERS = "ahuvqk"


def labelled(pictures: Sequence[Picture]) -> list[Picture]:
    """The pictures with an alias in every box but constants: no two of one picture share one.

    A Value has the same in all of them.
    """
    named = {
        node: clean(box.name)
        for picture in pictures
        for box, node in zip(picture.boxes, picture.nodes)
        if box.name and box.kind not in ("constant", "fold")
    }
    short = aliases(named.values())
    label: dict[Any, str] = {}
    taken: set[str] = set()
    for node, name in named.items():
        label[node] = _free(short.get(name) or shorten(name, LONGEST), taken)
    letter = next(x for x in f"{LETTERS}a" if not any(re.match(rf"{x}[₀-₉]", t) for t in taken))
    count = 0
    for picture in pictures:
        for box, node in zip(picture.boxes, picture.nodes):
            if box.kind not in ("constant", "fold") and node not in label:
                count += 1
                label[node] = _free(f"{letter}{str(count).translate(LOW)}", taken)
    return [_with_labels(picture, label, taken) for picture in pictures]


def _with_labels(picture: Picture, label: dict[Value, str], taken: set[str]) -> Picture:
    boxes = []
    here = set(taken)
    for box, node in zip(picture.boxes, picture.nodes):
        if box.kind == "fold":
            name = clean(box.name or f"{box.size:,} {box.symbol or 'nodes'}")
            name = alias(path_of(box)) or name
            box = box._replace(alias=_free(shorten(name, LONGEST), here))
        elif box.kind != "constant":
            box = box._replace(alias=label[node])
        boxes.append(box)
    return picture._replace(boxes=tuple(boxes))


def _free(label: str, taken: set[str]) -> str:
    """The label, numbered if there is one like it; entered among those taken."""
    found, number = label, 1
    while found in taken:
        number += 1
        found = f"{label} ({number})"
    taken.add(found)
    return found
