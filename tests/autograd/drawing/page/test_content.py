"""The program of a page is the graph of what was drawn, whatever of it stands in folded boxes."""

import pytest

import autograd as ag
from autograd import Value
from autograd.drawing.folding import fold
from autograd.drawing.folding.fold import graph_picture
from autograd.drawing.formats.style import style_of
from autograd.drawing.page.content import program_of
from autograd.drawing.picture.snapshot import take_picture
from tests.autograd.drawing.graphs import network, scattered

STYLE = style_of("data", "LR", ".4g", False, 0, "auto")


def neurons(count):
    """Some units that share their inputs, parameters named by path as in a network."""
    xs = [Value(0.1 * i, f"x{i}") for i in range(4)]
    return [
        ag.tanh(ag.dot([Value(0.5, f"layers.0.neurons.{j}.weights.{i}") for i in range(4)], xs))
        for j in range(count)
    ]


def chain(length):
    nodes = [Value(0.5, "x")]
    for _ in range(length):
        nodes.append(ag.sin(nodes[-1]) * 2.0)
    return nodes


GRAPHS = {
    "many neurons": neurons(20),
    "a neuron twice": [*neurons(20)] * 2,
    "nodes of a chain": chain(200)[::7],
    "a leaf among them": [*neurons(20), Value(3.0, "alone")],
    "without pattern": [scattered(3, 200), *chain(60)[-9:]],
    "one loss": [network(2, (4, 4, 1))],
}


@pytest.mark.parametrize("by", [None, "module", "operation"])
@pytest.mark.parametrize("roots", GRAPHS.values(), ids=GRAPHS)
def test_a_program_ends_in_the_values_that_were_drawn(roots, by):
    """In their order and each once, though several of them may share one box."""
    picture = graph_picture(roots, limit=30, by=by)
    program, still = program_of(picture, STYLE)
    assert program is not None, still
    kept = list(dict.fromkeys(roots))
    assert [program.nodes[i] for i in program.program["outputs"]] == kept
    assert list(picture.roots) == list(take_picture(roots).roots) == kept


def test_stretches_of_a_huge_graph_say_what_was_drawn(monkeypatch):
    """They too put results into folded boxes."""
    monkeypatch.setattr(fold, "HUGE", 100)
    roots = chain(200)[1::7]
    picture = graph_picture(roots, limit=30)
    program, _ = program_of(picture, STYLE)
    assert type(picture.nodes[picture.outputs[0]]) is tuple
    assert [program.nodes[i] for i in program.program["outputs"]] == roots


def test_a_page_that_computes_does_not_ask_for_gradients():
    """It has gradients before backward() is called; a picture and a still page have none."""
    x = Value(2.0, "x")
    drawing = ag.draw(ag.tanh(x * 3.0), flow=True)
    asked, legend = "call backward() first", "gradient along the edges"
    assert asked in drawing.to_svg()
    assert legend in drawing.to_html()
    assert asked not in drawing.to_html()
    still = ag.draw(ag.custom_op("still_here", abs, lambda xp, out, a: (1.0,))(x), flow=True)
    assert asked in still.to_html()
