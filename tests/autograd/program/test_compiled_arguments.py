"""compiled: arguments of every kind, in their structures, and derivatives by name."""

import enum
import functools
import gc
import weakref
from collections import namedtuple
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import InputTypeError, InputValueError, TraceError, Value, compiled

Point = namedtuple("Point", "x y")
Other = namedtuple("Point", "x y")  # of the same name


@dataclass
class Model:
    layers: list
    scale: float


def quadratic(p):
    return p[0] ** 2 * p[1]


# Static arguments


def test_each_combination_of_static_arguments_is_recorded_once():
    """Numbers, strings, None and flags reach the function as they are."""
    seen = []

    @compiled(static=("n", "kind"))
    def f(x, n, kind=None):
        seen.append((n, kind))
        for _ in range(n):
            x = autograd.sin(x) if kind == "sine" else x * x
        return x

    assert f(3.0, 2) == f(3.0, n=2) == 81.0
    assert f(0.5, 1, "sine") == f(0.5, n=1, kind="sine") == np.sin(0.5)
    assert f(0.5, 1, None) == 0.25
    assert seen == [(2, None), (1, "sine"), (1, None)]
    assert f.grad(3.0, 2) == 108.0
    assert f.hessian(3.0, 2) == 108.0


def test_static_arguments_of_different_types_are_different():
    """1, 1.0 and True are equal, but not alike."""
    f = compiled(
        lambda x, a: x if a is True else x * 10 if isinstance(a, int) else x * 100, static="a"
    )
    assert [f(1.0, True), f(1.0, 1), f(1.0, 1.0)] == [1.0, 10.0, 100.0]


class Mode(str, enum.Enum):
    FAST = "fast"


@dataclass(frozen=True)
class Options:
    shift: Any


