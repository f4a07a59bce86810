"""Arguments of transforms: by index, by name, several, in containers of every kind."""

import dataclasses
import functools
import inspect
import itertools
from collections import namedtuple

import numpy as np
import pytest

import autograd as ag
from autograd import InputTypeError, InputValueError, Value


def area(width, height=2.0, *, scale=1.0):
    """A rectangle's."""
    return scale * width * height**2


CHOICES = [
    (0, (3.0, 5.0), {}, 25.0),
    (-1, (3.0, 5.0), {}, 30.0),
    (np.int64(1), (3.0, 5.0), {}, 30.0),
    ("height", (3.0, 5.0), {}, 30.0),
    ("height", (3.0,), {"height": 5.0}, 30.0),
    (1, (3.0,), {"height": 5.0}, 30.0),
    ("scale", (3.0, 5.0), {"scale": 7.0}, 75.0),
    ((0, 1), (3.0, 5.0), {}, (25.0, 30.0)),
    (["scale", 0], (3.0, 5.0), {"scale": 1.0}, (75.0, 25.0)),
    (("width",), (3.0, 5.0), {}, (25.0,)),
]


@pytest.mark.parametrize(("argnum", "args", "options", "gradient"), CHOICES)
def test_arguments_are_chosen_by_index_or_name(argnum, args, options, gradient):
    """One, or several for a tuple of gradients, whichever way they are passed."""
    assert ag.grad(area, argnum)(*args, **options) == gradient
    assert ag.value_and_grad(area, argnum)(*args, **options)[1] == gradient
    assert ag.jacobian(area, argnum)(*args, **options) == gradient
    ag.hessian(area, argnum)(*args, **options)


def test_hessian_of_several_arguments_has_all_blocks():
    """A tuple of tuples; of dicts, a dict of dicts."""
    assert ag.hessian(area, ("width", "height"))(3.0, 5.0) == ((0.0, 10.0), (10.0, 6.0))
    f = lambda p: p["a"] ** 2 * p["b"]  # noqa: E731
    assert ag.hessian(f)({"a": 2.0, "b": 3.0}) == {
        "a": {"a": 6.0, "b": 4.0},
        "b": {"a": 4.0, "b": 0.0},
    }


@pytest.mark.parametrize(
    ("argnum", "error", "message"),
    [
        (2, InputValueError, "argnum is 2, but the call has 2 arguments"),
        (-3, InputValueError, "argnum is -3, but the call has 2 arguments"),
        ("depth", InputValueError, "'depth', but this .* is not one of .*; it has width, height"),
        ("scale", InputValueError, "'scale', but this argument is not one of the function's"),
        (1.5, InputTypeError, "index, its name, or a tuple of these, but got float 1.5"),
        (True, InputTypeError, "but got bool True"),
        (None, InputTypeError, "but got NoneType None"),
        ((0, "width"), InputValueError, "names each argument once"),
        ((), InputValueError, "names each argument once"),
    ],
)
def test_a_wrong_choice_is_told(argnum, error, message):
    """Before the function is called."""
    with pytest.raises(error, match=message):
        ag.grad(area, argnum)(3.0, 5.0)


def test_an_argument_that_is_not_given_is_told():
    """A default is no argument of the call."""
    with pytest.raises(InputValueError, match="'height', but this argument is not given"):
        ag.grad(area, "height")(3.0)


@pytest.mark.parametrize(
    "transform",
    [ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian, functools.partial(ag.hessian)],
)
def test_name_documentation_and_signature_are_carried(transform):
    """For help(), for tools, and for a transform by name of a transform."""
    made = transform(area)
    assert (made.__name__, made.__doc__) == ("area", "A rectangle's.")
    assert inspect.signature(made) == inspect.signature(area)
    assert ag.grad(ag.grad(area, "height"), "width")(3.0, 5.0) == 10.0
    # What has neither is taken too.
    assert ag.grad(functools.partial(area, height=5.0))(3.0) == 25.0
    assert ag.grad(ag.sin)(0.0) == 1.0


@dataclasses.dataclass
class Line:
    slope: float
    offset: list


Point = namedtuple("Point", "x y")
POINTS = {
    "dict": ({"w": 2.0, "b": [3.0, 4.0]}, lambda p: p["w"] * p["b"][0] * p["b"][1]),
    "dataclass": (Line(2.0, [3.0, 4.0]), lambda p: p.slope * p.offset[0] * p.offset[1]),
    "namedtuple": (Point(2.0, (3.0, 4.0)), lambda p: p.x * p.y[0] * p.y[1]),
    "array": (np.array([2.0, 3.0, 4.0]), lambda p: p[0] * p[1] * p[2]),
    "list": ([2.0, np.array([3.0, 4.0])], lambda p: p[0] * p[1][0] * p[1][1]),
}


@pytest.mark.parametrize("kind", POINTS)
def test_results_have_the_arguments_structure(kind):
    """The gradient, each row of a Hessian, products with directions."""
    point, f = POINTS[kind]
    assert flat(point) == [2.0, 3.0, 4.0]
    gradient = ag.grad(f)(point)
    assert type(gradient) is type(point)
    assert flat(gradient) == [12.0, 8.0, 6.0]
    assert flat(ag.hessian(f)(point)) == [0.0, 4.0, 3.0, 4.0, 0.0, 2.0, 3.0, 2.0, 0.0]
    assert flat(ag.hessian(f, diagonal=True)(point)) == [0.0, 0.0, 0.0]
    assert flat(ag.hvp(f, point, point)) == [24.0, 16.0, 12.0]
    assert ag.jvp(f, point, point) == 72.0
    assert flat(ag.vjp(lambda p: {"y": f(p)}, point, {"y": 2.0})) == [24.0, 16.0, 12.0]
    assert type(ag.jacobian(lambda p: {"y": f(p)})(point)["y"]) is type(point)


