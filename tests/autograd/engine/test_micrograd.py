"""The words of micrograd, and what the errors say where something stays different."""

import copy
import math
import pickle
import weakref

import pytest
from hypothesis import given

import autograd as ag
from autograd import GraphError, InputTypeError, Value
from autograd.engine.generated import plain
from autograd.testing import programs


def sorted_graph(root):
    """The order as every lecture writes it, by recursion over `_prev`."""
    order, visited = [], set()

    def build(v):
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build(child)
            order.append(v)

    build(root)
    return order


def walk(root):
    """Backward by hand, node by node."""
    order = sorted_graph(root)
    for v in order:
        v.grad = 0.0
    root.grad = 1.0
    for v in reversed(order):
        v._backward()
    return order


@given(programs(most=12))
def test_a_walk_node_by_node_is_a_backward_pass(formula):
    """On random graphs over the whole table: every node's gradient, to the last bit or nearly."""
    leaves = [Value(x) for x in formula.point]
    result = formula(*leaves)
    if not isinstance(result, Value):
        return
    by_hand = [v.grad for v in walk(result)]
    order = sorted_graph(result)
    for v in order:
        v.grad = 0.0
    result.backward()
    # Both orders are topological, so the terms are the same, but added up one way or another.
    scale = max(abs(g) for g in by_hand)
    for one, other in zip(by_hand, (v.grad for v in order)):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-12 * scale, nan_ok=True)


def test_what_is_not_chosen_gets_nothing():
    """As in a backward pass: 0 × inf is left out."""
    x = Value(0.0)
    y = ag.where(x > 0.0, ag.sqrt(x), 3.0 * x)
    walk(y)
    assert x.grad == 3.0
    Value(1.0)._backward()  # a leaf has nothing to pass on


def test_labels_are_names():
    """Given when it is made or later; "" where there is none, as micrograd has it."""
    a = Value(2.0, label="a")
    b = Value(-3.0, "b")
    c = a * b
    assert (a.label, b.label, c.label, c.name) == ("a", "b", "", None)
    c.label = "c"
    assert (c.name, repr(c)) == ("c", "Value(-6.0, name='c')")
    assert c._prev == c.parents == (a, b)
    assert (a * a)._prev == (a, a)
    assert c.item() == -6.0


@pytest.mark.parametrize(("formula", "symbol"), [
    (lambda x: x + 1.0, "+"), (lambda x: x - 1.0, "-"), (lambda x: 2.0 * x, "*"),
    (lambda x: -x, "-"), (lambda x: x / 2.0, "/"), (lambda x: x**2, "**"),
    (lambda x: x.tanh(), "tanh"), (lambda x: x.relu(), "ReLU"), (lambda x: x.exp(), "exp"),
    (lambda x: x, ""),
])  # fmt: skip
def test_symbols_are_what_micrograd_prints(formula, symbol):
    """A leaf's is empty."""
    assert formula(Value(0.5))._op == symbol


@pytest.mark.parametrize("engine", ["generated", "plain"])
def test_errors_say_what_to_write(engine):
    """Where a program for micrograd meets a difference; never with a word it does not know."""
    d = Value(2.0) * 3.0
    layer = [Value(1.0)]
    with plain() if engine == "plain" else pytest.MonkeyPatch.context():
        for action, error, message in (
            (
                lambda: setattr(d, "data", 1.0),
                GraphError,
                r"cut the graph there, d = d\.detach\(\)",
            ),
            (lambda: d + layer, InputTypeError, r"take one item of it, as in model\(x\)\[0\]"),
            (lambda: layer - d, InputTypeError, r"take one item of it, as in model\(x\)\[0\]"),
            (lambda: 1.0 / d * (d, d), InputTypeError, "got a tuple: take one item of it"),
            (lambda: setattr(d, "_backward", None), GraphError, r"f = autograd\.custom_op\("),
            (lambda: setattr(d, "extra", 1), AttributeError, "'Value' object has no attribute"),
            (
                lambda: setattr(d, "label", 3),
                InputTypeError,
                "name of a Value is a str, but got int 3",
            ),
            (lambda: d.extra, AttributeError, "'Value' object has no attribute 'extra'"),
            (lambda: Value(1.0, (d,), "+"), InputTypeError, r"use autograd\.custom_op$"),
            (lambda: Value(1.0, (d,)), InputTypeError, "made of is recorded by arithmetic"),
        ):
            with pytest.raises(error, match=message) as caught:
                action()
            assert "Node" not in str(caught.value)
    assert [x == layer for x in (d, 1.0)] == [False, False]


