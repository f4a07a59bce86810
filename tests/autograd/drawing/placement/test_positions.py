"""Boxes never overlap, edges run one way, and equal graphs are placed alike."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.drawing.placement.geometry import geometry_of
from autograd.drawing.placement.positions import layered
from autograd.drawing.placement.ranks import Cells, links_between, order_columns


@st.composite
def graphs(draw):
    """Sizes of boxes and edges from lower to higher numbers."""
    count = draw(st.integers(1, 25))
    side = st.floats(5.0, 300.0)
    sizes = draw(st.lists(st.tuples(side, side), min_size=count, max_size=count))
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    edges = [(a, b) for a, b in draw(st.lists(pair, max_size=60)) if a < b]
    return sizes, edges


def overlapping(centres, sizes):
    """Pairs of boxes that share a point."""
    boxes = [(x - w / 2, x + w / 2, y - h / 2, y + h / 2) for (x, y), (w, h) in zip(centres, sizes)]
    return [
        (a, b)
        for a, b in itertools.combinations(boxes, 2)
        if a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]
    ]


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_boxes_do_not_overlap(graph):
    """Whatever the sizes and the edges, in one row or in several."""
    sizes, edges = graph
    geometry = geometry_of(layered(sizes, edges, [0.5] * len(edges)), sizes)
    assert not overlapping(geometry.centres, sizes)
    for (x, y), (w, h) in zip(geometry.centres, sizes):
        assert x - w / 2 >= -0.01
        assert x + w / 2 <= geometry.extent[0] + 0.01
        assert y - h / 2 >= -0.01
        assert y + h / 2 <= geometry.extent[1] + 0.01


@given(graphs())
@settings(max_examples=40, deadline=None)
def test_edges_run_from_column_to_column(graph):
    """Each edge passes every column between its ends, once and in order."""
    sizes, edges = graph
    layout = layered(sizes, edges, [0.5] * len(edges))
    for (source, target), passes in zip(edges, layout.passes):
        columns = [column for column, _ in passes]
        assert columns == list(range(layout.column[source], layout.column[target] + 1))


def test_operands_stand_right_before_their_use():
    """A column is the longest path to an output: a leaf used late is drawn late."""
    layout = layered([(10, 10)] * 4, [(0, 1), (1, 3), (2, 3)], [0.5, 0.3, 0.6])
    assert layout.column == [0, 1, 1, 2]


def test_crossings_that_can_be_avoided_are():
    """Two pairs of boxes whose edges cross as numbered change places."""
    edges = [(0, 3), (1, 2)]
    cells = Cells(4, edges)
    order_columns(cells, links_between(cells, [0.5, 0.5]))
    assert [cells.columns[0].index(i) for i in (0, 1)] == [
        cells.columns[1].index(i) for i in (3, 2)
    ]


def test_chain_is_straight():
    """A chain runs along one line, and constants beside it do not bend it."""
    sizes, edges, positions = [(60.0, 50.0)], [], []
    for _ in range(20):
        last = len(sizes) - 1 if len(sizes) == 1 else len(sizes) - 2
        sizes += [(60.0, 50.0), (20.0, 18.0)]
        edges += [(last, len(sizes) - 2), (len(sizes) - 1, len(sizes) - 2)]
        positions += [0.5, 0.9]
    # In topological order: each constant before its use.
    order = [0, *(i for k in range(20) for i in (2 * k + 2, 2 * k + 1))]
    number = {old: new for new, old in enumerate(order)}
    layout = layered(
        [sizes[old] for old in order], [(number[a], number[b]) for a, b in edges], positions
    )
    chain = [layout.cross[number[i]] for i in (0, *range(1, 41, 2))]
    assert max(chain[1:]) - min(chain[1:]) < 5.0


@pytest.mark.parametrize("count", [12, 40, 100])
def test_long_chain_is_cut_into_rows(count):
    """A ribbon becomes a page: no row is longer than a screen or two, none overlaps another."""
    sizes = [(120.0, 60.0)] * count
    edges = list(itertools.pairwise(range(count)))
    geometry = geometry_of(layered(sizes, edges, [0.5] * len(edges)), sizes)
    assert not overlapping(geometry.centres, sizes)
    assert geometry.extent[0] < 2400.0
    assert len({y for _, y in geometry.centres}) > 1


def test_long_picture_with_many_lines_stays_in_one_row():
    """Where many edges would be cut it stays as it is."""
    sizes = [(120.0, 30.0)] * 60
    edges = [(a, b) for a in range(60) for b in range(a + 1, min(a + 9, 60))]
    layout = layered(sizes, edges, [0.5] * len(edges))
    assert geometry_of(layout, sizes).extent[0] == pytest.approx(layout.extents[-1][1])
