"""The array executor gives what the eager engine gives, for graphs of every shape."""

import random

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.engine.record import record
from autograd.ops.op import OPS
from autograd.program import compile
from autograd.program.array import numpy_executor

# Squashes to (-1, 1), then scales into each primitive's sampling range: random graphs stay finite.
FIXED = [
    op for op in OPS.values() if op.arity is not None and op.name not in ("polygamma", "chain")
]
NARY = [op for op in OPS.values() if op.arity is None]


@pytest.fixture(params=["tiles", "numpy"], autouse=True)
def way(request, monkeypatch):
    """In machine code where that can be, and in NumPy."""
    if request.param == "numpy":
        monkeypatch.setattr(numpy_executor, "can_compile", lambda: False)
    return request.param


def in_range(x, low, high):
    middle, half = (low + high) / 2, (high - low) / 2
    return autograd.sin(x) * (0.5 * min(half, 2.0)) + middle


def random_graph(seed, leaves=6, nodes=30):
    """Leaves and an output that depends on random primitives of them, with repeated structure."""
    rng = random.Random(seed)
    xs = [Value(rng.uniform(-1.0, 1.0)) for _ in range(leaves)]
    pool = list(xs)
    while len(pool) < nodes:
        op = rng.choice(FIXED + NARY)
        count = op.arity or 2 * rng.randint(1, 3)
        samples = op.sample if op.arity else op.sample[:1] * count
        for _ in range(rng.choice([1, 1, 4])):
            operands = [
                in_range(rng.choice(pool), *sample) if rng.random() < 0.9 else rng.uniform(*sample)
                for sample in samples
            ]
            if any(isinstance(x, Value) for x in operands):
                pool.append(record(op, tuple(operands)))
    terms = [rng.uniform(-1.0, 1.0) * x for x in pool[leaves:]]
    return xs, autograd.sum(terms)


def eager(xs, y, point):
    """Value and gradient of a recorded graph at another point, by the engine."""
    for x, number in zip(xs, point):
        x.data = float(number)
    y.recompute()
    autograd.zero_grad(xs)
    y.backward()
    return y.data, [x.grad for x in xs]


def agree(a, b, tolerance=1e-11):
    """Equal within a tolerance relative to the larger of the number and 1, NaN to NaN."""
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("seed", range(15))
def test_random_graphs_agree_with_the_engine(seed):
    """Value and gradient agree at single points, for a batch, and for a partly shared batch."""
    xs, y = random_graph(seed)
    program = compile(y, first=xs[:2], rest=xs[2:], backend="array")
    rng = np.random.default_rng(seed)
    points = rng.uniform(-1.0, 1.0, (3, len(xs)))
    expected = [eager(xs, y, point) for point in points]
    for point, (value, grad) in zip(points, expected):
        got, grads = program.value_and_grad(("first", "rest"), first=point[:2], rest=point[2:])
        agree(got, value)
        agree(np.concatenate(grads), grad)
    values, grads = program.value_and_grad(
        ("first", "rest"), first=points[:, :2], rest=points[:, 2:]
    )
    agree(values, [value for value, _ in expected])
    agree(np.concatenate(grads, axis=1), [grad for _, grad in expected])
    mixed = [eager(xs, y, [*points[0, :2], *point[2:]]) for point in points]
    values, (shared, rows) = program.value_and_grad(
        ("first", "rest"), first=points[0, :2], rest=points[:, 2:]
    )
    agree(values, [value for value, _ in mixed])
    agree(shared, np.sum([grad[:2] for _, grad in mixed], axis=0))
    agree(rows, [grad[2:] for _, grad in mixed])


@pytest.mark.parametrize("op", FIXED, ids=str)
def test_every_primitive_agrees_with_the_engine(op):
    """Each primitive, over many numbers at once, and with one operand a constant."""
    rng = random.Random(op.name)
    rows = [[Value(rng.uniform(*sample)) for sample in op.sample] for _ in range(9)]
    y = autograd.sum([record(op, tuple(row)) for row in rows])
    points = np.array([[rng.uniform(*sample) for sample in op.sample] for _ in rows])
    leaves = [x for row in rows for x in row]
    value, grad = eager(leaves, y, points.reshape(-1))
    got, got_grad = compile(y, rows=rows, backend="array").value_and_grad("rows", rows=points)
    agree(got, value, 1e-13)
    agree(got_grad.reshape(-1), grad, 1e-13)