@pytest.mark.parametrize(
    "alike",
    [
        (0.0, -0.0, 0),
        ((1,), (1.0,), (True,)),
        (("fast",), (Mode.FAST,)),
        ((0.0, (2, -0.0)), (0.0, (2, 0.0)), (0.0, (2.0, 0.0))),
        (frozenset({1}), frozenset({True}), frozenset({1.0})),
        (Options(0.0), Options(-0.0), Options(0), Options(False)),
        (np.float64(0.5), 0.5),
        (np.float32(0.0), np.float32(-0.0), np.float32("nan")),
        (complex(1.0, 0.0), complex(1.0, -0.0)),
        (Decimal("1.0"), Decimal("1.00"), Decimal(1)),
        (range(0, 3, 2), range(0, 4, 2)),
        (
            datetime(2000, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
            datetime(2000, 1, 1, tzinfo=timezone.utc),
        ),
    ],
    ids=str,
)
def test_what_python_takes_for_equal_is_told_apart(alike):
    """Static arguments and the keys of dicts: each is recorded for itself, and only once."""
    told = []
    c = compiled(lambda x, k: (told.append(k), x)[1], static="k")
    of_dict = compiled(lambda p: (told.append(next(iter(p))), p[next(iter(p))])[1])
    for function in (lambda k: c(2.0, k), lambda k: of_dict({k: 2.0})):
        told.clear()
        assert [function(k) for k in alike * 2] == [2.0] * 2 * len(alike)
        assert [repr(k) for k in told] == [repr(k) for k in alike]
    assert of_dict.grad({alike[-1]: 2.0}) == {alike[-1]: 1.0}


def test_wrong_static_arguments_are_named():
    """What cannot be a key, what is no parameter, and what ought to be static."""
    f = compiled(lambda x, n: x, static="n")
    with pytest.raises(InputTypeError, match=r"static arguments of <lambda> are hashable.*n=\[1\]"):
        f(1.0, [1])
    with pytest.raises(InputTypeError, match=r"static names parameters of <lambda> \(x\).*'n'"):
        compiled(lambda x: x, static=("n",))
    with pytest.raises(InputTypeError, match=r"static is the name of a parameter or several.*0"):
        compiled(lambda x: x, static=0)
    with pytest.raises(InputTypeError, match=r"'p\.scale' of .*metadata="):
        compiled(lambda p: p)(Model([1.0], 1j))
    with pytest.raises(InputTypeError, match=r"None: does the function end with return\?"):
        compiled(lambda x: None)(1.0)
    with pytest.raises(
        InputTypeError, match=r"'mode' of <lambda> takes.*str 'fast'; .*static=\('mode',\)"
    ):
        compiled(lambda x, mode: x)(1.0, "fast")
    with pytest.raises(InputTypeError, match=r"wrt names an argument .* is not static \(x\).*'n'"):
        f.grad(1.0, 2, wrt="n")


# Functions of every kind


class Slotted:
    __slots__ = ("k",)

    def __init__(self, k):
        self.k = k

    @compiled
    def times(self, x):
        return self.k * x


class Growing:
    def __init__(self, rate):
        self.rate = rate
        self.calls = 0

    @compiled
    def after(self, t, start=1.0):
        self.calls += 1
        return start * autograd.exp(self.rate * t)


def test_recordings_of_an_object_that_is_gone_are_not_another_s():
    """Its end may be interrupted where the recordings are dropped, and its place be taken."""

    class Scaled:
        def __init__(self, factor):
            self.factor = factor

        @compiled
        def times(self, x):
            return self.factor * x

    first, second = Scaled(2.0), Scaled(3.0)
    assert first.times(1.0) == 2.0
    kept = vars(Scaled)["times"]._methods
    stale = kept[id(first)]
    del first
    gc.collect()
    kept[id(second)] = stale
    assert second.times(1.0) == 3.0


def test_a_method_is_recorded_once_for_each_object():
    """self is no argument; each object has recordings of its own, gone when it is."""
    fast, slow = Growing(2.0), Growing(1.0)
    assert fast.after(1.0) == fast.after(t=1.0) == np.exp(2.0)
    assert slow.after(1.0) == np.exp(1.0)
    assert fast.after.grad(1.0) == 2.0 * np.exp(2.0)
    assert (fast.calls, slow.calls) == (1, 1)
    known = Growing.__dict__["after"]._methods
    assert len(known) == 2
    del fast
    gc.collect()
    assert len(known) == 1
    assert Slotted(3.0).times(2.0) == 6.0
    assert compiled(slow.after.f)(0.0) == 1.0


def test_partials_builtins_and_sequences_of_arguments():
    """What a partial fixes stays fixed; *xs and **options are arguments like others."""
    f = functools.partial(lambda x, n: x**n, n=3)
    assert compiled(f)(2.0) == 8.0
    assert compiled(f).grad(2.0) == 12.0
    g = compiled(lambda *xs, **options: xs[0] * xs[1] + options["shift"])
    assert g(2.0, 3.0, shift=1.0) == 7.0
    assert list(g.grad(2.0, 3.0, shift=1.0, wrt="xs")) == [3.0, 2.0]
    assert g.grad(2.0, 3.0, shift=1.0, wrt="options") == {"shift": 1.0}
    with pytest.raises(TraceError):
        compiled(max)(1.0, 2.0)


# Containers


CONTAINERS = [
    ({"x": 3.0, "y": 4.0}, lambda p: p["x"] ** 2 * p["y"]),
    (Point(3.0, 4.0), lambda p: p.x**2 * p.y),
    (Model([[3.0], [4.0, 5.0]], 1.0), lambda p: p.layers[0][0] ** 2 * p.layers[1][0] * p.scale),
    ([[3.0], [4.0, 5.0]], lambda p: p[0][0] ** 2 * p[1][0]),
    (
        {"deep": [Point(np.array([3.0, 1.0]), 4.0)]},
        lambda p: p["deep"][0].x[0] ** 2 * p["deep"][0].y,
    ),
]


def numbers(x):
    found = autograd.nested.numbers_in(x, lambda n: float(n), "x")
    return np.array(found)


@pytest.mark.parametrize(("p", "f"), CONTAINERS, ids=lambda x: type(x).__name__)
def test_containers_keep_their_structure(p, f):
    """Arguments arrive as they are; derivatives come in the same structure, second ones twice."""
    g = compiled(f)
    value, grad = g.value_and_grad(p)
    assert value == 36.0
    assert type(grad) is type(p)
    np.testing.assert_allclose(numbers(grad), numbers(autograd.grad(f)(p)))
    # An array's rows of second derivatives stand in its place as a whole, not number by number.
    wanted = np.sort(numbers(autograd.hessian(f)(p)))
    np.testing.assert_allclose(np.sort(numbers(g.hessian(p))), wanted)
    direction = autograd.nested.map_structure(lambda x: 2.0, p)
    np.testing.assert_allclose(numbers(g.hvp(direction, p)), numbers(autograd.hvp(f, p, direction)))
    assert g.jvp(direction, p) == autograd.jvp(f, p, direction)


@dataclass
class Growth:
    """A model's parameters with what is none of them."""

    rate: float
    start: float
    kind: str = "exponential"
    steps: int = field(default=3, metadata={"static": True})
    limit: float | None = None

    def after(self):
        y = self.start
        for _ in range(self.steps):
            free = 1.0 if self.kind == "exponential" else 1.0 - y
            if self.limit is not None:
                free = free * (1.0 - y / self.limit)
            y = y + self.rate * y * free
        return {"y": y, "kind": self.kind, "none": None}


GROWTHS = [
    Growth(0.1, 0.2),
    Growth(0.1, 0.2, "logistic"),
    Growth(0.1, 0.2, steps=5),
    Growth(0.1, 0.2, limit=3.0),
]


def test_what_is_no_number_in_a_container_is_as_if_static():
    """Texts, None and static fields reach the function as they are; each is recorded for itself,
    once, and comes back in the gradient and with the result."""
    calls = []
    f = compiled(lambda g: (calls.append(1), g.after())[1])
    loss = compiled(lambda g: g.after()["y"])
    for g in GROWTHS * 2:
        result = f(g)
        assert (result["kind"], result["none"]) == (g.kind, None)
        np.testing.assert_allclose(result["y"], g.after()["y"], rtol=1e-15)
        gradient = loss.grad(g)
        wanted = autograd.grad(lambda g: g.after()["y"])(g)
        assert (gradient.kind, gradient.steps) == (g.kind, g.steps)
        np.testing.assert_allclose(numbers(gradient), numbers(wanted), rtol=1e-14)
        step = 1e-6 * g.rate  # an oracle that knows nothing of structures
        up, down = (replace(g, rate=g.rate + s).after()["y"] for s in (step, -step))
        np.testing.assert_allclose(gradient.rate, (up - down) / (2 * step), rtol=1e-8)
        assert f.jacobian(g)["y"].rate == gradient.rate
        np.testing.assert_allclose(loss.jvp(g, g), np.dot(numbers(gradient), numbers(g)))
    assert len(calls) == len(GROWTHS)


def test_what_a_container_holds_beside_numbers_has_to_be_hashable():
    """A static field that no recording can be found by."""
    with pytest.raises(InputTypeError, match=r"static arguments of <lambda> are hashable.*beside"):
        compiled(lambda g: g.rate)(Growth(0.1, 0.2, steps=[3]))


@pytest.mark.parametrize("x", [[3.0, 4.0], np.array([3.0, 4.0]), {"a": 3.0, "b": 4.0}], ids=str)
def test_a_function_may_change_the_container_it_is_given(x):
    """It is its own: the argument differentiated by is what was passed."""

    def f(p):
        first, second = p if isinstance(p, dict) else (0, 1)
        p[first] = p[first] * p[second]
        return p[first] + p[second]

    found = compiled(f)
    assert found(x) == 16.0
    assert list(numbers(found.grad(x))) == list(numbers(autograd.grad(f)(x))) == [4.0, 4.0]
    np.testing.assert_array_equal(numbers(x), [3.0, 4.0])


def test_results_of_different_shapes_come_in_their_structure():
    """Numbers and arrays in the containers that the function returns; so do Jacobians."""

    @compiled
    def f(p):
        return {"sum": p[0] + p[1], "rows": Point([p[0] * p[1], p[0]], (p[1],))}

    found = f([3.0, 4.0])
    assert found["sum"] == 7.0
    assert isinstance(found["rows"], Point)
    np.testing.assert_array_equal(found["rows"].x, [12.0, 3.0])
    slopes = f.jacobian([3.0, 4.0])
    np.testing.assert_array_equal(slopes["sum"], [1.0, 1.0])
    np.testing.assert_array_equal(slopes["rows"].x, [[4.0, 3.0], [1.0, 0.0]])
    np.testing.assert_array_equal(slopes["rows"].y, [[0.0, 1.0]])
    along = f.jvp([1.0, 0.0], [3.0, 4.0])
    np.testing.assert_array_equal(along["rows"].x, [4.0, 1.0])
    several = f.batched("p")([[3.0, 4.0], [5.0, 6.0]])
    np.testing.assert_array_equal(several["sum"], [7.0, 11.0])
    np.testing.assert_array_equal(several["rows"].x, [[12.0, 3.0], [30.0, 5.0]])
    batch = f.batched("p").jacobian([[3.0, 4.0], [5.0, 6.0]])
    np.testing.assert_array_equal(batch["rows"].x[1], [[6.0, 5.0], [1.0, 0.0]])


def test_auxiliary_data_may_be_a_container():
    """What is given beside the value comes in its structure."""
    f = compiled(lambda x: (x * x, {"double": 2 * x, "list": [x, [x, x]]}), has_aux=True)
    (value, aux), grad = f.value_and_grad(3.0)
    assert (value, grad, aux["double"]) == (9.0, 6.0, 6.0)
    np.testing.assert_array_equal(aux["list"][1], [3.0, 3.0])
    assert f(2.0)[1]["double"] == 4.0


def test_what_differs_in_kind_is_recorded_anew():
    """Lists and tuples inside lists, classes of one name, keys: each has a recording of its own."""
    seen = []

    def f(x):
        seen.append(x)
        part = x[0]
        return part[0] * (2.0 if isinstance(part, tuple) else 1.0)

    g = compiled(f)
    assert [g([[1.0, 2.0]]), g([(1.0, 2.0)]), g(np.array([[1.0, 2.0]])), g(([1.0, 2.0],))] == [
        1.0, 2.0, 1.0, 1.0,
    ]  # fmt: skip
    assert len(seen) == 4
    h = compiled(lambda p: p.x * (2.0 if isinstance(p, Other) else 1.0))
    assert [h(Point(1.0, 2.0)), h(Other(1.0, 2.0)), h(Point(3.0, 2.0))] == [1.0, 2.0, 3.0]
    k = compiled(lambda p: sum(p.values()) if "a" in p else -sum(p.values()))
    assert [k({"a": 1.0}), k({"b": 1.0})] == [1.0, -1.0]


# What to differentiate by


def test_wrt_by_keyword_by_position_or_by_default():
    """A name, a tuple of names, or everything that was passed."""
    f = compiled(lambda w, x: w * w * x)
    assert f.value_and_grad("w", 3.0, 4.0) == f.value_and_grad(3.0, 4.0, wrt="w") == (36.0, 24.0)
    assert f.grad(3.0, 4.0) == f.grad(("w", "x"), 3.0, 4.0) == (24.0, 9.0)
    assert f.grad(3.0, x=4.0, wrt=("x",)) == (9.0,)
    assert compiled(lambda x: x * x).value_and_grad(3.0) == (9.0, 6.0)
    assert f.hessian(3.0, 4.0, wrt="w") == 8.0
    assert f.hessian(3.0, 4.0) == ((8.0, 6.0), (6.0, 0.0))
    assert f.jvp((1.0, 10.0), 3.0, 4.0) == 24.0 + 90.0
    assert f.hvp("w", 2.0, 3.0, 4.0) == f.hvp(2.0, 3.0, 4.0, wrt="w") == 16.0
    assert f.hvp((1.0, 1.0), 3.0, 4.0) == (14.0, 6.0)


def test_wrong_wrt_and_directions_are_named():
    """Each wrong call, and what is wanted instead."""
    f = compiled(lambda w, x: w * w * x)
    with pytest.raises(InputTypeError, match=r"wrt names an argument .*\(w, x\), but got 'v'"):
        f.grad("v", 3.0, 4.0)
    with pytest.raises(InputTypeError, match=r"<lambda>: missing a required argument: 'x'"):
        f.grad(3.0)
    with pytest.raises(InputTypeError, match="the direction is missing"):
        f.hvp()
    with pytest.raises(InputValueError, match="a direction for each of w, x is needed"):
        f.hvp(1.0, 3.0, 4.0)
    with pytest.raises(InputValueError, match="'p' has 2 arrays, but the direction 1"):
        compiled(lambda p: p["a"] * p["b"]).jvp(1.0, {"a": 1.0, "b": 2.0})
    with pytest.raises(InputValueError, match="value_and_grad differentiates one number"):
        compiled(lambda x: [x, x]).grad(1.0)


# Batches


def test_batched_arguments():
    """The named arguments have a batch axis in front, in containers every array."""
    f = compiled(lambda w, p: w * p["x"] ** 2 + p["v"][0])
    p = {"x": np.array([1.0, 2.0, 3.0]), "v": np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])}
    g = f.batched("p")
    np.testing.assert_array_equal(g(2.0, p), [3.0, 10.0, 21.0])
    _, (by_w, by_p) = g.value_and_grad(2.0, p)
    assert by_w == 14.0
    np.testing.assert_array_equal(by_p["x"], [4.0, 8.0, 12.0])
    np.testing.assert_array_equal(by_p["v"], [[1.0, 0.0]] * 3)
    np.testing.assert_allclose(g.grad(2.0, p, wrt="w", reduce="mean"), 14.0 / 3.0, rtol=1e-15)
    np.testing.assert_array_equal(g.hessian(2.0, p, wrt="p")["x"]["x"], [4.0] * 3)
    lists = compiled(lambda x: x[0] * x[1] if isinstance(x, list) else x[1] * 0.0).batched("x")
    np.testing.assert_array_equal(lists([[1.0, 2.0], [3.0, 4.0]]), [2.0, 12.0])
    np.testing.assert_array_equal(lists(np.array([[1.0, 2.0], [3.0, 4.0]])), [0.0, 0.0])
    assert compiled(lambda x: x * x).batched("x")([]).shape == (0,)


