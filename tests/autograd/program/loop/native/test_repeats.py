"""Rows that repeat run as one function, which keeps numbers in registers and changes no bit."""

import random

import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    dot,
    exp,
    floor,
    maximum,
    minimum,
    norm,
    relu,
    sin,
    sort,
    sqrt,
    tanh,
    where,
)
from autograd import sum as fsum
from autograd.program import compile
from autograd.program.loop.lanes.chunks import in_threads
from autograd.program.loop.native import runner, stretches
from autograd.program.loop.native.opcodes import Code
from autograd.program.loop.native.repeats import repeats
from autograd.program.loop.native.rows import forward_codes, reverse_codes
from autograd.program.loop.native.stretches import Touches, shared_adjoints
from tests.autograd.program.loop.test_loop_executor import (
    OPERATIONS,
    agree,
    loop,
    needs_llvm,
    same,
)

pytestmark = needs_llvm


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Programs compile their repetitions in the first call, not when they have run for a while."""
    monkeypatch.setattr(runner, "PATIENCE", -np.inf)


def row_by_row(monkeypatch, output, arrays, **arguments):
    """Value and gradients with no stretch of rows made a function."""
    monkeypatch.setattr(stretches, "repeats", lambda codes: [])
    wrt = tuple(range(len(arrays)))
    return loop(output, True, **arguments).value_and_grad(wrt, arrays, None, 1.0)


def poison(program):
    """Make nan of all results in memory: a number that is read and was not written shows."""
    way = program._loop.point.straight()
    for scratch in way.free:
        steps = way.code.steps
        scratch.registers[steps.first : steps.end] = np.nan


@pytest.mark.parametrize("seed", range(60))
def test_repeated_bodies_equal_their_rows(seed, monkeypatch):
    """A random body repeated many times runs as one function, and gives the bits its rows do."""
    rng = random.Random(seed)
    steps, size = rng.choice([40, 97]), rng.choice([2, 3, 5, 9])
    body = [(rng.choice(OPERATIONS), rng.randrange(6), rng.randrange(6)) for _ in range(size)]
    damp = rng.choice([0.1, 0.9, 0.0])
    leaves = [Value(rng.uniform(-1, 1)) for _ in range(4)]
    u, w, total = leaves[0], leaves[1], leaves[2] * 1.0
    for _ in range(steps):
        nodes = [u, w, leaves[2], leaves[3], u, w]
        for operation, i, j in body:
            nodes.append(operation(nodes[-1 - i], nodes[-1 - j]))
        u, w = tanh(nodes[-1]) * damp + leaves[3], u * 0.5 - nodes[-2] * damp
        total = total + u * w if seed % 3 else relu(u)
    y = total + w
    program = loop(y, True, x=leaves[:2], y=leaves[2:])
    x = np.array([leaf.data for leaf in leaves])
    value, grads = program.value_and_grad((0, 1), [x[:2], x[2:]], None, 1.0)
    found, plain = row_by_row(monkeypatch, y, [x[:2], x[2:]], x=leaves[:2], y=leaves[2:])
    assert same(value, found)
    assert same(np.concatenate(grads), np.concatenate(plain))
    poison(program)
    value, again = program.value_and_grad((0, 1), [x[:2], x[2:]], None, 1.0)
    assert same(value, found)
    assert same(np.concatenate(again), np.concatenate(plain))
    rows = np.stack([x[:2], x[:2] * 0.5])
    _, (first, _) = program.value_and_grad((0, 1), [rows, x[2:]], 2, 1.0)
    assert same(first[0], grads[0])


def test_a_recurrence_is_one_repeated_function():
    """The rows of a long loop share an opcode beyond the table's, forward and backward."""
    x = [Value(0.3), Value(0.2)]
    u, w = x
    for _ in range(200):
        u, w = 1.0 - 1.1 * u * u + w, 0.3 * u
    program = loop(u + w, True, x=x)
    program.value_and_grad((0,), [np.array([0.3, 0.2])], None, 1.0)
    way = program._loop.point.straight()
    back, _, _ = way.backward((0,))
    for rows, codes in ((way.rows, forward_codes()), (back.rows, reverse_codes())):
        assert np.count_nonzero(rows[:, 0] == len(codes)) >= 10


