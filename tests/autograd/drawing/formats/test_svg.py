"""The SVG is well-formed whatever the names, tells all it should, and is the same everywhere."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from autograd import Value, custom_op, draw, relu, tanh, where
from autograd.drawing.formats.cards import NUMBERS, card_of
from autograd.drawing.formats.text import clean, shorten, width
from autograd.drawing.picture.flow import LEGEND, contributions
from autograd.drawing.picture.snapshot import Box, take_picture
from tests.autograd.drawing.graphs import HOSTILE, network, neuron, scattered

ROOT = Path(__file__).parents[3]
SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawing):
    return ET.fromstring(drawing.to_svg())


def groups(svg, name):
    return [g for g in svg.iter(f"{SVG}g") if g.get("class", "").split()[0] == name]


def texts(group):
    return [(text.get("class"), text.text) for text in group.iter(f"{SVG}text")]


def test_box_shows_name_operation_data_and_gradient():
    """One box holds all that is known of a node."""
    box = groups(parsed(draw(neuron())), "box")[-1]
    assert box.get("class") == "box output"
    assert texts(box) == [
        ("title", "E"),
        ("symbol", "0.5 × □"),
        ("label", "data"),
        ("data", "0.05146"),
        ("label", "grad"),
        ("grad", "1"),
    ]


def test_gradient_before_a_backward_pass_says_so():
    """Never a zero that nobody computed; a computed zero is a number."""
    x = Value(3.0, "x")
    y = x * 0.0
    assert ("grad none", "not computed") in texts(groups(parsed(draw(y)), "box")[0])
    y.backward()
    assert ("grad", "0") in texts(groups(parsed(draw(y)), "box")[0])


def test_every_edge_is_drawn_with_its_ends():
    """x * x has two lines that end in different places."""
    x = Value(3.0)
    edges = groups(parsed(draw(x * x)), "edge")
    assert [(e.get("data-source"), e.get("data-target")) for e in edges] == [("0", "1")] * 2
    assert len({e.find(f"{SVG}path").get("d") for e in edges}) == 2


def test_kinds_are_told_apart():
    """Parameters, inputs, constants and results are of different classes, and look it."""
    w, x = Value(1.0, "layers.0.weights.0"), Value(2.0, "x")
    svg = parsed(draw(where(x, w * x, 3.0)))
    assert [g.get("class") for g in groups(svg, "box")] == [
        "box parameter",
        "box input",
        "box interior",
        "box constant",
        "box output",
    ]
    assert groups(svg, "box")[3].find(f"{SVG}rect") is None


def test_flow_colours_edges_by_what_they_carry():
    """Blue for positive, orange for negative, dots for zero; wider where it is larger."""
    x, dead = Value(3.0), Value(-1.0)
    y = x * 100.0 - x + relu(dead)
    y.backward()
    picture = take_picture(y)
    assert contributions(picture) == [100.0, None, 1.0, -1.0, 0.0, 1.0, 1.0]
    picture = draw(y).picture  # in which 100 has no edge
    assert contributions(picture) == [100.0, 1.0, -1.0, 0.0, 1.0, 1.0]
    svg = parsed(draw(y, flow=True))
    classes = [g.get("class") for g in groups(svg, "edge")]
    assert classes == [
        "edge up", "edge up", "edge down", "edge zero", "edge up", "edge up",
    ]  # fmt: skip
    widths = [g.find(f"{SVG}path").get("style") for g in groups(svg, "edge")]
    assert widths[0] == "stroke-width:4"
    assert widths[1] == "stroke-width:2"
    assert any("blue is positive" in (t.text or "") for t in svg.iter(f"{SVG}text"))


def test_flow_without_gradients_says_so():
    """Colours need a backward pass."""
    svg = draw(Value(1.0) * 2.0, flow=True).to_svg()
    assert "call backward() first" in svg


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_a_long_note_makes_no_picture_wider(direction):
    """Beyond what a few boxes need: it goes on in the next line, and nothing of it is lost."""
    x = Value(3.0, "x")
    y = tanh(x)
    y.backward()
    svg = parsed(draw(y, flow=True, direction=direction))
    notes = [t.text for t in svg.iter(f"{SVG}text") if t.get("class") == "note"]
    assert len(notes) > 1
    assert " ".join(notes) == LEGEND
    assert float(svg.get("width")) < 470.0


def test_infinite_gradient_is_marked():
    """An edge that carries nan or infinity has a colour of its own."""
    x = Value(0.0)
    y = x**0.5
    y.backward()
    assert "edge bad" in draw(y, flow=True).to_svg()


def test_highlight_marks_a_path():
    """The boxes and the edges between neighbours on a path are lit, no others."""
    x = Value(3.0, "x")
    a, b = x * 2.0, x + 1.0
    y = a * b
    svg = parsed(draw(y, highlight=[[x, a, y]]))
    lit = [g.get("data-box") for g in groups(svg, "box") if "lit" in g.get("class")]
    assert lit == ["0", "1", "3"]
    ends = [
        (g.get("data-source"), g.get("data-target"))
        for g in groups(svg, "edge")
        if "lit" in g.get("class")
    ]
    assert ends == [("0", "1"), ("1", "3")]


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_hostile_name_is_shown_as_it_is(name, direction):
    """No name breaks the XML, and each can be read in it."""
    x = Value(1.0, name)
    shout = custom_op(name or "op", lambda a: a, lambda xp, out, a: (1.0,))
    svg = parsed(draw(shout(x), direction=direction))
    title = shorten(clean(name), 32)
    shown = [text for _, text in texts(groups(svg, "box")[0])]
    assert title in shown or not title.strip()
    assert not list(svg.iter(f"{SVG}script"))


@pytest.mark.parametrize("length", [1, 2, 5, 10, 20, 30])
@pytest.mark.parametrize("x", [1e-300, -1.2345e-300, 1e300, -9.8765e299, 0.0, 5e-324, float("nan")])
def test_box_is_wide_enough(length, x):
    """Names of 1 to 30 characters and any number fit by the estimate of the text's width."""
    for letter in "iWm_名":
        card = card_of(Box(0, "interior", "leaky_relu", "LeakyReLU", letter * length, x, x))
        assert width(card.title) * 13.0 + width(card.symbol) * 13.0 + 10.0 <= card.width
        assert letter * length == card.title
        for row in card.rows:
            assert width(row.label) * 10.0 + 10.0 + width(row.text) * NUMBERS <= card.width