def test_wrong_batches_are_named():
    """No such argument, none at all, no batch axis, or batches that differ."""
    f = compiled(lambda x, y, n: x * y, static="n")
    with pytest.raises(InputTypeError, match="batched names parameters of <lambda>"):
        f.batched("z")
    with pytest.raises(InputTypeError, match="'n', which is static"):
        f.batched("n")
    with pytest.raises(InputTypeError, match="but got none"):
        f.batched()
    with pytest.raises(InputValueError, match=r"'x' of <lambda> is batched, but got 1.0: .*row"):
        f.batched("x")(1.0, 2.0, 3)
    with pytest.raises(InputValueError, match="agree on the batch size"):
        f.batched("x", "y")([1.0, 2.0], [1.0], 3)


# Composition


def test_an_argument_that_is_none_is_static():
    """Passed or left out: one recording each, and nothing to differentiate by."""

    def f(b, offset=None, *, scale=None):
        return b * b + (0.0 if offset is None else offset) * (1.0 if scale is None else scale)

    g = compiled(f)
    assert [g(3.0, None), g(3.0), g(3.0, 1.0), g(3.0, 1.0, scale=None)] == [9.0, 9.0, 10.0, 10.0]
    assert (g.grad(3.0, None), g.grad(3.0, None, scale=2.0)) == (6.0, (6.0, 0.0))
    assert (g.hessian(3.0, None), g.jvp(2.0, 3.0, None), g(Value(3.0), None).data) == (2.0, 12.0, 9)
    assert autograd.grad(lambda b: g(b, None))(3.0) == 6.0
    assert list(g.batched("b")([1.0, 2.0], None)) == [1.0, 4.0]
    with pytest.raises(InputTypeError, match=r"not static \(b\), but got 'offset'"):
        g.grad(3.0, None, wrt="offset")
    with pytest.raises(InputTypeError, match=r"argument 'offset' of f .* got NoneType None"):
        g.batched("offset")(3.0, None)


