"""Passes that keep adjoints in the nodes: several at once, one inside another, faults between."""

import copy
import math
import pickle
import random
import sys
import threading
from contextlib import suppress

import pytest

import autograd
from autograd import Value, backward, custom_op, zero_grad
from autograd.engine.backward import RUNNING
from autograd.engine.generated import plain
from autograd.engine.node import EPOCH
from autograd.engine.order import record_of


def tangle(leaves, seed, nodes=300):
    """A graph over these leaves in which much is used more than once."""
    rng = random.Random(seed)
    values = [*leaves]
    for _ in range(nodes):
        a, b = rng.choice(values[-30:]), rng.choice(leaves)
        values.append(rng.choice([a * b, a + b, a - b * 0.5, autograd.tanh(a), a * a]) * 0.7)
    return values[-1] + values[-2]


def gradients(leaves, root):
    """Of a fresh pass, from zero."""
    autograd.zero_grad(leaves)
    root.backward()
    found = [x.grad for x in leaves]
    autograd.zero_grad(leaves)
    return found


def leaves_of(n=4):
    return [Value(0.3 + 0.2 * i) for i in range(n)]


def test_nothing_of_a_pass_is_left_behind():
    """Leaves hold no adjoint but in their gradients, and no pass is under way."""
    leaves = leaves_of()
    tangle(leaves, 1).backward()
    assert all(x._left is None and x.operands == () and not x.partials for x in leaves)
    assert not RUNNING


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_pass_inside_a_rule_of_another(depth):
    """A rule that differentiates the same leaves and computed nodes on its way spoils nothing."""
    leaves = leaves_of()
    shared = tangle(leaves, 2, nodes=40)
    inner_grads = gradients(leaves, shared)

    def nested(level):
        def partials(xp, out, x):
            if isinstance(x, float):
                target = shared if level == 1 else nested(level - 1)(shared)
                target.backward()
                return (1.0,)
            raise TypeError("for floats only")

        return custom_op("nested", lambda x: x, partials)

    result = nested(depth)(shared)
    result.backward()
    total = [x.grad for x in leaves]
    assert total == pytest.approx([(depth + 1) * g for g in inner_grads], rel=1e-12)
    assert not RUNNING
    assert gradients(leaves, shared) == inner_grads