@pytest.mark.parametrize("op", FIXED + NARY, ids=str)
def test_every_primitive_in_single_precision(op):
    """The same in float32, and at zeros: rules hold constants that single precision lacks."""
    rng = random.Random(op.name)
    samples = op.sample if op.arity else op.sample[:1] * 4
    rows = [[Value(rng.uniform(*sample)) for sample in samples] for _ in range(20)]
    y = autograd.sum([record(op, tuple(row)) for row in rows])
    points = np.array([[x.data for x in row] for row in rows])
    if all(low <= 0.0 for low, _ in samples[:1]):
        points[0, 0] = 0.0
    points = points.astype(np.float32)
    wanted = compile(y, rows=rows, backend="array").value_and_grad("rows", rows=points)
    single = compile(y, rows=rows, backend="array", dtype="float32")
    value, grad = single.value_and_grad("rows", rows=points)
    assert value.dtype == grad.dtype == np.float32
    agree(value, wanted[0], 1e-4)
    agree(grad, wanted[1], 1e-4)


UNIFORM = {
    "the argument itself": lambda x: x[0],
    "a sum": autograd.sum,
    "minus a sum": lambda x: -autograd.sum(x),
    "a sum and more of one": lambda x: autograd.sum(x) + x[1],
    "differences": lambda x: x[0] - x[1] - x[2],
    "one twice": lambda x: x[0] + x[0],
    "a multiple": lambda x: 3.0 * (x[0] + x[1]),
    "squares": lambda x: autograd.sum([a * a for a in x]),
    "a dot product": lambda x: 2.0 - autograd.dot(x[:2], x[1:]),
    "a norm": autograd.norm,
    "of a part": lambda x: autograd.logsumexp(x[:2]) - x[2],
    "a constant beside": lambda x: autograd.sum([*x, 5.0]) * -1.0,
    "nothing": lambda x: Value(4.0) + 0.0,
}


@pytest.mark.parametrize("reduce", ["sum", "mean"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", UNIFORM)
def test_adjoints_that_are_one_number_everywhere(name, dtype, reduce):
    """They need no array; shared, batched and mixed arguments get gradients of their own shape."""
    x, w = ([Value(0.5) for _ in range(3)] for _ in range(2))
    y = UNIFORM[name](x) - UNIFORM[name](w)
    program = compile(y, x=x, w=w, dtype=dtype, backend="array")
    loop = compile(y, x=x, w=w, dtype=dtype, backend="loop")
    one, many = np.array([0.5, -1.0, 2.0]), np.arange(1.0, 13.0).reshape(4, 3)
    for given in ({"x": one, "w": 2 * one}, {"x": many, "w": one}, {"x": many, "w": many + 1}):
        found = program.value_and_grad(("x", "w"), reduce=reduce, **given)
        expected = loop.value_and_grad(("x", "w"), reduce=reduce, **given)
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-5)
        for grad, true in zip(found[1], expected[1]):
            assert grad.dtype == dtype
            np.testing.assert_allclose(grad, true, rtol=1e-5, atol=1e-6, strict=True)
        gx, gw = found[1]
        gx[...] = 7.0
        assert not np.shares_memory(gx, gw)


@pytest.mark.parametrize(
    "same", [lambda x: x, lambda x: x * 1.0, lambda x: 0.0 + x, lambda x: x - 0.0]
)
@pytest.mark.parametrize("batched", [False, True])
def test_results_are_nobody_else_s(same, batched):
    """What equals an argument is an array of its own, which the caller may change."""
    x = [Value(0.5), Value(2.0)]
    given = np.ones((3, 2) if batched else 2)
    for output in ([*map(same, x)], [*map(same, x[::-1])]):
        found = compile(output, x=x, backend="array")(x=given)
        found[...] = 7.0
        assert given.sum() == given.size
    value, grad = compile(same(x[0]), x=x[:1], backend="array").value_and_grad(
        "x", x=given[..., :1]
    )
    assert not np.shares_memory(value, given)
    assert not np.shares_memory(grad, given)
