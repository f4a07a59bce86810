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


def turning(w, x):
    """Statements over single numbers, some of the carry only for what comes after the last."""
    a, b, c = w[0], 1.0, w[1]
    for number in x:
        a, b, c = a + 0.1 * (b * w[2] - number), tanh(b - a * w[3]), 0.5 * c + ag.sin(a)
    return a * a + b * w[1] - c


def together(w, x):
    """Arrays that are computed apart, of a scan with outputs, some of them numbers."""

    def step(carry, number):
        h, c = carry[:UNITS], carry[UNITS:]
        c = [tanh(y * 0.5 + s * number) for y, s in zip(c, h)]
        rows = [w[UNITS * i : UNITS * (i + 1)] for i in range(UNITS)]
        h = [ag.sin(sum(a * s for a, s in zip(row, c)) + number) for row in rows]
        return [*h, *c], (h[0] * number, c[1])

    carry, outputs = scan(step, [0.1] * (2 * UNITS), list(x))
    return ag.sum([a * b for a, b in zip(*outputs)]) + ag.sum(carry) * w[-1]


def inside_of_loops(jaxpr, inside=False):
    """The primitives in the bodies of all loops."""
    for equation in jaxpr.eqns:
        if inside:
            yield equation.primitive.name
        for value in equation.params.values():
            for inner in value if isinstance(value, (list, tuple)) else [value]:
                inner = getattr(inner, "jaxpr", inner)
                if hasattr(inner, "eqns"):
                    yield from inside_of_loops(inner, inside or equation.primitive.name == "scan")


def test_over_a_batch_numbers_that_are_computed_apart_are_carried_apart():
    """Joined, XLA would choose for each number of the batch; a point has one array carried."""
    import jax

    rng = np.random.default_rng(4)
    w, x = rng.uniform(0.2, 0.9, 4), rng.normal(size=30)
    f = compiled(turning).program(w=w, x=x).to_jax()
    rows = np.stack([w, 1.1 * w])
    slopes = jax.make_jaxpr(jax.vmap(jax.grad(f), (0, None)))(rows, x)
    assert "concatenate" not in [*inside_of_loops(slopes.jaxpr)]
    alone = jax.make_jaxpr(jax.grad(f))(w, x)
    assert "concatenate" in [*inside_of_loops(alone.jaxpr)]


@pytest.mark.parametrize("model", [turning, filtered, together], ids=lambda f: f.__name__)
def test_a_batch_has_the_numbers_of_its_points(model):
    """Batches of some arguments, and batches of batches."""
    import jax

    rng = np.random.default_rng(5)
    w, x = rng.uniform(0.2, 0.9, 9), rng.normal(size=26)
    f = compiled(model).program(w=w, x=x).to_jax()
    ws, xs = np.stack([w, 0.9 * w, 1.1 * w]), np.stack([x, 0.5 * x])
    wanted = np.array([[grad(model, (0, 1))(a, b) for b in xs] for a in ws], dtype=object)
    slopes = jax.grad(f, (0, 1))

    def rows(ws, xs):
        every = jax.vmap(jax.vmap(slopes, (None, 0)), (0, None))(ws, xs)
        only = jax.vmap(jax.grad(f), (0, None))(ws, xs[0])
        return every, only, jax.grad(lambda b: jax.vmap(f, (0, None))(ws, b).sum())(xs[0])

    found, only, summed = jax.jit(rows)(ws, xs)
    close = {"rtol": 1e-11, "atol": 1e-12}  # sums of some dozens of terms in another order
    for wrt in (0, 1):
        expected = [[np.array(pair[wrt], dtype=float) for pair in row] for row in wanted]
        np.testing.assert_allclose(found[wrt], expected, **close)
    np.testing.assert_allclose(only, found[0][:, 0], **close)
    np.testing.assert_allclose(summed, found[1][:, 0].sum(0), **close)


def swinging(w, x):
    """Two numbers carried, few statements."""
    a, b = w[0], 1.0
    for number in x:
        a, b = a + 0.1 * b, b - ag.sin(a) * number
    return a * b


def test_a_batch_has_the_higher_derivatives_of_its_points():
    """Second ones against the engine's, third ones against those of the forward form."""
    import jax

    w, x = np.array([0.7]), np.random.default_rng(6).normal(size=20)
    program, ws = compiled(swinging).program(w=w, x=x), np.stack([w, 1.1 * w])
    f, ahead = program.to_jax(), program.to_jax(forward_mode=True)

    def second(p):
        return jax.hessian(f)(p, x).sum()

    found, third = jax.jit(jax.vmap(jax.value_and_grad(second)))(ws)
    np.testing.assert_allclose(found[1], ag.hessian(swinging)(ws[1], x).item(), rtol=1e-9)
    wanted = jax.jit(jax.jacfwd(jax.jacfwd(jax.jacfwd(ahead))))(ws[1], x)
    np.testing.assert_allclose(third[1], wanted.reshape(1), rtol=1e-9)


def decided(w, x):
    """A choice that its known operands make: nothing of what is computed but a number."""
    s, ys = w[0], []
    for number in x:
        s = tanh(s * number)
        ys.append(ag.where(Value(0.0) < 0.0, s, 2.0) * number)
    return ag.sum(ys) + s + ag.where(Value(0.0) < 0.0, s, 2.0)


def test_a_choice_that_its_known_operands_make_is_a_number():
    """In a loop, beside it and over a batch."""
    import jax

    w, x = np.array([0.3, 0.2]), np.linspace(-1.0, 1.0, 40)
    f = compiled(decided).program(w=w, x=x).to_jax()
    rows = jax.jit(jax.vmap(jax.grad(f, 1), (0, None)))(np.stack([w, w]), x)
    for row in rows:
        np.testing.assert_allclose(row, grad(decided, 1)(w, x), rtol=1e-12, atol=1e-14)
    assert float(f(w, x)) == pytest.approx(float(decided(w, x)), rel=1e-13)
