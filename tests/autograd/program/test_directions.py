"""Jacobians, Hessians and products of programs are those of the transforms, to rounding."""

import math
import random

import numpy as np
import pytest

import autograd
from autograd import InputTypeError, InputValueError, TraceError, Value, compile, custom_op
from autograd.program import directions
from autograd.program.tape.sparsity import colours, hessian_rows, jacobian_rows
from autograd.testing import random_formula
from tests.campaign import size

BACKENDS = ["array", "loop"]
# Second derivatives of compositions reach 1e6 where their terms cancel: relative to the largest.
TOLERANCE = 1e-9


def agree(found, wanted):
    found, wanted = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
    assert found.shape == wanted.shape
    unusable = ~np.isfinite(wanted)
    scale = np.abs(wanted[~unusable]).max(initial=1.0)
    assert np.abs(found - wanted)[~unusable].max(initial=0.0) <= TOLERANCE * scale


def formulas(count, name):
    rng = random.Random(name)
    found = 0
    while found < count:
        formula = random_formula(rng, operations=12)
        wanted = np.array(autograd.hessian(lambda p, f=formula: f(*p))(list(formula.point)))
        if np.isfinite(wanted).all() and np.abs(wanted).max() < 1e6:
            found += 1
            yield formula, wanted


@pytest.mark.parametrize("backend", BACKENDS)
def test_random_formulas_over_the_whole_table(backend):
    """Hessian, its product and the derivative along a direction, at a point and over a batch."""
    for formula, wanted in formulas(size(12, 300), f"directions {backend}"):
        point = list(formula.point)
        leaves = [Value(x) for x in point]
        program = compile(formula(*leaves), p=leaves, backend=backend)
        agree(program.hessian("p", p=point), wanted)
        v = np.cos(np.arange(len(point)))
        agree(program.hvp("p", v, p=point), wanted @ v)
        agree(program.hvp("p", np.stack([v, -v]), p=point), [wanted @ v, wanted @ -v])
        slope = autograd.jvp(lambda p, f=formula: f(*p), point, list(v))
        agree(program.jvp("p", v, p=point), slope)
        agree(program.jvp("p", v, p=[point, point]), [slope, slope])
        agree(program.hessian("p", p=[point] * 3), [wanted] * 3)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (3, 3), (0, 2)])
def test_jacobians_by_columns_or_by_rows(backend, shape):
    """However many outputs and arguments there are: one array of both shapes."""
    rng = np.random.default_rng(shape)
    p = [Value(0.0) for _ in range(shape[1])]
    weights = rng.normal(size=shape)

    def f(p):
        return [autograd.exp(autograd.dot(list(row), p)) for row in weights]

    points = rng.normal(size=(4, shape[1]))
    program = compile(f(p), p=p, backend=backend)
    wanted = [np.array(autograd.jacobian(f)(list(x))).reshape(shape) for x in points]
    agree(program.jacobian("p", p=points), wanted)
    agree(program.jacobian("p", p=points[0]), wanted[0])


def model():
    """An output of two arguments, one of a shape of two axes, and auxiliary data."""
    w, x = [[Value(0.0), Value(0.0)] for _ in range(2)], [Value(0.0), Value(0.0)]
    y = autograd.sum(autograd.tanh(autograd.dot(row, x)) ** 2 for row in w)
    return compile((y, w[0][0] * x[0]), has_aux=True, w=w, x=x)


W, X = np.array([[0.3, -0.5], [0.8, 0.1]]), np.array([[1.0, 2.0], [-0.5, 0.3], [0.2, 0.9]])


def scalar(w, x):
    return autograd.sum(autograd.tanh(autograd.dot(row, x)) ** 2 for row in w)


def test_second_derivatives_by_shared_arguments_are_summed_over_the_batch():
    """As gradients are; where one of the two is batched, there is one block a row."""
    program = model()
    found = program.hessian(("w", "x"), w=W, x=X)
    assert [[block.shape for block in row] for row in found] == [
        [(2, 2, 2, 2), (3, 2, 2, 2)],
        [(3, 2, 2, 2), (3, 2, 2)],
    ]
    by_w = [np.array(autograd.hessian(lambda w, x=x: scalar(w, list(x)))(W)) for x in X]
    agree(found[0][0], np.sum([h.reshape(2, 2, 2, 2) for h in by_w], axis=0))
    agree(program.hessian("w", reduce="mean", w=W, x=X), found[0][0] / 3)
    agree(found[1][1], [np.array(autograd.hessian(lambda x: scalar(W, x))(list(x))) for x in X])
    agree(found[0][1], np.moveaxis(found[1][0], 1, -1))
    v = np.ones((2, 2))
    agree(program.hvp("w", v, w=W, x=X), np.tensordot(found[0][0], v, 2))
    both = program.hvp(("w", "x"), (v, np.ones(2)), w=W, x=X)
    assert [part.shape for part in both] == [(2, 2), (3, 2)]


def test_gradients_alone():
    """grad is what value_and_grad gives beside the value; a Jacobian of one number is one too."""
    program = model()
    _, wanted = program.value_and_grad(("w", "x"), w=W, x=X[0])
    for found in (program.grad(("w", "x"), w=W, x=X[0]), program.jacobian(("w", "x"), w=W, x=X[0])):
        assert isinstance(found, tuple)
        agree(found[0], wanted[0])
        agree(found[1], wanted[1])


