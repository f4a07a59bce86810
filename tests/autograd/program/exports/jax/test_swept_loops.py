"""Recurrences in JAX: a loop there, with the numbers and derivatives of the eager engine."""

import math

import numpy as np
import pytest

import autograd
from autograd import Value, compile, compiled, exp, grad, log, maximum, scan, sin, tanh, where
from autograd.program.tape.repeated import repeats_of
from autograd.program.tape.rolling import rolled

pytestmark = pytest.mark.needs("jax")


def volatility(p, x):
    """One state, and a sum of what each repetition gives."""
    omega, alpha, beta = exp(p[0]), p[1], p[2]
    h, total = omega, 0.0
    for y in x:
        h = omega + alpha * y * y + beta * h
        total = total + log(h) + y * y / h
    return total


def delayed(p, x):
    """States of ages 1 and 3, with a number that was never computed for the first of them."""
    a, b, c = p[0], 0.5, p[1]
    for y in x:
        a, b, c = tanh(p[2] * a + c * y), a, b
    return a + b * c


def branching(p, x):
    """Choices in the body; the one not taken has an infinite derivative."""
    s, low = p[0], p[1]
    for y in x:
        s = where(y > 0.0, s * p[2] + y, autograd.sqrt(s - s) + s)
        low = maximum(low * p[1], s - y)
    return s + low


def in_a_row(p, x):
    """Two recurrences, of which the second reads the numbers of the first, backwards."""
    s, seen = p[0], []
    for y in x:
        s = tanh(s * p[1] + y)
        seen.append(s)
    t = p[2]
    for v in reversed(seen):
        t = 0.9 * t + v * t * p[1]
    return t * s


MODELS = [volatility, delayed, branching, in_a_row]


@pytest.mark.parametrize("model", MODELS, ids=lambda f: f.__name__)
def test_values_and_derivatives(model):
    """First and second derivatives, one point and a batch, are those of the eager engine."""
    import jax

    rng = np.random.default_rng(1)
    p, x = rng.uniform(0.1, 0.6, 3), rng.normal(size=40)
    f = compiled(model).program(p=p, x=x).to_jax()
    close = {"rtol": 1e-11, "atol": 1e-12}  # sums of 40 terms in another order
    value, slopes = jax.jit(jax.value_and_grad(f))(p, x)
    np.testing.assert_allclose(value, model(p, x), **close)
    np.testing.assert_allclose(slopes, grad(model)(p, x), **close)
    np.testing.assert_allclose(f(np.stack([p, 2 * p]), x)[1], model(2 * p, x), **close)
    if model is not branching:  # its second derivatives pass through 0 · inf in JAX
        curvature = jax.jit(jax.hessian(f))(p, x)
        np.testing.assert_allclose(curvature, autograd.hessian(model)(p, x), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("model", MODELS, ids=lambda f: f.__name__)
def test_size_does_not_grow_with_the_length(model):
    """JAX sees the same number of operations for 50 and for 300 repetitions."""
    import jax

    sizes = set()
    for length in (50, 300):
        p, x = np.full(3, 0.5), np.linspace(0.1, 1.0, length)
        f = compiled(model).program(p=p, x=x).to_jax()
        sizes.add(str(jax.make_jaxpr(jax.grad(f))(p, x)).count(" = "))
    assert len(sizes) == 1


def test_forward_mode_and_auxiliary_output():
    import jax

    p, x = np.array([0.1, 0.2, 0.5]), np.linspace(-1.0, 1.0, 25)
    leaves, rows = [Value(v) for v in p], [Value(v) for v in x]
    output = volatility(leaves, rows), delayed(leaves, rows)
    f = autograd.compile(output, p=leaves, x=rows, has_aux=True).to_jax(forward_mode=True)
    value, slope, aux = jax.jvp(lambda q: f(q, x), (p,), (np.ones(3),), has_aux=True)
    np.testing.assert_allclose(value, volatility(p, x), rtol=1e-12)
    np.testing.assert_allclose(aux, delayed(p, x), rtol=1e-12)
    np.testing.assert_allclose(slope, sum(grad(volatility)(p, x)), rtol=1e-11)


def after_a_loop(p):
    """The tip of what a loop has bent."""
    s = p[0] * p[0]
    for _ in range(60):
        s = s * p[1] + s * s
    return abs(s)


def inside_a_loop(p):
    """The tip of what the repetitions before have bent."""
    _, sizes = scan(lambda c, _: (c * p[1] + c * c, abs(c)), p[0] * p[0], [0.0] * 120)
    return autograd.sum(sizes)


def of_items(p):
    """The tip of what came into a loop bent."""
    items = [p[0] * p[0] * i for i in range(1, 121)]
    last, _ = scan(lambda c, x: (c * 0.5 + abs(x), c), p[1], items)
    return last


def penalty(p):
    """A tip along a straight line, beside a loop and in it."""
    last, sizes = scan(lambda c, _: (tanh(c) * p[1], abs(p[0])), p[1], [0.0] * 120)
    return last + abs(p[0]) + autograd.sum(sizes)


def straight(p):
    """Tips of a decay, which is a straight line in what it began with."""
    _, sizes = scan(lambda c, x: (c * 0.5 + x, abs(c)), p[0], [0.0] * 120)
    return autograd.sum(sizes) + p[1] * p[1]


@pytest.mark.parametrize("f", [after_a_loop, inside_a_loop, of_items, penalty, straight])
def test_curvature_at_tips_in_loops_is_right_or_nan(f):
    """A step is told which of its numbers come along a straight line; there it stays 0."""
    import jax

    leaves = [Value(0.3), Value(0.9)]
    program = compile(f(leaves), p=leaves)
    assert repeats_of(rolled(program.tape))
    exported = program.to_jax()
    for second in (jax.jit(jax.hessian(exported)), jax.jit(jax.jacrev(jax.grad(exported)))):
        ordinary = [0.2, 0.7]
        wanted = autograd.hessian(f)(ordinary)
        np.testing.assert_allclose(second(np.array(ordinary)), wanted, rtol=1e-11, atol=1e-12)
        bent = float(second(np.array([0.0, 1.0]))[0, 0])
        if f in (penalty, straight):
            assert bent == 0.0 or (f is straight and math.isnan(bent))
        else:
            assert math.isnan(bent)  # 2 or more


@pytest.mark.parametrize(("length", "apart"), [(100, False), (3000, True)])
def test_many_statements_leave_a_loop_only_where_its_runs_are_many(length, apart):
    """What XLA takes to compile them once more, the calls of a short loop would not save."""
    import jax

    def f(p, x):
        def step(carry, item):
            for i in range(9):
                carry = p[i] * sin(carry + item)
            return carry, carry

        return scan(step, 0.3, x)[1][-1]

    given = {"p": np.linspace(0.4, 0.6, 9), "x": np.linspace(0.0, 1.0, length)}
    slope = jax.grad(compiled(f).program(**given).to_jax())
    traced = str(jax.make_jaxpr(slope)(*given.values()))
    assert (f":f64[{length}] = sin " in traced) == apart