WRONG_CALLS = {
    "too few": (lambda f: f(1.0), r"missing a required argument: 'x'; it is called as f\(w, x\)"),
    "argnum": (lambda f: f.grad(1.0, 2.0, argnum=0), "'argnum': wrt='x' names what to diff"),
    "dtype": (lambda f: f(1.0, 2.0, dtype="float32"), "'dtype': that is said to compiled; it is"),
    "wrt": (lambda f: f.grad(1.0, 2.0, wrt=["w"]), r"got \['w'\]; several stand in a tuple"),
    "batched": (lambda f: f.batched(["w", "x"]), r"of f \(w, x\), but got \['w', 'x'\]"),
    "static": (lambda f: compiled(f.f, static=[[1]]), r"of f \(w, x\), but got \[1\]"),
    "kind": (lambda f: f({1.0}, 2.0), "'w' of f takes real numbers, in arrays, lists, dicts, data"),
    "deep": (lambda f: f(functools.reduce(lambda x, _: [x], range(80), 1.0), 1.0), "nested more"),
}


@pytest.mark.parametrize("fault", WRONG_CALLS)
def test_wrong_calls_are_told_how_to_call(fault):
    """The function as it is called, and where else a word belongs."""

    def f(w, x):
        return w * x

    call, words = WRONG_CALLS[fault]
    with pytest.raises((InputTypeError, InputValueError), match=words):
        call(compiled(f))


