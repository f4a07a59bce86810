"""Quotient: the picture of a slice in which each group of nodes is one box.

Next: :mod:`autograd.drawing.fold`, which decides the groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.drawing.model import Box, Edge, Kind, Picture, box_of, kind_of
from autograd.drawing.slices import Slice
from autograd.sweep import operands_of

__all__ = ["ELSEWHERE", "FEW", "Plan", "drawn"]

FEW = 6
"""So many leaves or constants are never worth a fold."""
ELSEWHERE = "computed elsewhere"


class Plan(NamedTuple):
    """Which nodes share a box: computed ones by group, leaves by family or inside a group."""

    how: str
    groups: list[list[int]]
    group_of: list[int]
    absorbed: list[list[Any]]
    families: dict[Any, list[Any]]
    constants_apart: bool
    labels: list[Any]

    def is_fold(self, group: int) -> bool:
        """Whether more than one node is in this group."""
        return len(self.groups[group]) + len(self.absorbed[group]) > 1


class _Canvas:
    """The picture being drawn: boxes, what they stand for, edges, and the box of each Value."""

    def __init__(self, parameters: frozenset[int]) -> None:
        self.boxes: list[Box] = []
        self.nodes: list[Any] = []
        self.edges: list[Edge] = []
        self.box_of: dict[Any, int] = {}
        self.parameters = parameters

    def add(self, node: Any, box: Box) -> int:
        self.boxes.append(box._replace(id=len(self.boxes)))
        self.nodes.append(node)
        return len(self.boxes) - 1

    def node(self, node: Any, kind: Kind) -> None:
        self.box_of[node] = self.add(node, box_of(node, 0, kind))

    def constant(self, number: float) -> int:
        return self.add(number, Box(0, "constant", "", "", None, number, None))

    def leaves(self, leaves: list[Any]) -> None:
        """A leaf, or a computed node of elsewhere, by itself; or a family of them as a fold."""
        if len(leaves) == 1:
            self.node(leaves[0], self.kind(leaves[0]))
            return
        kinds = {self.kind(leaf) for leaf in leaves}
        what = ELSEWHERE if "outside" in kinds else f"{min(kinds)}s"
        stems = {stem(leaf) for leaf in leaves}
        name = min(stems) + "…" if len(stems) == 1 and min(stems) else None
        box = Box(0, "fold", "", what, name, None, None, "", len(leaves))
        self.box_of.update(dict.fromkeys(leaves, self.add(tuple(leaves), box)))

    def kind(self, node: Any) -> Kind:
        return "outside" if node.op else kind_of(node, self.parameters)

    def edges_to_node(self, node: Any, apart: bool) -> list[tuple[int, int, int]]:
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

    def edges_to_fold(self, nodes: Sequence[Any]) -> list[tuple[int, int, int]]:
        """The same for several nodes at once; those that come from within are not in box_of."""
        sizes: Counter[int] = Counter()
        for node in nodes:
            for operand in operands_of(node):
                if type(operand) is not float and operand in self.box_of:
                    sizes[self.box_of[operand]] += 1
        return [(source, i, size) for i, (source, size) in enumerate(sizes.items())]


def drawn(part: Slice, plan: Plan, parameters: frozenset[int]) -> Picture:
    """The picture that a plan describes; ids follow the order of the groups."""
    canvas = _Canvas(parameters)
    results = set(part.results)
    needed = [{i for i in members if part.nodes[i] in results} for members in plan.groups]
    for group, inner in zip(plan.group_of, part.inner):
        for j in inner:
            if plan.group_of[j] != group:
                needed[plan.group_of[j]].add(j)
    last = len(plan.groups)
    before: list[list[list[Any]]] = [[] for _ in range(last + 1)]
    for leaves in plan.families.values():
        used = [plan.group_of[i] for leaf in leaves for i in part.consumers[leaf]]
        before[min(used, default=last)].append(leaves)
    for group, members in enumerate(plan.groups):
        for leaves in before[group]:
            canvas.leaves(leaves)
        nodes = [part.nodes[i] for i in members]
        if plan.is_fold(group):
            edges = canvas.edges_to_fold(nodes)
            box = _fold_box(plan, group, nodes, [part.nodes[i] for i in sorted(needed[group])])
            target = canvas.add((*plan.absorbed[group], *nodes), box)
        else:
            edges = canvas.edges_to_node(nodes[0], plan.constants_apart)
            kind: Kind = "output" if nodes[0] in results else "interior"
            target = canvas.add(nodes[0], box_of(nodes[0], 0, kind))
        canvas.box_of.update(dict.fromkeys(nodes, target))
        canvas.edges += [Edge(source, target, at, size) for source, at, size in edges]
    for leaves in before[last]:
        canvas.leaves(leaves)
    return Picture(
        tuple(canvas.boxes),
        tuple(canvas.edges),
        tuple(canvas.nodes),
        tuple(dict.fromkeys(canvas.box_of[node] for node in part.results)),
        len(part.nodes) + len(part.consumers),
        _told(plan.how, canvas.boxes, len(part.nodes) + len(part.consumers)),
    )


def _fold_box(plan: Plan, group: int, nodes: list[Any], results: list[Any]) -> Box:
    """A fold's title and contents; it has the numbers of its result if there is only one."""
    about = box_of(results[0], 0, "fold") if len(results) == 1 else None
    symbols = Counter(node.op.symbol for node in nodes)
    contents = ", ".join(
        symbol if times == 1 else f"{symbol} ({times:,})"
        for symbol, times in symbols.most_common(4)
    ) + (", …" if len(symbols) > 4 else "")
    how, what = plan.labels[group] or ("", "")
    title = {
        "op": nodes[0].op.symbol,
        "repetition": f"repetitions {what}",
        "stretch": f"operations {what}",
    }.get(how, what)
    size = len(nodes) + len(plan.absorbed[group])
    data, grad = (about.data, about.grad) if about else (None, None)
    module = title if how == "module" else ""
    contents = "" if how == "op" else contents
    return Box(0, "fold", "", contents, title, data, grad, module, size)


def stem(node: Any) -> str:
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
        "stretch": "stretches of the order of computation",
    }
    what = ways.get(how, "leaves and constants that are used alike")
    return f"folded: {total:,} nodes in {len(boxes)} boxes, by {what}"
