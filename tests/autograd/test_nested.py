"""The one walker of nested arguments: containers of every kind, taken apart and put together."""

import dataclasses
import enum
from collections import OrderedDict, defaultdict, namedtuple
from decimal import Decimal
from fractions import Fraction
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


class Chain(list):
    """A list of the user's own, which has more than its items."""

    def __init__(self, items, scale):
        super().__init__(items)
        self.scale = scale


class Pair(tuple):
    def __new__(cls, a, b):
        return super().__new__(cls, (a, b))


class Marked(Point):
    __slots__ = ()


class Grid(np.ndarray):
    pass


DERIVED = {
    "a list": (lambda: Chain([3.0, 4.0], 5.0), lambda p: p.scale * p[0] * p[1]),
    "a tuple": (lambda: Pair(3.0, 4.0), lambda p: isinstance(p, Pair) * 5.0 * p[0] * p[1]),
    "a namedtuple": (lambda: Marked(3.0, 4.0), lambda p: isinstance(p, Marked) * 5.0 * p.x * p.y),
    "an array": (
        lambda: np.array([3.0, 4.0]).view(Grid),
        lambda p: isinstance(p, Grid) * 5.0 * p[0] * p[1],
    ),
    "in a list": (
        lambda: [Chain([3.0, 4.0], 5.0)],
        lambda p: p[0].scale * p[0][0] * p[0][1],
    ),
}


@pytest.mark.parametrize(("make", "f"), DERIVED.values(), ids=DERIVED)
def test_containers_of_derived_classes_keep_their_class(make, f):
    """A function sees what it was given, in transforms and recordings alike."""
    x = make()
    for gradient in (ag.grad(f)(x), ag.vjp(f, x, 1.0)):
        assert type(gradient) is type(x)
        assert [*np.ravel(gradient)] == [20.0, 15.0]
    c = ag.compiled(f)
    assert c(x) == 60.0
    assert np.ravel(c.grad(x)).tolist() == [20.0, 15.0]
    plain = list(np.ravel(x)) if x is not make()[0] else x
    with pytest.raises((AttributeError, AssertionError)):  # recorded anew, for it is another kind
        assert c([plain] if isinstance(x[0], list) else plain) == 60.0
    assert ag.gradcheck(f, x).verdict == "pass"


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("kind", [float, int])
def test_matrices_multiply_as_matrices(kind):
    """``*`` of a matrix is its product in a transform, in a recording and in a check."""

    def f(p):
        return (p * p.T)[0, 0]

    x = np.matrix([[1, 2]], dtype=kind)
    assert f(x) == ag.compiled(f)(x) == 5.0
    gradient = ag.grad(f)(x)
    assert (type(gradient), gradient.tolist()) == (np.matrix, [[2.0, 4.0]])
    hessian = ag.hessian(f)(np.matrix([[1.0, 2.0]]))
    assert hessian.tolist() == [[[[2.0, 0.0]], [[0.0, 2.0]]]]
    assert ag.gradcheck(f, np.matrix([[1.0, 2.0]])).verdict == "pass"


def test_masked_arrays_are_refused_where_a_number_is_masked():
    """Everywhere; where nothing is masked they are arrays."""
    masked = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 1], [0, 0]])
    flat = np.ma.array([1.0, 2.0], mask=[1, 0])
    x = [Value(1.0), Value(2.0)]
    program = ag.compile(x[0] * x[1], x=x)
    model = nn.MLP(2, [2], rng=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    takers = [
        ag.exp,
        ag.sum,
        ag.grad(ag.sum),
        ag.compiled(ag.sum),
        ag.compiled(ag.sum).grad,
        lambda p: ag.compiled(lambda q: q["p"][0])({"p": p}),
        lambda p: program(x=p),
        lambda p: program.value_and_grad("x", x=p),
        lambda p: ag.gradcheck(ag.sum, p),
        lambda p: ag.dot([1.0, 2.0], p),
    ]
    of_rows = [
        lambda p: nn.predict(model, p),
        lambda p: nn.score(model, p, [0, 1]),
        lambda p: nn.fit(
            model, p, [0, 1], loss=nn.cross_entropy, optimizer=optimizer, epochs=1, progress=False
        ),
    ]
    for takes, given in ((takers, flat), (of_rows, masked)):
        for taker in takes:
            with pytest.raises(InputValueError, match=r"masked.*filled"):
                taker(given)
            taker(np.ma.array(given.data))


@pytest.mark.parametrize(
    ("x", "result"),
    [
        (2**70, 2.0**71),
        (Fraction(1, 4), 0.5),
        (Decimal("0.25"), 0.5),
        ([Fraction(1, 4), 2**70], [0.5, 2.0**71]),
        (np.array([0.25, 1.0], dtype=object), [0.5, 2.0]),
    ],
    ids=str,
)
def test_numbers_of_every_kind_go_into_programs(x, result):
    """As into Values."""

    def doubled(x):
        return ag.sum([]) + 2.0 * np.asarray(x) if np.ndim(x) else 2.0 * x

    assert np.asarray(ag.compiled(doubled)(x)).tolist() == result
    leaf = [Value(0.0), Value(0.0)] if np.ndim(x) else Value(0.0)
    program = ag.compile([2.0 * y for y in leaf] if np.ndim(x) else 2.0 * leaf, x=leaf)
    assert np.asarray(program(x=x)).tolist() == result