def test_threads_on_shared_leaves_and_shared_computed_nodes():
    """Every pass adds its whole gradient, whatever runs beside it."""
    leaves = leaves_of(6)
    trunk = tangle(leaves, 3)
    roots = [trunk * float(i + 1) + tangle(leaves, 10 + i, nodes=50) for i in range(4)]
    exact = [gradients(leaves, root) for root in roots]
    repeats = 60

    def work(root):
        for _ in range(repeats):
            root.backward()

    threads = [threading.Thread(target=work, args=(root,)) for root in roots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [repeats * sum(column) for column in zip(*exact)]
    assert [x.grad for x in leaves] == pytest.approx(expected, rel=1e-10)
    assert [gradients(leaves, root) for root in roots] == exact


def test_rule_that_waits_for_another_thread_s_pass_does_not_wait_forever():
    """The other pass takes a dictionary instead of waiting for the slots."""
    x = Value(2.0)
    other = x * x

    def partials(xp, out, a):
        if not isinstance(a, float):
            raise TypeError("for floats only")
        thread = threading.Thread(target=other.backward)
        thread.start()
        thread.join(timeout=60)
        assert not thread.is_alive()
        return (3.0,)

    waiting = custom_op("waiting", lambda a: 3.0 * a, partials)
    waiting(x).backward()
    assert x.grad == 3.0 + 4.0


def test_fault_clears_what_the_pass_had_begun():
    """After an error in a rule no computed node shows a half adjoint; a retry is exact."""
    leaves = leaves_of()
    broken = [True]

    def partials(xp, out, a):
        if not isinstance(a, float):
            raise TypeError("for floats only")
        if broken[0]:
            raise RuntimeError("a user's bug")
        return (1.0,)

    early = custom_op("early", lambda a: a, partials)(tangle(leaves, 4, nodes=30))
    root = tangle(leaves, 5) * early + early
    with pytest.raises(RuntimeError, match="a user's bug"):
        root.backward()
    order, _ = record_of([root])
    assert not any(node.grad_computed for node in [*order, *leaves])
    assert not RUNNING
    broken[0] = False
    root.backward()
    got = [x.grad for x in leaves]
    assert got == gradients(leaves, root)


def test_change_of_a_leaf_is_noticed_by_a_repeated_pass_too():
    """Gradients in the slots do not hide that a node is stale."""
    leaves = leaves_of()
    root = tangle(leaves, 6)
    root.backward()
    root.backward()
    leaves[0].data = 5.0
    before = [x.grad for x in leaves]
    with pytest.raises(autograd.StaleGraphError):
        root.backward()
    assert [x.grad for x in leaves] == before


READ = {
    "nothing": lambda x, y: None,
    "another pass": lambda x, y: y.backward(),
    "a pass in a transform": lambda x, y: autograd.grad(lambda a: a * x)(2.0),
    "a copy": lambda x, y: copy.deepcopy(y),
    "a pickle": lambda x, y: pickle.loads(pickle.dumps(y)),
    "a new evaluation": lambda x, y: y.recompute(),
    "a recorded pass": lambda x, y: backward(y * 1.0, create_graph=True),
    "a number": lambda x, y: setattr(x, "grad", 0.25),
    "a gradient that is a Value": lambda x, y: setattr(x, "grad", Value(0.5) * 1.0),
    "clearing": lambda x, y: zero_grad([x]),
    "a number of its own": lambda x, y: setattr(x, "data", 1.5) or y.recompute(),
}
"""What may happen to a leaf x and a result y between two passes, and inside a rule of one."""


@pytest.mark.parametrize("inside", [x for x in READ if x != "a number of its own"])
@pytest.mark.parametrize("between", READ)
def test_gradients_of_passes_whatever_comes_between_and_inside(between, inside):
    """The engine that keeps a leaf's gradient where its adjoint was agrees with the plain one."""

    def everything():
        x = Value(0.7)
        y = x * x + 3.0

        def partials(xp, out, a):
            READ[inside](x, y)
            return (xp.cos(a),)

        watched = custom_op("watched", math.sin, partials)
        z = watched(y * x) * x - 113.0 + x
        found = []
        for _ in range(3):
            z.backward()
            found += [float(x.grad), x.grad_computed, float(y.grad), float(z.grad)]
            READ[between](x, y)
            z.recompute()
            found += [float(x.grad), x.grad_computed, y.grad_computed]
        return found

    with plain():
        expected = everything()
    assert everything() == expected


def test_a_node_that_nobody_has_filled_in_does_no_harm():
    """Of a class's __new__ alone: an error, or a leaf that holds nothing."""
    for kind in (Value, type("Derived", (Value,), {})):
        try:
            x = kind.__new__(kind)
        except TypeError:
            x = kind.__new__(kind, 0.0)
        for use in (lambda x: (x * 2.0).backward(), repr, copy.copy, lambda x: x.recompute()):
            with suppress(AttributeError, TypeError):
                use(x)


def test_numbers_that_mypyc_takes_for_no_number():
    """-113 stands for "not there" in C that it writes; it is a number like any other."""
    x = Value(-113.0)
    y = x + 0.0
    y.backward(-113.0)
    assert (x.data, y.data, x.grad, y.grad) == (-113.0, -113.0, -113.0, -113.0)
    assert (-y).exp().log().data == pytest.approx(113.0, rel=1e-15)  # two roundings
    y.backward(113.0)
    assert x.grad == 0.0
    x.data = 2.0
    assert y.recompute().data == 2.0
    x.data = -113.0
    assert y.recompute().data == -113.0


def test_nodes_leave_nothing_behind():
    """No reference to the class, or to what marks "no gradient yet", is left of many."""

    def work():
        x = Value(1.0, "x")
        for _ in range(1000):
            y = autograd.sum([x * Value(2.0), Value(1), Value(3.0).exp(), copy.copy(x)])
            autograd.where(x > 0.0, y, 1.0).backward()

    work()
    before = sys.getrefcount(Value), sys.getrefcount(EPOCH[0])
    work()
    after = sys.getrefcount(Value), sys.getrefcount(EPOCH[0])
    # The interpreter keeps a few to classes that its instructions have met.
    assert all(abs(b - a) < 100 for a, b in zip(before, after))
