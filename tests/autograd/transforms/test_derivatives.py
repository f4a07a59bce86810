"""grad, jacobian, hessian and the products, against closed forms and each other."""

import collections
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import InputTypeError, InputValueError, Value
from autograd.engine.modes import ANOMALY
from autograd.engine.order import record_of

FINITE = st.floats(-2.0, 2.0)
POINTS = st.lists(FINITE, min_size=3, max_size=3)
CLOSE = {"rel": 1e-12, "abs": 1e-12}  # a dozen operations on numbers of order 1 to 100


def cubic(p):
    """A polynomial whose every derivative is known."""
    x, y, z = p
    return x**3 * y + 2.0 * x * y * z + z**2


def cubic_gradient(p):
    x, y, z = p
    return [3 * x**2 * y + 2 * y * z, x**3 + 2 * x * z, 2 * x * y + 2 * z]


def cubic_hessian(p):
    x, y, z = p
    return [
        [6 * x * y, 3 * x**2 + 2 * z, 2 * y],
        [3 * x**2 + 2 * z, 0.0, 2 * x],
        [2 * y, 2 * x, 2.0],
    ]


@given(POINTS, POINTS)
def test_all_transforms_of_a_polynomial(p, v):
    """Gradient, Hessian and their products with a direction, in the argument's structure."""
    gradient, hessian = cubic_gradient(p), cubic_hessian(p)
    value, computed = ag.value_and_grad(cubic)(p)
    assert value == pytest.approx(cubic(p), **CLOSE)
    assert computed == pytest.approx(gradient, **CLOSE)
    for row, expected in zip(ag.hessian(cubic)(p), hessian):
        assert row == pytest.approx(expected, **CLOSE)
    product = [sum(h * d for h, d in zip(row, v)) for row in hessian]
    assert ag.hvp(cubic, p, v) == pytest.approx(product, **CLOSE)
    slope = sum(g * d for g, d in zip(gradient, v))
    assert ag.jvp(cubic, p, v) == pytest.approx(slope, **CLOSE)
    assert ag.vjp(cubic, p, 2.0) == pytest.approx([2.0 * g for g in gradient], **CLOSE)


@given(st.floats(-3.0, 3.0))
def test_derivatives_of_every_order_of_sin(x):
    """Five nested gradients go round the circle."""
    f = ag.sin
    for expected in (math.cos, lambda t: -math.sin(t), lambda t: -math.cos(t), math.sin, math.cos):
        f = ag.grad(f)
        assert f(x) == pytest.approx(expected(x), abs=1e-15)