def test_results_that_nobody_reads_are_not_written():
    """Of x·x·r + w only x, which slopes and the next repetition need, goes to memory."""
    x = [Value(0.3), Value(0.2), Value(1.1)]
    u, w = x[:2]
    for _ in range(200):
        u, w = 1.0 - x[2] * u * u + w, 0.3 * u
    program = loop(u + w, True, x=x)
    poisoned = np.array([0.3, 0.2, 1.1])
    program.value_and_grad((0,), [poisoned], None, 1.0)
    poison(program)
    program.value_and_grad((0,), [poisoned], None, 1.0)
    (scratch,) = program._loop.point.straight().free
    steps = program._loop.point.code.steps
    unwritten = np.isnan(scratch.registers[steps.first : steps.end]).mean()
    assert 0.3 < unwritten < 0.7  # of five results, two


def test_programs_that_have_run_for_a_while_are_compiled(monkeypatch):
    """The switch comes in the middle of calls, in any thread, and changes no bit."""
    monkeypatch.setattr(runner, "PATIENCE", 3000.0)
    monkeypatch.setattr(runner, "PATIENCE_EACH", 0)
    x = [Value(0.3), Value(0.2)]
    u, w = x
    for _ in range(200):
        u, w = tanh(1.0 - 1.1 * u * u + w), 0.3 * u
    program, found = loop(u + w, True, x=x), []
    point = np.array([0.3, 0.2])

    def calls(numbers):
        for _ in numbers:
            value, (grad,) = program.value_and_grad((0,), [point], None, 1.0)
            found.append(
                (value.tobytes(), program.forward([point], None).tobytes(), grad.tobytes())
            )

    calls(range(1))
    assert not program._loop.point._way.straight
    in_threads(calls, 64, 4)
    assert program._loop.point._way.straight
    assert len(found) == 65
    assert len(set(found)) == 1


def test_adjoints_of_a_recurrence_stay_in_registers():
    """Only what a repetition takes over from the one before, or shares with all, is in memory."""
    x = [Value(0.3), Value(0.2), Value(1.1)]
    u, w = x[:2]
    for _ in range(200):
        u, w = 1.0 - x[2] * u * u + w, 0.3 * u
    code = Code(compile(u + w, x=x).tape)
    back = code.backward([0, 1, 2])
    (found,) = repeats(back.rows[:, 0])
    ends = [0, 1, 2, *code.outputs[0]]
    touches = Touches(back)
    stretch = touches.stretch(found)
    touches.close([stretch], ends)
    shared, begun = shared_adjoints(touches, stretch)
    public = {*shared.adjoints.values()} - (shared.begun & shared.ended)
    assert len(public) <= 6 < len(shared.begun & shared.ended)
    assert len(shared.handed) >= 3
    assert touches.read.sum() - len({*begun.tolist()}) < 0.2 * code.size


PLACES = {
    "the same": lambda i, n: 3,
    "its own": lambda i, n: i,
    "in turn": lambda i, n: i % 3,
    "from both ends": lambda i, n: n - 1 - i,
    "anywhere": lambda i, n: (7 * i * i) % n,
}
STEPS = {
    "sums and products": lambda u, w, z, a, b: a * u * u - w * b + a * z,
    "loops": lambda u, w, z, a, b: dot([a, u, 0.5], [u, b, w]) + norm([z, 0.1, b]) * u,
    "short loops": lambda u, w, z, a, b: (
        dot([a, u, 0.5, u], [u, b, w, u]) - 0.3 * dot([u, w], [u, w]) * fsum([z, a, b, a, 0.1])
    ),
    "branches": lambda u, w, z, a, b: where(u > w, u * a, maximum(z, b)) - relu(a - w),
    "whole numbers": lambda u, w, z, a, b: u * a - floor(3.0 * (u * b + w) - z) + w * b,
    "infinite factors": lambda u, w, z, a, b: where(z > 9.0, exp(900.0 + u) * w, b * u) + a * z,
    "infinities": lambda u, w, z, a, b: sin(u * a) + where(z > 9.0, exp(1000.0 * w), b * b),
}