def test_compiled_functions_inside_transforms():
    """Everything they depend on is differentiated, what they close over too."""
    f = compiled(quadratic)
    assert autograd.grad(f)([3.0, 4.0]) == [24.0, 9.0]
    assert autograd.hessian(f)([3.0, 4.0]) == [[8.0, 6.0], [6.0, 0.0]]
    assert autograd.grad(lambda w: compiled(lambda x: w * x)(3.0))(2.0) == 3.0
    assert autograd.grad(lambda x: f.grad([x, 4.0])[0])(3.0) == 8.0
    assert autograd.grad(lambda x: f.hessian([x, x])[0][1])(3.0) == 2.0
    assert autograd.grad(lambda x: f.jvp([1.0, 0.0], [x, 4.0]))(3.0) == 8.0
    assert autograd.grad(lambda x: f.hvp([1.0, 0.0], [x, 4.0])[1])(3.0) == 2.0
    assert autograd.grad(lambda x: f.jacobian([x, 4.0])[0])(3.0) == 8.0
    total = autograd.grad(lambda x: autograd.sum(list(f.batched("p")([[x, 1.0], [2.0, x]]))))(3.0)
    assert total == 2 * 3.0 + 4.0
    slope = autograd.grad(lambda x: f.batched("p").grad([[x, 1.0], [2.0, x]])[0][0])(3.0)
    assert slope == 2.0
    autograd.assert_gradients(f, [3.0, 4.0], order=2)