def flat(x):
    """All numbers of a nesting, by a walk of the test's own."""
    if dataclasses.is_dataclass(x):
        x = [x.slope, x.offset]
    if isinstance(x, dict):
        x = [*x.values()]
    if isinstance(x, np.ndarray):
        x = x.tolist()
    return [n for part in x for n in flat(part)] if isinstance(x, (list, tuple)) else [x]


def test_what_goes_beside_the_result_comes_back():
    """Values in it as floats, all else as it is; inside another transform as Values."""

    def f(x):
        y = x * x
        return y * x, {"square": y, "name": "f", "count": 3}

    assert ag.grad(f, has_aux=True)(2.0) == (12.0, {"square": 4.0, "name": "f", "count": 3})
    assert ag.value_and_grad(f, has_aux=True)(2.0)[0][0] == 8.0
    assert ag.jacobian(f, has_aux=True)(2.0)[1]["square"] == 4.0
    assert ag.hessian(f, has_aux=True)(2.0) == (12.0, {"square": 4.0, "name": "f", "count": 3})
    outer = ag.grad(lambda x: ag.grad(f, has_aux=True)(x)[1]["square"])
    assert outer(3.0) == 6.0
    for other in (lambda x: x * x, lambda x: (x,), lambda x: (x, x, x), lambda x: [x, x]):
        with pytest.raises(InputTypeError, match="with has_aux a function returns two things"):
            ag.grad(other, has_aux=True)(2.0)


def test_the_diagonal_is_that_of_the_hessian():
    """With or without terms between the numbers, and of several arguments."""
    f = lambda p: ag.sum([ag.sin(x) * y for x, y in itertools.pairwise(p)])  # noqa: E731
    p = [0.3, -0.7, 1.1, 2.0]
    whole = ag.hessian(f)(p)
    assert ag.hessian(f, diagonal=True)(p) == pytest.approx([whole[i][i] for i in range(4)])
    assert ag.hessian(area, ("width", "height"), diagonal=True)(3.0, 5.0) == (0.0, 6.0)
    w = Value(2.0)
    found = ag.hessian(lambda x: w * x**3, diagonal=True)(3.0)
    found.backward()
    assert (found.data, w.grad) == (36.0, 18.0)


def test_directions_with_further_arguments():
    """By position in the places that are left, by keyword, and of several arguments at once."""
    loss = lambda w, x, t=0.0: (w * x - t) ** 2  # noqa: E731
    assert ag.hvp(loss, 3.0, 1.0, 4.0) == 32.0
    assert ag.hvp(loss, 3.0, 1.0, 4.0, t=1.0) == 32.0
    assert ag.jvp(loss, 4.0, 1.0, 3.0, argnum=1) == 72.0
    assert ag.vjp(loss, 4.0, 1.0, 3.0, argnum=1) == 72.0
    assert ag.jvp(loss, (3.0, 4.0), (1.0, 1.0), argnum=(0, 1)) == 96.0 + 72.0
    assert ag.hvp(loss, (3.0, 4.0), (1.0, 0.0), argnum=(0, 1)) == (32.0, 48.0)
    assert ag.jvp(loss, 1.0, 1.0, 3.0, 4.0, argnum="t") == -22.0
    for argnum in (3, -4):
        with pytest.raises(InputValueError, match=f"argnum is {argnum}, but the call has 3 arg"):
            ag.jvp(loss, 3.0, 1.0, 4.0, 5.0, argnum=argnum)
    with pytest.raises(InputValueError, match="hold 2 arguments each"):
        ag.jvp(loss, 3.0, 1.0, argnum=(0, 1))


@pytest.mark.parametrize(("takes", "gives"), [(1, 30), (3, 3), (30, 1), (2, 40)])
def test_jacobians_are_the_same_forward_and_backward(takes, gives):
    """Many results of few numbers by forward passes, few of many by backward ones."""
    f = lambda p: [ag.sin(p[i % takes]) * p[(2 * i + 1) % takes] for i in range(gives)]  # noqa: E731
    p = [0.1 * i - 0.7 for i in range(takes)]
    rows = [ag.grad(lambda p, i=i: f(p)[i])(p) for i in range(gives)]
    for row, expected in zip(ag.jacobian(f)(p), rows):
        assert row == pytest.approx(expected, rel=1e-14, abs=1e-14)


@pytest.mark.parametrize("transform", [ag.grad, ag.jacobian, ag.hessian, ag.value_and_grad])
def test_what_goes_beside_follows_what_is_around(transform):
    """A transform or a recording around the call, whether or not the result itself follows it."""

    def beside(p):
        found = transform(lambda z: (z * z, {"a": [p * p, 4.0], "b": z}), has_aux=True)(2.0)
        return found[0][1] if transform is ag.value_and_grad else found[1]

    assert ag.grad(lambda p: beside(p)["a"][0])(3.0) == 6.0
    assert ag.grad(ag.grad(lambda p: beside(p)["a"][0]))(3.0) == 2.0
    assert ag.grad(lambda p: p * beside(p)["b"])(3.0) == 2.0
    f = ag.compiled(lambda p: beside(p)["a"][0] + beside(p)["b"])
    assert [f(p) for p in (1.0, 2.0, 5.0)] == [3.0, 6.0, 27.0]
    assert beside(3.0) == {"a": [9.0, 4.0], "b": 2.0}
    assert type(beside(Value(3.0))["b"]) is float
