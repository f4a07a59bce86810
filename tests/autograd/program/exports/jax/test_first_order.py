"""First derivatives in JAX, by the program's own sweep back: those of the eager engine."""

import random

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile, compiled, grad, scan, tanh
from autograd.program.exports.jax.first_order import swept
from autograd.program.statements.groups import group
from autograd.program.tape.passes import simplified
from autograd.program.tape.repeated import repeats_of
from autograd.program.tape.rolling import rolled
from tests.benchmarks.models import hidden_markov, lstm
from tests.campaign import size

pytestmark = pytest.mark.needs("jax")

UNITS = 3


def network(w, x):
    """A matrix that all repetitions share, times a state; a mean of what comes out."""
    rows = [w[UNITS * i : UNITS * (i + 1)] for i in range(UNITS)]
    state, total = [0.0] * UNITS, 0.0
    for number in x:
        state = [tanh(sum(a * s for a, s in zip(row, state)) + number) for row in rows]
        total = total + state[0] * number
    return total + state[1]


def filtered(w, x):
    """A user's scan, of which each run's output is read, the last, and the last carry."""

    def step(carry, number):
        a, b = carry
        return (w[0] * a + number * b, ag.maximum(b * w[1], number)), a * b + number

    (a, _), outputs = scan(step, (w[2], w[3]), list(x))
    return ag.sum([y * y for y in outputs[:-3]]) + outputs[-1] * a


def chosen(w, x):
    """Gathers of every kind, extrema and ties, before a loop and after it."""
    picked = [x[i] * w[i % len(w)] for i in (3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5)]
    s = ag.logsumexp(picked[::-1])
    for y in picked[2:7]:
        s = ag.where(ag.Value(0.0) < y, s * 0.5 + y, ag.sqrt(abs(y)) - s)
    return s * ag.max(picked) + ag.std([*picked[:4], s]) + ag.prod(w[:4])


MODELS = [network, filtered, chosen]


def in_one_sweep(program):
    """What ``to_jax`` makes of a program with a loop, of any."""
    return swept(rolled(program.tape), "float64")


@pytest.mark.parametrize("model", MODELS, ids=lambda f: f.__name__)
def test_of_some_or_all_arguments_at_a_point_and_over_a_batch(model):
    import jax

    rng = np.random.default_rng(3)
    w, x = rng.uniform(0.2, 0.9, 9), rng.normal(size=30)
    program = compiled(model).program(w=w, x=x)
    f = program.to_jax() if repeats_of(rolled(program.tape)) else in_one_sweep(program)
    wanted = [grad(model, wrt)(w, x) for wrt in (0, 1)]
    close = {"rtol": 1e-11, "atol": 1e-13}  # sums of 30 terms in another order
    assert float(f(w, x)) == pytest.approx(float(model(w, x)), rel=1e-13)
    both = jax.jit(jax.grad(f, (0, 1)))(w, x)
    for wrt in (0, 1):
        np.testing.assert_allclose(both[wrt], wanted[wrt], **close)
        np.testing.assert_allclose(jax.jit(jax.grad(f, wrt))(w, x), wanted[wrt], **close)
    rows = jax.jit(jax.vmap(jax.grad(f, (0, 1)), (0, None)))(np.stack([w, 1.1 * w]), x)
    for row, (point, expected) in enumerate([(w, wanted), (1.1 * w, None)]):
        for wrt in (0, 1):
            expected_here = expected[wrt] if expected else grad(model, wrt)(point, x)
            np.testing.assert_allclose(rows[wrt][row], expected_here, **close)


def test_auxiliary_data_take_no_part_unless_asked_for():
    """Adjoints of the output, of what is beside it, and of both."""
    import jax

    w, x = [Value(v) for v in (0.5, 0.7, 1.0, 2.0)], [Value(v) for v in np.linspace(-1.0, 1.0, 70)]
    whole = filtered(w, x)
    f = compile((whole * whole, [whole, w[0]]), w=w, x=x, has_aux=True).to_jax()
    point, row = np.array([v.data for v in w]), np.array([v.data for v in x])
    slopes, aux = jax.grad(f, has_aux=True)(point, row)
    slope = np.array(grad(filtered)(point, row))
    np.testing.assert_allclose(aux, [whole.data, 0.5], rtol=1e-12)
    np.testing.assert_allclose(slopes, 2.0 * whole.data * slope, rtol=1e-10)
    beside = jax.grad(lambda p: f(p, row)[1][0])(point)
    np.testing.assert_allclose(beside, slope, rtol=1e-10)
    every = jax.grad(lambda p: f(p, row)[0] + f(p, row)[1][0])(point)
    np.testing.assert_allclose(every, (2.0 * whole.data + 1.0) * slope, rtol=1e-10)


def a_program(rng, numbers):
    """Statements over whatever was computed before, in rows, matrices and one by one."""
    known = [*numbers]
    for _ in range(rng.randrange(2, 5)):
        kind, n = rng.randrange(4), rng.randrange(2, 6)
        some = rng.choice([known[: 2 * n], known[-2 * n :], rng.choices(known, k=2 * n)])
        if kind == 0:
            rows = [some[i : i + 2] for i in range(0, len(some) - 1, rng.choice((1, 2)))]
            known += [ag.dot(row, some[-2:]) for row in rows]
        elif kind == 1:
            known += [ag.sin(a) * b for a, b in zip(some, reversed(some))]
        elif kind == 2:
            known += [ag.maximum(a, 0.1) / 2.0 + rng.choice(known) for a in some]
        else:
            known += [ag.softmax(some)[0], ag.norm(some), ag.sum(some)]
    return ag.sum([y * (0.1 + i % 7) for i, y in enumerate(known[len(numbers) :])])


def test_random_programs(record_property):
    """One sweep back over whatever statements there are gives the engine's gradient."""
    import jax

    rng = random.Random("sweeps in JAX")
    point = np.array([0.3, -0.7, 1.1, 0.2, 0.9, -1.3, 0.4])
    programs, wanted = [], []
    for _ in range(size(8, 400)):
        leaves = [Value(v) for v in point]
        y = a_program(rng, leaves)
        programs.append(in_one_sweep(compile(y, p=leaves)))
        y.backward()
        wanted.append([leaf.grad for leaf in leaves])
    for start in range(0, len(programs), 12):
        some = programs[start : start + 12]
        found = jax.jit(lambda p, some=some: [jax.grad(f)(p) for f in some])(point)
        np.testing.assert_allclose(found, wanted[start : start + 12], rtol=1e-11, atol=1e-12)
    record_property("random programs in JAX", f"{len(programs)} gradients, as the engine's")


@pytest.mark.parametrize(("model", "most"), [(hidden_markov, 7), (lstm, 10)])
def test_a_repetition_is_found_as_it_was_written(model, most):
    """Its loops over states and units are a few array statements, for it begins where they do."""
    given = model.point(np.random.default_rng(0))
    [repeat] = repeats_of(rolled(compiled(model.model).program(**given).tape))
    step = repeat.tape((0.0,) * 99, repeat.new)
    assert len(group(simplified(step)).statements) <= most