@pytest.mark.parametrize("first", ["the same", "its own", "from both ends"])
@pytest.mark.parametrize("second", PLACES)
@pytest.mark.parametrize("step", STEPS)
def test_repeated_rows_meet_the_same_adjoints(first, second, step, monkeypatch):
    """Steps that read arguments here and there, some the same one twice, and older results."""
    count = 150
    rng = random.Random(first + second + step)
    x = [Value(rng.uniform(-0.9, 0.9)) for _ in range(count)]
    recent = [x[0], x[1], x[2] * 0.5]
    total = x[5] * 0.0
    for i in range(count):
        a, b = x[PLACES[first](i, count)], x[PLACES[second](i, count)]
        recent = [STEPS[step](*recent, a, b), *recent[:2]]
        total = total + recent[0] * a if step == "branches" else total
    y = total + recent[0]
    y.backward()
    program = loop(y, True, x=x)
    value, (grad,) = program.value_and_grad((0,), [np.array([v.data for v in x])], None, 1.0)
    assert agree(value, [y.data], True)
    assert agree(grad, [v.grad for v in x], True)
    found, (plain,) = row_by_row(monkeypatch, y, [np.array([v.data for v in x])], x=x)
    assert same(value, found)
    assert same(grad, plain)


def test_rows_of_a_table_are_repeats_though_something_is_between_them(monkeypatch):
    """Cells that depend on neighbours, one row of them after the other: several functions."""
    rng = random.Random(3)
    size = 24
    x = [Value(rng.uniform(-0.9, 0.9)) for _ in range(2 * size)]
    above = [Value(0.1)] * (size + 1)
    for a in x[:size]:
        row = [exp(a) * 0.3]
        for j, b in enumerate(x[size:]):
            least = minimum(minimum(above[j], above[j + 1]), row[j])
            row.append((a - b) * (a - b) + 0.5 * least + exp(least - above[j]))
        above = row
    point = np.array([v.data for v in x])
    program = loop(above[-1], True, x=x)
    value, (grad,) = program.value_and_grad((0,), [point], None, 1.0)
    way = program._loop.point.straight()
    back, _, _ = way.backward((0,))
    for rows, codes in ((way.rows, forward_codes()), (back.rows, reverse_codes())):
        assert np.count_nonzero(rows[:, 0] >= len(codes)) >= 20
    found, (plain,) = row_by_row(monkeypatch, above[-1], [point], x=x)
    assert same(value, found)
    assert same(grad, plain)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_few_repetitions_in_a_row_and_then_something_else(count, monkeypatch):
    """The first and the last of each run have rows of their own, which may leave none."""
    rng = random.Random(count)
    x = [Value(0.3), Value(0.5)]
    u, w = x
    for _ in range(40):
        for _ in range(6 * count):
            u, w = u * 0.9 + w * w - 0.1 * u * w, w * 0.5 - u * 0.25 * tanh(w)
            u = sin(u)
        for _ in range(rng.randrange(1, 4)):
            w = rng.choice([tanh, sin, exp])(w)
    point = np.array([v.data for v in x])
    program = loop(u + w, True, x=x)
    value, (grad,) = program.value_and_grad((0,), [point], None, 1.0)
    found, (plain,) = row_by_row(monkeypatch, u + w, [point], x=x)
    assert same(value, found)
    assert same(grad, plain)