def test_compiled_functions_of_values():
    """Values in, Values out, which backward goes through."""
    f = compiled(lambda p: {"a": p["x"] * 2, "b": [p["x"], [p["x"] * p["y"]]]})
    x = Value(3.0)
    found = f({"x": x, "y": 4.0})
    assert found["b"][1][0].data == 12.0
    found["b"][1][0].backward()
    assert x.grad == 4.0
    value, grad = compiled(quadratic).value_and_grad([x, 4.0])
    assert (value.data, grad[0].data, grad[1].data) == (36.0, 24.0, 9.0)
    with pytest.raises(TraceError):
        compiled(lambda x: x if x > 0 else -x)(Value(1.0))


def numbers_of(found):
    """The arrays in a structure, with numbers in place of Values."""
    if isinstance(found, (dict, list, tuple)):
        parts = found.values() if isinstance(found, dict) else found
        return [array for part in parts for array in numbers_of(part)]
    array = np.array(found, dtype=object)
    flat = [x.data if isinstance(x, Value) else x for x in array.reshape(-1)]
    return [np.array(flat, dtype=float).reshape(array.shape)]


@pytest.mark.parametrize("names", [("x", "t"), ("x",), ("t",)])
@pytest.mark.parametrize("wrt", ["p", "x", ("p", "x"), ("x", "t"), None])
def test_matrices_of_batches_of_values(names, wrt):
    """Jacobians and Hessians with Values are those of numbers, of rows and of what is shared."""

    def several(p, x, t):
        return {"a": autograd.sin(p["u"] * x[0]) + x[1] ** 2 * t, "b": [p["v"] * x[1], x[0] * t]}

    def one(p, x, t):
        return autograd.sin(p["u"] * x[0]) * x[1] ** 2 * t + p["v"] * p["u"] ** 2 * t

    rows, times = np.array([[0.5, 1.0], [-1.0, 2.0], [0.25, -0.5]]), np.array([1.0, 0.5, -2.0])
    rest = rows if "x" in names else rows[0], times if "t" in names else 0.7
    plain, values = {"u": 0.3, "v": 1.2}, {"u": Value(0.3), "v": Value(1.2)}
    pairs = []
    for p in (values, plain):
        jacobian = compiled(several).batched(*names).jacobian(p, *rest, wrt=wrt)
        mean = compiled(one).batched(*names).hessian(p, *rest, wrt=wrt, reduce="mean")
        pairs.append(numbers_of([jacobian, mean]))
    assert [x.shape for x in pairs[0]] == [x.shape for x in pairs[1]]
    for found, wanted in zip(*pairs):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)  # some roundings


