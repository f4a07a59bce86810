"""The loop executor, native and in Python, against the eager engine.

In Python it is equal to the bit, and so it is natively, but where one of these functions has a part
in a number, for which machine code has forms of its own: exp, expm1, log, log1p, tanh, sin, cos. A
form is within 1.5 units in the last place of the true value, and the C library's function, which
the eager engine calls, within 2. They have a part in lgamma, polygamma, betaln, erfinv and ndtri.
"""

import math
import operator
import random
import threading
import weakref
from functools import partial, reduce
from itertools import pairwise
from types import FunctionType

import numpy as np
import pytest

from autograd import Value, custom_op, dot, exp, logsumexp, maximum, norm, relu, sin, tanh, where
from autograd.engine.record import RECORDERS
from autograd.graph import topological_order
from autograd.ops.expr import XP, Expr, inner_exprs
from autograd.ops.ieee import IEEE
from autograd.ops.op import OPS
from autograd.program import compile
from autograd.program.loop.loop_executor import LoopExecutor
from autograd.program.loop.native.compiler import can_compile
from autograd.program.loop.native.forms import BOUNDS

SPECIAL = [
    *(0.0, 1.0, 0.5, 2.0, 3.0, 20.0, 1e300, 1e-300, 5e-324, 2.2e-308, 709.9, 745.2, 2.0**52 + 0.5),
    *(1e16, math.inf),
]
SPECIAL += [-x for x in SPECIAL] + [math.nan]

needs_llvm = pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")
both = pytest.mark.parametrize("native", [pytest.param(True, marks=needs_llvm), False])


def same(a, b):
    """Equal bits; any NaN is like any other."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    nan = np.isnan(a) & np.isnan(b)
    return bool(np.all(nan | (a.view(np.int64) == b.view(np.int64))))


def formed(op):
    """Whether machine code has forms of its own for some function in a primitive's rules."""
    names, pending = set(), [op]
    while pending:
        known = pending.pop()
        out, *operands = (Expr("var", x) for x in "abcdefgh"[: 1 + (known.arity or 4)])
        rules = [known.forward(XP, *operands), *known.partials(XP, out, *operands)]
        used = {
            x.op for x in topological_order([r for r in rules if isinstance(r, Expr)], inner_exprs)
        }
        pending += [OPS[name] for name in used - names if name in OPS and name not in IEEE]
        names |= used
    functions = [OPS[name].function for name in {*names, op.name} if name in OPS]
    return not (names | names_in(functions)).isdisjoint(BOUNDS)


def names_in(functions):
    """What functions of Python's call, and what those call."""
    seen, pending = set(), [f for f in functions if isinstance(f, FunctionType)]
    while pending:
        function = pending.pop()
        for name in {*function.__code__.co_names} - seen:
            seen.add(name)
            inner = function.__globals__.get(name)
            pending += [inner] if isinstance(inner, FunctionType) else []
    return seen


