"""Portraits: equal if recordings would be, and different if anything that is frozen differs."""

import copy
import functools
import gc
import random
import weakref

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.portrait import Portrait, portrait_of

SCALE = 2.0


class Scaled(nn.Module):
    """A module whose output depends on everything that a recording may freeze."""

    factor = 3.0

    def __init__(self, slope=1.0, options=()):
        self.slope, self.options = slope, list(options)
        self.layer = nn.Layer(2, 1, rng=0)

    def __call__(self, inputs):
        return [self.slope * self.factor * SCALE * y for y in self.layer(inputs)]


def token(*things):
    return Portrait(*things).token


def check_kept(model):
    """Whatever was changed, the portrait that was kept is not taken for a new one."""
    kept, new = portrait_of(model), Portrait(model)
    assert kept.token == new.token
    assert list(map(id, kept.leaves)) == list(map(id, new.leaves))
    return new.token


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.MLP(2, [3, 1], activation="tanh", rng=random.Random()),
        lambda: nn.Sequential(nn.Layer(2, 2, rng=random.Random()), autograd.softmax),
        Scaled,
        lambda: functools.partial(nn.huber_loss, delta=2.0),
        lambda: lambda z, t: (z - t) ** 2,
        lambda: np.arange(3.0),
    ],
)
def test_what_is_built_alike_is_alike(make):
    """Whatever the parameters are: they are no part of a recording."""
    one = make()
    assert token(one) == token(make()) == token(copy.deepcopy(one)) is not None
    hash(token(one))


def test_whatever_a_recording_would_freeze_is_seen(monkeypatch):
    """Attributes, in lists too, class attributes, globals, closures, defaults, tied parameters."""
    model = Scaled()
    seen = {check_kept(model)}

    def differs():
        before = len(seen)
        seen.add(check_kept(model))
        return len(seen) == before + 1

    model.slope = 2.0
    assert differs()
    model.options.append(1)
    assert differs()
    monkeypatch.setattr(Scaled, "factor", 4.0)
    assert differs()
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert differs()
    model.layer.neurons[0].activation = autograd.tanh
    assert differs()
    model.layer.neurons[0].weights[1] = model.layer.neurons[0].weights[0]
    assert differs()
    model.layer.neurons.append(nn.Neuron(2, rng=0))
    assert differs()

    def loss(factor, power=2):
        return lambda z, t: factor * (z - t) ** power

    assert token(loss(1.0)) == token(loss(1.0)) != token(loss(2.0))
    assert token(functools.partial(nn.huber_loss, delta=1.0)) != token(
        functools.partial(nn.huber_loss, delta=2.0)
    )
    assert token(1) != token(1.0) != token(True)


class Slotted:
    __slots__ = ("x",)


@pytest.mark.parametrize(
    "thing",
    [random.Random(0), Slotted(), Value(1.0) * 2.0, iter([1]), [{1, 2}]],
    ids=lambda thing: type(thing).__name__,
)
def test_what_cannot_be_looked_into_has_no_portrait(thing):
    assert token(thing) is None


def test_leaves_are_in_the_order_of_the_walk():
    model = Scaled()
    assert Portrait(model).leaves == model.parameters()
    factor = Value(2.0)
    found = Portrait(model, lambda z, t: factor * z).leaves
    assert [id(leaf) for leaf in found] == [id(p) for p in [*model.parameters(), factor]]


def test_cycles_end():
    model = Scaled()
    model.owner = model
    assert token(model) is not None


def test_a_kept_portrait_is_no_new_one_and_keeps_no_model():
    """A look at what is there already, for as long as the model lives."""
    model = Scaled()
    kept = portrait_of(model)
    assert portrait_of(model) is kept
    model.layer.neurons[0].weights[0] = Value(7.0)  # alike, but another leaf
    changed = portrait_of(model)
    assert (changed is kept, changed.token == kept.token) == (False, True)
    assert changed.leaves == model.parameters()
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_a_model_in_itself_is_not_kept():
    model = Scaled()
    model.layer.owner = model
    assert portrait_of(model) is not portrait_of(model)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
