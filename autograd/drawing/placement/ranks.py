"""Columns of a layered layout and the order within them.

A column is the longest path to an output. An edge that passes columns on its way is bent in each;
bends are ordered among the boxes, by barycentre sweeps, until few edges cross.
Next: :mod:`autograd.drawing.placement.positions` turns the order into positions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Cells", "Link", "links_between", "order_columns"]

SWEEPS = 8
MOST_BENDS = 40_000


class Cells:
    """Boxes and bends (where an edge passes a column), numbered together, column by column."""

    def __init__(self, count: int, edges: Sequence[tuple[int, int]]) -> None:
        self.column = _columns(count, edges)
        last = max(self.column, default=0)
        self.columns: list[list[int]] = [[] for _ in range(last + 1)]
        for box, column in enumerate(self.column):
            self.columns[column].append(box)
        self.chains: list[list[int]] = []
        spans = sum(self.column[target] - self.column[source] - 1 for source, target in edges)
        bends: dict[tuple[int, int], int] = {}
        for source, target in edges:
            chain = [source]
            # All edges of a source share its bends, so that they look like a branching line.
            for column in range(self.column[source] + 1, self.column[target]):
                if spans > MOST_BENDS:
                    break
                bend = bends.get((source, column))
                if bend is None:
                    bend = bends[source, column] = len(self.column)
                    self.column.append(column)
                    self.columns[column].append(bend)
                chain.append(bend)
            self.chains.append([*chain, target])


def _columns(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Columns by longest path to the outputs, which puts operands right before their use."""
    behind = [0] * count
    for source, target in sorted(edges, key=lambda edge: -edge[1]):
        behind[source] = max(behind[source], behind[target] + 1)
    last = max(behind, default=0)
    return [last - distance for distance in behind]


class Link(NamedTuple):
    """One hop of an edge between cells, and where it enters the second, from -0.5 to 0.5."""

    source: int
    target: int
    port: float


def links_between(cells: Cells, positions: Sequence[float]) -> list[Link]:
    """Every hop once, in the order of the edges."""
    links: dict[Link, None] = {}
    for chain, position in zip(cells.chains, positions):
        for source, target in pairwise(chain):
            links[Link(source, target, position - 0.5 if target == chain[-1] else 0.0)] = None
    return list(links)


def order_columns(cells: Cells, links: list[Link]) -> None:
    """Sort each column by the mean position of its neighbours, in sweeps; keep the best order."""
    before: list[list[tuple[int, float]]] = [[] for _ in cells.column]
    after: list[list[tuple[int, float]]] = [[] for _ in cells.column]
    for source, target, port in links:
        before[target].append((source, 0.0))
        after[source].append((target, 0.9 * port))
    rank = [0.0] * len(cells.column)

    def renumber() -> None:
        for column in cells.columns:
            for i, cell in enumerate(column):
                rank[cell] = float(i)

    def key(neighbours: list[list[tuple[int, float]]]) -> Callable[[int], float]:
        def mean(cell: int) -> float:
            near = neighbours[cell]
            return sum(rank[n] + port for n, port in near) / len(near) if near else rank[cell]

        return mean

    renumber()
    best, fewest = [list(column) for column in cells.columns], _crossings(cells, links, rank)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        backwards = sweep % 2 == 0
        mean = key(after if backwards else before)
        for column in cells.columns[::-1] if backwards else cells.columns:
            column.sort(key=mean)
            for i, cell in enumerate(column):
                rank[cell] = float(i)
        crossings = _crossings(cells, links, rank)
        if crossings < fewest:
            best, fewest = [list(column) for column in cells.columns], crossings
    cells.columns[:] = best


def _crossings(cells: Cells, links: list[Link], rank: list[float]) -> int:
    """How many pairs of hops cross: inversions between the two ends, counted by a Fenwick tree."""
    by_column: list[list[tuple[float, float]]] = [[] for _ in cells.columns]
    for source, target, port in links:
        by_column[cells.column[target]].append((rank[source], rank[target] + 0.9 * port))
    crossings = 0
    for hops in by_column:
        ends = {end: i + 1 for i, end in enumerate(sorted({end for _, end in hops}))}
        tree = [0] * (len(ends) + 1)
        for seen, (_, end) in enumerate(sorted(hops)):
            i, at_most = ends[end], 0
            while i:
                at_most += tree[i]
                i &= i - 1
            crossings += seen - at_most
            i = ends[end]
            while i < len(tree):
                tree[i] += 1
                i += i & -i
    return crossings
