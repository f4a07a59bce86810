"""What refers to itself through Values is found by Python's collector, whichever engine runs."""

import copy
import gc
import pickle
import sys

import pytest

import autograd
from autograd import Value, custom_op
from autograd.ops.op import OPS


class Tagged(Value):
    """A Value with attributes, which may lead anywhere."""


def through_gradients():
    x = Value(0.3)
    (x * 2.0).sinc().backward(create_graph=True)


def through_gradients_of_several():
    x, w = Value(0.3), Value(2.0)
    autograd.backward([(x * w).sinc(), autograd.sum([x, w, x.sinc()])], create_graph=True)
    x.grad = None


def through_an_assigned_gradient():
    x = Value(0.3)
    x.grad = (x * 1.5).sinc() + 1.0


def through_a_later_gradient():
    x, y = Value(0.3), Value(0.4)
    x.grad = y.sinc()
    y.grad = autograd.maximum(x.grad, x)


def through(compute):
    """An attribute of a derived class, which leads to what was computed from it."""

    def make():
        x = Tagged(0.3)
        x.tag = compute(x).sinc() * 2.0

    return make


def through_a_primitive():
    kept = []
    identity = custom_op("identity_of_a_test", lambda a: a, lambda xp, out, a: (len(kept) and 1.0,))
    kept.append(identity(Value(0.3)).sinc())


def through_a_name():
    name = type("Name", (str,), {})("x")
    x = Value(0.3, name=name)
    name.x = x.sinc()
    x.name = name


def through_copies():
    x = Tagged(0.3)
    x.tag = [x.sinc() + 1.0]
    copy.deepcopy(x)
    pickle.loads(pickle.dumps(x.sinc())).operands[0].tag = copy.copy(x.sinc())


CYCLES = {
    "gradients": through_gradients,
    "several": through_gradients_of_several,
    "assigned": through_an_assigned_gradient,
    "later": through_a_later_gradient,
    "primitive": through_a_primitive,
    "name": through_a_name,
    "copies": through_copies,
    "operator": through(lambda x: x * 2.0),
    "reflected": through(lambda x: 2.0 / x),
    "second": through(lambda x: Value(2.0) - x),
    "method": through(lambda x: x.exp()),
    "function": through(lambda x: autograd.atan2(1, x)),
    "choice": through(lambda x: autograd.where(True, Value(1.0), x)),
    "sum": through(lambda x: autograd.sum([1.0, Value(1.0), x])),
    "dot": through(lambda x: autograd.dot([Value(1.0)], [x])),
    "longest": through(lambda x: autograd.max(Value(1.0), 2.0, x)),
    "far": through(lambda x: ((x + 1.0) * 2.0).exp().sinc()),
    "transform": through(lambda x: autograd.grad(lambda y: x * y * y)(1.0)),
}


def nodes_of_sinc():
    """How many nodes there are: each refers to its primitive."""
    return sys.getrefcount(OPS["sinc"])


@pytest.mark.parametrize("name", CYCLES)
def test_cycles_are_found(name):
    """Nothing of them is left."""
    CYCLES[name]()  # what is cached stays
    gc.collect()
    before = nodes_of_sinc()
    for _ in range(3):
        CYCLES[name]()
    gc.collect()
    assert nodes_of_sinc() == before


def test_without_a_cycle_nothing_is_left_for_the_collector():
    """A graph is freed when the last reference to it goes."""
    x = Value(0.3)

    def built():
        y = autograd.dot([x, x.sinc()], [Value(1.0), 2.0]) + x.sinc()
        y.backward()
        return y

    built()  # what is cached stays
    before = nodes_of_sinc()
    gc.disable()
    try:
        for _ in range(3):
            y = built()
        assert nodes_of_sinc() == before + 2
        del y
        assert nodes_of_sinc() == before
    finally:
        gc.enable()
