"""Parts: what is inside the folded boxes of a picture, as sections of a page to unfold.

Next: :mod:`autograd.drawing.page.stepper`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.drawing.folding.fold import LIMIT, folded_picture
from autograd.drawing.folding.inlining import inlined
from autograd.drawing.folding.sketch import ELSEWHERE, STEP
from autograd.drawing.folding.slices import Slice
from autograd.drawing.formats.cards import NOT_COMPUTED
from autograd.drawing.formats.style import Style
from autograd.drawing.formats.svg import svg_of
from autograd.drawing.formats.text import clean, escape
from autograd.drawing.picture.flow import with_bundles
from autograd.drawing.picture.snapshot import Box, Picture, box_of
from autograd.engine.order import operands_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Parts"]

MOST_ROWS = 200
BOX = 600
"""Characters that a box takes in a page, about, with its edges."""
MOST_NODES = 300_000
"""How many nodes are looked at for the parts of a page: more would take minutes."""


class _Fold(NamedTuple):
    number: int
    parent: str
    box: Box
    nodes: tuple[Any, ...]


class Parts:
    """The sections of a page, numbered from 0, as many as a budget of characters allows.

    ``of_boxes`` says which folded boxes of the whole picture have one. ``pictures`` holds each
    section's picture, None where it is a table of leaves.
    """

    def __init__(
        self, picture: Picture, style: Style, parameters: frozenset[int], budget: int
    ) -> None:
        self._style = style._replace(lit=frozenset(), lit_edges=frozenset(), colours={})
        self._left, self._nodes_left = budget, MOST_NODES
        self._folds: list[_Fold] = []
        self._numbers: list[dict[int, int]] = []
        self.pictures: list[Picture | None] = []
        self.of_boxes = self._numbered(picture, "")
        for fold in self._folds:  # grows while it is read
            inside = None
            if fold.box.symbol != ELSEWHERE and any(map(_is_computed, fold.nodes)):
                inside = with_bundles(inlined(_inside(fold, parameters), style.format))
            self._numbers.append(self._numbered(inside, str(fold.number)) if inside else {})
            self.pictures.append(inside)

    def _numbered(self, picture: Picture, parent: str) -> dict[int, int]:
        """Numbers for the folds of a picture, as far as the budget reaches."""
        numbers = {}
        for box in picture.boxes:
            cost = BOX * min(box.size, LIMIT)
            if box.kind == "fold" and self._left > cost and self._nodes_left > box.size:
                numbers[box.id] = len(self._folds)
                self._folds.append(_Fold(len(self._folds), parent, box, picture.nodes[box.id]))
                self._left -= cost
                self._nodes_left -= box.size
        return numbers

    def html(self, pictures: Sequence[Picture | None]) -> str:
        """The sections as markup, of these pictures in the place of ``pictures``."""
        return "\n".join(map(self._section, self._folds, pictures, self._numbers))

    def _section(self, fold: _Fold, picture: Picture | None, numbers: dict[int, int]) -> str:
        title = clean(fold.box.name or fold.box.symbol)
        if picture is None:
            inside = _table(fold.nodes, self._style)
        else:
            notes = [picture.folded] if picture.folded else []
            svg = svg_of(picture, self._style, notes, numbers, sheet=False, interactive=True)
            inside = f"<div>{svg}</div>"
        return (
            f'<section class="ag-part" data-number="{fold.number}" '
            f'data-title="{escape(title)}" hidden>'
            f'<p><button type="button" data-part="{fold.parent}">← back</button> '
            f"<strong>{escape(title)}</strong> {fold.box.size:,} nodes</p>{inside}</section>"
        )


def _is_computed(node: Value | float) -> bool:
    return not isinstance(node, float) and node.op is not None


def _inside(fold: _Fold, parameters: frozenset[int]) -> Picture:
    """The picture of what is in a fold; its results are what nothing in the fold uses."""
    computed = [node for node in fold.nodes if _is_computed(node)]
    used = {x for node in computed for x in operands_of(node) if type(x) is not float}
    part = Slice(computed, [node for node in computed if node not in used])
    ends = (fold.box.name or "").startswith(STEP)
    return folded_picture(part, parameters, split=True, ends=ends)


def _table(nodes: Sequence[Value | float], style: Style) -> str:
    """Leaves or constants as rows of numbers."""
    rows = []
    for node in nodes[:MOST_ROWS]:
        if isinstance(node, float):
            rows.append(f"<tr><td></td><td>{escape(style.format(node))}</td><td></td></tr>")
            continue
        grad = box_of(node, 0, "input").grad
        known = NOT_COMPUTED if grad is None else style.format(grad)
        cells = (node.name or str(node.op or ""), style.format(node.data), known)
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    if len(nodes) > MOST_ROWS:
        rows.append(f"<tr><td>… and {len(nodes) - MOST_ROWS:,} more</td></tr>")
    head = "<tr><th>name</th><th>data</th><th>grad</th></tr>"
    return f'<table class="ag-leaves">{head}{"".join(rows)}</table>'
