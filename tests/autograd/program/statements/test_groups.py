"""Which array statements a recorded graph becomes, and that matrix code comes out of loops."""

import linecache

import numpy as np
import pytest

import autograd
from autograd import Value, compile
from autograd.program.array import numpy_executor
from autograd.program.statements.groups import group
from autograd.program.statements.layout import Gather, Joined, View
from autograd.program.tape.lower import lower
from autograd.program.tape.passes import simplified


def form_of(y, **arguments):
    return group(simplified(lower(y, arguments)))


def statements(y, **arguments):
    return [f"{s.kind} {s.op} {s.shape}" for s in form_of(y, **arguments).statements]


def leaves(*shape):
    if not shape:
        return Value(0.5)
    return [leaves(*shape[1:]) for _ in range(shape[0])]


def dot(xs, ys):
    """A dot product as a loop."""
    s = 0.0
    for x, y in zip(xs, ys):
        s = s + x * y
    return s


def layer(dot, weights, inputs):
    """Neurons whose weights end with the bias, as a loop."""
    return [autograd.tanh(dot(row[:-1], inputs) + row[-1]) for row in weights]


def generated(name):
    """The newest generated source of this name."""
    files = [
        entry for file, entry in linecache.cache.items() if file.startswith(f"<autograd {name}")
    ]
    return "".join(files[-1][2])


DOTS = pytest.mark.parametrize("dot", [dot, autograd.dot], ids=["loop", "dot"])


@DOTS
def test_a_layer_is_one_product(dot):
    """However its neurons are written: product, addition, activation; and all operands views."""
    w, x = leaves(4, 6), leaves(5)
    form = form_of(layer(dot, w, x), w=w, x=x)
    assert [f"{s.kind} {s.op} {s.shape}" for s in form.statements] == [
        "product dot (1, 4)",
        "map add (4,)",
        "map tanh (4,)",
    ]
    assert all(isinstance(operand, View) for s in form.statements for operand in s.operands)


@DOTS
@pytest.mark.parametrize("outer", ["examples", "neurons"])
def test_a_loop_over_examples_is_one_product_too(dot, outer):
    """Examples unrolled in the graph, in either order: the rows of one matrix."""
    w, xs = leaves(4, 6), leaves(7, 5)
    if outer == "examples":
        ys = [layer(dot, w, x) for x in xs]
    else:
        ys = [[layer(dot, [row], x)[0] for x in xs] for row in w]
    form = form_of(ys, w=w, xs=xs)
    shape = (7, 4) if outer == "examples" else (4, 7)
    assert [f"{s.kind} {s.op} {s.shape}" for s in form.statements] == [
        f"product dot {shape}",
        f"map add {shape}",
        "map tanh (28,)",
    ]
    assert all(isinstance(operand, View) for s in form.statements for operand in s.operands)


@DOTS
def test_a_network_over_examples_stays_in_matrices(dot):
    """Two layers and a loss, 9 examples: as many statements as for one."""
    w1, w2, xs = leaves(8, 4), leaves(2, 9), leaves(9, 3)

    def loss(x):
        y = layer(dot, w2, layer(dot, w1, x))
        return (y[0] - y[1]) ** 2

    one = statements(loss(xs[0]), w1=w1, w2=w2, xs=xs)
    many = statements(autograd.sum([loss(x) for x in xs]), w1=w1, w2=w2, xs=xs)
    assert len(many) == len(one) + 1
    assert sum(text.startswith("product") for text in many) == 2


def test_the_adjoint_of_a_layer_is_two_products(monkeypatch):
    """In NumPy: one matmul forward, two back, gradients written into views of one vector."""
    monkeypatch.setattr(numpy_executor, "can_compile", lambda: False)
    params, x = leaves(4 * 6), leaves(5)
    w = [params[i * 6 : i * 6 + 6] for i in range(4)]
    program = compile(autograd.sum(layer(dot, w, x)), params=params, x=x, backend="array")
    program.value_and_grad(("params", "x"), params=np.ones(24), x=np.ones((8, 5)))
    source = generated("value_and_grad")
    assert source.count("matmul(") == 3
    assert "take(" not in source
    assert "add_at(" not in source