def test_no_grad_is_found_on_the_class_too():
    """As in other engines of this kind."""
    x = Value(2.0)
    with Value.no_grad():
        assert (x * x).parents == ()


class Tagged(Value):
    """A user's class, with attributes."""

    def __init__(self, data, tag=None):
        super().__init__(data)
        self.tag = tag


class Slotted(Value):
    """The same in slots."""

    __slots__ = ("tag", "unset")

    def __init__(self, data, tag=None):
        super().__init__(data)
        self.tag = tag


class Numeric(Value):
    """Equal where the numbers are; its hash would confuse any dictionary of nodes."""

    def __eq__(self, other):
        return self.data == float(other)

    def __hash__(self):
        return hash(self.data)


@pytest.mark.parametrize("kind", [Tagged, Slotted])
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))],
    ids=["copy", "deepcopy", "pickle"],
)  # fmt: skip
def test_a_class_of_the_users_keeps_its_attributes(kind, copied):
    """Alone, and as a leaf of a graph."""
    leaf = kind(2.0, tag=["first"])
    again = copied(leaf)
    assert (type(again), again.tag, again.data) == (kind, ["first"], 2.0)
    assert (again.tag is leaf.tag) is (copied is copy.copy)
    result = copied(leaf * leaf + 1.0)
    assert result.parents[0].parents[0].tag == ["first"]


@pytest.mark.parametrize("engine", ["generated", "plain"])
def test_arithmetic_on_a_class_of_the_users_gives_values(engine):
    """Whatever it derives from Value, with every kind of operand."""
    x = Tagged(2.0)
    with plain() if engine == "plain" else pytest.MonkeyPatch.context():
        for y in (x + 1.0, 1.0 + x, x * x, x + Value(1.0), -x, x.exp(), ag.sum([x, x]), abs(x)):
            assert type(y) is Value
    with ag.no_grad():
        assert type(x + 1.0) is Value


def test_equality_by_number_does_not_confuse_gradients():
    """In any pass: graphs go by identity."""
    a, b = Numeric(2.0), Numeric(2.0)
    assert a == b
    y = a * b + a
    y.backward()
    assert (a.grad, b.grad) == (3.0, 2.0)
    ag.zero_grad([a, b])
    y.backward(create_graph=True)
    assert (a.grad.data, b.grad.data) == (3.0, 2.0)
    assert [float(g) for g in ag.grad(lambda x: x[0] * x[1] + x[0])([a, b])] == [3.0, 2.0]
    assert ag.compile(y, a=a, b=b)(a=3.0, b=4.0) == 15.0


def test_weak_references():
    """A Value takes none, which would be 8 bytes a node; a class of the user's does."""
    with pytest.raises(TypeError, match="weak reference"):
        weakref.ref(Value(1.0))
    x = Tagged(1.0)
    assert weakref.ref(x)() is x


def test_the_lecture_loop_with_partials():
    """Operands and partials side by side are all that the chain rule needs."""
    x, y = Value(2.0), Value(0.5)
    z = (x * y).tanh()
    z.grad = 1.0
    for v in reversed(sorted_graph(z)):
        for operand, partial in zip(v.operands, v.partials):
            operand.grad += v.grad * partial
    assert x.grad == pytest.approx((1.0 - math.tanh(1.0) ** 2) * 0.5, rel=1e-15)
