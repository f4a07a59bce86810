"""Canvas: a picture while it is being drawn, box by box, folds among them.

Next: :mod:`autograd.drawing.folding.quotient`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.drawing.picture.roles import Kind, kind_of
from autograd.drawing.picture.snapshot import Box, Edge, Picture, box_of
from autograd.engine.order import operands_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["ELSEWHERE", "FEW", "STEP", "Canvas", "fold_box", "stem"]

FEW = 6
"""So many leaves or constants are never worth a fold."""
ELSEWHERE = "computed elsewhere"
STEP = "step × "
"""How the title of a recurrence begins."""


class Canvas:
    """The picture being drawn: boxes, what they stand for, edges, and the box of each Value."""

    def __init__(self, parameters: frozenset[int]) -> None:
        self.boxes: list[Box] = []
        self.nodes: list[Any] = []
        self.edges: list[Edge] = []
        self.box_of: dict[Any, int] = {}
        self.parameters = parameters

    def add(self, node: Hashable, box: Box) -> int:
        """Enter a box with what it stands for; its number."""
        self.boxes.append(box._replace(id=len(self.boxes)))
        self.nodes.append(node)
        return len(self.boxes) - 1

    def node(self, node: Value, kind: Kind) -> None:
        """Enter one Value."""
        self.box_of[node] = self.add(node, box_of(node, 0, kind))

    def constant(self, number: float) -> int:
        """Enter a literal number."""
        return self.add(number, Box(0, "constant", "", "", None, number, None))

    def leaves(self, leaves: list[Value]) -> None:
        """A leaf, or a computed node of elsewhere, by itself; or a family of them as a fold."""
        if len(leaves) == 1:
            self.node(leaves[0], self.kind(leaves[0]))
            return
        kinds = {self.kind(leaf) for leaf in leaves}
        what = ELSEWHERE if "outside" in kinds else f"{min(kinds)}s"
        stems = list(dict.fromkeys(stem(leaf) for leaf in leaves))
        several = len(stems) > 3 or not all(stems)
        name = None if several else ", ".join(f"{one}…" for one in stems)
        box = Box(0, "fold", "", what, name, None, None, "", len(leaves))
        self.box_of.update(dict.fromkeys(leaves, self.add(tuple(leaves), box)))

    def kind(self, node: Value) -> Kind:
        """What a node is that the picture shows no operands of."""
        return "outside" if node.op else kind_of(node, self.parameters)

    def edges_to_node(self, node: Value, apart: bool) -> list[tuple[int, int, int]]:
        """The (source, position, size) of the edges into a node; new boxes for its constants."""
        operands = operands_of(node)
        constants = [x for x in operands if type(x) is float]
        together = None
        if len(constants) > FEW and not apart:
            box = Box(0, "fold", "", "constants", None, None, None, "", len(constants))
            together = self.add(tuple(constants), box)
        found: dict[Any, tuple[int, int, int]] = {}
        for position, operand in enumerate(operands):
            if type(operand) is not float:
                source = self.box_of[operand]
            elif together is None:
                source = self.constant(operand)
            else:
                source = together
            key = source if self.boxes[source].kind == "fold" else (source, position)
            _, first, size = found.get(key, (source, position, 0))
            found[key] = (source, first, size + 1)
        return list(found.values())

    def edges_to_fold(self, nodes: Sequence[Value]) -> list[tuple[int, int, int]]:
        """The same for several nodes at once; those that come from within are not in box_of."""
        sizes: Counter[int] = Counter()
        place = self.box_of.get
        for node in nodes:
            for operand in operands_of(node):
                source = None if type(operand) is float else place(operand)
                if source is not None:
                    sizes[source] += 1
        return [(source, i, size) for i, (source, size) in enumerate(sizes.items())]

    def picture(self, results: Iterable[Value], total: int, how: str) -> Picture:
        """What has been entered, with a sentence on what was folded, and how."""
        roots = tuple(dict.fromkeys(results))
        outputs = tuple(dict.fromkeys(self.box_of[node] for node in roots))
        folded = _told(how, self.boxes, total)
        boxes, edges, nodes = tuple(self.boxes), tuple(self.edges), tuple(self.nodes)
        return Picture(boxes, edges, nodes, roots, outputs, total, folded)


def fold_box(nodes: Sequence[Value], title: str, results: Sequence[Value], size: int) -> Box:
    """A fold's title and contents; it has the numbers of its result if there is only one."""
    symbols = Counter(node.op.symbol for node in nodes if node.op)
    contents = [
        symbol if times == 1 else f"{symbol} ({times:,})"
        for symbol, times in symbols.most_common(4)
    ]
    if len(symbols) > 4:
        contents.append("…")
    if [title] == list(symbols):
        contents = []
    about = box_of(results[0], 0, "fold") if len(results) == 1 else None
    data, grad = (about.data, about.grad) if about else (None, None)
    return Box(
        0, "fold", "", ", ".join(contents), title, data, grad, "", size, tuple(results)
    )  # fmt: skip


def stem(node: Value) -> str:
    """What names that differ by a number at their end have in common."""
    if node.op is not None:
        return str(node.op.symbol)
    return (node.name or "").rstrip("0123456789").rstrip("._[")


def _told(how: str, boxes: Sequence[Box], total: int) -> str:
    """What was folded, in words."""
    if all(box.kind != "fold" for box in boxes):
        return ""
    ways = {
        "module": "modules with their parameters",
        "operation": "equal operations at equal depth",
        "repetition": "repetitions of the same operations",
        "recurrence": "repetitions of the same operations",
        "stretch": "stretches of the order of computation",
    }
    what = ways.get(how, "leaves and constants that are used alike")
    return f"folded: {total:,} nodes in {len(boxes)} boxes, by {what}"
