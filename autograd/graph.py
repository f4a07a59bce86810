"""Orders and traversals of anything that has ``.parents``; none of them recurses.

Next: :mod:`autograd.engine.sweep`, the one traversal that is specialised to recorded Values for
speed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

__all__ = ["consumers", "depths", "topological_order"]

Node = TypeVar("Node", bound=Hashable)
_PARENTS: Callable[[Any], Sequence[Any]] = attrgetter("parents")


def topological_order(
    roots: Iterable[Node], parents: Callable[[Node], Sequence[Node]] = _PARENTS
) -> list[Node]:
    """Every node reachable from the roots, each once, each after all of its parents.

    The order is a depth-first postorder, parents from left to right: it depends on nothing but
    the graph. A cycle is not detected (recorded graphs have none).

    >>> edges = {"y": ["a", "b"], "a": ["x"], "b": ["x"], "x": []}
    >>> topological_order(["y"], edges.__getitem__)
    ['x', 'a', 'b', 'y']
    """
    order: list[Node] = []
    seen: set[Node] = set()
    # A node is pushed to be entered, and once more, marked True, to be left after its parents.
    stack = [(root, False) for root in roots][::-1]
    while stack:
        node, left = stack.pop()
        if left:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            above = parents(node)
            if above:
                stack.append((node, True))
                stack += [(parent, False) for parent in above[::-1]]
            else:
                order.append(node)
    return order


def depths(
    order: Iterable[Node], parents: Callable[[Node], Sequence[Node]] = _PARENTS
) -> dict[Node, int]:
    """Length of the longest path from a leaf to each node, given a topological order.

    >>> edges = {"y": ["a", "x"], "a": ["x"], "x": []}
    >>> depths(["x", "a", "y"], edges.__getitem__)
    {'x': 0, 'a': 1, 'y': 2}
    """
    depth: dict[Node, int] = {}
    for node in order:
        depth[node] = 1 + max((depth[parent] for parent in parents(node)), default=-1)
    return depth


def consumers(
    order: Iterable[Node], parents: Callable[[Node], Sequence[Node]] = _PARENTS
) -> Counter[Node]:
    """How many edges leave each node towards its results; ``x * x`` counts two for x.

    >>> edges = {"y": ["x", "x"], "x": []}
    >>> consumers(["x", "y"], edges.__getitem__)
    Counter({'x': 2})
    """
    return Counter(parent for node in order for parent in parents(node))
