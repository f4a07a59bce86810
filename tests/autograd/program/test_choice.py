"""What "auto" counts before it chooses, on recorded tapes; the times are a benchmark's."""

import pytest

import autograd
import nn
from autograd import Value
from autograd.program.choice import is_small, work_of
from autograd.program.loop.native.compiler import can_compile


def likelihood(rows):
    """A Poisson regression in a loop: sums and differences take turns."""
    x = [Value(0.1) for _ in range(3)]
    total = 0.0
    for i in range(rows):
        rate = x[0] + 0.1 * i * x[1] + x[2]
        total = total + rate * (i % 3) - autograd.exp(rate)
    return autograd.compile(total, x=x)


def recurrence(steps):
    x, y = Value(0.5), Value(0.1)
    state = x
    for _ in range(steps):
        state = state + 0.1 * (y - state * state * state)
    return autograd.compile(state, x=x, y=y)


def network():
    x, model = [Value(0.1) for _ in range(16)], nn.MLP(16, [32, 1], rng=0)
    return autograd.compile(model(x), x=x, params=model.parameters())


def test_terms_of_either_sign_are_one_sum():
    """Array statements do not grow with the rows of data that a loop adds up."""
    assert work_of(likelihood(40).tape).statements == work_of(likelihood(80).tape).statements


def test_each_step_of_a_recurrence_is_statements_of_its_own():
    """Though there are differences among them."""
    few, many = (work_of(recurrence(steps).tape).statements for steps in (40, 80))
    assert many > 1.9 * few


def test_equal_special_functions_count_once_for_arrays():
    """The loop calls all of them, in the recorded order; the array executor shares results."""
    x, y = Value(1.5), Value(2.5)
    total = sum((autograd.lgamma(x) * i for i in range(5)), autograd.lgamma(y) + autograd.exp(x))
    work = work_of(autograd.compile(total, x=x, y=y).tape)
    assert (work.special, work.once, work.called) == (6, 2, 7)


@pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")
@pytest.mark.parametrize(
    ("program", "batch", "chosen"),
    [
        (network, None, "loop"),
        (network, 1000, "array"),
        (lambda: recurrence(200), None, "loop"),
        (lambda: recurrence(200), 1000, "loop"),
    ],
)
def test_wide_batches_are_for_arrays_and_depth_is_for_the_loop(program, batch, chosen):
    """By far, so that no constant of the estimates decides."""
    assert work_of(program().tape).chosen(batch) == chosen


def wide(numbers):
    """A layer of so many inputs and outputs, written with operators or as dot products."""
    x = [Value(0.1) for _ in range(numbers)]
    w = [[Value(0.2) for _ in range(numbers)] for _ in range(numbers)]
    out = [autograd.tanh(autograd.dot(row, x)) for row in w]
    return autograd.compile(autograd.dot(out, out), x=x, w=w)


@pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")
@pytest.mark.parametrize(
    ("program", "small"),
    [
        (lambda: likelihood(10), True),
        (lambda: likelihood(2000), False),
        (lambda: recurrence(50), True),
        (lambda: recurrence(1500), True),
        (lambda: wide(8), True),
        (lambda: wide(120), False),
    ],
)
def test_what_is_the_loop_s_without_a_further_look(program, small):
    """It takes less than array statements do for the beginning; then the choice is the same."""
    tape = program().tape
    assert is_small(tape) == small
    assert not small or work_of(tape).chosen(None) == "loop"
