"""Interrupts and errors at any moment: no leaf's gradient is half of anything, a retry is exact."""

import contextlib
import itertools
import math
import random
import signal
import sys
from functools import partial

import pytest

import autograd
from autograd import Value
from autograd.engine.accelerator import ENGINE
from autograd.engine.order import record_of
from tests.interrupts import storm

NODES = 200
in_bytecode = pytest.mark.skipif(
    ENGINE == "compiled", reason="nothing gets in between: the compiled engine runs no bytecode"
)


class Fuse:
    """Counts the rules that are evaluated, and raises at the chosen one."""

    def __init__(self):
        self.left = math.inf
        self.error = None

    def burn(self):
        self.left -= 1
        if self.left < 0:
            raise self.error

    def set(self, count, error):
        self.left, self.error = count, error


def graph_with_fuse():
    """Two hundred nodes of a user's primitive, each of two operands, that share widely."""
    fuse = Fuse()

    def forward(a, b):
        fuse.burn()
        return math.sin(a) + 0.5 * b

    def partials(xp, out, a, b):
        if isinstance(a, float):  # not while the rule is traced
            fuse.burn()
            return math.cos(a), 0.5
        raise TypeError("this rule is for floats")

    op = autograd.custom_op("op", forward, partials)
    rng = random.Random(4)
    leaves = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    values = [*leaves]
    for _ in range(NODES):
        values.append(op(values[-1], rng.choice([*leaves, *values[-12:]])))
    return fuse, leaves, values[-1]


def everything(root):
    """Data and gradient of all that a Value was made from."""
    _, reached = record_of([root])
    return [(x.data, x.grad, x.grad_computed) for x in reached]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError("a user's bug")])
def test_fault_at_any_node_of_backward_moves_no_leaf(error):
    """Wherever it is cut off, leaves are as before, computed nodes have no other gradient than
    before or none, and the next sweep is exact."""
    fuse, leaves, result = graph_with_fuse()
    fuse.set(math.inf, None)
    result.backward()
    exact = [x.grad for x in leaves]
    (leaves[0] * 0.5).backward()  # one has a gradient of before, which is to stay
    autograd.zero_grad(leaves[1:])
    kept = leaves[0].grad
    before, nodes = everything(result), [*record_of([result])[1]]
    evaluations = 0
    for count in itertools.count():
        fuse.set(count, error)
        try:
            result.backward()
        except (KeyboardInterrupt, RuntimeError):
            now = everything(result)
            computed = [pair for pair, x in zip(zip(now, before), nodes) if x.op is not None]
            assert all(a == b or a == (b[0], 0.0, False) for a, b in computed)
            assert [x.grad_computed for x in leaves] == [True, False, False]
            assert leaves[0].grad == kept
            evaluations += 1
        else:
            break
    assert evaluations >= 0.9 * NODES
    assert [x.grad for x in leaves] == [kept + exact[0], *exact[1:]]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("a user's bug")])
def test_fault_at_any_node_of_recompute_changes_nothing(error):
    """Wherever recompute is cut off, all numbers are the old ones."""
    fuse, leaves, result = graph_with_fuse()
    old = result.data
    leaves[0].data += 0.25
    before = everything(result)
    for count in itertools.count():
        fuse.set(count, error)
        try:
            result.recompute()
        except (KeyboardInterrupt, OSError):
            assert everything(result) == before
        else:
            break
    assert count >= 0.9 * NODES
    assert result.data != old
    fuse.set(math.inf, None)
    leaves[0].data -= 0.25
    result.recompute()
    assert result.data == old


def test_fault_while_recording_leaves_the_graph_usable():
    """An error in a forward rule makes no node; what there was before is unharmed."""
    fuse, leaves, result = graph_with_fuse()
    fuse.set(0, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        result.op.evaluate(1.0, 2.0)
    with pytest.raises(KeyboardInterrupt):
        autograd.backward([result])
    fuse.set(math.inf, None)
    result.backward()
    assert all(x.grad_computed for x in leaves)


@contextlib.contextmanager
def alarm(seconds):
    """A KeyboardInterrupt from outside after so many seconds of real time."""

    def interrupt(*_):
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs Unix timers")
def test_interrupt_from_outside_leaves_all_or_nothing():
    """Ctrl-C at a random moment: every leaf has gained its whole gradient, or none has."""
    rng = random.Random(6)
    leaves = [Value(rng.uniform(-1, 1)) for _ in range(50)]
    result = leaves[0]
    for _ in range(3000):
        result = autograd.tanh(result * rng.choice(leaves) + rng.choice(leaves))
    result.backward()
    exact = [x.grad for x in leaves]
    interrupted = 0
    for i in range(60):
        autograd.zero_grad(leaves)
        try:
            with alarm(1e-5 + i * 2e-4):
                result.backward()
        except KeyboardInterrupt:
            interrupted += 1
        now = [x.grad for x in leaves]
        assert now == exact or not any(x.grad_computed for x in leaves)
    assert interrupted or ENGINE == "compiled"


def stopped_at(place, action, do):
    """Run an action and call ``do`` before its bytecode of this number; whether it got there."""
    left = itertools.count(place, -1)
    reached = False

    def trace(frame, event, argument):
        nonlocal reached
        frame.f_trace_opcodes = True
        if event == "opcode" and next(left) == 0:
            reached = True
            do()
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 asks whether any frame has it
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return reached


def interrupt():
    raise KeyboardInterrupt


def backward_agrees(leaf, result):
    """The gradient of leaf² belongs to the leaf's present number, or the graph is found stale."""
    leaf.grad = None
    try:
        result.backward()
    except autograd.StaleGraphError:
        return result.data != leaf.data**2
    return leaf.grad == 2.0 * leaf.data and result.data == leaf.data**2


@in_bytecode
def test_interrupt_while_a_leaf_changes_makes_no_mixture():
    """Before any bytecode of the assignment: the old number and graph, or the new and staleness."""
    numbers = set()
    for place in itertools.count():
        leaf = Value(2.0)
        result = leaf * leaf
        if not stopped_at(place, lambda leaf=leaf: setattr(leaf, "data", 5.0), interrupt):
            break
        numbers.add(leaf.data)
        assert backward_agrees(leaf, result)
    assert numbers == {2.0, 5.0}


@in_bytecode
def test_recording_while_another_thread_changes_a_leaf_makes_no_mixture():
    """What is recorded between any two bytecodes of the assignment is current or found stale."""
    for place in itertools.count():
        leaf, results = Value(2.0), []
        record = [lambda leaf=leaf, results=results: results.append(leaf * leaf)]
        if not stopped_at(place, lambda leaf=leaf: setattr(leaf, "data", 5.0), record[0]):
            break
        assert backward_agrees(leaf, *results)
    assert place > 10


@in_bytecode
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs Unix timers")
def test_a_storm_of_interrupts_while_a_leaf_changes_makes_no_mixture():
    """Ctrl-C at random moments of twenty thousand assignments."""
    leaf = Value(2.0)
    with storm(1e-4) as raging:
        for i in raging.rounds(20_000, hits=1):
            result = leaf * leaf
            raging.hit(partial(setattr, leaf, "data", float(i)))
            assert backward_agrees(leaf, result)
    assert raging.hits
