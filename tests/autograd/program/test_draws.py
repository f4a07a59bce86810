"""Random numbers drawn during a recording are refused, wherever the generator is kept."""

import functools
import random
import threading
import time

import numpy as np
import pytest

import autograd as ag
from autograd import TraceError, compiled
from tests.hostile import HOSTILE, with_members

OWN, NUMPYS, LEGACY = random.Random(0), np.random.default_rng(0), np.random.RandomState(0)
DRAW = random.Random(1).gauss
KEPT = {"rngs": [random.Random(2)]}


def helper(x):
    return x * OWN.random()


class Noisy:
    def __init__(self):
        self.inner = {"rng": random.Random(0)}

    def __call__(self, x):
        return x + self.inner["rng"].gauss(0.0, 1.0)

    def method(self, x):
        return self(x)

    @staticmethod
    def of_class(x):
        return x + OWN.random()

    def by_class(self, x):
        return self.of_class(x)


def in_closure():
    rng = random.Random(3)
    return lambda x: x * rng.random()


def as_default(x, rng=random.Random(4)):  # noqa: B008
    return x * rng.random()


DRAWING = {
    "random": lambda x: x * random.random(),
    "numpy": lambda x: x * float(np.random.rand()),  # noqa: NPY002
    "a global": lambda x: x * OWN.random(),
    "numpy's generator": lambda x: x * NUMPYS.normal(),
    "numpy's old generator": lambda x: x * LEGACY.rand(),
    "a bound method": lambda x: x * DRAW(0.0, 1.0),
    "containers": lambda x: x * KEPT["rngs"][0].random(),
    "another function": lambda x: helper(x) + 1.0,
    "a closure": in_closure(),
    "a default": as_default,
    "an object": Noisy(),
    "a method": Noisy().method,
    "a static method": Noisy().by_class,
    "a partial": functools.partial(lambda rng, x: x * rng.random(), random.Random(5)),
    "dropout": lambda x: x if random.random() < 1.0 else 0.0 * x,
    "a step of scan": lambda x: ag.scan(lambda c, a: (c + a * random.random(), c), x, [1.0] * 30)[
        0
    ],
}


@pytest.mark.parametrize("name", DRAWING)
def test_a_function_that_draws_is_not_recorded(name):
    """Even where the numbers drawn happen to change nothing this time."""
    with pytest.raises(TraceError, match=r"draws random numbers .* Give them as an argument"):
        compiled(DRAWING[name])(2.0)


def of_its_own(x):
    rng = random.Random(0)
    return x * rng.random()


def seeding(x):
    random.seed(7)
    return x * random.random()


class Lazy:
    """Draws once, and keeps what it drew."""

    weight = None

    def __call__(self, x):
        if self.weight is None:
            self.weight = random.random()
        return self.weight * x


@pytest.mark.parametrize("f", [of_its_own, seeding, Lazy(), lambda x: x * x])
def test_what_is_the_same_in_every_call_is_recorded(f):
    """A generator made in the call, or seeded there, and numbers drawn once."""
    program = compiled(f)
    assert [program(x) for x in (1.0, 2.0, 3.0)] == [f(x) for x in (1.0, 2.0, 3.0)]


def test_noise_as_an_argument_is_new_in_every_call():
    """The remedy."""
    program = compiled(lambda x, noise: x * x + noise)
    assert [program(2.0, noise) for noise in (0.5, -0.25)] == [4.5, 3.75]


def test_another_thread_may_draw_meanwhile():
    """Now and then: one recording in which nobody draws is enough."""
    ended = threading.Event()

    def draw():
        while not ended.is_set():
            random.random()
            time.sleep(0.05)

    thread = threading.Thread(target=draw)
    thread.start()
    try:
        assert [compiled(lambda x: x * x)(3.0) for _ in range(20)] == [9.0] * 20
    finally:
        ended.set()
        thread.join()


PLACES = {
    "a closure": lambda thing, rng: lambda x: (thing, x * rng.random())[1],
    "a default": lambda thing, rng: lambda x, kept=thing, rng=rng: x * rng.random(),
    "a partial": lambda thing, rng: functools.partial(lambda t, r, x: x * r.random(), thing, rng),
    "a list": lambda thing, rng: (lambda kept: lambda x: x * kept[1].random())([thing, rng]),
    "an object": lambda thing, rng: with_members(
        "Model", thing=thing, rng=rng, __call__=lambda self, x: x * self.rng.random()
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_looked_into_hides_nothing_else(name, place):
    """It raises when it is looked into, which is not what the user asked for; others are seen."""
    steady = with_members("Steady", random=lambda self: 3.0)
    assert compiled(PLACES[place](HOSTILE[name], steady))(2.0) == 6.0
    with pytest.raises(TraceError, match="draws random numbers"):
        compiled(PLACES[place](HOSTILE[name], random.Random(6)))(2.0)


@pytest.mark.needs("statsmodels")
def test_data_of_pandas_stand_in_closures():
    """As in every notebook: frames, columns, and the functions of their classes."""
    import pandas as pd

    data = pd.DataFrame({"t": [1.0, 2.0], "d": [1, 0]}, index=["a", "b"])
    times = data["t"]
    assert compiled(lambda x: x * sum(times))(2.0) == 6.0
    assert compiled(lambda x: x * sum(row.t * row.d for row in data.itertuples()))(2.0) == 2.0
    assert compiled(functools.partial(lambda data, x: x * data.t.sum(), data))(2.0) == 6.0
