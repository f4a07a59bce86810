"""Drawing: what notebooks get, what files hold, and what is refused."""

import base64
import html
import random
import re
import webbrowser
import xml.etree.ElementTree as ET
import zlib

import pytest

import autograd
import nn
from autograd import (
    InputTypeError,
    InputValueError,
    OutputError,
    Value,
    draw,
    to_graphviz,
    to_mermaid,
)
from autograd.drawing import Drawing, Recorder
from autograd.drawing.formats.attributes import with_attributes
from tests.autograd.drawing.graphs import HOSTILE, network, neuron, scattered


def test_notebook_gets_html_and_text_only():
    """An image that needs no trust, a folded stepper, and the tree."""
    drawing = draw(neuron())
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == str(drawing)
    image = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', bundle["text/html"])[1]
    svg = base64.b64decode(image).decode()
    whole = drawing.to_svg()
    for handle in (" data-", "<title>"):  # nothing reaches into an image
        assert handle in whole
        assert handle not in svg
    boxes = [re.findall("<(?:text|rect)[^>]*>", s) for s in (with_attributes(svg, "auto"), whole)]
    assert boxes[0] == boxes[1]
    for kind in ("line", "head"):
        paths = [re.findall(rf'class="{kind}"[^>]* d="([^"]*)"', s) for s in (svg, whole)]
        assert "".join(paths[0]) == "".join(paths[1])
    assert 'alt="Computation graph of E: 10 nodes"' in bundle["text/html"]
    assert "<details><summary>" in bundle["text/html"]
    assert not hasattr(drawing, "_repr_svg_")


@pytest.mark.parametrize("sizes", [(64, 16, 10), (64, 32, 10), (64, 32, 32, 10), (64, 64, 10)])
def test_an_example_of_a_digit_weighs_little_in_a_notebook(sizes):
    """At most 200 KB, stepper included where there is room for it; as text a page or two."""
    model = nn.MLP(sizes[0], list(sizes[1:]), rng=random.Random(0))
    pixels = random.Random(1).choices(range(17), k=64)
    loss = nn.cross_entropy(model([x / 16 for x in pixels]), 3)
    loss.backward()
    bundle = draw(loss)._repr_mimebundle_()
    assert len(bundle["text/html"]) <= 200_000
    assert len(bundle["text/plain"]) < 10_000


@pytest.mark.parametrize("sizes", [(64, 16, 10), (64, 32, 10), (64, 32, 32, 10)])
def test_pixels_with_names_are_one_box(sizes):
    """As every neuron of the first layer uses all of them; so the picture weighs no more."""
    model = nn.MLP(sizes[0], list(sizes[1:]), rng=random.Random(0))
    loss = nn.cross_entropy(model([Value(0.5, f"x{i}") for i in range(64)]), 3)
    drawing = draw(loss)
    assert [box.size for box in drawing.picture.boxes if box.symbol == "inputs"] == [64]
    assert len(drawing._repr_mimebundle_()["text/html"]) <= 200_000


def unpacked(frame):
    """The page that a frame of a notebook holds."""
    return zlib.decompress(base64.b64decode(re.search(r"atob\('([^']*)'\)", frame)[1])).decode()


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_hostile_name_in_html(name):
    """No name ends an attribute, an element or a script."""
    y = Value(1.0, name) * 2.0
    y.name = name
    drawing = draw(y)
    shown = drawing._repr_mimebundle_()["text/html"]
    attributes = re.findall(r' alt="([^"<>]*)"', shown)
    assert len(attributes) == 1
    frame = html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1])
    for text in (drawing.to_html(), frame, unpacked(frame)):
        assert "<script>alert" not in text
        assert text.count("<script") == text.count("</script")
        text.encode()


@pytest.mark.parametrize("ending", ["svg", "html", "dot", "mmd", "SVG"])
def test_file_is_what_its_ending_says(tmp_path, ending):
    """In UTF-8, without anything installed."""
    drawing = draw(scattered(0, 30))
    path = tmp_path / f"graph.{ending}"
    drawing.save(path)
    text = path.read_text(encoding="utf-8")
    same = {"svg": drawing.to_svg, "html": drawing.to_html, "dot": drawing.to_dot}
    assert text == same.get(ending.lower(), drawing.to_mermaid)()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_svg_file_is_well_formed(tmp_path):
    """An XML parser reads it."""
    draw(network(20)).save(tmp_path / "graph.svg")
    assert ET.parse(tmp_path / "graph.svg").getroot().tag.endswith("svg")


@pytest.mark.parametrize("name", ["graph", "graph.jpg", "graph.svg.gz", ".svg", "svg"])
def test_unknown_ending_is_refused(tmp_path, name):
    """The message lists the endings."""
    with pytest.raises(InputValueError, match=r"\.svg \.html \.png \.pdf \.dot \.mmd"):
        draw(neuron()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["svg", "html", "png", "pdf", "dot", "mmd"])
def test_missing_folder_is_said(tmp_path, ending):
    """Nothing is made, the folder neither."""
    with pytest.raises(OutputError, match="there is no folder"):
        draw(neuron()).save(tmp_path / "nowhere" / f"graph.{ending}")
    assert not list(tmp_path.iterdir())


def test_path_that_is_a_folder_is_refused(tmp_path):
    """It stays one."""
    (tmp_path / "graph.svg").mkdir()
    with pytest.raises(OutputError, match="it is a folder"):
        draw(neuron()).save(tmp_path / "graph.svg")


