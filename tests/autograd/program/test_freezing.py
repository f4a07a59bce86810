"""A recording freezes no number of its first call: it is recorded, or refused, never kept."""

import contextlib
import copy
import math
import pickle

import numpy as np
import pytest

import autograd as ag
from autograd import TraceError, Value

X, Y = 3.0, 5.0


def quiet(x):
    with ag.no_grad():
        y = x * x
    return y * x


RECORDED = {
    "detach": (lambda x: x.detach() * x, lambda x: x * x, lambda x: x),
    "detach of a result": (lambda x: (x * 2.0).detach() * x, lambda x: 2 * x * x, lambda x: 2 * x),
    "stop_gradient": (lambda x: ag.stop_gradient(x) * x, lambda x: x * x, lambda x: x),
    "its method": (lambda x: x.stop_gradient() * x, lambda x: x * x, lambda x: x),
    "no_grad": (quiet, lambda x: x**3, lambda x: x * x),
    "clip with crossed bounds": (lambda x: ag.clip(x, 4.0 * x, x), lambda x: x, lambda x: 1.0),
}


@pytest.mark.parametrize("backend", ["array", "loop"])
@pytest.mark.parametrize("case", RECORDED)
def test_constants_follow_the_inputs(case, backend):
    """The value at a second input, and the derivative that takes them for constants."""
    f, value, slope = RECORDED[case]
    c = ag.compiled(f, backend=backend)
    for x in (X, Y):
        assert c(x) == value(x)
        assert c.value_and_grad(x)[1] == slope(x)
    assert ag.compiled(ag.grad(f), backend=backend)(Y) == slope(Y)


@pytest.mark.parametrize("case", ["stop_gradient", "its method"])
def test_stop_gradient_is_one_thing_everywhere(case):
    """Backward, transforms of both directions and all orders, recompute, compile, copies."""
    f, value, slope = RECORDED[case]
    x = Value(X)
    y = f(x)
    y.backward()
    assert (y.data, x.grad) == (value(X), slope(X))
    x.data = Y
    assert y.recompute().data == value(Y)
    assert ag.compile(y, x=x)(x=7.0) == value(7.0)
    assert pickle.loads(pickle.dumps(y)).data == value(Y)
    assert ag.grad(f)(X) == ag.jvp(f, X, 1.0) == slope(X)
    assert ag.hessian(f)(X) == ag.hvp(f, X, 1.0) == 0.0
    assert ag.grad(ag.grad(lambda x: f(x) * x))(X) == 2.0 * X
    assert ag.stop_gradient(2.0) == 2.0
    assert ag.stop_gradient([2.0, 3.0]) == [2.0, 3.0]


def test_detach_outside_a_recording_is_a_leaf_of_its_own():
    """As ever: recompute leaves it, compile freezes it."""
    x = Value(X)
    y = x.detach() * x
    assert y.parents[0].parents == ()
    x.data = Y
    assert y.recompute().data == X * Y


def backward_inside(x):
    y = x * x
    y.backward()
    return y * x.grad


def step_inside(x):
    y = x * x
    y.grad = 1.0
    y._backward()
    return y * x.grad


REFUSED = {
    "a step by hand": step_inside,
    "data": lambda x: x * x if x.data > 0 else -x,
    "data of a result": lambda x: x * (x * 2.0).data,
    "format": lambda x: x * float(f"{x:.3f}"),
    "percent": lambda x: x * float(f"{x * 2.0:g}"),
    "copy": lambda x: copy.copy(x) * x,
    "deepcopy": lambda x: copy.deepcopy(x * x) * x,
    "pickle": lambda x: pickle.loads(pickle.dumps(x * 1.0)) * x,
    "backward": backward_inside,
    "backward function": lambda x: ag.backward([x * x]) or x,
    "recompute": lambda x: (x * x).recompute(),
    "float": lambda x: float(x) * x,
    "int": lambda x: int(x) * x,
    "round": lambda x: round(x, 1) * x,
    "bool": lambda x: x if x else -x,
    "math": lambda x: math.sin(x) * x,
    "partials": lambda x: (x * x).partials[0] * x,
    "array of floats": lambda x: np.array([x], dtype=float)[0] * x,
}


