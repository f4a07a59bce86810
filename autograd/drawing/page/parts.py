"""Parts: what is inside the folded boxes of a picture, as sections of a page to unfold."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from autograd.drawing.folding.fold import LIMIT, folded_picture
from autograd.drawing.folding.sketch import ELSEWHERE
from autograd.drawing.folding.slices import Slice
from autograd.drawing.formats.cards import NOT_COMPUTED
from autograd.drawing.formats.style import Style
from autograd.drawing.formats.svg import svg_of
from autograd.drawing.formats.text import clean, escape
from autograd.drawing.picture.snapshot import Box, Picture, box_of
from autograd.engine.order import operands_of

__all__ = ["Parts"]

MOST_ROWS = 1000
MOST_NODES = 300_000
"""How many nodes are looked at for the parts of a page: more would take minutes."""

# The first picture of the page is the whole; each section replaces it until one goes back.
SCRIPT = """
(function () {
  const whole = document.querySelector("svg.ag");
  const parts = [...document.querySelectorAll("section.ag-part")];
  function open(number) {
    whole.style.display = number === null ? "" : "none";
    for (const part of parts) part.hidden = part.dataset.number !== number;
    const shown = parts.find(part => !part.hidden);
    if (shown) shown.querySelector("button").focus();
  }
  function chosen(event) {
    const box = event.target.closest("[data-part]");
    if (!box || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    open(box.dataset.part === "" ? null : box.dataset.part);
  }
  document.addEventListener("click", chosen);
  document.addEventListener("keydown", chosen, true);
})();
"""


class _Fold(NamedTuple):
    number: int
    parent: str
    box: Box
    nodes: tuple[Any, ...]


class Parts:
    """The sections of a page, numbered from 0, as many as a budget of boxes allows.

    ``of_boxes`` says which folded boxes of the whole picture have one, and ``html`` is what goes
    into the page behind that picture.
    """

    def __init__(
        self, picture: Picture, style: Style, parameters: frozenset[int], budget: int
    ) -> None:
        self._style, self._parameters = style, parameters
        self._left, self._nodes_left = budget, MOST_NODES
        self._count = 0
        self._queue: deque[_Fold] = deque()
        self.of_boxes = self._numbered(picture, "")
        sections = []
        while self._queue:
            sections.append(self._section(self._queue.popleft()))
        script = f"<script>{SCRIPT}</script>" if sections else ""
        self.html = "\n".join([*sections, script])

    def _numbered(self, picture: Picture, parent: str) -> dict[int, int]:
        """Numbers for the folds of a picture, as far as the budget reaches."""
        numbers = {}
        for box in picture.boxes:
            if box.kind == "fold" and self._left > 0 and self._nodes_left > box.size:
                numbers[box.id] = self._count
                self._queue.append(_Fold(self._count, parent, box, picture.nodes[box.id]))
                self._count += 1
                self._left -= min(box.size, LIMIT)
                self._nodes_left -= box.size
        return numbers

    def _section(self, fold: _Fold) -> str:
        title = clean(fold.box.name or fold.box.symbol)
        if fold.box.symbol == ELSEWHERE or not any(map(_is_computed, fold.nodes)):
            inside = _table(fold.nodes, self._style)
        else:
            picture = _inside(fold.nodes, self._parameters)
            numbers = self._numbered(picture, str(fold.number))
            notes = [picture.folded] if picture.folded else []
            style = self._style._replace(lit=frozenset(), lit_edges=frozenset(), colours={})
            svg = svg_of(picture, style, notes, numbers, sheet=False)
            inside = f'<div style="overflow:auto">{svg}</div>'
        return (
            f'<section class="ag-part" data-number="{fold.number}" hidden>'
            f'<p><button type="button" data-part="{fold.parent}">← back</button> '
            f"<strong>{escape(title)}</strong> {fold.box.size:,} nodes</p>{inside}</section>"
        )


def _is_computed(node: Any) -> bool:
    return type(node) is not float and node.op is not None


def _inside(nodes: tuple[Any, ...], parameters: frozenset[int]) -> Picture:
    """The picture of what is in a fold; its results are what nothing in the fold uses."""
    computed = [node for node in nodes if _is_computed(node)]
    used = {x for node in computed for x in operands_of(node) if type(x) is not float}
    part = Slice(computed, [node for node in computed if node not in used])
    return folded_picture(part, parameters, split=True)


def _table(nodes: tuple[Any, ...], style: Style) -> str:
    """Leaves or constants as rows of numbers."""
    rows = []
    for node in nodes[:MOST_ROWS]:
        if type(node) is float:
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
