"""Layered layout: columns and order from :mod:`.ranks`, positions by least squares.

Everything is computed for a picture that runs from left to right: ``main`` is the direction of the
columns, ``cross`` the other one. No step depends on anything but the graph: equal graphs are placed
alike. Next: :mod:`autograd.drawing.placement.geometry` folds a long narrow picture into rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from autograd.drawing.placement.ranks import Cells, Link, links_between, order_columns

__all__ = ["Layout", "Point", "layered"]

Point = tuple[float, float]

COLUMN_GAP = 34.0
BOX_GAP = 14.0
LINE_GAP = 9.0
SWEEPS = 8


class Layout(NamedTuple):
    """Which column each box is in, where on the cross axis it is centred, and each edge's passes.

    ``extents`` are (start, end) of the columns on the main axis. An edge's passes are the columns
    it goes through, with its position there: its source's first, its target's last. ``leaf`` says
    which boxes no edge enters.
    """

    extents: list[Point]
    column: list[int]
    cross: list[float]
    passes: list[list[tuple[int, float]]]
    leaf: list[bool]


def layered(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    positions: Sequence[float],
) -> Layout:
    """Place boxes of these (main, cross) sizes, given in topological order, and route the edges.

    ``positions`` tells for each edge where it enters its target, from 0.0 to 1.0 of its side.

    >>> layout = layered([(40, 20), (40, 20)], [(0, 1)], [0.5])
    >>> layout.extents, layout.cross
    ([(0.0, 40.0), (74.0, 114.0)], [10.0, 10.0])
    >>> layout.passes
    [[(0, 10.0), (1, 10.0)]]
    """
    count = len(sizes)
    cells = Cells(count, edges)
    links = links_between(cells, positions)
    order_columns(cells, links)
    height = [size[1] for size in sizes] + [0.0] * (len(cells.column) - count)
    cross = _place(cells, links, height, count)
    entered = {target for _, target in edges}
    return Layout(
        _extents(sizes, cells),
        cells.column[:count],
        cross[:count],
        [_passes(chain, at, cells, cross, height) for chain, at in zip(cells.chains, positions)],
        [box not in entered for box in range(count)],
    )


def _place(cells: Cells, links: list[Link], height: list[float], boxes: int) -> list[float]:
    """Cross positions: each column in turn as near to its neighbours as the gaps allow."""
    before: list[list[tuple[int, float, float]]] = [[] for _ in height]
    after: list[list[tuple[int, float, float]]] = [[] for _ in height]
    computed = {link.target for link in links}
    # A leaf gives way to what is computed, so that chains stay straight; a line that passes a
    # column pulls harder than a box, so that it stays straight too.
    weights = [1.0 if cell in computed else 1e-3 for cell in range(len(height))]
    for source, target, port in links:
        offset = port * height[target]
        pull = weights[source] * (1.0 if source < boxes and target < boxes else 3.0)
        before[target].append((source, -offset, pull))
        after[source].append((target, offset, pull))
    cross = [0.0] * len(height)
    gaps = [[_distance(a, b, height, boxes) for a, b in pairwise(c)] for c in cells.columns]
    for column, distances in zip(cells.columns, gaps):
        for cell, at in zip(column, accumulate(distances, initial=-sum(distances) / 2)):
            cross[cell] = at
    for sweep in range(SWEEPS):
        backwards = sweep % 2 == 0
        neighbours, others = (after, before) if backwards else (before, after)
        for i in range(len(gaps))[:: -1 if backwards else 1]:
            wanted = []
            for cell in cells.columns[i]:
                near = neighbours[cell] or others[cell]
                total = sum((cross[n] + offset) * pull for n, offset, pull in near)
                pulls = sum(pull for _, _, pull in near)
                wanted.append(total / pulls if near else cross[cell])
            firm = [weights[cell] for cell in cells.columns[i]]
            for cell, at in zip(cells.columns[i], _apart(wanted, gaps[i], firm)):
                cross[cell] = at
    top = min((at - height[cell] / 2 for cell, at in enumerate(cross)), default=0.0)
    return [at - top for at in cross]


def _distance(upper: int, lower: int, height: list[float], boxes: int) -> float:
    gap = BOX_GAP if upper < boxes and lower < boxes else LINE_GAP
    return (height[upper] + height[lower]) / 2 + gap


def _apart(wanted: list[float], gaps: list[float], weights: list[float]) -> list[float]:
    """The nearest positions, in weighted least squares, that keep the order and the gaps.

    Without the gaps this is isotonic regression; pool-adjacent-violators solves it in one pass.

    >>> _apart([0.0, 1.0, 9.0], [4.0, 4.0], [1.0, 1.0, 1.0])
    [-1.5, 2.5, 9.0]
    """
    offsets = list(accumulate(gaps, initial=0.0))
    pools: list[tuple[float, float, int]] = []  # (mean, weight, how many)
    for want, offset, weight in zip(wanted, offsets, weights):
        mean, size = want - offset, 1
        while pools and pools[-1][0] > mean:
            other, others, more = pools.pop()
            total = weight + others
            mean, weight, size = (mean * weight + other * others) / total, total, size + more
        pools.append((mean, weight, size))
    means = [mean for mean, _, size in pools for _ in range(size)]
    return [mean + offset for mean, offset in zip(means, offsets)]


def _extents(sizes: Sequence[tuple[float, float]], cells: Cells) -> list[Point]:
    """Start and end of each column; a gap that many lines cross is wider."""
    lines = [0] * len(cells.columns)
    for chain in cells.chains:
        for target in chain[1:]:
            lines[cells.column[target]] += 1
    extents: list[Point] = []
    end = 0.0
    for column, crossing in zip(cells.columns, lines):
        start = end + COLUMN_GAP + min(2.0 * max(crossing - 1, 0), 90.0) if extents else 0.0
        end = start + max((sizes[cell][0] for cell in column if cell < len(sizes)), default=0.0)
        extents.append((start, end))
    return extents


def _passes(
    chain: list[int], position: float, cells: Cells, cross: list[float], height: list[float]
) -> list[tuple[int, float]]:
    target = chain[-1]
    port = cross[target] + (position - 0.5) * height[target]
    return [
        *((cells.column[cell], cross[cell]) for cell in chain[:-1]),
        (cells.column[target], port),
    ]
