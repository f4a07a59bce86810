"""Edges at folds carry the sum of what passes along all that they stand for, in every format."""

import math
import re

import pytest

import autograd as ag
from autograd import Value
from autograd.drawing import Recorder, draw
from autograd.drawing.picture.flow import contributions
from autograd.drawing.picture.frames import frame_of
from autograd.drawing.picture.snapshot import take_picture
from tests.autograd.drawing.graphs import network, scattered


def columns():
    xs = [Value(i / 10, f"x{i}") for i in range(300)]
    scale = Value(0.5, "scale")
    return ag.sum([ag.tanh(scale * x) * x for x in xs]) ** 2


def chain():
    x, y = Value(0.3, "x"), Value(0.7, "y")
    for _ in range(200):
        y = ag.sin(y) * x + 0.5
    return y


GRAPHS = {
    "network": lambda: network(3, (4, 4, 1)),
    "columns": columns,
    "chain": chain,
    "without pattern": lambda: scattered(3, 200),
}
CASES = [(name, by) for name in GRAPHS for by in (None, "module", "operation")]


def folded(name, by=None):
    y = GRAPHS[name]()
    y.backward()
    drawing = draw(y, by=by, limit=30, flow=True)
    assert any(edge.carried is not None for edge in drawing.picture.edges)
    return drawing


def close(xs, ys):
    """Sums in two orders: rounding of at most a few hundred terms, beside the largest of them."""
    assert [x is None for x in xs] == [y is None for y in ys]
    known = [(x, y) for x, y in zip(xs, ys) if x is not None]
    scale = max(abs(y) for _, y in known)
    for x, y in known:
        assert x == pytest.approx(y, rel=1e-12, abs=1e-13 * scale)


@pytest.mark.parametrize(("name", "by"), CASES)
def test_leaves_get_what_their_edges_carry(name, by):
    """The gradients of the leaves in a box, added up, are what all its edges carry back."""
    picture = folded(name, by).picture
    carried = contributions(picture)
    seen = 0
    for box, held in zip(picture.boxes, picture.nodes):
        nodes = held if type(held) is tuple else (held,)
        edges = [x for x, e in zip(carried, picture.edges) if e.source == box.id and x is not None]
        if edges and all(type(node) is not float and node.op is None for node in nodes):
            seen += 1
            wanted = math.fsum(node.grad for node in nodes)
            size = max(map(abs, edges))
            assert math.fsum(edges) == pytest.approx(wanted, rel=1e-12, abs=1e-13 * size)
    assert seen or name == "network"  # whose leaves are in the boxes of its modules


@pytest.mark.parametrize(("name", "by"), CASES)
def test_an_edge_at_a_fold_carries_the_sum(name, by):
    """Of what the same graph's own edges carry that run from the one box to the other."""
    picture = folded(name, by).picture
    whole = take_picture(list(picture.roots))
    place, sums = picture.places(), {}
    for edge, x in zip(whole.edges, contributions(whole)):
        ends = tuple(place.get(whole.nodes[end], -1) for end in edge[:2])
        if x is not None:
            sums[ends] = sums.get(ends, 0.0) + x
    ends = list(dict.fromkeys(edge[:2] for edge in picture.edges))
    known = [(e[:2], x) for e, x in zip(picture.edges, contributions(picture)) if x is not None]
    mine = [[x for there, x in known if there == here] for here in ends]
    close([math.fsum(xs) if xs else None for xs in mine], [sums.get(here) for here in ends])


@pytest.mark.parametrize("name", GRAPHS)
def test_every_format_colours_them(name):
    """No edge that passes a gradient stays grey: in SVG, DOT and Mermaid."""
    drawing = folded(name)
    known = sum(x is not None for x in contributions(drawing.picture))
    for text, coloured in (
        (drawing.to_svg(), r'class="edge (?:up|down|zero|bad)'),
        (drawing.to_dot(), r"-> .*penwidth"),
    ):
        assert len(re.findall(coloured, text)) == known
    # Mermaid's lines have no width or colour for zeros.
    known -= contributions(drawing.picture).count(0.0)
    assert len(re.findall(r"linkStyle \d+ stroke", drawing.to_mermaid())) == known


def test_without_gradients_they_are_grey():
    """What is not computed is not zero."""
    assert {edge.carried for edge in draw(columns()).picture.edges} == {None}


def test_a_film_has_those_of_each_moment():
    """Although the Values have gone on."""
    scale = Value(0.5, "scale")
    y = ag.sum([ag.tanh(scale * (i / 10)) * (i - 150.0) for i in range(300)])
    recorder = Recorder(y, limit=30)
    wanted = []
    for number in (0.5, -0.25):
        scale.data, scale.grad = number, None
        y.recompute().backward()
        recorder.snap()
        wanted.append(scale.grad)
    (leaf,) = (b.id for b in recorder._sheet.picture.boxes if b.name == "scale")
    edges = recorder._sheet.picture.edges
    for frame, grad in zip(recorder._frames[1:], wanted):
        from_leaf = [x for x, e in zip(frame.carried, edges) if e.source == leaf]
        assert math.fsum(from_leaf) == pytest.approx(grad, rel=1e-12)


CARRIED = "pictures.map((one) => one && frameOf(one).carried)"


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("name", GRAPHS)
def test_pages_compute_the_same(name, browser, tmp_path):
    """In the whole and in its parts; and all have their colour when the pass is over."""
    drawing = folded(name)
    path = tmp_path / "page.html"
    drawing.save(path)
    page = browser.open(path, 1280, 800)
    whole, *_ = page.evaluate(CARRIED)
    close(whole, contributions(drawing.picture))
    assert whole == pytest.approx(frame_of(drawing.picture).carried, rel=1e-9, abs=1e-12)
    colours = '".up, .down, .zero, .bad"'
    classes = f"linesOf(0).map((line, i) => edgeGroups[0][i].matches({colours}))"
    page.evaluate("show(picture.forward.length)")
    assert not any(page.evaluate(classes))
    page.evaluate("show(count() - 1)")
    assert page.evaluate(classes) == [x is not None for x in whole]
