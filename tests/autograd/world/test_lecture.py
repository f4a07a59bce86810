"""A lecture's notebook: an expression by hand, a neuron, a network of classes, all with labels.

Each test is one part of such a notebook, in its own words; nothing here knows this package's.
"""

import math
import random

import pytest

from autograd import Value


def trace(root):
    """Nodes and edges, to draw them."""
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def test_an_expression_by_hand():
    """The chain rule, one node after the other, on paper and by `_backward`."""
    a = Value(2.0, label="a")
    b = Value(-3.0, label="b")
    c = Value(10.0, label="c")
    e = a * b
    e.label = "e"
    d = e + c
    d.label = "d"
    f = Value(-2.0, label="f")
    L = d * f
    L.label = "L"
    assert L.data == -8.0

    L.grad = 1.0
    L._backward()
    assert (d.grad, f.grad) == (-2.0, 4.0)
    d._backward()
    assert (c.grad, e.grad) == (-2.0, -2.0)
    e._backward()
    assert (a.grad, b.grad) == (6.0, -4.0)

    for leaf in (a, b, c, f):  # one step along the gradient makes L larger
        leaf.data += 0.01 * leaf.grad
    e = a * b
    d = e + c
    L = d * f
    assert L.data == pytest.approx(-7.286496, rel=1e-12)


def test_the_graph_is_told_by_its_nodes():
    """Labels, symbols, numbers and edges, as a picture of Graphviz needs them."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b + a
    c.label = "c"
    nodes, edges = trace(c)
    rows = {f"{{ {n.label} | data {n.data:.4f} | grad {n.grad:.4f} }}" for n in nodes}
    assert "{ c | data -4.0000 | grad 0.0000 }" in rows
    assert sorted(n._op for n in nodes) == ["", "", "*", "+"]
    assert sorted((x.label, y._op) for x, y in edges) == [
        ("", "+"),
        ("a", "*"),
        ("a", "+"),
        ("b", "*"),
    ]


@pytest.mark.parametrize("form", ["tanh", "composed"])
def test_a_neuron_backwards(form):
    """tanh as one node, and composed of exponentials: the same gradients."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    if form == "tanh":
        o = n.tanh()
    else:
        e = (2 * n).exp()
        o = (e - 1) / (e + 1)
    o.label = "o"

    topo, visited = [], set()

    def build_topo(v):
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build_topo(child)
            topo.append(v)

    build_topo(o)
    o.grad = 1.0
    for node in reversed(topo):
        node._backward()
    slope = 1.0 - math.tanh(x1.data * w1.data + b.data) ** 2
    assert [x1.grad, x2.grad, w1.grad, w2.grad, b.grad] == pytest.approx(
        [-3.0 * slope, slope, 2.0 * slope, 0.0, slope], rel=1e-13
    )


def test_a_variable_used_twice_adds_up():
    """The bug that such lectures end with."""
    a = Value(3.0, label="a")
    b = a + a
    b.backward()
    assert a.grad == 2.0
    a, b = Value(-2.0, label="a"), Value(3.0, label="b")
    d = a * b
    e = a + b
    f = d * e
    f.backward()
    assert (a.grad, b.grad) == (-3.0, -8.0)


class Neuron:
    """As it is written on the blackboard."""

    def __init__(self, nin, rng):
        self.w = [Value(rng.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(rng.uniform(-1, 1))

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.tanh()

    def parameters(self):
        return [*self.w, self.b]


class Layer:
    """Neurons side by side."""

    def __init__(self, nin, nout, rng):
        self.neurons = [Neuron(nin, rng) for _ in range(nout)]

    def __call__(self, x):
        outs = [n(x) for n in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:
    """Layers one after the other."""

    def __init__(self, nin, nouts, rng):
        sz = [nin, *nouts]
        self.layers = [Layer(sz[i], sz[i + 1], rng) for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]


def squared_error(n, xs, ys):
    return sum((yout - ygt) ** 2 for ygt, yout in zip(ys, [n(x) for x in xs]))


def test_a_network_learns():
    """Two layers and four examples; gradients as differences give them, and the loss falls."""
    n = MLP(3, [4, 1], random.Random(7))
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]

    loss = squared_error(n, xs, ys)
    loss.backward()
    h = 2.0**-17  # central differences are right to about 1e-9 then
    for p in n.parameters():
        p.data += h
        above = squared_error(n, xs, ys).data
        p.data -= 2 * h
        below = squared_error(n, xs, ys).data
        p.data += h
        assert p.grad == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-7)

    first = loss.data
    for _ in range(40):
        loss = squared_error(n, xs, ys)
        for p in n.parameters():
            p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -0.1 * p.grad
    assert loss.data < 0.05 * first
    assert [n(x).data > 0 for x in xs] == [y > 0 for y in ys]
