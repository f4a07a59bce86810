"""A frame's backward pass is the engine's, edge by edge."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.drawing.picture.frames import frame_of, through_folds
from autograd.drawing.picture.snapshot import take_picture

STEPS = [
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1.0),
    lambda a, b: a - a * 0.5,
    lambda a, b: ag.relu(a),
    lambda a, b: ag.where(a > b, a, b * 3.0),
    lambda a, b: ag.sum([a, b, a]),
    lambda a, b: ag.dot([a, b], [b, 2.0]),
    lambda a, b: ag.log(a) * 0.0,
    lambda a, b: ag.sqrt(a),
]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_gradients_are_the_engines_to_the_bit(data):
    """Whatever the graph, zeros, infinities and NaN included, the last totals are the gradients."""
    values = [Value(data.draw(st.sampled_from([0.0, 1.5, -2.0, 1e200]))) for _ in range(2)]
    for _ in range(data.draw(st.integers(1, 8))):
        a, b = data.draw(st.sampled_from(values)), data.draw(st.sampled_from(values))
        values.append(data.draw(st.sampled_from(STEPS))(a, b))
    y = values[-1]
    frame = frame_of(take_picture(y))
    y.backward()
    picture = take_picture(y)
    assert list(map(repr, frame.grads)) == [repr(box.grad) for box in picture.boxes]
    assert list(map(repr, frame.data)) == [repr(box.data) for box in picture.boxes]


def test_contributions_are_local_times_upstream_and_add_up():
    x = Value(3.0)
    first, second = frame_of(take_picture(x * x)).edges
    assert first == (3.0, 1.0, 3.0, 3.0)
    assert second == (3.0, 1.0, 3.0, 6.0)


def test_a_branch_not_taken_gets_nothing():
    """As in the engine, an infinite derivative behind a zero adjoint contributes 0."""
    x = Value(0.0, "x")
    frame = frame_of(take_picture(ag.where(x > 0, ag.sqrt(x), 1.0 * x)))
    assert frame.grads[0] == 1.0


def test_a_frame_changes_nothing():
    x = Value(3.0)
    y = x * x
    frame_of(take_picture(y))
    assert not x.grad_computed
    assert not y.grad_computed


@pytest.mark.parametrize("computed", [False, True])
def test_what_folds_hide_is_taken_from_the_picture(computed):
    """A box that a fold uses has the gradient that backward gave it, or none."""
    xs = [Value(float(i), f"x{i}") for i in range(300)]
    y = ag.sum([x * x for x in xs]) * 2.0
    if computed:
        y.backward()
    picture = ag.draw(y).picture
    assert picture.folded
    frame = frame_of(picture)
    for i in through_folds(picture):
        assert frame.grads[i] == picture.boxes[i].grad
    assert frame.grads[picture.outputs[0]] == 1.0