@pytest.mark.parametrize("at_once", [1, 7, 40])
def test_large_matrices_come_in_parts(monkeypatch, at_once):
    """Memory is bounded; the numbers are the same."""
    monkeypatch.setattr(directions, "AT_ONCE", at_once)
    small = model().hessian(("w", "x"), w=W, x=X)
    monkeypatch.undo()
    for row, wanted in zip(small, model().hessian(("w", "x"), w=W, x=X)):
        for block, other in zip(row, wanted):
            np.testing.assert_array_equal(block, other)


def test_structure_saves_directions():
    """A chain of neighbours needs three directions however long it is, separate terms one."""
    v = [Value(0.5) for _ in range(40)]
    chain = autograd.sum((v[i + 1] - v[i] ** 2) ** 2 for i in range(39))
    separate = autograd.sum(autograd.exp(x) for x in v)
    linear = autograd.dot([float(i) for i in range(40)], v)
    dense = autograd.logsumexp(v)
    for output, count in ((chain, 3), (separate, 1), (linear, 0), (dense, 40)):
        program = compile(output, v=v)
        found = program.hessian("v", v=np.linspace(0.1, 1.0, 40))
        plan = program._running.remembered(("hessian", (0,)), None)
        assert plan.length == count
        leaves = [Value(x) for x in np.linspace(0.1, 1.0, 40)]
        for x, leaf in zip(v, leaves):
            x.data = leaf.data
        output.recompute()
        full = program.hvp("v", np.eye(40), v=[x.data for x in v])
        agree(found, full)
    assert set(colours([0b011, 0b110, 0b100, 0b001])) == {0, 1}


def test_patterns_cover_every_derivative_that_is_not_zero():
    """What counts as zero is zero, over the whole table."""
    for formula, wanted in formulas(size(20, 500), "patterns"):
        leaves = [Value(x) for x in formula.point]
        tape = compile(formula(*leaves), p=leaves).tape
        rows = hessian_rows(tape, [0])
        grad = autograd.grad(lambda p, f=formula: f(*p))(list(formula.point))
        for i, row in enumerate(wanted):
            assert not grad[i] or jacobian_rows(tape, [0])[0] >> i & 1
            for j, number in enumerate(row):
                assert not number or rows[i] >> j & 1


def test_empty_batches_and_single_precision():
    """No rows give no rows; float32 stays float32."""
    program = model()
    none = np.zeros((0, 2))
    assert program.hessian("x", w=W, x=none).shape == (0, 2, 2)
    assert program.jacobian("x", w=W, x=none).shape == (0, 2)
    assert program.hessian("w", w=W, x=none).shape == (2, 2, 2, 2)
    x = [Value(0.0), Value(0.0)]
    single = compile(autograd.exp(x[0] * x[1]), x=x, dtype="float32")
    for found in (
        single.hessian("x", x=[0.5, 1.0]),
        single.jacobian("x", x=[0.5, 1.0]),
        single.hvp("x", [1.0, 0.0], x=[0.5, 1.0]),
        single.jvp("x", [1.0, 0.0], x=[0.5, 1.0]),
    ):
        assert found.dtype == np.float32


def test_a_custom_op_has_second_derivatives_if_its_rule_is_recorded():
    """A rule that branches on numbers would freeze one branch: it is refused."""
    power = custom_op("power", lambda x: x**1.5, lambda xp, out, x: (1.5 * xp.sqrt(x),))
    stuck = custom_op("stuck", lambda x: abs(x), lambda xp, out, x: (1.0 if x > 0.0 else -1.0,))
    x = Value(0.0)
    np.testing.assert_allclose(compile(power(x), x=x).hessian("x", x=4.0), 0.375, rtol=1e-15)
    with pytest.raises(TraceError):
        compile(stuck(x), x=x).hessian("x", x=4.0)


def test_wrong_calls_are_named():
    """Each wrong call, and what is wanted instead."""
    program = model()
    for call, kind, message in (
        (lambda: program.hessian("v", w=W, x=X), InputTypeError, r"wrt names an argument \(w, x\)"),
        (lambda: program.hessian(("w", "w"), w=W, x=X), InputTypeError, "wrt names 'w' twice"),
        (lambda: program.hessian("w", w=W), InputTypeError, "misses 'x'"),
        (lambda: program.hessian("w", reduce="max", w=W, x=X), InputValueError, "reduce is"),
        (lambda: program.hvp("w", [1.0], w=W, x=X), InputValueError, "'direction of w' takes"),
        (lambda: program.jvp(("w", "x"), (W,), w=W, x=X), InputValueError, "direction for each"),
    ):
        with pytest.raises(kind, match=message):
            call()
    x = Value(1.0)
    two = compile([x, x * x], x=x)
    with pytest.raises(InputValueError, match=r"hessian differentiates one number.*jacobian"):
        two.hessian("x", x=1.0)
    with pytest.raises(InputValueError, match=r"value_and_grad differentiates one number"):
        two.grad("x", x=1.0)
    assert math.isclose(two.jvp("x", 1.0, x=3.0)[1], 6.0)