def within(a, b, ulps):
    """Equal up to so many units in the last place; any NaN is like any other."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    with np.errstate(invalid="ignore"):
        return bool(
            np.all((abs(a - b) <= ulps * np.spacing(abs(b))) | (a == b) | (a != a) & (b != b))
        )


def close(a, b, sizes, ulps):
    """Equal up to so many units of the larger of the number and these sizes."""
    with np.errstate(invalid="ignore"):
        bound = ulps * np.spacing(np.maximum(abs(b), sizes))
        return bool(np.all((abs(a - b) <= bound) | (a == b) | (a != a) & (b != b)))


def agree(a, b, native):
    """Equal bits in Python; natively, up to what a graph makes of the last digit of the forms."""
    if not native:
        return same(a, b)
    size = np.max(np.abs(b), initial=1.0, where=np.isfinite(b))
    return np.allclose(a, b, rtol=1e-10, atol=1e-10 * size, equal_nan=True)


def loop(output, native, **arguments):
    return LoopExecutor(compile(output, **arguments).tape, "float64", native=native)


def points(op, rng, count):
    """Rows of operands: special numbers in all pairs, then numbers of every size."""
    rows = [[a, b, 1.0] for a in SPECIAL for b in SPECIAL]
    rows += [[a, a, b] for a in SPECIAL for b in SPECIAL]
    for _ in range(count):
        size = 10 ** rng.uniform(-3, rng.choice([0, 1, 2, 308]))
        rows.append([rng.choice([-1, 1]) * size * rng.random() for _ in range(3)])
        rows.append([rng.uniform(*(op.sample[i % len(op.sample)])) for i in range(3)])
    return np.array(rows)


REFLECTED = ("lgamma", "digamma", "polygamma")
FIXED = [op for op in OPS.values() if op.arity is not None]


@both
@pytest.mark.parametrize("op", FIXED, ids=str)
def test_primitive_equals_the_eager_one(op, native):
    """Values and derivatives of every primitive, at special numbers and thousands of others: to the
    bit, or where the forms have a part in them, to 4 units in the last place.
    """
    slow = op.name in ("polygamma", "lgamma")
    rng = random.Random(op.name)
    leaves = [Value(1.0) for _ in range(op.arity)]
    program = loop(RECORDERS[op.name](*leaves), native, x=leaves)
    rows = points(op, rng, 50 if slow or not native else 1000)[:, : op.arity]
    if op.name == "polygamma":
        rows = rows[np.abs(rows[:, 0]) < 5.0]
        rows[:, 0] = np.round(rows[:, 0])
    if not native:
        rows = rows[:: max(1, len(rows) // 300)]
    values, (grads,) = program.value_and_grad((0,), [rows], len(rows), 1.0)
    expected = [op.evaluate(*row) for row in rows.tolist()]
    # The forms and the C library differ by 3 units at most; rules add the rounding of a product.
    equal = partial(within, ulps=4) if native and formed(op) else same
    if native and op.name in REFLECTED:  # below 0, of the larger of two terms that cancel
        below = rows[:, -1] < 0.0
        mirrored = rows[below]
        mirrored[:, -1] = 1.0 - mirrored[:, -1]
        sizes = np.abs([op.evaluate(*row) for row in mirrored.tolist()])
        assert close(values[below, 0], np.array(expected)[below], sizes, ulps=4)
        rows, values, grads = rows[~below], values[~below], grads[~below]
        expected = [op.evaluate(*row) for row in rows.tolist()]
    assert equal(values[:, 0], expected)
    assert same(values, program.forward([rows], len(rows)))
    partials = [op.local(*row) for row in rows.tolist()]
    pulled = [
        [0.0 if p is None or (op.selects and not p) else 0.0 + 1.0 * p for p in row]
        for row in partials
    ]
    assert equal(grads, pulled)


@both
@pytest.mark.parametrize("op", [op for op in FIXED if op.arity > 1], ids=str)
def test_constant_operands(op, native):
    """A constant in any place gives what the eager engine gives, and no derivative."""
    rng = random.Random(op.name)
    for place in range(op.arity):
        for constant in (2.0, -0.0, 0.5, math.inf, -1.0):
            numbers = [rng.uniform(*s) for s in op.sample]
            leaves = [constant if i == place else Value(x) for i, x in enumerate(numbers)]
            wanted = [x for x in leaves if isinstance(x, Value)]
            y = RECORDERS[op.name](*leaves)
            y.backward()
            value, (grad,) = loop(y, native, x=wanted).value_and_grad(
                (0,), [np.array([x.data for x in wanted])], None, 1.0
            )
            assert same(value, [y.data])
            assert same(grad, [x.grad for x in wanted])


OPERATIONS = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a * a,
    lambda a, b: a**2, lambda a, b: a**2 * b, lambda a, b: 2.0 * a, lambda a, b: 1.0 - a,
    lambda a, b: a - 0.5, lambda a, b: a / b, lambda a, b: tanh(a), lambda a, b: -a,
    lambda a, b: relu(a), lambda a, b: maximum(a, b), lambda a, b: a + a, lambda a, b: a - a,
    lambda a, b: norm([a, b, 0.5]), lambda a, b: dot([a, b, 3.0], [b, b, a]),
    lambda a, b: logsumexp([a, b, a, 1.0]), lambda a, b: where(a > b, sin(a), exp(b)),
]  # fmt: skip


def random_graph(rng, size):
    """Leaves and one result of a random graph over the frequent primitives."""
    leaves = [Value(rng.uniform(-2, 2)) for _ in range(4)]
    nodes = list(leaves)
    for _ in range(size):
        recent = nodes[-3:]
        a = rng.choice(recent)
        b = rng.choice(nodes if rng.random() < 0.3 else recent)
        nodes.append(rng.choice(OPERATIONS)(a, b))
    return leaves, nodes[-1] + nodes[-2] * leaves[0]


@both
@pytest.mark.parametrize("seed", range(40))
def test_random_graphs_equal_the_eager_ones(seed, native):
    """Whatever the order, the fan-out and the pairs of rows: the same numbers."""
    rng = random.Random(seed)
    leaves, y = random_graph(rng, rng.choice([1, 2, 3, 5, 10, 40, 300]))
    y.backward(0.7)
    program = loop(y, native, x=leaves[:1], y=leaves[1:])
    x = np.array([leaf.data for leaf in leaves])
    value, grads = program.value_and_grad((0, 1), [x[:1], x[1:]], None, 0.7)
    assert agree(value, [y.data], native)
    assert agree(np.concatenate(grads), [leaf.grad for leaf in leaves], native)
    _, (only,) = program.value_and_grad((1,), [x[:1], x[1:]], None, 0.7)
    assert same(only, grads[1])


@both
@pytest.mark.parametrize("many", [1, 7, 8, 50, 600])
def test_rows_are_as_single_points_and_sums_have_one_order(native, many):
    """A row gives what its point gives by itself, wherever it stands in whatever batch. A shared
    argument's gradient is the rows' sum: in eight lanes by turns, 512 rows at a time.
    """
    a, b, c = Value(1.0), [Value(2.0), Value(3.0)], Value(0.3)
    program = loop(tanh(a * b[0] + c) * exp(b[1] - c), native, a=a, b=b, c=c)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(many, 2)), rng.normal(size=(many, 1))
    shared = np.array([0.8])
    values, (da, db, dc) = program.value_and_grad((0, 1, 2), [shared, x, y], many, 0.5)
    gradients = []
    for i in range(many):
        value, (ga, gb, gc) = program.value_and_grad((0, 1, 2), [shared, x[i], y[i]], None, 0.5)
        gradients.append(ga.item())
        assert same(values[i], value)
        assert same(db[i], gb)
        assert same(dc[i], gc)
    total = 0.0
    for start in range(0, many, 512):
        chunk = gradients[start : start + 512]
        lanes = [reduce(operator.add, chunk[lane::8], 0.0) for lane in range(8)]
        total += reduce(operator.add, lanes, 0.0)
    assert same(da, [total])
    assert same(program.forward([shared, x, y], many), values)


@both
def test_arguments_without_numbers(native):
    """Their gradients are as long as the batch, and empty."""
    x = Value(3.0)
    program = loop(x * x, native, x=x, nothing=[])
    arrays = [np.ones((4, 1)), np.empty((4, 0))]
    for wrt in ((1,), (1, 0)):
        assert program.value_and_grad(wrt, arrays, 4, 1.0)[1][0].shape == (4, 0)
    single = [np.ones(1), np.empty(0)]
    assert program.value_and_grad((1,), single, None, 1.0)[1][0].shape == (0,)


@both
def test_zero_adjoint_passes_nothing_on(native):
    """The branch not taken has infinite derivatives, and they stay out."""
    x = Value(0.0)
    y = where(RECORDERS["gt"](x, 0.0), 1.0 / x, x * 2.0) + 0.0 * exp(x)
    value, (grad,) = loop(y, native, x=x).value_and_grad((0,), [np.zeros(1)], None, 1.0)
    assert same(value, [y.data])
    y.backward()
    assert same(grad, [x.grad])


@both
def test_overflow_and_poles(native):
    """Nothing raises in between: infinities and NaN go through as in the eager engine."""
    x, y = Value(1e200), Value(0.0)
    z = exp(x) * y + x * x / y - (y - x) ** 0.5
    z.backward()
    value, (grad,) = loop(z, native, x=[x, y]).value_and_grad(
        (0,), [np.array([1e200, 0.0])], None, 1.0
    )
    assert same(value, [z.data])
    assert same(grad, [x.grad, y.grad])


@both
def test_arguments_constants_and_nothing_as_outputs(native):
    """Outputs may be arguments, constants, the same twice, or none at all."""
    x, frozen = Value(2.0), Value(5.0)
    program = loop([x, frozen, x * x, x], native, x=x)
    assert program.forward([np.array([3.0])], None).tolist() == [3.0, 5.0, 9.0, 3.0]
    _, (grad,) = loop(x, native, x=x).value_and_grad((0,), [np.array([3.0])], None, 2.0)
    assert grad.tolist() == [2.0]
    _, (grad,) = loop(frozen, native, x=x).value_and_grad((0,), [np.array([3.0])], None, 2.0)
    assert grad.tolist() == [0.0]


def branching_slope(xp, out, x):
    return (3.0 * x * x if x > 0.0 else 3.0 * abs(x) * abs(x),)


@both
def test_functions_of_a_users_own_are_called(native):
    """A custom_op, traceable or not, of few operands or many, equals eager to the bit."""
    cube = custom_op("cube", lambda x: x * x * x, lambda xp, out, x: (3.0 * x * x,))
    branching = custom_op("branching", lambda x: x * x * x, branching_slope)
    many = custom_op("many", lambda *xs: xs[0] * xs[-1], lambda xp, out, *xs: (xs[-1], None, xs[0]))
    x = [Value(1.5), Value(-2.0)]
    y = cube(x[0]) * branching(x[1]) + many(x[0], x[1], cube(x[1]))
    y.backward()
    program = LoopExecutor(compile(y, x=x).tape, "float64", native=native)
    value, (grad,) = program.value_and_grad((0,), [np.array([1.5, -2.0])], None, 1.0)
    assert same(value, [y.data])
    assert same(grad, [leaf.grad for leaf in x])
    rows = np.array([[1.5, -2.0], [0.5, 3.0]])
    values, _ = program.value_and_grad((0,), [rows], 2, 1.0)
    assert same(values[0], [y.data])


@pytest.mark.needs("llvmlite")
def test_one_function_does_not_make_the_program_python():
    """Only the function itself is called; the listing says which."""
    cube = custom_op("cube", lambda x: x * x * x, lambda xp, out, x: (3.0 * x * x,))
    x = Value(1.5)
    program = LoopExecutor(compile(cube(x) + cube(x * x), x=x).tape, "float64")
    assert "native" in program.listing()[0]
    assert program.listing()[0].endswith("calling cube")


@both
def test_what_a_function_raises_is_raised(native):
    """An exception in a user's function comes out as it is, and the next call is right."""

    def picky(x):
        if x > 5.0:
            raise LookupError(f"{x} is not in the table")
        return 2.0 * x

    x = Value(1.0)
    tape = compile(custom_op("picky", picky, lambda xp, out, x: (2.0,))(x), x=x).tape
    program = LoopExecutor(tape, "float64", native=native)
    with pytest.raises(LookupError, match=r"7\.0 is not in"):
        program.value_and_grad((0,), [np.array([[1.0], [7.0], [2.0]])], 3, 1.0)
    assert program.forward([np.array([3.0])], None).tolist() == [6.0]