def test_heads_of_dots_are_a_stack_of_products():
    """Families of equal size that share nothing are multiplied in one call."""
    q, k = leaves(3, 4, 5), leaves(3, 6, 5)
    scores = [[[autograd.dot(a, b) for b in ks] for a in qs] for qs, ks in zip(q, k)]
    assert statements(scores, q=q, k=k) == ["product dot (3, 4, 6)"]
    program = compile(autograd.sum([s for h in scores for row in h for s in row]), q=q, k=k)
    rng = np.random.default_rng(0)
    for batch in ((), (2,)):
        Q, K = rng.normal(size=(3, 4, 5)), rng.normal(size=(*batch, 3, 6, 5))
        value, (gq, gk) = program.value_and_grad(("q", "k"), q=Q, k=K)
        np.testing.assert_allclose(value, np.einsum("hae,...hbe->...", Q, K), rtol=1e-12)
        expected = K.reshape(-1, 3, 6, 5).sum(axis=(0, 2))[:, None] * np.ones((1, 4, 1))
        np.testing.assert_allclose(gq, expected, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(gk, np.broadcast_to(Q.sum(axis=1)[:, None], K.shape), rtol=1e-12)


def test_rows_of_dots_that_share_nothing():
    """Row by row dot products are neither gathered nor multiplied in full."""
    a, b = leaves(6, 3), leaves(6, 3)
    assert statements([autograd.dot(x, y) for x, y in zip(a, b)], a=a, b=b) == ["rows dot (6,)"]


def test_one_dot_is_a_product_and_many_lengths_are_rows():
    """Of one shape, along the last axis; short ones from several blocks are written out."""
    a, b = leaves(6, 3), leaves(6)
    assert statements(autograd.dot(a[0], a[1]), a=a) == ["product dot (1, 1)"]
    assert statements(autograd.norm(a[0]), a=a) == ["rows norm ()"]
    assert statements([autograd.norm(x) for x in a], a=a) == ["rows norm (6,)"]
    mixed = [autograd.norm([*x[:2], y]) for x, y in zip(a, b)]
    assert statements(mixed, a=a, b=b) == ["map norm (6,)"]
    assert statements([autograd.norm([*x, y]) for x, y in zip(a, b)], a=a, b=b) == [
        "rows norm (6,)"
    ]
    numbers = np.arange(18.0).reshape(6, 3)
    for y in ([autograd.norm(x) for x in a], mixed, [autograd.logsumexp(x) for x in a]):
        for leaf, number in zip([x for row in a for x in row] + b, [*numbers.flat, *range(6)]):
            leaf.data = number
        wanted = [root.recompute().data for root in y]
        found = compile(y, a=a, b=b)(a=numbers, b=np.arange(6.0))
        np.testing.assert_allclose(found, wanted, rtol=1e-14)


def test_powers_are_grouped_by_their_exponents():
    """A constant exponent decides what is computed; another operand does not."""
    x, e = leaves(5), leaves(5)
    y = [x[0] ** 2.5, x[1] ** 3.5, x[2] ** 2.5, x[3] ** e[3], x[4] ** e[4]]
    assert statements(y, e=e, x=x) == ["map pow (2,)", "map pow (1,)", "map pow (2,)"]
    assert statements([b**a for a, b in zip(e, x)], e=e, x=x) == ["map pow (5,)"]
    assert statements([b * 2.5 for b in x] + [b * 3.5 for b in x], x=x) == ["map mul (2, 5)"]


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        ((5, 3), (5, 3)),
        ((7, 1), (7, 1)),
        ((4, 3), (7,)),
        ((5, 5, 1), (11,)),
        ((5, 5, 2), (5, 5, 2)),
    ],
)
def test_a_group_over_several_blocks_is_cut_up_if_it_is_large(sizes, parts):
    """Four to a block on average make a statement of their own; fewer are joined."""
    names = dict(zip("abc", map(leaves, sizes)))
    y = [autograd.exp(x) for block in names.values() for x in block]
    assert statements(y, **names) == [f"map exp ({n},)" for n in parts]
    assert statements(y[::-1], **names) == [f"map exp ({n},)" for n in parts]


def test_windows_are_views_and_their_adjoints_add_up():
    """A convolution reads overlapping windows; each input gets the sum of what reads it."""
    w, x = leaves(3), leaves(10)
    y = autograd.sum([autograd.dot(w, x[i : i + 3]) ** 2 for i in range(8)])
    form = form_of(y, w=w, x=x)
    assert isinstance(form.statements[0].operands[0], View)
    assert isinstance(form.statements[0].operands[1], View)
    numbers = np.linspace(-1.0, 1.0, 10)
    for leaf, number in zip(x, numbers):
        leaf.data = number
    y.recompute()
    y.backward()
    _, (gw, gx) = compile(y, w=w, x=x).value_and_grad(("w", "x"), w=np.full(3, 0.5), x=numbers)
    np.testing.assert_allclose(gw, [leaf.grad for leaf in w], rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(gx, [leaf.grad for leaf in x], rtol=1e-13, atol=1e-14)


def test_irregular_reading_is_a_gather_and_scatters_back():
    """Only where the spacing is uneven."""
    x = leaves(12)
    order = [3, 1, 4, 1, 5, 9, 2, 6]
    y = autograd.sum([autograd.sin(x[i] * x[11]) for i in order])
    form = form_of(y, x=x)
    assert isinstance(form.statements[0].operands[0], Gather)
    numbers = np.linspace(0.1, 1.2, 12)
    for leaf, number in zip(x, numbers):
        leaf.data = number
    y.recompute()
    y.backward()
    _, grad = compile(y, x=x).value_and_grad("x", x=numbers)
    np.testing.assert_allclose(grad, [leaf.grad for leaf in x], rtol=1e-13, atol=1e-15)


def test_reading_from_several_blocks_is_joined():
    """Few statements that read from different arguments become one all the same."""
    a, b = leaves(2), leaves(2)
    form = form_of([autograd.exp(a[0]), autograd.exp(b[1]), autograd.exp(a[1])], a=a, b=b)
    assert [s.kind for s in form.statements] == ["map"]
    assert isinstance(form.statements[0].operands[0], Joined)


def test_frozen_weights_are_one_constant_matrix():
    """Leaves that no argument names take part as an array, not number by number."""
    w, x = leaves(4, 6), leaves(5)
    for row in w:
        for i, leaf in enumerate(row):
            leaf.data = float(i)
    program = compile(layer(dot, w, x), x=x, backend="array")
    expected = [y.data for y in layer(dot, w, x)]
    np.testing.assert_allclose(program(x=np.full((3, 5), 0.5)), [expected] * 3, rtol=1e-13)
