"""The one walker of nested arguments: containers of every kind, taken apart and put together."""

import dataclasses
import enum
from collections import OrderedDict, defaultdict, namedtuple
from typing import NamedTuple

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.nested import map_structure, numbers_in, numbers_like, rebuilt
from autograd.reals import real_or_none

Point = namedtuple("Point", "x y")


@dataclasses.dataclass(frozen=True)
class Line:
    start: Point
    end: list


def number(x):
    """A float, or NotImplemented for what is none."""
    found = real_or_none(x)
    return NotImplemented if found is None else found


CONTAINERS = [
    3.0,
    [1.0, [2.0], ()],
    (1.0, (2.0, 3.0)),
    Point(1.0, [2.0]),
    {"b": 1.0, "a": {"c": [2.0, 3.0]}},
    OrderedDict(z=1.0, y=2.0),
    defaultdict(list, w=[1.0, 2.0]),
    Line(Point(1.0, 2.0), [3.0, {"k": 4.0}]),
]


@pytest.mark.parametrize("x", CONTAINERS, ids=lambda x: type(x).__name__)
def test_taken_apart_and_put_together(x):
    """With its own numbers it is itself, of the same type; every number is met once, in order."""
    numbers = numbers_in(x, number, "x")
    assert numbers == sorted(numbers)
    again = rebuilt(x, numbers)
    assert again == x
    assert type(again) is type(x)
    doubled = map_structure(lambda n: 2 * n, x)
    assert numbers_in(doubled, number, "x") == [2 * n for n in numbers]
    assert numbers_in(x, number, "x") == numbers  # and x is as it was


def test_places_not_positions():
    """A direction's numbers are found by their keys, in whatever order these come."""
    x = {"a": 1.0, "b": (2.0, np.array([3.0, 4.0]))}
    v = {"b": [20.0, [30.0, 40.0]], "a": 10.0}
    assert numbers_like(x, v, number, "v") == [10.0, 20.0, 30.0, 40.0]
    for bad in ({"a": 1.0}, {"a": 1.0, "c": v["b"]}, [1.0, v["b"]], {"a": [1.0], "b": v["b"]}):
        with pytest.raises(InputValueError, match=r"^v: got "):
            numbers_like(x, bad, number, "v")


@pytest.mark.parametrize("parts", [[[[1.0]]], [np.array([1.0, 2.0])] * 2, [np.ones((2, 1))] * 2])
def test_arrays_in_an_array_are_one(parts):
    """Its shape, and then that of its parts: of floats or of objects."""
    like = np.zeros(len(parts))
    if isinstance(parts[0], np.ndarray):
        assert rebuilt(like, parts).shape == like.shape + parts[0].shape
        objects = [part.astype(object) for part in parts]
        assert rebuilt(like, objects).shape == like.shape + parts[0].shape
        assert rebuilt(like, objects).dtype == object
    else:
        assert rebuilt(like, parts).shape == like.shape


def test_what_is_no_number_or_has_no_end_is_refused():
    """With our errors, never by recursion."""
    with pytest.raises(InputTypeError, match=r"^x must be a number or nested .* holds str 'a'"):
        numbers_in({"k": [1.0, "a"]}, number, "x")
    with pytest.raises(InputTypeError, match="holds set"):
        numbers_in([{1.0}], number, "x")
    endless = [1.0]
    endless.append(endless)
    with pytest.raises(InputValueError, match=r"^x is nested more than 100 deep, or holds itself"):
        numbers_in(endless, number, "x")


def test_what_nests_too_deeply_is_an_error_of_ours_everywhere():
    """Whoever goes through lists says so; a function's own endless recursion stays Python's."""
    deep: list = []
    for _ in range(20_000):
        deep = [deep]
    model = nn.MLP(1, [2, 1], rng=0)
    takers = [
        model,
        nn.Neuron(1, rng=0),
        nn.Sequential(nn.Linear(1, 1, rng=0), nn.Tanh()),
        ag.grad(lambda p: 1.0),
        ag.jacobian(lambda x: deep),
        ag.compiled(lambda p: 1.0),
        ag.compiled(lambda p: deep),
        ag.exp,
        lambda p: ag.compile(p, x=Value(1.0)),
        lambda p: ag.explain(p, p),
        lambda p: ag.draw(p),
        lambda p: nn.mse_loss(p, p),
        Value,
    ]
    for i, taker in enumerate(takers):
        with pytest.raises((InputTypeError, InputValueError)):
            taker(1.0 if i in (4, 6) else deep)

    class Endless(nn.Module):
        def forward(self, x):
            return self(x)

    with pytest.raises(RecursionError):
        Endless()([1.0])


class Colour(enum.Enum):
    RED = 1


class Named(NamedTuple):
    a: float
    unit: str
    b: float


@dataclasses.dataclass
class Settings:
    rate: float
    name: str
    steps: int = dataclasses.field(default=3, metadata={"static": True})
    colour: Colour = Colour.RED
    scale: float = 2.0
    rest: object = None


LABELLED = [
    ({"x": 1.0, "unit": "m", "none": None, "y": 2.0}, [1.0, 2.0]),
    (Named(1.0, "kg", 2.0), [1.0, 2.0]),
    (Settings(1.0, "slow"), [1.0, 2.0]),
    ([Settings(1.0, "slow", scale=2.0), {"s": b"bytes", "x": 3.0}], [1.0, 2.0, 3.0]),
    ({"all": "labels"}, []),
]


@pytest.mark.parametrize(("x", "numbers"), LABELLED, ids=lambda x: type(x).__name__)
def test_labels_stay_where_they_are(x, numbers):
    """Texts, None and static fields under a name are no numbers, and part of what is put back."""
    assert numbers_in(x, number, "x") == numbers
    assert rebuilt(x, numbers) == x
    negative = rebuilt(x, [-n for n in numbers])
    assert numbers_in(negative, number, "x") == [-n for n in numbers]
    assert rebuilt(negative, numbers) == x


@pytest.mark.parametrize("x", [[1.0, None], (1.0, "a"), None, "a", {"x": 1j}], ids=repr)
def test_what_is_no_number_and_has_no_name_is_refused(x):
    """An item of a list may be missing data: nothing is passed over there."""
    with pytest.raises(InputTypeError, match="must be a number or nested lists"):
        numbers_in(x, number, "x")


def test_labels_of_two_structures_are_the_same():
    """A carry that changes a text, or a direction made for another one, is refused."""
    x = {"a": 1.0, "kind": "slow"}
    assert numbers_like(x, {"kind": "slow", "a": 2.0}, number, "v") == [2.0]
    for v in ({"a": 2.0, "kind": "fast"}, {"a": 2.0}):
        with pytest.raises(InputValueError, match="labels"):
            numbers_like(x, v, number, "v")
