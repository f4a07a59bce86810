"""Batches eight rows at a time: every row as its point by itself, whatever else is in the batch."""

import pickle
import random
import threading

import numpy as np
import pytest

from autograd import Value, compile, dot, logsumexp, maximum, sin, tanh
from autograd.engine.record import RECORDERS
from autograd.errors import InputValueError
from autograd.ops import TABLE
from autograd.ops.op import OPS
from autograd.program.loop.lanes import runner
from autograd.program.loop.lanes.chunks import in_threads
from autograd.program.loop.loop_executor import LoopExecutor
from tests.autograd.program.loop.test_loop_executor import (
    OPERATIONS,
    loop,
    needs_llvm,
    random_graph,
    same,
)

pytestmark = needs_llvm


@pytest.mark.parametrize("seed", range(30))
def test_rows_of_random_graphs_are_single_points(seed):
    """Outputs and gradients to the bit, with the arguments shared, batched, or some of each."""
    rng = random.Random(seed)
    leaves, y = random_graph(rng, rng.choice([1, 3, 10, 40, 200]))
    program = loop(y, True, x=leaves[:2], y=leaves[2:])
    many = rng.choice([1, 2, 8, 11, 17])
    numbers = np.array([[rng.uniform(-2, 2) for _ in leaves] for _ in range(many)])
    numbers[rng.randrange(many), rng.randrange(4)] = rng.choice([0.0, np.inf, np.nan, -1e200])
    x, shared = np.ascontiguousarray(numbers[:, :2]), np.ascontiguousarray(numbers[0, 2:])
    for other in (shared, np.ascontiguousarray(numbers[:, 2:])):
        values, (dx, dy) = program.value_and_grad((0, 1), [x, other], many, 0.7)
        for i in range(many):
            point = [x[i], other if other.ndim == 1 else other[i]]
            value, (gx, gy) = program.value_and_grad((0, 1), point, None, 0.7)
            assert same(values[i], value)
            assert same(dx[i], gx)
            if other.ndim == 2:
                assert same(dy[i], gy)
        assert same(program.forward([x, other], many), values)
        _, (only,) = program.value_and_grad((1,), [x, other], many, 0.7)
        assert same(only, dy)


@pytest.mark.parametrize("many", [1, 7, 8, 9, 513])
@pytest.mark.parametrize("size", [1, 7, 8, 9, 17])
def test_rows_of_any_length_go_into_lanes_and_out(size, many):
    """Arguments, outputs and gradients are where they belong, read-only and strided ones too."""
    xs, factor = [Value(1.0) for _ in range(size)], Value(1.0)
    tape = compile([x * factor for x in xs], x=xs, factor=factor).tape
    loss = compile(dot([x * factor for x in xs], [*range(1, size + 1)]), x=xs, factor=factor).tape
    rows = np.random.default_rng(size).normal(size=(many, 2 * size))[:, ::2]
    for x in (rows, np.ascontiguousarray(rows)):
        x.flags.writeable = False
        values = LoopExecutor(tape, "float64").forward([x, np.array([3.0])], many)
        assert same(values, x * 3.0)
        value, (dx, df) = LoopExecutor(loss, "float64").value_and_grad(
            (0, 1), [x, np.array([3.0])], many, 0.5
        )
        assert same(dx, np.tile(1.5 * np.arange(1, size + 1), (many, 1)))
        np.testing.assert_allclose(df, 0.5 * (value / 3.0).sum(), rtol=1e-11)


def test_a_batch_of_no_rows():
    """No outputs, and sums that are zero."""
    leaves, y = random_graph(random.Random(0), 10)
    program = loop(y, True, x=leaves[:2], y=leaves[2:])
    values, (dx, dy) = program.value_and_grad((0, 1), [np.empty((0, 2)), np.ones(2)], 0, 1.0)
    assert values.shape == (0, 1)
    assert dx.shape == (0, 2)
    assert dy.tolist() == [0.0, 0.0]


def recurrence(leaves):
    """Twenty rounds of everything that a random graph has, and a sum over all of them."""
    a, b, c, d = leaves
    total = []
    for i in range(20):
        for operation in OPERATIONS:
            a, b, c = tanh(operation(a, b)), a * d + b * 0.5, maximum(c, sin(a) * b)
        total.append(a * b - c / (2.0 + i))
    return dot(total, total) + logsumexp(total)


