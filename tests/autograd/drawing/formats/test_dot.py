"""DOT and Mermaid say the same as the picture, and no name breaks them."""

import re
import subprocess

import pytest

from autograd import MissingExtraError, Value, backward, draw, to_graphviz, to_mermaid
from tests.autograd.drawing.graphs import HOSTILE, network, neuron, scattered

NODE = re.compile(r"^\tn\d+ \[label=", re.MULTILINE)
EDGE = re.compile(r"^\tn\d+ -> n\d+", re.MULTILINE)


@pytest.mark.parametrize("make", [neuron, lambda: scattered(0, 80), lambda: network(20)])
def test_same_boxes_and_edges_as_the_picture(make):
    """One node a box and one arrow an edge, in DOT, in Graphviz and in Mermaid."""
    y = make()
    picture = draw(y).picture
    source = to_graphviz(y).source
    assert source.replace("\r\n", "\n") == draw(y).to_dot()
    assert len(NODE.findall(source)) == len(picture.boxes)
    assert len(EDGE.findall(source)) == len(picture.edges)
    mermaid = to_mermaid(y)
    assert len(re.findall(r'^    n\d+\W+"', mermaid, re.MULTILINE)) == len(picture.boxes)
    assert mermaid.count(" --> ") == len(picture.edges)


def test_box_of_a_graphviz_node():
    """Name, operation, data and gradient, as in the picture."""
    source = to_graphviz(neuron()).source
    assert r'label="E = 0.5 × □\ndata 0.05146\ngrad 1"' in source
    assert "rankdir=TB" in to_graphviz(neuron(), direction="TB").source


def test_gradients_that_are_not_computed():
    """The same words in every form."""
    y = Value(1.0, "x") * 2.0
    for text in (to_graphviz(y).source, to_mermaid(y), str(draw(y)), draw(y).to_svg()):
        assert "not computed" in text


def test_flow_and_highlight_reach_graphviz_and_mermaid():
    """Colours of edges and of marked paths."""
    x = Value(3.0, "x")
    y = x * -2.0
    y.backward()
    assert "penwidth=4" in to_graphviz(y, flow=True).source
    assert "linkStyle 0" in to_mermaid(y, flow=True)
    assert "penwidth=2.5" in to_graphviz(y, highlight=[[x, y]]).source
    assert "style n0" in to_mermaid(y, highlight=[[x, y]])


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_hostile_name_in_mermaid_stays_a_label(name):
    """Every line is one of the four kinds that are meant."""
    lines = to_mermaid(Value(1.0, name) * 2.0).splitlines()
    kinds = r"flowchart LR|    n\d\W+\".*\"\W+:::\w+|    n\d --> n\d|    classDef \w+ .*"
    assert all(re.fullmatch(kinds, line) for line in lines)


@pytest.mark.needs("dot")
@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_hostile_name_is_read_back_by_dot(name):
    """Graphviz accepts the file, with as many nodes and edges as there are."""
    source = draw(Value(1.0, name) * Value(2.0, name)).to_dot()
    done = subprocess.run(
        ["dot", "-Tplain"], input=source.encode(), capture_output=True, check=True
    )
    assert not done.stderr
    kinds = [line.split(b" ")[0] for line in done.stdout.splitlines()]
    assert (kinds.count(b"node"), kinds.count(b"edge")) == (3, 2)


@pytest.mark.needs("dot")
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_operands_keep_their_order(direction):
    """e - f and f - e are told apart: the first operand is above, or to the left."""
    e, f = Value(2.0, "e"), Value(1.0, "f")
    for y, names in ((e - f, ["e", "f"]), (f - e, ["f", "e"]), (e.exp() - e, ["exp", "e"])):
        drawing = draw(y, direction=direction, show=["name", "op"])
        done = subprocess.run(
            ["dot", "-Tplain"], input=drawing.to_dot().encode(), capture_output=True, check=True
        )
        nodes = [line.split() for line in done.stdout.decode().splitlines() if line[:5] == "node "]
        place = {name: float(x) if direction == "TB" else -float(y) for _, name, x, y, *_ in nodes}
        picture = drawing.picture
        shown = [box.name or box.symbol or f"{box.data:g}" for box in picture.boxes]
        into = [edge.source for edge in picture.edges if edge.target == picture.outputs[0]]
        assert [shown[i] for i in into] == names
        first, second = (place[f"n{i}"] for i in into)
        assert first < second


@pytest.mark.needs("dot")
def test_digraph_renders():
    """The graphviz package makes an image of it."""
    y = scattered(0, 60)
    backward(y)
    image = to_graphviz(y, flow=True).pipe(format="png", quiet=True)
    assert image.startswith(b"\x89PNG")


def test_missing_package_is_said_plainly(monkeypatch):
    """to_graphviz needs the package graphviz."""
    monkeypatch.setitem(__import__("sys").modules, "graphviz", None)
    with pytest.raises(MissingExtraError, match="pip install graphviz"):
        to_graphviz(Value(1.0))
