"""Geometry: the final coordinates of a layout, in rows if it is long and narrow.

A chain of a hundred operations would be a ribbon; it is cut between columns where few edges pass,
and the pieces are stacked like lines of text. An edge that is cut goes around their ends. Next:
:mod:`autograd.drawing.formats.svg`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from autograd.drawing.placement.positions import Layout, Point

__all__ = ["Geometry", "geometry_of"]

LONG = 1700.0
SHORTEST = 1100.0
RATIO = 1.8
FEW = 4
ROW_GAP = 22.0
LANE = 7.0
MARGIN = 16.0


class Geometry(NamedTuple):
    """Centres of boxes and routes of edges as (main, cross) points, and the extent of all."""

    centres: list[Point]
    routes: list[list[Point]]
    extent: Point


class _Row(NamedTuple):
    first: int
    last: int
    start: float
    """Where its first column starts, in the layout."""
    top: float
    bottom: float
    shift: float
    """What is added to cross positions in this row."""
    lanes: dict[tuple[int, float], int]
    """The lines that go on to the next row, and their numbers."""


def geometry_of(layout: Layout, sizes: Sequence[tuple[float, float]]) -> Geometry:
    """Coordinates of a layout of boxes of these (main, cross) sizes."""
    row_of = _rows(layout, sizes)
    rows = _stacked(layout, sizes, row_of)
    margin = MARGIN + LANE * max(len(row.lanes) for row in rows) if len(rows) > 1 else 0.0

    def point(main: float, cross: float, column: int) -> Point:
        row = rows[row_of[column]]
        return main - row.start + margin, cross + row.shift

    centres = [
        point(sum(layout.extents[column]) / 2, cross, column)
        for column, cross in zip(layout.column, layout.cross)
    ]

    def around(row: _Row, a: tuple[int, float], b: tuple[int, float]) -> list[Point]:
        lane = MARGIN / 2 + LANE * row.lanes[a]
        right = layout.extents[row.last][1] - row.start + margin + lane
        below = row.bottom + row.shift + ROW_GAP / 2 + LANE * row.lanes[a]
        first, then = point(right, a[1], a[0])[1], point(0.0, b[1], b[0])[1]
        return [(right, first), (right, below), (margin - lane, below), (margin - lane, then)]

    routes = []
    for passes in layout.passes:
        route = []
        for a, b in pairwise(passes):
            (start, end), row = layout.extents[a[0]], rows[row_of[a[0]]]
            route += [point(start, a[1], a[0]), point(end, a[1], a[0])]
            if row_of[b[0]] != row_of[a[0]]:
                route += around(row, a, b)
        column, port = passes[-1]
        route += [point(layout.extents[column][0], port, column)]
        routes.append(route)
    main = max(layout.extents[row.last][1] - row.start for row in rows)
    return Geometry(centres, routes, (main + 2 * margin, rows[-1].bottom + rows[-1].shift))


def _rows(layout: Layout, sizes: Sequence[tuple[float, float]]) -> list[int]:
    """The row of each column: all 0 if the picture is short, or too many edges would be cut."""
    one = [0] * len(layout.extents)
    length = layout.extents[-1][1]
    cross = max(at + size[1] / 2 for at, size in zip(layout.cross, sizes))
    count = round((length / (RATIO * (cross + ROW_GAP))) ** 0.5)
    if length < LONG or count < 2:
        return one
    # Each line counts once, one from a leaf twice: a leaf is best next to where it is used.
    leaves = {at for at, leaf in zip(zip(layout.column, layout.cross), layout.leaf) if leaf}
    passing: list[dict[tuple[int, float], int]] = [{} for _ in one]
    for passes in layout.passes:
        for a, b in pairwise(passes):
            if b[0] - a[0] > 1:  # edges are so many that they are not bent
                return one
            passing[b[0]][a] = 2 if a in leaves else 1
    rows, row, start, wanted = [0], 0, 0.0, max(length / count, SHORTEST)
    for i in range(1, len(one)):
        so_far = layout.extents[i - 1][1] - start
        nearby = [sum(lines.values()) for lines in passing[i : i + 4]]
        if so_far > 2.0 * wanted:
            return one
        late = so_far > 1.2 * wanted
        if so_far > 0.8 * wanted and nearby[0] <= (FEW if late else min(FEW, *nearby)):
            row, start = row + 1, layout.extents[i][0]
        rows.append(row)
    return rows


def _stacked(layout: Layout, sizes: Sequence[tuple[float, float]], row_of: list[int]) -> list[_Row]:
    """The rows with what is in them, one below the other."""
    count = row_of[-1] + 1
    tops, bottoms = [float("inf")] * count, [0.0] * count
    lanes: list[dict[tuple[int, float], int]] = [{} for _ in range(count)]

    def reach(column: int, upper: float, lower: float) -> None:
        row = row_of[column]
        tops[row], bottoms[row] = min(tops[row], upper), max(bottoms[row], lower)

    for column, at, (_, size) in zip(layout.column, layout.cross, sizes):
        reach(column, at - size / 2, at + size / 2)
    for passes in layout.passes:
        for column, at in passes:
            reach(column, at, at)
        for a, b in pairwise(passes):
            if row_of[a[0]] != row_of[b[0]]:
                lines = lanes[row_of[a[0]]]
                lines.setdefault(a, len(lines))
    rows: list[_Row] = []
    at = 0.0
    for row in range(count):
        first = row_of.index(row)
        last = first + row_of.count(row) - 1
        start = layout.extents[first][0]
        shift = at - tops[row]
        rows.append(_Row(first, last, start, tops[row], bottoms[row], shift, lanes[row]))
        at = bottoms[row] + shift + ROW_GAP + LANE * len(lanes[row])
    return rows
