"""N-ary primitives in machine code: loops over the operands that are the rule; ties are eager's."""

import itertools
import math
import operator
from functools import reduce

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.engine.record import record
from autograd.ops import TABLE
from autograd.ops.expr import XP, Expr, bottom_up, show
from autograd.ops.op import OPS, Op
from autograd.ops.ordered import comparators
from autograd.program import compile
from autograd.program.loop.loop_executor import LoopExecutor
from autograd.program.loop.native.compiler import can_compile
from autograd.program.loop.native.loops import loops_of
from autograd.program.loop.native.steps import Steps
from tests.autograd.program.loop.test_loop_executor import same, within

needs_llvm = pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")
N_ARY = [op for op in TABLE if op.arity is None]
LOOPS = [op for op in N_ARY if loops_of(op) is not None]
NUMBERS = [0.0, -0.0, 1.0, -1.0, 2.5, math.inf, -math.inf, math.nan]


def written_out(op, xs):
    """What the stages of a primitive compute of so many symbols: value and partials."""
    loops = loops_of(op)
    found = {"x": xs, "out": [Expr("var", "out")]}

    def at(rule, names, i):
        numbers = {name: found[name][min(i, len(found[name]) - 1)] for name in names}

        def step(part, operands):
            if part.op == "var":
                return numbers[part.operands[0]]
            return Expr(part.op, *operands)

        return bottom_up([rule], step)[0]

    for stage in (*loops.forward, *loops.backward):
        names = (*stage.items, *stage.others)
        if stage.kind == "fold":
            terms = [at(stage.rule.operands[0], names, i) for i in range(len(xs))]
            results = [reduce(lambda a, b, op=stage.rule.op[5:]: Expr(op, a, b), terms)]
        else:
            results = [at(stage.rule, names, i) for i in range(len(xs) if stage.items else 1)]
        found[stage.name] = results
    spread = loops.spread
    names = (*spread.items, *spread.others)
    value = found[loops.forward[-1].name][0] if loops.forward else None
    return value, [at(spread.rule, names, i) for i in range(len(xs))]


@pytest.mark.parametrize("op", LOOPS, ids=str)
def test_stages_written_out_are_the_rule(op):
    """For five operands they are the expressions that the rule traces to."""
    xs = [Expr("var", f"x{i}") for i in range(5)]
    leading = [Expr("var", "k")] * loops_of(op).leading
    value, partials = written_out(op, xs)
    if not leading:
        assert show(value) == show(op.forward(XP, *xs))
    traced = op.partials(XP, Expr("var", "out"), *leading, *xs)[len(leading) :]
    assert list(map(show, partials)) == list(map(show, traced))


@needs_llvm
@pytest.mark.parametrize("op", N_ARY, ids=str)
def test_every_n_ary_primitive_is_machine_code(op):
    """None runs as Python: neither the program nor a function that it calls."""
    xs = [Value(float(i)) for i in range(4)]
    executor = LoopExecutor(compile(record(op, tuple(xs)), x=xs).tape, "float64")
    (line,) = executor.listing()
    assert "native" in line
    assert "calling" not in line


def tied(rng, count):
    """Rows of four with ties: all special numbers in threes, and ordinary ones."""
    rows = [[*triple, 1.0] for triple in itertools.product(NUMBERS, repeat=3)]
    rows += rng.integers(-2, 3, size=(count, 4)).astype(float).tolist()
    rows += rng.normal(size=(count, 4)).tolist()
    return np.array(rows)


CHOICES = {
    "max": autograd.max,
    "min": autograd.min,
    "median": autograd.median,
    "third of the sorted": lambda xs: autograd.sort(xs)[2],
    "sorted, weighted": lambda xs: autograd.dot([2.0, 3.0, 5.0, 7.0], autograd.sort(xs)),
    "of a constant": lambda xs: autograd.max([*xs, 0.0]),
    "at a place that is given": lambda xs: record(OPS["kth_smallest"], (xs[0], *xs[1:])),
    "twice the same": lambda xs: autograd.max(xs) * autograd.max(xs),
    "length": autograd.norm,
}