@pytest.mark.parametrize(
    "transform",
    [
        autograd.grad,
        autograd.hessian,
        lambda f: autograd.grad(lambda p: autograd.sum(autograd.grad(f)(p))),
    ],
)
@pytest.mark.parametrize("p", [[3.0, 4.0], np.array([3.0, 4.0])], ids=["list", "array"])
def test_compiled_transforms(transform, p):
    """compiled(grad(f)) and its kin are programs of derivatives."""
    made = transform(quadratic)
    np.testing.assert_array_equal(compiled(made)(p), made(p))
    again = compiled(lambda p: autograd.sum(list(np.ravel(made(p)))))
    np.testing.assert_allclose(
        again.grad(p), autograd.grad(lambda p: autograd.sum(list(np.ravel(made(p)))))(p)
    )


def test_compiled_functions_inside_compiled_ones():
    """The inner one is recorded into the outer."""
    inner = compiled(quadratic)
    outer = compiled(lambda p: inner(p) + inner.grad(p)[0])
    assert outer([3.0, 4.0]) == 36.0 + 24.0
    assert list(outer.grad([3.0, 4.0])) == [24.0 + 8.0, 9.0 + 6.0]


# Plain floats, which take the shortest way


def test_the_short_way_of_floats_gives_the_same():
    """Whatever came before: arrays, Values, other counts of numbers, transforms, batches."""
    f = compiled(lambda x, y=2.0: x * x * y)
    for _ in range(3):
        assert (f(3.0), f(3.0, 4.0), f(3, 4.0)) == (18.0, 36.0, 36.0)
        assert f.value_and_grad(3.0, 4.0) == (36.0, (24.0, 9.0))
        assert f.value_and_grad(3.0, 4.0, wrt="y") == (36.0, 9.0)
        assert f.value_and_grad("x", 3.0) == (18.0, 12.0)
        assert autograd.grad(lambda w: compiled(lambda x: w * x)(3.0))(2.0) == 3.0
        assert autograd.grad(f)(3.0, 4.0) == 24.0
        assert list(f.batched("x")([3.0], 4.0)) == [36.0]
        with pytest.raises(InputTypeError, match="wrt names an argument"):
            f.value_and_grad(3.0, 4.0, wrt=["x"])
        with pytest.raises(InputTypeError, match="too many positional"):
            f(1.0, 2.0, 3.0)
    g = compiled(lambda *xs: xs[0] * 2.0)
    assert [g(1.0), g(2.0), g(3.0, 4.0)] == [2.0, 4.0, 6.0]
    x, y = Value(0.0), Value(0.0)
    program = autograd.compile(x * y, x=x, y=y)
    assert program(y=2.0, x=3.0) == 6.0
    with pytest.raises(InputTypeError, match=r"argument 'x' takes .* holds NoneType None"):
        program(x=None, y=1.0)
    with pytest.raises(InputValueError, match="beyond a float's range"):
        program(x=10**400, y=1.0)
    with pytest.raises(InputTypeError, match="misses 'y'"):
        program(x=1.0, z=2.0)


