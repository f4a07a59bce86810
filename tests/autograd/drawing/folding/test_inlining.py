"""Constants, and the shift of a softmax, stand in the boxes that use them."""

import pytest

import autograd as ag
from autograd import Value, draw
from autograd.drawing import Recorder
from autograd.drawing.picture.frames import frame_of
from autograd.engine.order import operands_of
from tests.autograd.drawing.graphs import scattered

X = Value(3.0, "x")


@pytest.mark.parametrize(
    ("y", "written"),
    [
        (X**2, "□²"),
        (X**3, "□³"),
        (X**-1.0, "□^−1"),
        (X**0.5, "□^0.5"),
        (2.0**X, "2^□"),
        (2 * X, "2 × □"),
        (X * 2, "□ × 2"),
        (X + 1, "□ + 1"),
        (1 - X, "1 − □"),
        (X - 1, "□ − 1"),
        (X / 4, "□ ÷ 4"),
        (1 / X, "1 ÷ □"),
        (X % 2, "□ % 2"),
        (ag.maximum(X, 0.0), "max(□, 0)"),
        (ag.minimum(0.25, X), "min(0.25, □)"),
        (ag.logaddexp(X, 1.0), "logaddexp(□, 1)"),
    ],
)
def test_a_constant_stands_in_its_box(y, written):
    """On its side of the operation; the box has one edge and the picture one box less."""
    picture = draw(y).picture
    box = picture.boxes[picture.outputs[0]]
    assert box.written == written
    assert (len(picture.boxes), len(picture.edges)) == (2, 1)


@pytest.mark.parametrize(
    "y",
    [X * X, ag.where(X, X, 0.0), ag.sum([X, X, X]), ag.dot([X, X], [1.0, 2.0]), ag.sin(X)],
    ids=["Values", "where", "sum", "dot", "unary"],
)
def test_others_keep_their_edges(y):
    """Where two operands have boxes, or more than two are there, all stand beside."""
    picture = draw(y).picture
    assert not picture.boxes[picture.outputs[0]].written
    assert len(picture.edges) == len(operands_of(y))


@pytest.mark.parametrize("seed", range(4))
def test_numbers_are_the_same(seed):
    """What flows along the edges that stay is what the engine computes, at each moment."""
    y = scattered(seed, 60)
    y.backward()
    picture = draw(y, limit=None).picture
    frame = frame_of(picture)
    assert any(box.inline for box in picture.boxes)
    for node, grad in zip(picture.nodes, frame.grads):
        if isinstance(node, Value):
            assert grad == node.grad


def test_a_recording_has_the_slopes_of_its_moments():
    """Not those of the picture that it began with."""
    x = Value(3.0, "x")
    recorder = Recorder(x**2 * 0.5)
    x.data = 5.0
    recorder.snap()
    assert [frame.grads[0] for frame in recorder._frames] == [3.0, 5.0]


@pytest.mark.parametrize("function", [ag.softmax, ag.log_softmax])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_shift_of_a_softmax_is_hidden(function, count):
    """No box without a gradient; what is left reads as the formula, with the engine's numbers."""
    z = [Value(0.5 * i, f"z{i}") for i in range(count)]
    p = function(z)
    p[0].backward()
    picture = draw(p[0]).picture
    assert not {"stop_gradient", "maximum"} & {box.op for box in picture.boxes}
    assert [box.written for box in picture.boxes].count("□ − max") == count
    assert all(grad == node.grad for node, grad in zip(picture.nodes, frame_of(picture).grads))


@pytest.mark.parametrize("function", [ag.softmax, ag.log_softmax])
def test_no_fold_is_of_shifts(function):
    """Where operations are folded, the shifts are in the boxes of what they are taken from."""
    rows = [[Value(0.1 * i * j, f"z{i}_{j}") for j in range(5)] for i in range(60)]
    picture = draw(ag.sum([function(row)[0] for row in rows])).picture
    titles = {box.name for box in picture.boxes if box.kind == "fold"}
    assert "−" in titles
    assert not {"max", "stop_gradient"} & titles


def test_a_maximum_that_is_used_is_shown():
    """One of several results, one with a name, and one whose gradient counts."""
    z = [Value(1.0, "a"), Value(2.0, "b")]
    largest = ag.maximum(*z)
    for other in ([largest], [ag.stop_gradient(largest)]):
        shift = ag.stop_gradient(largest)
        picture = draw([z[0] - shift, *other]).picture
        assert largest in [node for node in picture.nodes if isinstance(node, Value)]
    named = ag.stop_gradient(ag.maximum(*z))
    named.name = "shift"
    assert any(box.name == "shift" for box in draw(z[0] - named).picture.boxes)