def test_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    """A full disk costs the new picture, not the old one."""
    path = tmp_path / "graph.svg"
    path.write_text("old")
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OutputError, match="No space left"):
        draw(neuron()).save(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["graph.svg"]


def fail(file):
    raise OSError(28, "No space left on device")


def test_show_opens_the_page(monkeypatch):
    """The browser is asked for a file that is there."""
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    path = draw(neuron()).show()
    assert opened == [path.as_uri()]
    assert path.read_text(encoding="utf-8").startswith("<!")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"direction": "RL"}, InputValueError, "'LR' .* or 'TB'"),
        ({"show": ["gradient"]}, InputValueError, "show= has 'gradient'"),
        ({"format": "d"}, InputValueError, "no format specification"),
        ({"depth": 0}, InputValueError, "depth="),
        ({"depth": 2.5}, InputValueError, "depth="),
        ({"limit": 3}, InputValueError, "limit="),
        ({"by": "layer"}, InputValueError, "by="),
        ({"room": -1}, InputTypeError, "room="),
        ({"parameters": [1.0]}, InputTypeError, "parameters"),
        ({"highlight": [Value(1.0)]}, InputTypeError, "highlight="),
        ({"highlight": [["x"]]}, InputTypeError, "highlight="),
        ({"color": "red"}, InputTypeError, "color= is a dict"),
        ({"color": {Value(1.0): "url(x)"}}, InputValueError, r"'#rrggbb', but color= has 'url"),
    ],
)
def test_option_that_is_none_is_refused(options, error, message):
    """The message names the option and what it takes."""
    with pytest.raises(error, match=message):
        draw(neuron(), **options)


@pytest.mark.parametrize("taker", [draw, to_graphviz, to_mermaid, Recorder])
def test_a_word_that_is_no_option_is_refused_by_name(taker):
    """Under the name of what was called, with what there is to choose from."""
    with pytest.raises(InputTypeError, match=rf"{taker.__name__} has no .*'shw'.* are show, dir"):
        taker(Value(2.0) * 3.0, shw="data")


@pytest.mark.parametrize("thing", [1.0, "E", None, [], [1.0], object()])
def test_what_is_no_value_is_refused(thing):
    """Every way in says the same."""
    for function in (draw, autograd.to_graphviz, autograd.to_mermaid):
        with pytest.raises(InputTypeError, match="a drawing takes"):
            function(thing)


def test_options_show_what_is_asked():
    """Parts of the boxes, the form of numbers."""
    y = neuron()
    assert "grad" not in str(draw(y, show=("name", "op", "data")))
    assert "data 0.051 " in str(draw(y, format=".3f"))
    assert "data five hundredths" in str(draw(y, format=lambda x: "five hundredths"))


def test_several_results():
    """As arguments or as one sequence: the same picture, every result an output."""
    x = Value(3.0, "x")
    a, b = x * 2.0, x + 1.0
    both = draw(a, b)
    assert both.to_svg() == draw([a, b]).to_svg()
    assert [both.picture.nodes[i] for i in both.picture.outputs] == [a, b]
    for form in (autograd.to_graphviz, autograd.to_mermaid):
        assert str(form(a, b)) == str(form([a, b]))


def test_boxes_in_colours_of_the_users_choice():
    """In every form that has colours; what is not in the picture is passed over."""
    x = Value(3.0, "x")
    drawing = draw(x * 2.0, color={x: "gold", Value(1.0): "#ff0000"})
    for text in (drawing.to_svg(), drawing.to_dot(), drawing.to_mermaid()):
        assert text.count("gold") == 1
        assert "#ff0000" not in text


def test_drawing_is_a_snapshot():
    """What changes later is not in it."""
    x = Value(3.0, "x")
    drawing = draw(x * x)
    before = drawing.to_svg(), str(drawing)
    x.data = 5.0
    assert (drawing.to_svg(), str(drawing)) == before


def test_drawing_is_public():
    """The class is there for annotations; printing one says what it shows."""
    assert isinstance(draw(neuron()), Drawing)
    assert repr(draw(neuron())) == "<Drawing: Computation graph of E: 10 nodes>"


def test_large_graph_is_drawn_unfolded_if_asked():
    """Three thousand nodes, each a box."""
    y = scattered(1, 3500)
    drawing = draw(y, limit=None)
    assert len(drawing.picture.boxes) > 3000
    assert drawing.to_svg().count('<g class="box') == len(drawing.picture.boxes)
    assert "To step through" in drawing._repr_mimebundle_()["text/html"]


def test_an_example_of_a_network_is_light_in_a_notebook():
    """One digit through 64-16-10: the image, the page with what is in its boxes, and the text."""
    rng = random.Random(0)
    model = nn.MLP(64, [16, 10], activation="relu", rng=rng)
    outputs = model([rng.random() for _ in range(64)])
    loss = autograd.logsumexp(outputs) - outputs[3]
    loss.backward()
    bundle = draw(loss)._repr_mimebundle_()
    assert "<iframe" in bundle["text/html"]
    assert len(bundle["text/html"]) < 200_000
    assert len(bundle["text/plain"].splitlines()) < 80


def test_large_loss_is_drawn_folded():
    """Sixty-five thousand nodes in a few boxes, and a page that is not enormous."""
    drawing = draw(network(120))
    assert drawing.picture.total > 65_000
    assert len(drawing.picture.boxes) == 21
    assert len(drawing.to_html()) < 4_000_000
