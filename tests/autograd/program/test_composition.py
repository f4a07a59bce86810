"""A program called with Values records itself: in transforms, checks, and other recordings."""

import gc
import sys

import numpy as np
import pytest

import autograd
from autograd import InputTypeError, InputValueError, Value, compile, custom_op, detect_anomaly
from autograd.testing import property_test

BACKENDS = ["array", "loop"]
P, X = [0.5, -1.5, 2.0], 0.75


def f(p, x):
    return autograd.exp(p[0] * x) * p[1] + autograd.sin(p[2] * p[0]) * x + p[1] ** 3


def program(backend="auto"):
    p, x = [Value(0.1) for _ in P], Value(0.1)
    return compile(f(p, x), p=p, x=x, backend=backend)


def numbers(x):
    return np.vectorize(float)(np.asarray(x, dtype=object))


def agree(found, wanted):
    np.testing.assert_allclose(numbers(found), numbers(wanted), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("backend", BACKENDS)
def test_values_in_values_out(backend):
    """The result depends on the Values, and backward reaches them."""
    g = program(backend)
    p, x = [Value(n) for n in P], Value(X)
    y = g(p=p, x=x)
    assert isinstance(y, Value)
    assert y.data == f(P, X)
    y.backward()
    wanted = autograd.grad(f)(P, X)
    agree([v.grad for v in p], wanted)
    mixed = g(p=[p[0], 2, P[2]], x=X)
    assert mixed.data == f([P[0], 2.0, P[2]], X)


@pytest.mark.parametrize("backend", BACKENDS)
def test_inside_transforms_to_the_third_order(backend):
    """A program is a function like any other there, and so are its derivatives."""
    g = program(backend)
    agree(autograd.grad(lambda p: g(p=p, x=X))(P), autograd.grad(f)(P, X))
    hessian = autograd.hessian(f)(P, X)
    agree(autograd.hessian(lambda p: g(p=p, x=X))(P), hessian)
    agree(autograd.jacobian(lambda p: list(g.grad("p", p=p, x=X)))(P), hessian)
    agree(autograd.jacobian(lambda p: list(g.jacobian("p", p=p, x=X)))(P), hessian)
    v = [1.0, -2.0, 0.5]
    agree(autograd.grad(lambda p: g.jvp("p", v, p=p, x=X))(P), numbers(hessian) @ v)
    agree(autograd.grad(lambda v: g.jvp("p", v, p=P, x=X))(v), autograd.grad(f)(P, X))
    third = autograd.jacobian(lambda p: autograd.hessian(f)(p, X))(P)
    agree(autograd.jacobian(lambda p: g.hessian("p", p=p, x=X))(np.array(P)), third)
    agree(
        autograd.jacobian(lambda p: g.hvp("p", v, p=p, x=X))(np.array(P)),
        np.einsum("ijk,j->ik", numbers(third), v),
    )


def test_a_value_that_stands_twice_has_both_parts():
    """One Value passed for two arguments, or to differentiate by and elsewhere."""
    x, y = Value(2.0), Value(3.0)
    g = compile(x * x * y, x=x, y=y)
    assert autograd.grad(lambda t: g(x=t, y=t))(2.0) == 12.0
    assert autograd.grad(lambda t: g.grad("x", x=t, y=t))(2.0) == 8.0


def test_batches_of_values():
    """A row a row; shared arguments get the sum."""
    g = program()
    xs = np.array([0.5, 1.0, 1.5])

    def total(p):
        return autograd.sum(list(g(p=p, x=xs)))

    _, wanted = g.value_and_grad("p", p=P, x=xs)
    agree(autograd.grad(total)(P), wanted)
    values, grads = g.value_and_grad(("p", "x"), p=[Value(n) for n in P], x=xs, reduce="mean")
    plain = g.value_and_grad(("p", "x"), p=P, x=xs, reduce="mean")
    agree(values, plain[0])
    agree(grads[0], plain[1][0])
    agree(grads[1], plain[1][1])
    agree(g.hessian("p", p=[Value(n) for n in P], x=xs), g.hessian("p", p=P, x=xs))


def test_inside_recordings():
    """In compile and in compiled, and in derivatives of those."""
    g = program()
    p, x = [Value(0.2) for _ in P], Value(0.2)
    outer = compile(g(p=p, x=x) ** 2, p=p, x=x)
    agree(outer(p=P, x=X), f(P, X) ** 2)
    agree(outer.hessian("p", p=P, x=X), autograd.hessian(lambda p: f(p, X) ** 2)(P))
    again = autograd.compiled(lambda p, x: g(p=p, x=x) ** 2)
    agree(again(P, X), f(P, X) ** 2)
    step = autograd.compiled(lambda p, x: [a - b for a, b in zip(p, g.grad("p", p=p, x=x))])
    agree(step(P, X), np.array(P) - autograd.grad(f)(P, X))


def test_inside_checks():
    """gradcheck and property_test take a function that calls a program."""
    g = program()
    autograd.assert_gradients(lambda p: g(p=p, x=X), P, order=2)
    property_test(lambda x: g(p=P, x=x), x=(-1.0, 1.0), examples=10)()


def test_programs_of_several_outputs_and_auxiliary_data():
    """Values in the shapes in which arrays of floats come."""
    x = [Value(0.0), Value(0.0)]
    g = compile(([[x[0] * x[1], x[0]]], x[1] ** 2), has_aux=True, x=x)
    value, aux = g(x=[Value(2.0), 3.0])
    assert value.shape == (1, 2)
    assert (value[0, 0].data, value[0, 1].data, aux) == (6.0, 2.0, 9.0)


def test_modes_hold_inside():
    """Anomalies are found, no_grad gives no history, a user's own primitive is called."""
    x = Value(1.0)
    g = compile(autograd.log(x) * 2.0, x=x)
    with detect_anomaly(), pytest.raises(autograd.AnomalyError):
        g(x=Value(0.0))
    with autograd.no_grad():
        assert g(x=Value(2.0)).parents == ()
    cube = custom_op("cube", lambda x: x**3, lambda xp, out, x: (3.0 * x * x,))
    g = compile(cube(x), x=x)
    assert autograd.grad(autograd.grad(lambda t: g(x=t)))(2.0) == 12.0


def test_wrong_calls_with_values_are_named():
    """The same checks as for numbers."""
    g = program()
    p = [Value(n) for n in P]
    with pytest.raises(InputValueError, match=r"'p' takes an array of shape \(3,\)"):
        g(p=p[:2], x=X)
    with pytest.raises(InputTypeError, match="misses 'x'"):
        g(p=p)
    with pytest.raises(InputTypeError, match=r"'p' takes Values and real numbers.*str 'a'"):
        g(p=[p[0], "a", p[2]], x=X)
    with pytest.raises(InputTypeError, match="takes an array of real numbers"):
        g(p=["a", "b", "c"], x=p[0])


def test_an_argument_named_self():
    """No name of an argument is taken."""
    x = Value(1.0)
    g = compile(x * x, self=x)
    assert g(self=3.0) == 9.0
    assert g.value_and_grad("self", self=3.0) == (9.0, 6.0)
    assert g.hessian("self", self=3.0) == 2.0


def test_gradients_in_a_row_do_not_look_at_what_was_before():
    """Each of a program's derivatives by Values sweeps over its own nodes, not over the history."""
    x = Value(0.1)
    program = compile(x * x * 0.5 + x, x=x)
    events, calls = [], []
    v = Value(0.1)
    for _ in range(2):
        for _ in range(60):
            _, slope = program.value_and_grad("x", x=v)
            v = v - 0.01 * slope
        events.clear()
        gc.disable()  # it calls back whoever listens, such as Hypothesis
        sys.setprofile(lambda *event: events.append(event[1]))
        program.value_and_grad("x", x=v)
        sys.setprofile(None)
        gc.enable()
        calls.append(len(events))
    assert abs(calls[1] - calls[0]) <= 5  # of a few hundred; a history is 60 times as long
    v.backward()
