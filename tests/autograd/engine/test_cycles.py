"""What refers to itself through Values is found by Python's collector, whichever engine runs."""

import copy
import gc
import pickle
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

import autograd
from autograd import Value
from tests import cycles
from tests.cycles import left_of, nodes_of_sinc


class Tagged(Value):
    """A Value with attributes, which may lead anywhere."""


def through(compute):
    """An attribute of a derived class, which leads to what was computed from it."""

    def make():
        x = Tagged(0.3)
        x.tag = compute(x).sinc() * 2.0

    return make


def through_copies():
    x = Tagged(0.3)
    x.tag = [x.sinc() + 1.0]
    copy.deepcopy(x)
    pickle.loads(pickle.dumps(x.sinc())).operands[0].tag = copy.copy(x.sinc())


def through_a_gradient_and_an_attribute():
    x, tagged = Value(0.3), Tagged(0.5)
    y = (x * 2.0).sinc()
    x.grad = tagged * 2.0
    tagged.tag = y


CYCLES = {
    **cycles.CYCLES,
    "both": through_a_gradient_and_an_attribute,
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


@pytest.mark.parametrize("name", CYCLES)
def test_cycles_are_found(name):
    """Nothing of them is left."""
    assert left_of(CYCLES[name]) == 0


@pytest.mark.parametrize("kept", [True, False])
def test_a_derived_class_goes_with_its_instances(kept):
    """Also one with an attribute that leads to an instance of it, which holds its class."""

    def make():
        class Passing(Value):
            pass

        class Further(Passing):
            pass

        made = [Passing(0.3), Further(0.3), pickle.loads(pickle.dumps(Tagged(1.0)))]
        made += [copy.copy(made[0]), Passing.__new__(Passing, 1.0)]
        if kept:
            Passing.kept, Further.kept = made[0], made[1] * made[0]
        return weakref.ref(Passing), weakref.ref(Further)

    left = make()
    gc.collect()
    assert [x() for x in left] == [None, None]


def test_cycles_are_found_where_no_class_is_derived_from_value():
    """Then a compiled engine hides nodes from the collector, and from its count: all but these."""
    command = [sys.executable, "-W", "error", str(Path(cycles.__file__))]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == [str(dict.fromkeys(cycles.CYCLES, 0)), *["True"] * 3, "True True"]


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