def test_structures_go_in_and_come_out():
    """Lists, tuples, arrays, and nestings of them."""
    f = lambda p: ag.sum([p["a"] if isinstance(p, dict) else p[0], p[1][0] * p[1][1]])  # noqa: E731
    assert ag.grad(f)((1.0, [2.0, 3.0])) == (1.0, [3.0, 2.0])
    gradient = ag.grad(lambda a: np.sum(a * a))(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert gradient.dtype == np.float64
    assert gradient.tolist() == [[2.0, 4.0], [6.0, 8.0]]
    assert ag.grad(lambda x: x * x)(np.float32(3)) == 6.0
    assert ag.grad(lambda x: x * x)(3) == 6.0


def test_jacobians_of_arrays_are_arrays():
    """result.shape + argument.shape, as matrix calculus has it."""
    A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    x = np.array([0.5, -1.0])
    assert ag.jacobian(lambda x: A @ x)(x).tolist() == A.tolist()
    H = ag.hessian(lambda x: x @ (A.T @ A) @ x)(x)
    assert pytest.approx(2 * A.T @ A) == H
    assert H.shape == (2, 2)
    assert ag.jvp(lambda x: A @ x, x, np.array([1.0, 0.0])).tolist() == A[:, 0].tolist()
    assert ag.vjp(lambda x: A @ x, x, [1.0, 0.0, 0.0] and np.array([1.0, 0, 0])).tolist() == [1, 2]
    assert ag.jacobian(lambda x: [x, x * x])(3.0) == [1.0, 6.0]


SECOND = [[[6.0, 4.0], [4.0, 0.0]], [[0.0, 0.0], [0.0, 18.0]]]


@pytest.mark.parametrize("kind", [list, tuple, np.array], ids=["list", "tuple", "array"])
def test_nested_transforms_keep_every_container(kind):
    """A Jacobian of a Jacobian of lists, tuples and arrays, and of a mixture of them."""
    F = lambda p: kind([p[0] ** 2 * p[1], p[1] ** 3])  # noqa: E731
    J = ag.jacobian(ag.jacobian(F))
    for point in ([2.0, 3.0], (2.0, 3.0), np.array([2.0, 3.0])):
        assert np.array(J(point).tolist() if kind is np.array else J(point)).tolist() == SECOND
    both = J(np.array([2.0, 3.0]))
    if kind is np.array:
        assert (both.shape, both.dtype) == ((2, 2, 2), np.float64)
    third = ag.jacobian(J)(np.array([2.0, 3.0]))
    assert np.array(third).tolist()[0] == [[[0.0, 2.0], [2.0, 0.0]], [[2.0, 0.0], [0.0, 0.0]]]


def test_transforms_of_arrays_inside_a_recording():
    """A Hessian, and a Jacobian of a Jacobian, recorded for arrays of Values."""
    x = np.array([2.0, 3.0])
    f = lambda p: p[0] ** 2 * p[1]  # noqa: E731
    assert ag.compiled(lambda x: ag.hessian(f)(x))(x).tolist() == [[6.0, 4.0], [4.0, 0.0]]
    F = lambda p: np.array([p[0] ** 2 * p[1], p[1] ** 3])  # noqa: E731
    assert ag.compiled(lambda x: ag.jacobian(ag.jacobian(F))(x))(x).tolist() == SECOND


def test_other_arguments_are_passed_through():
    """argnum chooses; keywords and the other arguments reach f as they are."""
    f = lambda a, b, *, c: a * b + c["k"]  # noqa: E731
    assert ag.grad(f)(2.0, 3.0, c={"k": 1.0}) == 3.0
    assert ag.grad(f, argnum=1)(2.0, 3.0, c={"k": 1.0}) == 2.0
    assert ag.grad(f, argnum=-1)(2.0, 3.0, c={"k": 1.0}) == 2.0
    with pytest.raises(InputValueError, match="argnum is 2, but the call has 2"):
        ag.grad(f, argnum=2)(2.0, 3.0, c={"k": 1.0})


def test_no_perturbation_confusion():
    """An inner derivative does not see the outer variable as its own."""
    f = lambda x: x * ag.grad(lambda y: x + y)(1.0)  # noqa: E731
    assert ag.grad(f)(5.0) == 1.0
    g = lambda x: ag.grad(lambda y: x * y)(x)  # noqa: E731
    assert ag.grad(g)(5.0) == 1.0
    h = lambda x: x * ag.grad(lambda y: x * y * y)(2.0)  # noqa: E731
    assert ag.grad(h)(3.0) == 24.0


def test_results_are_floats_outside_and_values_inside():
    """What may be differentiated again is a Value: by an argument, or by what f closes over."""
    w = Value(3.0)
    outside = ag.grad(lambda x: w * x * x)(2.0)
    assert type(outside) is Value
    assert outside.data == 12.0
    outside.backward()
    assert w.grad == 4.0
    ag.zero_grad([w])
    with ag.no_grad():
        assert type(ag.grad(lambda x: w * x * x)(2.0)) is float
        assert type(ag.grad(lambda x: w * x * x)(Value(2.0))) is float
    assert type(ag.grad(lambda x: Value(3.0) * x * x)(2.0)) is float
    x = Value(2.0)
    slope = ag.grad(lambda x: w * x * x)(x)
    slope.backward()
    assert (slope.data, x.grad, w.grad) == (12.0, 6.0, 4.0)
    constant = ag.grad(lambda x: 2.0 * x)(x)
    assert type(constant) is Value
    assert constant.data == 2.0


def test_values_that_a_function_captures_are_constants():
    """Nothing is asked about them: here not log(x) for the derivative by the exponent."""
    w, two = Value(5.0), Value(2.0)

    def f(x):
        return w * x**two / w

    assert ag.jvp(f, -3.0, 1.0) == -6.0
    assert ag.hvp(f, -3.0, 1.0) == 2.0
    assert ag.vjp(f, -3.0, 1.0) == -6.0
    assert ag.grad(ag.grad(f))(-3.0) == 2.0
    assert ag.jvp(lambda x: [w * two, x, 7.0, w], -3.0, 1.0) == [0.0, 1.0, 0.0, 0.0]
    assert (w.grad_computed, two.grad_computed) == (False, False)


def test_the_other_branch_passes_no_infinity_on():
    """In either direction: zero times an infinite adjoint or tangent is nothing."""

    def f(x):
        return ag.where(x > 0.0, x, 1.0) + ag.relu(-x) + ag.maximum(x, -2.0)

    assert ag.jvp(f, 1.0, math.inf) == math.inf
    assert ag.jvp(lambda x: ag.relu(x) + 1.0, -1.0, math.inf) == 0.0
    assert ag.vjp(lambda x: ag.relu(x) + 1.0, -1.0, math.inf) == 0.0
    assert ag.grad(lambda x: ag.vjp(ag.relu, x, math.inf))(-1.0) == 0.0


def test_one_value_returned_twice_counts_twice():
    """Its two weights add up, differentiated again too."""

    def pair(x):
        return [x * x] * 2

    assert ag.vjp(pair, 3.0, [2.0, 5.0]) == 42.0
    assert ag.grad(lambda x: ag.vjp(pair, x, [2.0, 5.0]))(3.0) == 14.0
    assert ag.jacobian(pair)(3.0) == [6.0, 6.0]


def test_named_tuples_come_out_as_such():
    """As arguments, gradients and rows of Hessians."""
    Point = collections.namedtuple("Point", "x y")
    assert ag.grad(lambda p: p.x * p.y)(Point(2.0, 3.0)) == Point(3.0, 2.0)
    hessian = ag.hessian(lambda p: p.x * p.y)(Point(2.0, 3.0))
    assert [type(thing) for thing in (hessian, *hessian)] == [Point] * 3
    assert hessian.x == Point(0.0, 1.0)


def test_any_argument_may_be_differentiated_by():
    """By its place, counted from the end too."""

    def f(a, b):
        return a * b**3

    assert ag.hessian(f, argnum=1)(5.0, 2.0) == 60.0
    assert ag.hessian(f, argnum=-1)(5.0, 2.0) == 60.0
    assert ag.grad(f, argnum=-2)(5.0, 2.0) == 8.0
    assert ag.jacobian(f, argnum=1)(5.0, 2.0) == 60.0
    assert ag.value_and_grad(f, argnum=1)(5.0, 2.0) == (40.0, 60.0)
    for argnum in (2, -3):
        with pytest.raises(InputValueError, match=rf"argnum is {argnum}, but the call has 2 arg"):
            ag.grad(f, argnum)(5.0, 2.0)


def test_a_function_that_ignores_its_argument_has_gradient_zero():
    """Whether it returns a float or another Value."""
    assert ag.grad(lambda p: 3.0)([1.0, 2.0]) == [0.0, 0.0]
    assert ag.grad(lambda p: Value(3.0) * 2)([1.0, 2.0]) == [0.0, 0.0]
    assert ag.hessian(lambda p: p[0] + p[1])([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]
    assert ag.jvp(lambda p: [1.0, p[0]], [1.0, 2.0], [1.0, 1.0]) == [0.0, 1.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ag.grad(3.0)(1.0), "^a transform takes a function, but got float$"),
        (lambda: ag.grad(lambda x: [x])(1.0), "^grad needs .* returned list: use jacobian"),
        (lambda: ag.grad(lambda x: None)(1.0), "returned NoneType"),
        (lambda: ag.grad(lambda x: x)("a"), "^the argument to differentiate by .* holds str 'a'"),
        (lambda: ag.grad(lambda x: x)([1.0, None]), "holds NoneType"),
        (lambda: ag.jacobian(lambda x: {"y": {x}})(1.0), "^what the function returned"),
        (lambda: ag.hvp(lambda p: p[0], [1.0], ["a"]), "^v, which nests as x does, must be a num"),
        (lambda: ag.vjp(lambda p: p, [1.0], ["a"]), r"^v, which nests as f\(x\) does, must be a n"),
        (lambda: ag.hvp(lambda p: [p[0]], [1.0], [1.0]), "^hvp needs a function"),
    ],
)
def test_wrong_types_are_named(call, message):
    """A TypeError of our family that says what was given."""
    with pytest.raises(InputTypeError, match=message):
        call()


