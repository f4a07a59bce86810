"""Slice: the part of a recorded graph that one picture is about, indexed for folding.

The nodes of a slice are computed ones, in topological order. What they are computed from is
outside: leaves, and, where the slice is a part of something larger, other computed nodes. Next:
:mod:`autograd.drawing.folding.partitions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.order import operands_of, record_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Slice"]


class Slice:
    """Computed nodes in topological order, and how they hang together by index.

    ``inner[i]`` are the indices of the operands of node i that are in the slice, ``consumers`` of
    each node outside of it the indices of the nodes that use it, and ``constants[i]`` counts
    literal operands. ``results`` are the nodes, or leaves, that the slice is drawn for.
    """

    def __init__(self, nodes: Sequence[Value], results: Iterable[Value]) -> None:
        self.nodes: Sequence[Any] = nodes  # each of them computed: it has an op
        index = {node: i for i, node in enumerate(nodes)}
        self.inner: list[list[int]] = []
        self.consumers: dict[Any, list[int]] = {}
        self.constants: list[int] = []
        consumers = self.consumers
        for i, node in enumerate(nodes):
            operands = operands_of(node)
            values = [x for x in operands if type(x) is not float]
            inner = []
            for operand in values:
                at = index.get(operand)
                if at is not None:
                    inner.append(at)
                elif operand in consumers:
                    consumers[operand].append(i)
                else:
                    consumers[operand] = [i]
            self.inner.append(inner)
            self.constants.append(len(operands) - len(values))
        self.results = list(dict.fromkeys(results))
        for node in self.results:
            if node not in index:
                consumers.setdefault(node, [])

    @property
    def size(self) -> int:
        """How many boxes an unfolded picture of the slice has."""
        return len(self.nodes) + len(self.consumers) + sum(self.constants)

    @classmethod
    def of(cls, roots: Sequence[Value], depth: int | None = None) -> Slice:
        """All that the roots depend on, or only nodes up to so many edges before a root.

        With several paths to a root the longest counts, so what is left out is all further back.
        """
        nodes, _ = record_of(roots)
        whole = cls(nodes, roots)
        if depth is None:
            return whole
        distance = [0] * len(nodes)
        for i in range(len(nodes) - 1, -1, -1):
            for j in whole.inner[i]:
                distance[j] = max(distance[j], distance[i] + 1)
        return cls([node for node, d in zip(nodes, distance) if d < depth], roots)