UNUSUAL = [
    lambda p, q, s: p / q,
    lambda p, q, s: sqrt(p * q),
    lambda p, q, s: where(p > q, p, s),
    lambda p, q, s: maximum(p, q) - relu(s),
    lambda p, q, s: abs(p) ** 1.5 + s**2,
    lambda p, q, s: where(p > 0.0, p, 0.1) / where(q > 100.0, q * 0.0, 1.0),
    lambda p, q, s: dot([p, q, 0.3, s], [q, s, p, s]),
    lambda p, q, s: fsum([p, q, s, p]) * p,
    lambda p, q, s: autograd.max([p, q, s, q]) * p - autograd.min([s, p, 0.1]),
    lambda p, q, s: norm([p, q, s, p]),
    lambda p, q, s: dot(sort([p, q, s, 0.2]), [1.0, 0.0, p, s]),
]


@pytest.mark.parametrize("seed", range(24))
def test_infinite_slopes_and_zero_adjoints_are_as_in_the_engine(seed):
    """Divisions by zero, roots of nothing, overflow and NaN in the middle of a recurrence."""
    rng = random.Random(seed)
    body = [(rng.choice(UNUSUAL), *(rng.randrange(6) for _ in "pqs")) for _ in range(3 + seed % 6)]
    x = [Value(rng.uniform(-1.0, 1.0)) for _ in range(rng.choice([4, 60]))]
    state, total = x[:3], x[3] * 0.0
    for i in range(60):
        nodes = [*state, x[i % len(x)], x[-1], total]
        for rule, *operands in body:
            nodes.append(rule(*(nodes[-1 - k] for k in operands)))
        state = [nodes[-1] * 0.5, state[0] * 0.9, state[1] * 0.3 + nodes[-2] * 0.1]
        total = total + state[0] if seed % 2 else total
    y = total + state[0] + state[1] * state[2]
    program = loop(y, True, x=x)
    ordinary = np.array([v.data for v in x])
    for point in (ordinary, 0.0 * ordinary, 1e200 * ordinary, np.where(ordinary > 0, 0.5, np.nan)):
        for leaf, number in zip(x, point.tolist()):
            leaf.data, leaf.grad = number, 0.0
        y.recompute()
        y.backward()
        value, (grad,) = program.value_and_grad((0,), [point], None, 1.0)
        np.testing.assert_array_equal(value, y.data)
        np.testing.assert_array_equal(grad, [leaf.grad for leaf in x])


SPREAD = {
    "sort": sort,
    "max": lambda xs: [autograd.max(xs)],
    "min": lambda xs: [autograd.min(xs), xs[0]],
    "norm": lambda xs: [norm(xs)],
    "logsumexp": lambda xs: [autograd.logsumexp(xs)],
    "log_softmax": autograd.log_softmax,
}


@pytest.mark.parametrize("size", [3, 10])
@pytest.mark.parametrize("name", SPREAD)
def test_partials_with_something_in_common_are_taken_apart(name, size, monkeypatch):
    """Lists of one length, one after the other: ties, zero adjoints, nan and infinities too."""
    rng = np.random.default_rng(size)
    point = rng.normal(size=(40, size))
    leaves = [[Value(x) for x in row] for row in point]
    outputs = [x for row in leaves for x in SPREAD[name](row)]
    weights = rng.normal(size=len(outputs)) * (rng.random(len(outputs)) < 0.9)
    y = dot(outputs, weights.tolist())
    flat = [x for row in leaves for x in row]
    program = loop(y, True, x=flat)
    special = point.copy()
    special[5, :2], special[9, 1], special[20, 0], special[30] = 0.5, np.nan, np.inf, 0.0
    special[35, 2] = -np.inf
    for rows in (point, special):
        x = rows.reshape(-1)
        value, (grad,) = program.value_and_grad((0,), [x], None, 1.0)
        back = program._loop.point.straight().backward((0,))[0]
        assert np.count_nonzero(back.rows[:, 0] >= len(reverse_codes())) > 4
        with monkeypatch.context() as patch:
            found, (plain,) = row_by_row(patch, y, [x], x=flat)
        assert same(value, found)
        assert same(grad, plain)