def test_directions_nest_like_their_arguments():
    """A wrong structure is refused next to a right one."""
    assert ag.jvp(lambda p: p[0] * p[1], [2.0, 3.0], [1.0, 0.0]) == 3.0
    with pytest.raises(InputValueError, match=r"^v, which nests as x .*: got 2 parts and 1 parts"):
        ag.jvp(lambda p: p[0] * p[1], [2.0, 3.0], [1.0])
    with pytest.raises(InputValueError, match=r"^v, which nests as f\(x\).* 2 parts and a number"):
        ag.vjp(lambda p: [p[0], p[1]], [2.0, 3.0], 1.0)


def test_literals_keep_recorded_derivatives_small():
    """A literal exponent decides the rule's choices when it is recorded, not every time."""

    def size(f):
        return len(record_of([f(Value(3.0))])[0])

    square = ag.grad(lambda x: x**2)
    assert size(square) < size(ag.grad(lambda x: x ** Value(2.0))) / 2
    assert ag.grad(square)(3.0) == 2.0
    assert ag.grad(ag.grad(square))(3.0) == 0.0


def test_zeros_of_either_sign_are_different_literals():
    """A derivative recorded beside 0.0 is not used again beside -0.0."""
    for zero in (0.0, -0.0, 0.0):
        x = Value(2.0)
        (x / zero).backward(create_graph=True)
        assert x.grad.data == math.copysign(math.inf, zero)
        ag.zero_grad([x])


def test_hvp_takes_one_pass_not_n():
    """Its work grows like the function's: nodes made for n = 200 are 10 times those for n = 20."""

    def nodes(n):
        calls = []

        def f(p):
            calls.append(p)
            return ag.sum([x * x * y for x, y in itertools.pairwise(p)])

        with ag.detect_anomaly():  # notes the line of every node that is recorded
            ag.hvp(f, [1.0] * n, [0.5] * n)
            assert len(calls) == 1
            return len(ANOMALY.get())

    assert nodes(200) < 11 * nodes(20)
