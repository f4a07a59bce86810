"""Passes that keep adjoints in the nodes: several at once, one inside another, faults between."""

import ast
import copy
import math
import os
import pickle
import random
import sys
import threading
import warnings
import weakref
from contextlib import suppress

import pytest

import autograd
from autograd import Value, backward, custom_op, zero_grad
from autograd.engine.backward import RUNNING, adjoints
from autograd.engine.generated import plain
from autograd.engine.node import EPOCH
from autograd.engine.order import record_of
from autograd.engine.record import record
from autograd.ops.op import OPS


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


CHANGED = {
    "backward": lambda y: y.backward(),
    "a repeated pass": lambda y: y.backward(),
    "recompute": lambda y: y.recompute().backward(),
}


@pytest.mark.parametrize("made", [lambda f, x, w: f(x) * w, lambda f, x, w: f(x * w * w)])
@pytest.mark.parametrize("way", CHANGED)
def test_change_of_a_leaf_in_the_middle_of_a_pass_is_noticed(way, made):
    """A rule, or a thread that it lets in, gives a leaf another number: no gradient of a mixture.

    Either no leaf has got anything, or all numbers are those of the leaves as they are now.
    """

    def change():
        if armed:
            w.data = 100.0

    def sine(a):
        change()
        return math.sin(a)

    def partials(xp, out, a):
        change()
        return (xp.cos(a),)

    x, w, armed = Value(0.5), Value(3.0), []
    y = made(custom_op("changing", sine, partials), x, w)
    if way == "a repeated pass":
        y.backward()
    before = [x.grad, w.grad]
    armed.append(1)
    try:
        CHANGED[way](y)
    except autograd.StaleGraphError:
        assert [x.grad, w.grad] == before
        armed.clear()
        zero_grad([x, w])
        y.recompute().backward()
    else:
        assert way == "recompute"
    now = Value(x.data), Value(w.data)
    expected = made(autograd.sin, *now)
    expected.backward()
    assert w.data == 100.0
    assert y.data == expected.data
    assert [x.grad, w.grad] == pytest.approx([v.grad for v in now], rel=1e-14)  # a few roundings


def test_leaf_of_another_graph_may_change_in_the_middle_of_a_pass():
    """A rule that keeps a count of its own is no reason to refuse a gradient."""
    x, count = Value(0.5), Value(0.0)

    def partials(xp, out, a):
        count.data = count.data + 1.0
        return (xp.cos(a),)

    custom_op("counting", math.sin, partials)(x * 1.0).backward()
    assert x.grad == math.cos(0.5)
    assert count.data >= 1.0


def in_a_fork(work):
    """What a function gives in a child of this process."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are threads, which is what this is about
        child = os.fork()
    if not child:
        with suppress(BaseException):
            os.write(writing, repr(work()).encode())
        os._exit(0)
    os.close(writing)
    with open(reading) as answer:
        found = answer.read()
    os.waitpid(child, 0)
    return ast.literal_eval(found)


@pytest.fixture
def waiting():
    """A function that makes a thread wait until the test is over, and tells that it does."""
    here, go = threading.Event(), threading.Event()
    threads = []

    def start(target):
        threads.append(threading.Thread(target=target))
        threads[0].start()
        assert here.wait(20.0)

    def wait():
        if threads and threading.current_thread() is threads[0]:
            here.set()
            go.wait(20.0)

    yield start, wait
    go.set()
    threads[0].join()


class Mourned(Value):
    """A leaf that can be watched."""

    __slots__ = ("__weakref__",)


def is_freed_at_once():
    """Whether a leaf goes with what was computed from it."""
    leaf = Mourned(2.0)
    watch, results = weakref.ref(leaf), [leaf * 3.0]
    del leaf
    results.clear()
    return watch() is None


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@forks
def test_fork_in_the_middle_of_another_thread_s_pass(waiting):
    """The child, where that pass goes no further, shows nothing of it and starts its own."""
    start, wait = waiting

    def partials(xp, out, a):
        wait()
        return (xp.cos(a),)

    x = Value(0.5)
    y = custom_op("waiting", math.sin, partials)(x * 3.0)
    z = y * 5.0
    start(z.backward)

    def child():
        shown = [(node.grad, node.grad_computed) for node in (z, y, x)]
        z.backward()
        return shown, x.grad, y.grad, z.grad, len(RUNNING)

    partial = 5.0 * math.cos(1.5)
    assert in_a_fork(child) == ([(0.0, False)] * 3, partial * 3.0, 5.0, 1.0, 0)


@pytest.mark.parametrize("where", ["here", pytest.param("in a child", marks=forks)])
def test_nodes_are_freed_while_another_thread_frees(waiting, where):
    """A __del__ that takes long in one thread holds up none of the others, nor a fork."""
    start, wait = waiting

    class Slow(Value):
        def __del__(self):
            wait()

    results = [Slow(1.0) * 2.0]
    start(results.clear)
    assert in_a_fork(is_freed_at_once) if where == "in a child" else is_freed_at_once()


def test_node_of_a_pass_that_is_made_anew():
    """A rule that calls __init__ of a computed node gets an error, or does no harm."""

    def partials(xp, out, a):
        with suppress(autograd.GraphError):
            Value.__init__(y, 1.0)
        others.extend(Value(7.0) for _ in range(100))
        return (xp.cos(a),)

    x, others = Value(2.0), []
    y = custom_op("renewing", math.sin, partials)((x * 3.0) * 5.0 + 1.0) * 1.0 + 0.0
    y.backward()
    assert x.grad == math.cos(31.0) * 15.0


@pytest.mark.parametrize("other", [3, "abc", None, object()])
def test_what_cannot_be_an_operand_is_not_recorded(other):
    """Compiled code reads operands as what they should be."""
    with pytest.raises((TypeError, AttributeError)):
        record(OPS["sum"], (Value(2.0), other, 1.0))


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
    leaf = x.detach()
    assert adjoints([leaf * -113.0], [1.0])[leaf] == -113.0


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
