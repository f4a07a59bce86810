"""A plain loop is a loop before it is differentiated, and nothing of its steps is left outside."""

import random

import numpy as np
import pytest

import autograd as ag
from autograd import compiled
from autograd.program.executor import executor
from autograd.program.tape import absorbing, repeated
from autograd.program.tape.absorbing import looped
from tests.autograd.program.tape.test_recurrences import tape


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Loops are long, however short."""
    for module in (absorbing, repeated):
        monkeypatch.setattr(module, "LONG", 0)
    monkeypatch.setattr(repeated, "MANY", 1)


def outside(tape):
    """Statements outside of loops."""
    inside = [r.count * len(r.step) for r in repeated.repeats_of(tape)]
    return len(tape.statements) - sum(inside)


def check_numbers(tape, found):
    """Equal to the bit, every statement after what it reads."""
    given = [np.linspace(0.1, 0.9, a.size) for a in tape.arguments]
    plain = found.with_statements(list(found.statements), found.outputs, found.constants)
    want, got = [executor("loop", x, "float64") for x in (tape, plain.validate())]
    assert np.array_equal(want.forward(given, None), got.forward(given, None))


def test_what_only_the_step_reads_is_its_own():
    """What needs no state, down to the numbers of the arguments; each number once."""

    def step(s, x, w):
        seen = ag.sin(x[0] * w[1])
        return [ag.tanh(s[0] * w[0] + seen * seen + ag.dot(x, w))]

    whole = tape(step, 50, inputs=2)
    found = looped(whole, [0, 1, 2])
    (loop,) = repeated.repeats_of(found)
    names = [op.name for op, _ in loop.step]
    assert sorted(names) == ["add", "add", "dot", "mul", "mul", "mul", "sin", "tanh"]
    assert outside(found) == 0
    check_numbers(whole, found)


def test_what_does_not_move_stays_outside():
    """It is computed once a call, whatever the directions; and so is what others read too."""

    def step(s, x, w):
        return [ag.tanh(s[0] * w[0] + ag.sin(x[0]))]

    whole = tape(step, 50)
    assert outside(looped(whole, [0, 2])) == 50
    assert outside(looped(whole, [1])) == 0


def random_loop(rng):
    """A plain loop of random formulas of its state, items and parameters, and what comes of it."""
    names = ("sin", "tanh", "mul", "add", "dot", "last", "square")
    plan = [(rng.choice(names), rng.random(), rng.random()) for _ in range(rng.randint(2, 8))]
    states, shift = rng.randint(1, 3), rng.random() < 0.4

    def model(p, xs):
        now, seen = [p[i % 3] * (1 + i) for i in range(states)], []
        for t in range(1, len(xs)):
            pool = [*now, xs[t], p[0], p[1], xs[t - 1] if shift else 0.5, ag.sin(xs[t] * p[2])]
            for name, i, j in plan:
                a, b = pool[int(i * len(pool))], pool[int(j * len(pool))]
                new = {
                    "sin": lambda a=a: ag.sin(a),
                    "tanh": lambda a=a: ag.tanh(a),
                    "mul": lambda a=a, b=b: a * b,
                    "add": lambda a=a, b=b: a + b,
                    "dot": lambda a=a, b=b: ag.dot([a, b], [b, p[1]]),
                    "last": lambda a=a: a * seen[-1] if seen else a,
                    "square": lambda a=a: a * a,
                }[name]()
                pool.append(new)
            pairs = zip(pool[-states:], [*now[1:], now[0]])
            now = [ag.tanh(x + p[2] * other) for x, other in pairs]
            seen.append(pool[-1] * 0.5)
        return ag.sum(now) + ag.sum(seen[-3:])

    return model


@pytest.mark.parametrize("seed", [2, 4, 8, 9, 10, 11, 15, 18, 19, 22])
def test_derivatives_of_random_loops(seed):
    """Numbers to the bit, second derivatives to roundings of numbers of about one."""
    rng = random.Random(seed)
    model, length = random_loop(rng), rng.choice([9, 20, 40])
    xs, p = np.linspace(-1.0, 1.0, length), np.array([0.3, -0.5, 0.8])
    f = compiled(model, backend=rng.choice(["loop", "array"]))
    whole = f.program(p, xs).tape
    found = looped(whole, [0])
    assert repeated.repeats_of(found)
    check_numbers(whole, found)
    want = ag.hessian(model)(p.tolist(), xs.tolist())
    np.testing.assert_allclose(f.hessian(p, xs, wrt="p"), want, rtol=1e-10, atol=1e-10)
    along = ag.hvp(lambda xs: model(p.tolist(), xs), xs.tolist(), xs.tolist())
    np.testing.assert_allclose(f.hvp("xs", xs, p, xs), along, rtol=1e-10, atol=1e-10)
    slope = ag.jvp(model, p.tolist(), [1.0, 0.0, 2.0], xs.tolist())
    got = f.jvp("p", np.array([1.0, 0.0, 2.0]), p, xs)
    np.testing.assert_allclose(got, slope, rtol=1e-11, atol=1e-11)


def random_readers(rng):
    """Loops, one after the other, that read the same tables at other places, or backwards."""
    functions = [rng.choice((ag.sin, ag.tanh, ag.exp)) for _ in range(3)]
    loops = [
        [(rng.randrange(3), rng.choice((0, 0, 1, 2)), rng.choice((1, 1, -1))) for _ in range(2)]
        for _ in range(rng.randint(1, 3))
    ]

    def model(p, xs):
        tables = [[functions[0](p[0] * x) for x in xs]]
        tables += [[f(s * p[1]) for s in tables[-1]] for f in functions[1:2]]
        tables += [[functions[2](p[2] + x) for x in xs]]
        now = p[1]
        for reads in loops:
            columns = [tables[i][shift:][::way] for i, shift, way in reads]
            for row in zip(*columns):
                now = ag.tanh(now * p[2] + ag.dot(row, [p[0], 0.5]))
        return now

    return model


@pytest.mark.parametrize("seed", [0, 1, 3, 5, 6, 10])
def test_what_several_read_stays_outside(seed):
    """Other loops, or the same one in another run: a number that a step takes in is gone."""
    model, p, xs = random_readers(random.Random(seed)), np.array([0.3, 0.5, 0.8]), np.arange(30) / 9
    f = compiled(model, backend="loop")
    whole = f.program(p, xs).tape
    check_numbers(whole, looped(whole, [0, 1]))
    want = ag.hessian(model)(p.tolist(), xs.tolist())
    np.testing.assert_allclose(f.hessian(p, xs, wrt="p"), want, rtol=1e-10, atol=1e-10)


def test_what_is_hardly_a_loop_stays_as_it_is():
    """Where most statements stand outside, a loop helps nobody."""

    def model(p, xs):
        now = p[0]
        for x in xs:
            now = ag.tanh(now * p[1] + x)
        return now + ag.sum([ag.sin(ag.cos(x * y)) for x in xs for y in xs])

    whole = compiled(model).program(np.ones(2), np.linspace(0.0, 1.0, 60)).tape
    assert looped(whole, [0]) is whole
    assert looped(looped(whole, [0]), [0]) is whole
