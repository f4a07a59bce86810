"""Quotient: the picture of a slice in which each group of nodes is one box.

Next: :mod:`autograd.drawing.folding.fold`, which decides the groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.drawing.folding.sketch import Canvas, fold_box
from autograd.drawing.folding.slices import Slice
from autograd.drawing.picture.roles import Kind
from autograd.drawing.picture.snapshot import Edge, Picture, box_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Plan", "drawn"]


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


def drawn(part: Slice, plan: Plan, parameters: frozenset[int]) -> Picture:
    """The picture that a plan describes; ids follow the order of the groups."""
    canvas = Canvas(parameters)
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
            held = (*plan.absorbed[group], *nodes)
            box = fold_box(
                nodes, _title(plan, group, nodes), [part.nodes[i] for i in needed[group]], len(held)
            )
            how, what = plan.labels[group] or ("", "")
            target = canvas.add(held, box._replace(module=what if how == "module" else ""))
        else:
            edges = canvas.edges_to_node(nodes[0], plan.constants_apart)
            kind: Kind = "output" if nodes[0] in results else "interior"
            target = canvas.add(nodes[0], box_of(nodes[0], 0, kind))
        canvas.box_of.update(dict.fromkeys(nodes, target))
        canvas.edges += [Edge(source, target, at, size) for source, at, size in edges]
    for leaves in before[last]:
        canvas.leaves(leaves)
    return canvas.picture(part.results, len(part.nodes) + len(part.consumers), plan.how)


def _title(plan: Plan, group: int, nodes: Sequence[Value]) -> str:
    """What a fold is called."""
    how, what = plan.labels[group] or ("", "")
    symbol = nodes[-1].op and nodes[-1].op.symbol
    titles = {
        "op": str(symbol),
        "root": str(symbol),
        "repetition": f"repetitions {what}",
        "stretch": f"operations {what}",
    }
    return titles.get(how, str(what))