@both
def test_a_partial_that_nobody_needs_is_not_asked_for(native):
    """A user's rule that raises for a constant's derivative does no harm."""

    def partials(xp, out, a, b):
        if a > 0.0:  # cannot be traced
            return b, None
        raise LookupError("never")

    x = Value(2.0)
    tape = compile(custom_op("scaled", lambda a, b: a * b, partials)(x, 3.0), x=x).tape
    _, (grad,) = LoopExecutor(tape, "float64", native=native).value_and_grad(
        (0,), [np.array([2.0])], None, 1.0
    )
    assert grad.tolist() == [3.0]


@both
def test_float32_rounds_arguments_and_results_only(native):
    """In between everything is computed in double precision."""
    x = Value(1.0)
    tape = compile((x + 1e-10) - 1.0, x=x).tape
    program = LoopExecutor(tape, "float32", native=native)
    values, (grad,) = program.value_and_grad((0,), [np.ones((2, 1), np.float32)], 2, 1.0)
    assert values.dtype == grad.dtype == np.float32
    assert values.tolist() == [[float(np.float32((1.0 + 1e-10) - 1.0))]] * 2


@both
def test_long_tapes_in_pieces(native):
    """A deep recurrence crosses from piece to piece, and a sum over all of it comes back."""
    x, y = Value(0.3), Value(0.2)
    u, w, total = x, y, x * 0.0
    for _ in range(500):
        u, w = 1.0 - 1.1 * u * u + w, 0.3 * u
        total = total + u
    total.backward()
    program = loop(total, native, x=[x, y])
    value, (grad,) = program.value_and_grad((0,), [np.array([0.3, 0.2])], None, 1.0)
    assert same(value, [total.data])
    assert same(grad, [x.grad, y.grad])


@both
def test_threads_share_an_executor(native):
    """Calls that run at the same time have registers of their own."""
    x = [Value(0.0) for _ in range(50)]
    program = loop(sum(tanh(a * b) for a, b in pairwise(x)), native, x=x)
    inputs = np.random.default_rng(1).normal(size=(4, 50))
    expected = [program.value_and_grad((0,), [row], None, 1.0)[1][0] for row in inputs]
    wrong = []

    def work(i):
        for _ in range(100):
            _, (grad,) = program.value_and_grad((0,), [inputs[i]], None, 1.0)
            wrong.extend([] if same(grad, expected[i]) else [i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@needs_llvm
def test_a_frame_keeps_its_arrays():
    """Of two threads that prepare the same reverse pass, one is forgotten, but goes on running."""
    x = [Value(0.5), Value(2.0)]
    program = loop(norm([x[0] * x[1], tanh(x[0])]), True, x=x)
    program.value_and_grad((0,), [np.array([0.5, 2.0])], None, 1.0)
    forgotten, functions, zeros = program._loop.point._way._backward.pop((0,))
    arrays = [weakref.ref(array) for array in (*forgotten, functions, zeros)]
    del forgotten, functions, zeros
    assert all(array() is not None for array in arrays)
