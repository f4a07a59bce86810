"""Stretches: the picture of a graph of millions of nodes, cut along its topological order.

It looks at each operand once or twice and keeps no lists of its own, so that a graph which fits in
memory can be drawn. Smaller ones are folded with more care: :mod:`autograd.drawing.folding.fold`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from autograd.drawing.folding.sketch import Canvas, fold_box
from autograd.drawing.picture.snapshot import Edge, Picture
from autograd.engine.order import operands_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["stretches"]

STRETCHES = 24


def stretches(
    roots: Sequence[Value], order: list[Value], place: dict[Any, Any], parameters: frozenset[int]
) -> Picture:
    """The picture of computed nodes in topological order, as a few stretches of equal length.

    ``place`` has all nodes as keys, leaves too, each with a float; it is used up.
    """
    length = -(-len(order) // STRETCHES)
    for i, node in enumerate(order):
        place[node] = i // length  # a small int takes no memory of its own
    leaves, uses, results = _uses(order, place)
    for root in roots:
        if root.op is None:
            leaves[root] = -1
        else:
            results[place[root]].add(root)

    canvas = Canvas(parameters)
    shared: dict[str, list[Any]] = {}
    held: list[list[Any]] = [[] for _ in uses]
    for leaf, stretch in leaves.items():
        if stretch < 0:
            shared.setdefault(canvas.kind(leaf), []).append(leaf)
        else:
            held[stretch].append(leaf)
    for family in shared.values():
        canvas.leaves(family)
    first = len(canvas.boxes)
    for stretch, used in enumerate(uses):
        start, end = stretch * length, min((stretch + 1) * length, len(order))
        nodes = order[start:end]
        sizes = Counter({first + origin: times for origin, times in sorted(used.items())})
        for node in nodes if shared else ():
            for operand in _values(node):
                if operand in canvas.box_of and operand.op is None:
                    sizes[canvas.box_of[operand]] += 1
        title = f"operations {start + 1:,}–{end:,} of {len(order):,}"
        box = fold_box(nodes, title, list(results[stretch]), len(nodes) + len(held[stretch]))
        target = canvas.add((*held[stretch], *nodes), box)
        canvas.edges += [Edge(source, target, i, n) for i, (source, n) in enumerate(sizes.items())]
    canvas.box_of.update((root, first + place[root]) for root in roots if root.op)
    return canvas.picture(roots, len(place), "stretch")


def _values(node: Value) -> Iterator[Any]:
    return (x for x in operands_of(node) if type(x) is not float)


def _uses(
    order: list[Value], place: dict[Value, int]
) -> tuple[dict[Any, int], list[Counter[int]], list[set[Any]]]:
    """Which stretch uses each leaf, -1 if several do; which ones each uses, and their results."""
    count = place[order[-1]] + 1
    leaves: dict[Any, int] = {}
    uses: list[Counter[int]] = [Counter() for _ in range(count)]
    results: list[set[Any]] = [set() for _ in range(count)]
    for node in order:
        stretch = place[node]
        for operand in _values(node):
            origin = place[operand]
            if operand.op is None:
                if leaves.setdefault(operand, stretch) != stretch:
                    leaves[operand] = -1
            elif origin != stretch:
                uses[stretch][origin] += 1
                results[origin].add(operand)
    return leaves, uses, results