@needs_llvm
@pytest.mark.parametrize("name", CHOICES)
def test_choices_are_those_of_the_eager_engine_to_the_bit(name):
    """Values and derivatives at points and in batches, ties, zeros, infinities and NaN included."""
    rows = tied(np.random.default_rng(0), 100)
    leaves = [Value(1.0) for _ in range(4)]
    program = compile(CHOICES[name](leaves), backend="loop", x=leaves)
    values, grads = program.value_and_grad("x", x=rows)
    for row, value, grad in zip(rows, values, grads):
        xs = [Value(x) for x in row]
        y = CHOICES[name](xs)
        y.backward()
        assert same(value, y.data), row
        assert same(grad, [x.grad for x in xs]), row
        assert all(map(same, program.value_and_grad("x", x=row), (value, grad))), row


@needs_llvm
def test_logsumexp_is_that_of_the_eager_engine_up_to_the_forms():
    """Values and derivatives, ties and infinities included."""
    rows = tied(np.random.default_rng(1), 100)
    leaves = [Value(1.0) for _ in range(4)]
    program = compile(autograd.logsumexp(leaves), backend="loop", x=leaves)
    values, grads = program.value_and_grad("x", x=rows)
    op = OPS["logsumexp"]
    expected = [op.evaluate(*row) for row in rows.tolist()]
    # Near the zero of its value the published bound is of the operands' size: here 2.
    near = np.isclose(values, expected, rtol=0.0, atol=8e-16, equal_nan=True)
    assert all(near | [within(a, b, 4) for a, b in zip(values, expected)])
    # exp and the sum of exps differ by 3 units each, the quotient adds half a unit.
    local = [op.local(*row) for row in rows.tolist()]
    assert all(within(a, b, 7) for a, b in zip(grads, local))


def picks(xp, *xs):
    """The first operand that is larger than the one before it, in no way that is a loop."""
    return xp.where(xs[1] > xs[0], xs[1], xp.where(xs[2] > xs[1], xs[2], xs[0]))


def picked(xp, out, *xs):
    first = xp.where(xs[1] > xs[0], 1.0, 0.0)
    second = xp.where(xs[1] > xs[0], 0.0, xp.where(xs[2] > xs[1], 1.0, 0.0))
    return [xp.where(first + second > 0.0, 0.0, 1.0), first, second]


@needs_llvm
def test_a_choice_that_is_no_loop_passes_nothing_on_to_what_it_did_not_choose():
    """It is expanded, and an infinite adjoint does not make NaN of a partial of zero."""
    op = Op("picks", picks, picked, arity=None, selects=True)
    xs = [Value(1.0), Value(2.0), Value(3.0)]
    y = autograd.sqrt(record(op, tuple(xs)) - 2.0)
    y.backward()
    program = compile(y, backend="loop", x=xs)
    row = np.array([1.0, 2.0, 3.0])
    expected = [x.grad for x in xs]
    assert expected == [0.0, math.inf, 0.0]
    assert program.value_and_grad("x", x=row)[1].tolist() == expected
    assert program.value_and_grad("x", x=np.array([row] * 9))[1].tolist() == [expected] * 9


def product_of_neighbours(xp, *xs):
    return reduce(operator.add, [a * b for a, b in itertools.pairwise(xs)])


@needs_llvm
def test_an_n_ary_primitive_that_is_no_loop_is_expanded():
    """The same numbers as eager."""
    op = Op(
        "neighbours",
        product_of_neighbours,
        lambda xp, out, *xs: [
            sum(xs[j] for j in (i - 1, i + 1) if 0 <= j < len(xs)) for i in range(len(xs))
        ],
        arity=None,
    )
    xs = [Value(float(i)) for i in range(1, 6)]
    y = record(op, tuple(xs))
    y.backward()
    program = compile(y, backend="loop", x=xs)
    value, grad = program.value_and_grad("x", x=[x.data for x in xs])
    assert value == y.data == 40.0
    assert grad.tolist() == [x.grad for x in xs]


@pytest.mark.parametrize("count", [2, 7, 16])
def test_a_sorted_list_is_one_network(count):
    """Its places take their numbers from the same comparisons: two steps each, and one a place."""
    xs = [Value(float(i)) for i in range(count)]
    steps = Steps(compile(autograd.sum(autograd.sort(xs)), x=xs).tape)
    assert len(steps.steps) == 2 * len([*comparators(count)]) + count + 1
