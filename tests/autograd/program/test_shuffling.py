"""Shuffling in machine code: the order and the generator afterwards are Python's, to the bit."""

import random
from random import Random

import pytest

from autograd.program import shuffling
from autograd.program.loop.native.compiler import can_compile
from autograd.program.shuffling import shuffled, shuffles

SIZES = [*range(40), 63, 64, 65, 127, 128, 200, 255, 256, 257, 623, 624, 625, 1000, 4097, 70_000]


def as_python_does(rng, count):
    """The numbers from 0 on, shuffled by the standard library."""
    order = list(range(count))
    rng.shuffle(order)
    return order


@pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")
def test_this_python_s_generators_are_known():
    """Or all that follows would only compare Python with itself."""
    shuffles(Random(0), 20, 1)
    assert shuffling.is_alike()


@pytest.mark.parametrize("count", SIZES)
def test_orders_are_those_of_python(count):
    """Wherever in its 624 words the generator is, one by one and many at once."""
    one, other = Random(count), Random(count)
    for drawn in (0, 1, 300, 624 - count % 7):
        for _ in range(drawn):
            one.random(), other.random()
        assert shuffled(one, count) == as_python_does(other, count)
        rows = shuffles(one, count, 3)
        assert rows.shape == (3, count)
        assert rows.tolist() == [as_python_does(other, count) for _ in range(3)]
        assert one.gauss(0.0, 1.0) == other.gauss(0.0, 1.0)  # which keeps a spare number
        assert one.getstate() == other.getstate()


def test_no_time_and_nothing_to_shuffle_draw_nothing():
    """The generator is as it was."""
    rng = Random(1)
    before = rng.getstate()
    assert shuffles(rng, 50, 0).shape == (0, 50)
    assert shuffles(rng, 0, 5).shape == (5, 0)
    assert shuffles(rng, 1, 2).tolist() == [[0], [0]]
    assert shuffled(rng, 0) == []
    assert rng.getstate() == before


class Own(Random):
    """A generator of one's own, which keeps its numbers elsewhere."""

    def random(self):
        return 0.25

    def getrandbits(self, bits):
        return (1 << bits) // 3


@pytest.mark.parametrize("make", [Own, lambda seed: random.SystemRandom()])
def test_other_generators_are_asked(make):
    """What a subclass draws counts, whatever a Random in its place would draw."""
    rng = make(3)
    assert sorted(shuffled(rng, 30)) == list(range(30))
    if isinstance(rng, Own):
        assert shuffled(rng, 30) == as_python_does(rng, 30)
        assert shuffles(rng, 30, 2).tolist() == [as_python_does(rng, 30)] * 2


@pytest.mark.parametrize("name", ["getrandbits", "_randbelow", "shuffle"])
def test_functions_that_one_generator_has_are_called(name, monkeypatch):
    """As a test does that wants a certain order."""
    one, other = Random(3), Random(3)
    for rng in (one, other):
        monkeypatch.setattr(rng, name, lambda of: 0 if name != "shuffle" else of.reverse())
    expected = [as_python_does(other, 30) for _ in range(3)]
    assert [shuffled(one, 30), *shuffles(one, 30, 2).tolist()] == expected


def test_where_it_is_not_alike_python_shuffles(monkeypatch):
    """With the same result."""
    monkeypatch.setattr(shuffling, "is_alike", lambda: False)
    expected = as_python_does(Random(5), 100)
    assert shuffled(Random(5), 100) == shuffles(Random(5), 100, 1)[0].tolist() == expected
