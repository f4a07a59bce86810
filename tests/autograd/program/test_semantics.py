"""Programs keep the engine's semantics where numbers are infinite or nothing is passed on."""

import itertools
import math

import numpy as np
import pytest

import autograd
from autograd import Value, compile, custom_op
from autograd.engine.record import record
from autograd.ops.op import OPS

SPECIAL = [0.0, 0.5, 1.0, -1.5, 2.0, math.inf, -math.inf, math.nan, 1e300, -1e-300]
FIXED = [op for op in OPS.values() if op.arity is not None]


def agree(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("op", FIXED, ids=str)
def test_special_operands_agree_with_the_engine(op):
    """Infinities, NaN, zeros and extremes, in each operand: what is finite in one is in both."""
    xs = [Value(0.5) for _ in range(op.arity)]
    program = compile(record(op, tuple(xs)), xs=xs, backend="array")
    numbers = SPECIAL if op.arity < 3 else [0.0, -1.5, math.inf, math.nan]
    points = list(itertools.product(numbers, repeat=op.arity))
    for point in points:
        for x, number in zip(xs, point):
            x.data = number
        y = record(op, tuple(xs))
        autograd.zero_grad(xs)
        y.backward()
        value, grad = program.value_and_grad("xs", xs=point)
        agree(value, y.data)
        agree(grad, [x.grad for x in xs])
        agree(program(xs=point), y.data)


@pytest.mark.parametrize("name", ["sum", "dot", "norm", "logsumexp"])
@pytest.mark.parametrize("count", [2, 6])
def test_special_operands_of_sequences_agree(name, count):
    """The same for primitives of any number of operands, short and long."""
    xs = [Value(0.5) for _ in range(count)]
    program = compile(record(OPS[name], tuple(xs)), xs=xs, backend="array")
    for number, place in itertools.product(SPECIAL, range(count)):
        for fill in (0.25, -math.inf, 0.0):
            for i, x in enumerate(xs):
                x.data = number if i == place else fill
            y = record(OPS[name], tuple(xs))
            autograd.zero_grad(xs)
            y.backward()
            value, grad = program.value_and_grad("xs", xs=[x.data for x in xs])
            agree(value, y.data)
            agree(grad, [x.grad for x in xs])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("exponent", [0.5, -0.5, 2.0, 3.0, -1.0, 0.0])
def test_literal_exponents_have_the_powers_of_ieee(exponent, dtype):
    """A square root is no power of ½: they differ at -inf, and in the sign of their zero."""
    x = Value(1.0)
    program = compile(x**exponent, x=x, backend="array", dtype=dtype)
    points = [-math.inf, -0.0, 0.0, 4.0, -4.0, math.inf]
    powers = program(x=points)
    expected = [(Value(point) ** exponent).data for point in points]
    agree(powers, expected)
    assert powers.dtype == dtype
    assert [math.copysign(1.0, y) for y in powers if y == y] == [
        math.copysign(1.0, y) for y in expected if y == y
    ]


def test_branch_not_taken_injects_nothing():
    """An infinite derivative in the branch that where does not take stays out."""
    x = Value(1.0)
    y = autograd.where(x, autograd.sqrt(x), 3.0 * x)
    program = compile(y, x=x)
    value, grad = program.value_and_grad("x", x=[0.0, 4.0])
    agree(value, [0.0, 2.0])
    agree(grad, [3.0, 0.25])


def test_zero_adjoint_passes_nothing_on_through_products():
    """0 · inf is left out of matrix products too: a layer whose outputs are not used."""
    w, x = [[Value(1.0) for _ in range(3)] for _ in range(4)], [Value(1.0) for _ in range(3)]
    outputs = [autograd.relu(autograd.dot(row, x)) for row in w]
    y = autograd.sum(outputs)
    numbers = np.array([[1.0, 1.0, 1.0], [math.inf, 1.0, 1.0], [1.0, 0.5, 1.0], [-1.0, -1.0, -1.0]])
    point = np.array([-1.0, 1.0, 1.0])  # the second neuron is at -inf: off
    for row, given in zip(w, numbers):
        for leaf, number in zip(row, given):
            leaf.data = number
    for leaf, number in zip(x, point):
        leaf.data = number
    y.recompute()
    y.backward()
    program = compile(y, w=w, x=x)
    for batch in (point, np.stack([point, point])):
        value, (gw, gx) = program.value_and_grad(("w", "x"), w=numbers, x=batch)
        agree(value, y.data if batch.ndim == 1 else [y.data] * 2)
        agree(gw * (1 if batch.ndim == 1 else 0.5), [[leaf.grad for leaf in row] for row in w])
        agree(gx, [leaf.grad for leaf in x] if batch.ndim == 1 else [[v.grad for v in x]] * 2)


def test_comparisons_recorded_in_a_graph_have_no_derivative():
    """Steps are computed anew for every input, and pass nothing on."""
    x = Value(1.0)
    step = record(OPS["gt"], (x, 2.0))
    program = compile(step * x, x=x)
    value, grad = program.value_and_grad("x", x=[1.0, 3.0])
    agree(value, [0.0, 3.0])
    agree(grad, [0.0, 1.0])


# A user's own primitives


def test_custom_op_with_a_traced_rule():
    """The value comes from the user's function, number by number; the derivative is vectorised."""
    softsign = custom_op(
        "softsign",
        lambda x: x / (1.0 + abs(x)),
        lambda xp, out, x: (1.0 / ((1.0 + abs(x)) * (1.0 + abs(x))),),
    )
    xs = [Value(0.1 * i) for i in range(5)]
    y = autograd.sum([softsign(x) * x for x in xs])
    program = compile(y, xs=xs)
    y.backward()
    value, grad = program.value_and_grad("xs", xs=[x.data for x in xs])
    agree(value, y.data)
    agree(grad, [x.grad for x in xs])
    assert program(xs=np.zeros((3, 5))).shape == (3,)


def test_custom_op_whose_rule_branches():
    """A rule that is no expression is called with floats, number by number."""

    def partials(xp, out, a, b):
        return (b, a) if a > 0.0 else (2.0 * b, None)

    gate = custom_op("gate", lambda a, b: a * b if a > 0.0 else 2.0 * a * b, partials)
    a, b = [Value(v) for v in (1.0, -1.0, 2.0)], [Value(v) for v in (3.0, 4.0, 5.0)]
    y = autograd.sum([gate(p, q) for p, q in zip(a, b)])
    y.backward()
    program = compile(y, a=a, b=b)
    value, (ga, gb) = program.value_and_grad(
        ("a", "b"), a=[x.data for x in a], b=[x.data for x in b]
    )
    agree(value, y.data)
    agree(ga, [x.grad for x in a])
    agree(gb, [x.grad for x in b])


def test_custom_op_of_any_number_of_operands():
    """A user's reduction, with operands one by one."""
    spread = custom_op(
        "spread",
        lambda *xs: max(xs) - min(xs),
        lambda xp, out, *xs: tuple(float(x == max(xs)) - float(x == min(xs)) for x in xs),
    )
    xs = [Value(v) for v in (3.0, 1.0, 2.0, 5.0)]
    y = spread(*xs) * 2.0
    y.backward()
    program = compile(y, xs=xs)
    value, grad = program.value_and_grad("xs", xs=[[x.data for x in xs], [0.0, 9.0, 1.0, 2.0]])
    agree(value, [8.0, 18.0])
    agree(grad, [[x.grad for x in xs], [-2.0, 2.0, 0.0, 0.0]])


def test_a_comparison_sees_infinities():
    """The norm of an infinite vector is more than 5, whichever form runs."""
    x = [Value(1.0), Value(2.0)]
    far = record(OPS["gt"], (autograd.norm(x), 5.0))
    program = compile(autograd.where(far, 1.0, 2.0), x=x, backend="array")
    agree(program(x=[[math.inf, 1.0], [3.0, 3.0], [3.0, 5.0]]), [1.0, 2.0, 1.0])


def to_the_bit(numbers):
    """Numbers as text that tells zeros of different signs apart."""
    return [repr(float(x)) for x in numbers]


@pytest.mark.parametrize("backend", ["array", "loop"])
@pytest.mark.parametrize("op", FIXED, ids=str)
def test_literal_operands_keep_the_batch_axis_and_the_sign_of_zero(op, backend):
    """A literal may decide the result, as of elu(2, a): there is one result for each row still."""
    points = [-0.0, 0.0, 0.5, -1.5, 3.0]
    literals = [0.0, -0.0, 1.0, 2.0, -1.0, math.inf] if op.arity < 3 else [0.0, -0.0, 2.0]
    a, wanted, outputs = Value(0.5), [], []
    for place in range(op.arity):
        for others in itertools.product(literals, repeat=op.arity - 1):
            rest = iter(others)
            operands = [a if i == place else next(rest) for i in range(op.arity)]
            outputs += [record(op, tuple(operands)), record(op, tuple(operands)) * 1.5]
    for point in points:
        a.data = point
        for y in outputs:
            y.recompute()
        wanted.append([y.data for y in outputs])
    for y, expected in zip(outputs, zip(*wanted)):
        program = compile(y, a=a, backend=backend)
        found = program(a=points)
        assert found.shape == (len(points),)
        agree(found, expected)
        signs = [(x, w) for x, w in zip(found, expected) if w == 0.0]
        assert to_the_bit(x for x, _ in signs) == to_the_bit(w for _, w in signs)


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_ties_of_zeros_keep_the_sign_of_the_first(backend):
    """It shows in atan2, which tells -0 from 0."""
    for function in (autograd.maximum, autograd.minimum):
        for literal in (None, 0.0, -0.0):
            a, b = Value(1.0), Value(1.0)
            for x, y in ((a, b), (a, literal), (literal, a)):
                if x is None or y is None:
                    continue
                output = autograd.atan2(function(x, y), -1.0)
                program = compile(output, a=a, b=b, backend=backend)
                for a.data, b.data in itertools.product((0.0, -0.0), repeat=2):
                    expected = output.recompute().data
                    rows = program(a=[a.data] * 20, b=b.data)
                    assert to_the_bit(rows) == to_the_bit([expected] * 20)
    a = Value(1.0)
    program = compile(autograd.atan2(autograd.relu(a), -1.0), a=a, backend=backend)
    assert program(a=-0.0) == math.pi


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_powers_of_zero_beside_an_infinite_adjoint(backend):
    """x**0 passes on what the engine passes on: 0 times infinity is no number."""
    x, y = Value(2.0), Value(3.0)
    _, (grad,) = compile(x**0 * y, x=x, y=y, backend=backend).value_and_grad(
        ("x",), x=2.0, y=math.inf
    )
    y.data = math.inf
    output = x**0 * y
    x.grad = None
    output.backward()
    assert to_the_bit([grad]) == to_the_bit([x.grad])


@pytest.mark.parametrize("backend", ["array", "loop"])
@pytest.mark.parametrize("rows", [None, 20])
def test_overflow_in_single_precision_is_infinite_without_a_warning(backend, rows):
    """Of an argument, a constant, a result and a gradient; warnings are errors in these tests."""
    x = Value(1.0)
    for output, at in ((autograd.exp(x), 200.0), (x * 1e300, 1.0), (x * 1.0, 1e300)):
        program = compile(output, x=x, dtype="float32", backend=backend)
        given = at if rows is None else [at] * rows
        value, slope = program.value_and_grad("x", x=given)
        assert np.isposinf(value).all()
        assert np.isposinf(slope).all() or (slope == 1.0).all()
        assert np.isposinf(program(x=given)).all()
