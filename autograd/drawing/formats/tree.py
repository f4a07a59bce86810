"""Tree: a picture as indented text, each result above what it is made of.

Next: :mod:`autograd.drawing.drawing`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from autograd.drawing.formats.cards import NOT_COMPUTED
from autograd.drawing.formats.style import Style
from autograd.drawing.formats.text import clean
from autograd.drawing.picture.snapshot import Box, Picture

__all__ = ["tree_of"]

DEEPEST = 30
"""Below this depth a branch is continued at the margin."""

MANY = 4
"""So many boxes that are known already share a line."""


class _Entry(NamedTuple):
    box: int
    lead: str
    """What stands before the branches of this box."""
    mark: str
    depth: int


def tree_of(picture: Picture, style: Style) -> str:
    """The tree; what is used again is written out once and referred to by name or number.

    >>> from autograd import Value
    >>> from autograd.drawing.picture.snapshot import take_picture
    >>> x = Value(3.0, name="x")
    >>> print(tree_of(take_picture(x * x + 1.0), Style()))
    + · data 10 · grad not computed
    ├─ × · data 9 · grad not computed
    │  ├─ x · input · data 3 · grad not computed
    │  └─ x (see above)
    └─ 1
    """
    operands = [[picture.edges[i].source for i in indices] for indices in picture.edges_into()]
    uses = [0] * len(picture.boxes)
    for edge in picture.edges:
        uses[edge.source] += 1
    lines: list[str] = []
    seen: set[int] = set()
    later = list(picture.outputs)
    for root in later:  # grows while it is read
        if root in seen and root in picture.outputs:
            lines.append(_reference(picture.boxes[root]) + " (see above)")
        stack = [_Entry(root, "", "", 0)] if root not in seen else []
        while stack:
            number, lead, mark, depth = stack.pop()
            box = picture.boxes[number]
            if number in seen:
                known = [_Entry(number, lead, mark, depth)]
                while stack and stack[-1].depth == depth and stack[-1].box in seen:
                    known.append(stack.pop())  # what follows it under the same result
                lines += _known(known, picture)
                continue
            if depth == DEEPEST and operands[number]:
                lines.append(f"{mark}{_reference(box)} (see below)")
                later.append(number)
                continue
            seen.add(number)
            shared = uses[number] > 1 or (depth == 0 and number not in picture.outputs)
            lines.append(mark + _line(box, style, shared))
            branches = []
            for i, operand in enumerate(operands[number]):
                last = i == len(operands[number]) - 1
                fork, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
                branches.append(_Entry(operand, lead + below, lead + fork, depth + 1))
            stack.extend(reversed(branches))
    return "\n".join(lines)


def _known(entries: list[_Entry], picture: Picture) -> list[str]:
    """Boxes that are written out already: a line each, or one for all if they are many."""
    names = [_reference(picture.boxes[entry.box]) for entry in entries]
    if len(entries) >= MANY:
        return [f"{entries[-1].mark}{names[0]} … {names[-1]} (all {len(names)} see above)"]
    return [f"{entry.mark}{name} (see above)" for entry, name in zip(entries, names)]


def _reference(box: Box) -> str:
    return clean(box.alias or box.name) if box.name and box.kind != "fold" else f"#{box.id}"


def _line(box: Box, style: Style, shared: bool) -> str:
    """One box in one line."""
    number: Callable[[float], str] = style.format
    if box.kind == "constant":
        return number(box.data or 0.0)
    title = clean(box.alias or box.name or "") if "name" in style.show else ""
    symbol = clean(box.written or box.symbol) if "op" in style.show else ""
    if box.kind == "fold":
        contents = f": {symbol}" if symbol else ""
        title = f"[{f'{title}, ' if title else ''}{box.size:,} nodes{contents}]"
    else:
        title = " = ".join(word for word in (title, symbol) if word)
    words = [f"#{box.id} {title}".rstrip()] if shared and _reference(box)[0] == "#" else [title]
    if box.kind in ("input", "parameter"):
        words.append(box.kind)
    if box.kind == "outside":
        words.append("computed elsewhere")
    if "data" in style.show and box.data is not None:
        words.append(f"data {number(box.data)}")
    if "grad" in style.show and (box.kind != "fold" or box.grad is not None):
        words.append(f"grad {NOT_COMPUTED if box.grad is None else number(box.grad)}")
    return " · ".join(word for word in words if word) or box.kind
