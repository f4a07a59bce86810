"""The tree of text shows every node once and refers to it afterwards."""

import re

import pytest

import autograd
from autograd import Value, draw
from tests.autograd.drawing.graphs import HOSTILE, network, neuron, scattered


def test_neuron_reads_as_a_formula():
    """Each result stands above what it is made of."""
    assert str(draw(neuron(), show=("name", "op", "data"))) == (
        "E = 0.5 × □ · data 0.05146\n"
        "└─ □² · data 0.1029\n"
        "   └─ − · data 0.3208\n"
        "      ├─ t · input · data 1\n"
        "      └─ y = σ · data 0.6792\n"
        "         └─ + · data 0.75\n"
        "            ├─ × · data 1\n"
        "            │  ├─ w · input · data 0.5\n"
        "            │  └─ x · input · data 2\n"
        "            └─ b · input · data −0.25"
    )


def test_shared_node_is_written_once():
    """Where it comes again it is named, or numbered if it has no name."""
    x = Value(3.0, "x")
    s = x + 1.0
    y = s * s - x
    tree = str(draw(y, show="op"))
    assert tree.splitlines() == [
        "−",
        "├─ ×",
        "│  ├─ #1 □ + 1",
        "│  │  └─ input",
        "│  └─ #1 (see above)",
        "└─ x (see above)",
    ]


def test_every_node_is_in_the_tree_once():
    """Also where branches are so deep that they are continued at the margin."""
    for y in (scattered(2, 140), deep(140)):
        drawing = draw(y, limit=None)
        lines = str(drawing).splitlines()
        written = [line for line in lines if not re.search(r"\(see (above|below)\)$", line)]
        assert len(written) == len(drawing.picture.boxes)
        assert max(map(len, lines)) < 200


def deep(count):
    y = Value(0.5, "x")
    for _ in range(count):
        y = autograd.sin(y)
    return y


def test_branch_that_continues_is_found_below():
    """What is to be seen below stands at the margin."""
    lines = str(draw(deep(70), limit=None)).splitlines()
    for line in lines:
        if line.endswith("(see below)"):
            number = re.search(r"#\d+", line).group()
            assert any(other.startswith(f"{number} ") for other in lines)


def test_fold_says_what_is_in_it():
    """Folded boxes are in brackets, and the last line says what was folded."""
    tree = str(draw(network(20)))
    assert "[n⁽⁰⁾₀, 676 nodes: × (320), + (320), tanh (20)]" in tree
    assert "(n⁽⁰⁾₀ is layers.0.neurons.0, and so on)" in tree
    assert tree.endswith("by modules with their parameters)")


def test_hostile_names_are_one_line():
    """No name breaks the tree."""
    for name in HOSTILE:
        tree = str(draw(Value(1.0, name) * 2.0))
        assert len(tree.split("\n")) == 2
        tree.encode()


def test_several_results_follow_each_other():
    """A result that was shown as a part of another one is referred to."""
    x = Value(2.0, "x")
    y = x * x
    y.name = "y"
    lines = str(draw([y + 1.0, y, x], show=("name", "op"))).splitlines()
    assert lines[-2:] == ["y (see above)", "x (see above)"]


def test_many_that_are_known_share_a_line():
    """A layer's neurons each take all of the one before; only the first writes them out."""
    xs = [Value(float(i), f"x{i}") for i in range(5)]
    first, second = autograd.sum(xs), autograd.norm(xs)
    lines = str(draw(first * second)).splitlines()
    assert len(lines) == 1 + 6 + 2
    assert lines[-1] == "   └─ x0 … x4 (all 5 see above)"
    few = str(draw(autograd.sum(xs[:3]) * autograd.norm(xs[:3]))).splitlines()
    assert [line.endswith("(see above)") for line in few[-3:]] == [True] * 3


@pytest.mark.parametrize(
    "form", [str, lambda d: d.to_svg(), lambda d: d.to_mermaid(), lambda d: d.to_dot()]
)
def test_every_format_calls_a_parameter_by_its_alias(form):
    """With one line that says what the first of them is."""
    w, b = Value(2.0, "layers.0.neurons.3.weights.1"), Value(1.0, "layers.0.neurons.3.bias")
    text = re.sub("<tspan[^>]*>|</tspan>|</text>", "", form(draw(w * 3.0 + b)))
    text = re.sub("<title>.*?</title>", "", text)
    short = [("w⁽⁰⁾₃₁", "b⁽⁰⁾₃"), ("w(0)31", "b(0)3")]
    assert any(one in text and other in text for one, other in short)
    assert len(re.findall(r"(is )?layers\.0\.neurons\.3", text.replace('tooltip="layers', ""))) == 1