def test_the_short_way_of_arrays_gives_the_same():
    """Whatever shapes, kinds and Values came before; and no array is kept."""
    w = Value(2.0)
    f = compiled(lambda xs, c: autograd.sum([w * x * c for x in np.ravel(xs)]))
    two, four = np.array([1.0, 2.0]), np.ones((2, 2))
    for weight in (2.0, 3.0):
        w.data = weight
        for _ in range(3):
            assert (f(two, 3.0), f(four, 1.0)) == (9.0 * weight, 4.0 * weight)
            assert f(two.astype(int), 3.0) == f(two.astype("f4"), 3.0) == f([1.0, 2.0], 3.0)
            value, (xs, c) = f.value_and_grad(two, 3.0)
            assert (value, list(xs), c) == (9.0 * weight, [3.0 * weight] * 2, 3.0 * weight)
            assert list(f.grad(two[::-1], 3.0, wrt="xs")) == [3.0 * weight] * 2
            assert autograd.grad(f)(two, 3.0).tolist() == [3.0 * weight] * 2
            assert isinstance(f(np.array([w, 1.0]), 1.0), Value)
            assert list(f.batched("xs")(np.ones((3, 2)), 1.0)) == [2.0 * weight] * 3
    given = np.ones(5)
    f(given, 1.0), f(given, 1.0)
    alive = weakref.ref(given)
    del given
    assert alive() is None


@pytest.mark.parametrize("static", [(), "reduce"])
def test_a_parameter_called_like_an_option_is_refused(static):
    """Or the derivative would be of another value than the call's: the option's word was taken."""

    def f(x, reduce=2.0):
        return x * x * reduce

    g = compiled(f, static=static)
    assert (g(3.0), g(3.0, reduce=4.0), g.jvp(1.0, 3.0, wrt="x")) == (18.0, 36.0, 12.0)
    for call in (g.value_and_grad, g.grad, g.hessian):
        with pytest.raises(InputTypeError, match=r"f has a parameter 'reduce'.*rename"):
            call(3.0, wrt="x")
    with pytest.raises(InputTypeError, match=r"f has a parameter 'reduce'.*rename"):
        g.hvp(1.0, 3.0, wrt="x")


@pytest.mark.needs("statsmodels")
def test_tables_of_pandas_are_arrays():
    """Rows of numbers and columns of them, as arguments; labels are for dicts, and said to be."""
    import pandas as pd

    table = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 7.0]}, index=[5, 6, 7])
    f = compiled(lambda b, row: (row[1] - b * row[0]) ** 2)
    assert f.batched("row").grad(1.0, table, wrt="b") == -34.0
    g = compiled(lambda b, x, y: (y - b * x) ** 2)
    assert g.batched("x", "y").grad(1.0, table.x, table["y"], wrt="b") == -34.0
    h = compiled(lambda b, d: sum((y - b * x) ** 2 for x, y in zip(d["x"], d["y"])))
    assert h.grad(1.0, table.to_dict("list"), wrt="b") == -34.0
    with pytest.raises(autograd.TraceError, match=r"no labels: pass the columns as a dict"):
        h.grad(1.0, table, wrt="b")
    with pytest.raises(InputTypeError, match="read from outside: as a global, or in a closure"):
        compiled(lambda b, d: b * d.x.sum(), static="d")(1.0, table)


@pytest.mark.needs("torch")
def test_a_tensor_that_asks_for_gradients_is_named():
    """PyTorch refuses to make an array of it, and says what to do."""
    import torch

    x = torch.ones(3, requires_grad=True)
    f = compiled(lambda x: x[0] * x[1])
    for call in (lambda: f(x), lambda: f.program([1.0, 2.0, 3.0])(x=x)):
        with pytest.raises(InputTypeError, match=r"'x'.* is no array.*detach\(\)"):
            call()
    assert f(x.detach()) == 1.0