@pytest.mark.parametrize("batched", [(0,), (1,), (0, 1)])
def test_long_runs_give_the_same_bits(batched, monkeypatch):
    """A program that has run for a while is compiled in runs, step by step; nobody can tell."""
    monkeypatch.setattr(runner, "STAGES", ((19, 16), (8, 48)))
    leaves = [Value(0.3), Value(-0.4), Value(0.9), Value(1.1)]
    y = recurrence(leaves)
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(13, 2) if i in batched else 2) for i in (0, 1)]
    arrays[batched[0]][4] = [np.inf, 0.0]
    program = loop(y, True, x=leaves[:2], y=leaves[2:])
    results, sizes = [], []
    for patient in (True, False, False):
        if not patient:
            for name in ("FINDING", "COMPILING"):
                monkeypatch.setattr(runner, name, -np.inf)
            for tiers in program._loop.lanes._tiers.values():
                tiers._left = -np.inf
        results.append(program.value_and_grad((0, 1), arrays, 13, 0.5))
        results.append((program.forward(arrays, 13), results[0][1]))
        sizes.append([tiers._layout.code.size for tiers in program._loop.lanes._tiers.values()])
    assert all(more > few for more, few in zip(sizes[0], sizes[1]))
    assert all(more > few for more, few in zip(sizes[1], sizes[2]))
    for values, grads in results[1:]:
        assert same(values, results[0][0])
        assert all(same(*pair) for pair in zip(grads, results[0][1]))


@pytest.mark.parametrize("threads", [1, 2, 3, 16])
def test_threads_change_nothing(threads, monkeypatch):
    """A large batch gives the same bits, sums of shared gradients included, on any number."""
    monkeypatch.setattr(runner, "WORTH_THREADS", 0)
    leaves, y = random_graph(random.Random(5), 30)
    tape = compile(y, x=leaves[:2], y=leaves[2:]).tape
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(2900, 2)), rng.normal(size=2)]
    one, several = (LoopExecutor(tape, "float64", threads=count) for count in (1, threads))
    expected, gradients = one.value_and_grad((0, 1), arrays, 2900, 1.0)
    for _ in range(3):
        found, grads = several.value_and_grad((0, 1), arrays, 2900, 1.0)
        assert same(found, expected)
        assert all(same(*pair) for pair in zip(grads, gradients))


def test_a_program_has_its_threads():
    """The option reaches the executor, survives pickling, and is a whole number."""
    x = Value(1.0)
    program = pickle.loads(pickle.dumps(compile(tanh(x), x=x, threads=3)))
    assert program._running.threads == 3
    with pytest.raises(InputValueError, match="threads must be at least 1, but got 0"):
        compile(tanh(x), x=x, threads=0)


PYTHON = [op for op in TABLE if op.function is not None and not op.native and op.arity == 1]


@pytest.mark.parametrize("op", [*PYTHON, OPS["polygamma"], OPS["betaln"]], ids=str)
def test_lanes_that_go_different_ways_through_a_function_are_single_points(op):
    """Functions of Python's over eight rows, each in another branch and round of its loops."""
    rng = np.random.default_rng(0)
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, -1.0, -0.3, 0.2, 1e-300, 1e5, 1.0, -7.5, 13.0]
    last = np.concatenate([special, rng.normal(size=60), 20.0 * rng.random(60)])
    rng.shuffle(last)
    rows = np.stack([rng.integers(0, 4, last.size), last][2 - op.arity :], axis=1).astype(float)
    if op.name == "betaln":
        rows[:, 0] = 12.0 * rng.random(last.size)
    leaves = [Value(1.0) for _ in range(op.arity)]
    program = loop(RECORDERS[op.name](*leaves), True, x=leaves)
    values, (grads,) = program.value_and_grad((0,), [rows], len(rows), 1.0)
    for row, value, grad in zip(rows, values, grads):
        point = program.value_and_grad((0,), [row], None, 1.0)
        assert same(value, point[0]), row
        assert same(grad, point[1][0]), row


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("wrong", range(4))
def test_what_a_thread_raises_is_raised(threads, wrong):
    """Of any chunk on any thread, when all threads have ended."""
    seen, before = [], threading.enumerate()

    def work(numbers):
        for number in numbers:
            if number == wrong:
                raise ArithmeticError(f"chunk {number}")
            seen.append(number)

    with pytest.raises(ArithmeticError, match=f"chunk {wrong}"):
        in_threads(work, 4, threads)
    assert not [thread for thread in threading.enumerate() if thread not in before]
    assert wrong not in seen


@pytest.mark.parametrize("error", [KeyboardInterrupt, ArithmeticError])
@pytest.mark.parametrize("first", [0, 1])
def test_threads_get_no_more_chunks_when_one_has_raised(first, error):
    """Of so many chunks that all of them would take hours: an interrupt does not wait for them."""
    begun = threading.Barrier(2)

    def work(numbers):
        for number in numbers:
            if number < 2:
                begun.wait()
            if number == first:
                raise error("stop")

    with pytest.raises(error):
        in_threads(work, 10**11, 2)
