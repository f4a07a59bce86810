"""Compiled functions as pickles: found by name where they are, as functions; and as text."""

import copy
import functools
import pickle

import numpy as np
import pytest

import autograd
from autograd import compiled


@compiled
def decay(t, a, b):
    return a * autograd.exp(-b * t)


def power(x, n):
    return x**n


class Law:
    def __init__(self, factor):
        self.factor = factor

    @compiled
    def of(self, x):
        return self.factor * x * x


CASES = {
    "decorated": (decay, (1.0, 2.0, 3.0)),
    "batched": (decay.batched("t"), ([1.0, 2.0], 2.0, 3.0)),
    "made": (compiled(power, static="n"), (2.0, 3)),
    "made, batched": (compiled(power, static="n").batched("x"), ([2.0, 5.0], 3)),
    "partial": (compiled(functools.partial(power, n=2)), (3.0,)),
    "method": (Law(5.0).of, (3.0,)),
    "batched method": (Law(5.0).of.batched("x"), ([3.0, 4.0],)),
}


@pytest.mark.parametrize(("f", "arguments"), CASES.values(), ids=CASES)
def test_pickles_and_copies_give_the_same(f, arguments):
    """In another process they are recorded anew."""
    value, grad = f.value_and_grad(*arguments, wrt=next(iter(f._signature.parameters)))
    for again in (pickle.loads(pickle.dumps(f)), copy.deepcopy(f), copy.copy(f)):
        found = again.value_and_grad(*arguments, wrt=next(iter(again._signature.parameters)))
        np.testing.assert_array_equal(found[0], value)
        np.testing.assert_array_equal(found[1], grad)


def test_what_has_a_name_is_found_by_it():
    """As a plain function is; one without a name that can be found is not pickled."""
    for f in (decay, Law.of):
        assert pickle.loads(pickle.dumps(f)) is f
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(compiled(lambda x: x))


def test_text_tells_what_it_takes():
    """The function's name and parameters, and what is special of them."""
    assert repr(decay) == "<compiled decay(t, a, b)>"
    assert repr(compiled(power, static="n").batched("x")) == (
        "<compiled power(x, n), static: n, batched: x>"
    )