@pytest.mark.parametrize("f", REFUSED.values(), ids=REFUSED)
def test_what_would_freeze_a_number_is_refused(f):
    """At the first call, with the user's line; by the next one nothing is half recorded."""
    c = ag.compiled(f)
    for _ in range(2):
        with pytest.raises(TraceError, match=r"test_freezing\.py:\d+"):
            c(X)
    with pytest.raises(TraceError):
        ag.compiled(lambda p: f(p[0] + p[1]))([X, Y])


def test_what_does_not_follow_the_inputs_may_be_read():
    """Numbers of Values from outside and of the function's own, repr, and names."""
    w = Value(2.0)

    def f(x):
        assert "Value" in repr(x)
        own = copy.deepcopy(Value(4.0) * 1.0)
        return x * w.data * own.data * float(f"{w:.1f}")

    assert ag.compiled(f)(X) == X * 16.0


def test_range_checks_are_not_made_while_recording():
    """They would judge all inputs by the first one."""
    import nn

    c = ag.compiled(lambda p: nn.binary_cross_entropy(p, 1.0))
    assert c(0.25) == pytest.approx(-math.log(0.25))
    with contextlib.suppress(ag.InputValueError):
        assert math.isnan(c(-1.0))
    assert ag.compiled(lambda x, high: ag.clip(x, 0.0, high))(X, -1.0) == -1.0
    assert ag.compiled(lambda p: nn.binary_cross_entropy(p, 1.0))(2.0) is not None


CLOSED_OVER = {
    "a leaf": lambda w: lambda x: w * x,
    "its number": lambda w: lambda x: w.data * x,
    "what was computed from it": lambda w: (lambda y: lambda x: y * x)(w * 1.0),
    "a detached one": lambda w: lambda x: w.detach() * x,
    "a branch on its number": lambda w: lambda x: x * 2.0 if w.data < 3.0 else x * 5.0,
    "its number, in a transform": lambda w: lambda x: ag.grad(lambda t: w.data * t)(x) * x,
    "in a list": lambda w: lambda x: ag.dot([w, 0.0], [x, x]),
}


@pytest.mark.parametrize("case", CLOSED_OVER)
def test_a_value_closed_over_that_changes_is_recorded_anew(case):
    """By the value and every derivative; as long as none changes, one recording stays."""
    w = Value(2.0)
    c = ag.compiled(CLOSED_OVER[case](w))
    first = c.program(3.0)
    assert c(3.0) == 6.0
    Value(1.0).data = 4.0  # another
    w.data = 2.0  # to what it is
    assert c.program(3.0) is first
    w.data = 5.0
    assert c(3.0) == 15.0
    assert c.value_and_grad(3.0) == (15.0, 5.0)
    assert c.jvp(1.0, 3.0) == c.jacobian(3.0) == 5.0
    assert c.program(3.0) is not first


def test_what_a_function_makes_itself_never_changes():
    """A leaf made while recording is a constant of the recording, whatever becomes of it."""
    made = []

    def f(x):
        made.append(Value(2.0))
        return made[-1] * x

    c = ag.compiled(f)
    assert c(3.0) == 6.0
    made[-1].data = 7.0
    assert (c(3.0), len(made)) == (6.0, 1)


def test_signs_of_zero_and_nan_closed_over():
    """-0.0 in place of 0.0 is a change, nan in place of nan is none."""
    w = Value(0.0)
    c = ag.compiled(lambda x: ag.copysign(x, w))
    assert c(3.0) == 3.0
    w.data = -0.0
    assert c(3.0) == -3.0
    w.data = math.nan
    c(3.0)
    first = c.program(3.0)
    w.data = -math.nan + 0.0
    assert c.program(3.0) is first
