"""Portraits: equal if recordings would be, and different if anything that is frozen differs."""

import copy
import functools
import gc
import math
import operator
import random
import sys
import types
import weakref
from collections import defaultdict
from enum import Enum
from fractions import Fraction

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from autograd.keeping import Portrait, portrait_of
from tests.hostile import HOSTILE

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
        lambda: functools.partial(nn.mse_loss, reduction="mean"),
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
    assert token(functools.partial(nn.mse_loss, reduction="sum")) != token(
        functools.partial(nn.mse_loss, reduction="mean")
    )
    assert token(1) != token(1.0) != token(True)


class World:
    """A model that reads from all over, and everything that it reads: each is changed once."""

    def __init__(self, monkeypatch):
        class Kept(list):
            pass

        class Fixed:
            number = 1.0

            def __get__(self, instance, owner):
                return type(self).number

        class Made(type):
            made = 1.0

        class Root:
            number = 1.0

        class Below(Root, metaclass=Made):
            pass

        class Colour(Enum):
            RED = 1.0

        class Reader(nn.Module):
            array, chosen, space = np.ones(1), {1.0}, types.SimpleNamespace(k=1.0)
            kept, fixed, colour = Kept([1.0]), Fixed(), Colour.RED

            def __init__(self):
                self.here, self.signed, self.reach = Kept([1.0]), complex(0.0, 0.0), range(0, 3, 2)
                self.layer = nn.Linear(2, 1, rng=0)

            def forward(self, inputs):
                import settings_of_this_test as settings

                factors = [self.array[0], *self.chosen, self.space.k, self.kept.k, self.here.k]
                factors += [self.fixed, self.colour.value, Below.number, Below.made, marked.factor]
                factors += [settings.inner.number, self.reach.stop]
                factor = math.copysign(math.prod(factors), self.signed.imag)
                return [factor * x for x in self.layer(inputs)]

        def marked():
            pass

        self.settings = types.ModuleType("settings_of_this_test")
        self.settings.inner = types.ModuleType("inner_settings")
        self.settings.inner.number = Kept.k = marked.factor = 1.0
        monkeypatch.setitem(sys.modules, self.settings.__name__, self.settings)
        self.model, self.marked, self.metaclass, self.root = Reader(), marked, Made, Root
        self.descriptor = Fixed


CHANGES = {
    "an attribute of a list": lambda x: setattr(x.model.here, "k", 2.0),
    "an attribute of the class's list": lambda x: setattr(x.model.kept, "k", 2.0),
    "the class's array": lambda x: x.model.array.fill(2.0),
    "the class's set": lambda x: x.model.chosen.add(2.0),
    "the class's namespace": lambda x: setattr(x.model.space, "k", 2.0),
    "a descriptor": lambda x: setattr(x.descriptor, "number", 2.0),
    "a metaclass": lambda x: setattr(x.metaclass, "made", 2.0),
    "an inherited attribute": lambda x: setattr(x.root, "number", 2.0),
    "an enumeration": lambda x: setattr(x.model.colour, "_value_", 2.0),
    "an attribute of a function": lambda x: setattr(x.marked, "factor", 2.0),
    "a variable of a module": lambda x: setattr(x.settings.inner, "number", 2.0),
    "a module in a module": lambda x: setattr(
        x.settings, "inner", types.SimpleNamespace(number=2.0)
    ),
    "the sign of a zero": lambda x: setattr(x.model, "signed", complex(0.0, -0.0)),
    "a range of the same numbers": lambda x: setattr(x.model, "reach", range(0, 4, 2)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_predictions_follow_what_the_model_reads(change, monkeypatch):
    """A program that was kept before is not taken after it."""
    world, X = World(monkeypatch), np.random.default_rng(0).normal(size=(40, 2))

    def predicted():
        return np.ravel(nn.predict(world.model, X, loss=nn.mse_loss, backend="array"))

    def true():
        return [world.model(row)[0].data for row in X.tolist()]

    before = check_kept(world.model)
    assert before is not None
    assert predicted() == pytest.approx(true(), rel=1e-12)
    change(world)
    assert check_kept(world.model) != before
    assert predicted() == pytest.approx(true(), rel=1e-12)


def times(factor):
    return lambda x: factor * SCALE * x


MEMBERS = {
    "partial": lambda factor: functools.partial(operator.mul, factor),
    "derivative": lambda factor: staticmethod(autograd.grad(lambda x: times(factor)(x) * x)),
    "compiled": lambda factor: staticmethod(autograd.compiled(times(factor))),
    "method": lambda factor: autograd.compiled(lambda self, x: times(factor)(x)),
    "derived method": lambda factor: autograd.grad(lambda self, x: times(factor)(x) * x, 1),
    "fraction": lambda factor: Fraction(factor),
    "class": lambda factor: type("Inner", (), {"__call__": lambda _, x: times(factor)(x)}),
}


@pytest.mark.parametrize("make", MEMBERS.values(), ids=MEMBERS)
def test_a_member_of_the_class_is_looked_at_as_one_of_the_object(make, monkeypatch):
    """When it is replaced, and when what it reads is."""

    class Reader(nn.Module):
        member = make(2.0)

        def __init__(self):
            self.layer = nn.Linear(2, 1, rng=0)

        def forward(self, inputs):
            member = self.member() if isinstance(self.member, type) else self.member
            return [member(x) if callable(member) else member * x for x in self.layer(inputs)]

    model, X = Reader(), np.random.default_rng(0).normal(size=(40, 2))

    def check():
        found = np.ravel(nn.predict(model, X, loss=nn.mse_loss, backend="array"))
        true = [model(row)[0].data for row in X.tolist()]
        assert found == pytest.approx(true, rel=1e-12)  # one sum of two products, in another order
        return check_kept(model)

    before = check()
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    check()
    monkeypatch.setattr(Reader, "member", make(3.0))
    assert check() != before or before is None


@pytest.mark.parametrize("name", ["globals()['SCALE']", "eval('SCALE')", "vars(nn)['SCALE']"])
def test_what_reads_variables_that_no_code_names_has_no_portrait(name):
    """Nobody can tell what it depends on: it is recorded every time."""
    assert token(eval(f"lambda x: x * {name}", globals())) is None
    assert token(lambda x: x * SCALE) is not None


class Slotted:
    __slots__ = ("x",)


@pytest.mark.parametrize(
    "thing",
    [random.Random(0), Slotted(), Value(1.0) * 2.0, iter([1]), [{(1, 2)}], defaultdict(int)],
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


def test_lists_of_leaves_are_told_apart_by_which_leaves_they_hold():
    """New ones, known ones, in order or not, in part, twice: equal only where all are the same."""
    a, b, c = map(Value, (1.0, 2.0, 3.0))
    lists = [
        [a, b, c],
        [c, b, a],
        [a, b],
        [b, c],
        [a, a],
        [a],
        [b],
        [a, c],
        [a, b, c, a],
        [a, b, a],
    ]
    tokens = [Portrait([a, b, c], some).token for some in lists]
    assert len(set(tokens)) == len(lists)
    assert tokens == [Portrait([a, b, c], some).token for some in lists]
    assert Portrait([a, b], [b, a]).token == Portrait([c, a], [a, c]).token


@pytest.mark.parametrize("name", HOSTILE)
def test_what_raises_when_it_is_looked_into_is_recorded_anew(name):
    """A portrait is of what can be seen; nothing raises, and a recording is not kept wrongly."""
    thing = HOSTILE[name]
    drawn = Portrait([thing], lambda x: (thing, x))
    assert drawn.token is None or drawn.holds()