def test_room_reserves_characters():
    """Boxes drawn with room for later numbers are at least so wide."""
    narrow, wide = (card_of(Box(0, "input", "", "", "x", 1.0, 1.0), room=n) for n in (0, 11))
    assert wide.width - narrow.width == pytest.approx(10 * width("0") * NUMBERS)


def test_picture_says_what_it_is():
    """Those who cannot see it read a sentence, and each box tells its numbers in full."""
    svg = parsed(draw(neuron()))
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Computation graph of E: 10 nodes"
    titles = [title.text for title in svg.iter(f"{SVG}title")]
    assert titles[0] == "input w, data 0.5, grad -0.1398107106836696"


def test_folded_picture_says_what_it_folded():
    """The note stands below the picture."""
    svg = draw(network(20)).to_svg()
    assert "folded: 11,552 nodes in 21 boxes, by modules with their parameters" in svg


def test_no_ids_and_no_references():
    """Several pictures fit in one page, and none loads anything."""
    svg = draw(scattered(0, 50), flow=True).to_svg()
    assert " id=" not in svg
    assert "url(" not in svg
    assert "href" not in svg


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from autograd import draw
from tests.autograd.drawing.graphs import network, neuron, scattered
for y in (neuron(), network(20), scattered(5, 100), scattered(5, 500)):
    sys.stdout.buffer.write(draw(y).to_svg().encode())
    sys.stdout.buffer.write(draw(y, flow=True, direction="TB").to_html().encode())
"""


def test_picture_is_the_same_in_every_process():
    """Byte for byte, whatever the hash seed."""
    outputs = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT.format(root=str(ROOT))],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
