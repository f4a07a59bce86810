"""Families of dot products of every shape, with either side, both or neither batched."""

import itertools

import numpy as np
import pytest

import autograd
from autograd import Value, compile
from autograd.program.array import numpy_executor


@pytest.fixture(params=["tiles", "numpy"], autouse=True)
def way(request, monkeypatch):
    """In machine code where that can be, and in NumPy."""
    if request.param == "numpy":
        monkeypatch.setattr(numpy_executor, "can_compile", lambda: False)
    return request.param


BATCH = 3


def leaves(*shape):
    if not shape:
        return Value(0.5)
    return [leaves(*shape[1:]) for _ in range(shape[0])]


def program_of(stack, p, q, k, padded):
    """Σ c · tanh(a · bᵀ) for a stack of matrices; ``padded`` rows are parts of longer ones."""
    pad = 2 if padded else 0
    a, b, c = leaves(stack, p, k + pad), leaves(stack, q, k + pad), leaves(stack, p, q)
    terms = []
    for s, i, j in itertools.product(range(stack), range(p), range(q)):
        dot = autograd.dot(a[s][i][pad:], b[s][j][:k])
        terms.append(c[s][i][j] * autograd.tanh(dot))
    return compile(autograd.sum(terms), a=a, b=b, c=c, backend="array"), pad


def expected(a, b, c, pad, k):
    """Value and gradients at one point, with NumPy."""
    t = np.tanh(a[..., pad:] @ b[..., :k].swapaxes(-1, -2))
    slope = c * (1.0 - t * t)
    ga, gb = np.zeros_like(a), np.zeros_like(b)
    ga[..., pad:] = slope @ b[..., :k]
    gb[..., :k] = slope.swapaxes(-1, -2) @ a[..., pad:]
    return (c * t).sum(), (ga, gb, t)


@pytest.mark.parametrize("flags", list(itertools.product([False, True], repeat=3)), ids=str)
@pytest.mark.parametrize("padded", [False, True], ids=["whole", "padded"])
@pytest.mark.parametrize(
    "sizes",
    [
        (1, 1, 1, 4),
        (1, 1, 5, 4),
        (1, 5, 1, 4),
        (1, 3, 5, 4),
        (2, 3, 5, 4),
        (3, 1, 1, 4),
        (1, 2, 2, 2),
    ],
    ids=lambda sizes: "x".join(map(str, sizes)),
)
def test_products_agree_with_numpy(sizes, padded, flags):
    """Value and all gradients: a row for a row where batched, the sum where the batch shares."""
    stack, p, q, k = sizes
    program, pad = program_of(*sizes, padded)
    rng = np.random.default_rng(0)
    shapes = [(stack, p, k + pad), (stack, q, k + pad), (stack, p, q)]
    arrays = [
        rng.normal(size=(BATCH, *shape) if batched else shape)
        for shape, batched in zip(shapes, flags)
    ]
    value, grads = program.value_and_grad(("a", "b", "c"), **dict(zip("abc", arrays)))
    if not any(flags):
        points = [expected(*arrays, pad, k)]
        value = [value]
    else:
        rows = [[x[i] if batched else x for x, batched in zip(arrays, flags)] for i in range(BATCH)]
        points = [expected(*row, pad, k) for row in rows]
    np.testing.assert_allclose(value, [v for v, _ in points], rtol=1e-12, atol=1e-13)
    for i, (grad, batched) in enumerate(zip(grads, flags)):
        parts = np.array([g[i] for _, g in points])
        wanted = parts if batched else parts.sum(axis=0)
        np.testing.assert_allclose(grad, wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("flags", list(itertools.product([False, True], repeat=2)), ids=str)
def test_careful_products_agree_with_numpy(flags):
    """The careful form, which an infinite sibling output brings on, multiplies the same."""
    a, b, z = leaves(1, 3, 4), leaves(1, 5, 4), Value(0.0)
    dots = [autograd.dot(x, y) for x in a[0] for y in b[0]]
    y = autograd.sum([autograd.tanh(d) for d in dots]) + autograd.sqrt(z)
    program = compile(y, a=a, b=b, z=z, backend="array")
    rng = np.random.default_rng(1)
    arrays = [
        rng.normal(size=(BATCH, 1, n, 4) if batched else (1, n, 4))
        for n, batched in zip((3, 5), flags)
    ]
    given = dict(zip("ab", arrays))
    calm = program.value_and_grad(("a", "b", "z"), z=1.0, **given)[1]
    wild = program.value_and_grad(("a", "b", "z"), z=0.0, **given)[1]
    assert np.isinf(wild[2])
    for one, other in zip(calm[:2], wild[:2]):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


def test_long_batches_run_in_chunks():
    """Rows of any number of chunks, shared gradients added up over all of them."""
    w, x = leaves(300), leaves(300)
    y = autograd.sum([autograd.sin(p * q) for p, q in zip(w, x)])
    program = compile(y, w=w, x=x, backend="array")
    rng = np.random.default_rng(2)
    W, X = rng.normal(size=300), rng.normal(size=(101, 300))
    value, (gw, gx) = program.value_and_grad(("w", "x"), w=W, x=X, reduce="mean")
    np.testing.assert_allclose(value, np.sin(W * X).sum(axis=1), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(program(w=W, x=X), value, rtol=1e-15)
    np.testing.assert_allclose(gw, (X * np.cos(W * X)).mean(axis=0), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(gx, W * np.cos(W * X) / 101, rtol=1e-12, atol=1e-13)
