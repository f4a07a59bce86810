"""Functions over sequences: against NumPy, against differences, and in the builtins' place."""

import builtins
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import InputTypeError, InputValueError, Value, assert_gradients
from autograd.ops.ordered import comparators

INF, NAN = math.inf, math.nan
ORDINARY = st.floats(-100.0, 100.0, allow_subnormal=False)

# Function, and what it is in NumPy.
REDUCTIONS = {
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "norm": np.linalg.norm,
    "var": np.var,
    "std": np.std,
    "max": np.max,
    "min": np.min,
    "median": np.median,
}
ITEMWISE = {"cumsum": np.cumsum, "sort": np.sort}
ORDERS = [0, 0.5, 1, 1.5, 2, 3, 7.0, INF, -INF, -1, -2.5]


@pytest.mark.parametrize("name", [*REDUCTIONS, *ITEMWISE])
@given(xs=st.lists(ORDINARY, min_size=1, max_size=9))
def test_values_are_numpys(name, xs):
    """For floats, Values and mixes of them; what gives many numbers gives a list."""
    function, reference = getattr(ag, name), {**REDUCTIONS, **ITEMWISE}[name]
    scale = math.fsum(map(abs, xs)) + 1.0
    # Each of at most nine additions rounds at the size of the sum of |x| (for var, of its square;
    # for prod relatively).
    size = {"var": scale * scale, "prod": abs(math.prod(xs))}.get(name, scale)
    mixed = [Value(x) if i % 2 else x for i, x in enumerate(xs)]
    for items in (xs, [Value(x) for x in xs], mixed, tuple(xs)):
        result = function(items)
        numbers = [float(x) for x in result] if name in ITEMWISE else float(result)
        assert type(result) is list or name in REDUCTIONS
        np.testing.assert_allclose(numbers, reference(xs), rtol=0, atol=1e-14 * size)


@pytest.mark.parametrize("name", [*REDUCTIONS, *ITEMWISE, "softmax", "log_softmax", "logsumexp"])
def test_derivatives_are_those_of_differences(name):
    """To second order, at a point without ties."""
    point = [0.5, -1.25, 2.0, 0.75]

    def first(xs):
        result = getattr(ag, name)(xs)
        return ag.dot(result, [1.0, -2.0, 3.0, 0.5]) if isinstance(result, list) else result

    assert_gradients(first, point, order=2)


@pytest.mark.parametrize(
    "point", [[2.0, 2.0, 2.0], [1.0, 3.0, 3.0], [900.0, -900.0, 899.0], [-INF, 0.0, 1.0]], ids=str
)
def test_the_shift_of_softmax_is_in_no_derivative(point):
    """At ties, far out and beside -inf they are p's own, to second order: no tip is on the way."""
    p = np.exp(np.array(point) - max(point))
    p /= p.sum()
    curvature = np.diag(p) - np.outer(p, p)
    close = {"rtol": 0, "atol": 1e-15}  # numbers up to 1, a handful of roundings each
    np.testing.assert_allclose(ag.jacobian(ag.log_softmax)(point), np.eye(3) - p, **close)
    np.testing.assert_allclose(ag.jacobian(ag.softmax)(point), curvature, **close)
    hessian = ag.hessian(lambda xs: ag.log_softmax(xs)[0])(point)
    np.testing.assert_allclose(hessian, -curvature, **close)


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_norms_are_numpys(order):
    """Value by value, and in their derivatives by differences."""
    xs = [0.5, -1.25, 2.0, 0.75, -0.125]
    wanted = np.linalg.norm(xs, order)
    assert ag.norm(xs, order) == pytest.approx(wanted, rel=1e-15, abs=0)
    assert ag.norm([Value(x) for x in xs], order).data == ag.norm(xs, order)
    assert_gradients(lambda xs: ag.norm(xs, order), xs)


@pytest.mark.parametrize("order", [1, 1.5, 3, 7.0, INF])
def test_norms_neither_overflow_nor_end_at_the_origin(order):
    """They scale with their operands, and have derivatives 0 at 0."""
    length = ag.norm([1.0, 0.5], order)
    for scale in (2.0**1000, 2.0**-1000):
        assert ag.norm([scale, 0.5 * scale], order) == pytest.approx(length * scale, rel=1e-15)
    assert ag.value_and_grad(lambda xs: ag.norm(xs, order))([0.0, 0.0]) == (0.0, [0.0, 0.0])
    assert ag.norm([1.0, -INF], order) == INF


def test_a_norm_recorded_at_the_origin_is_one_elsewhere():
    """Nothing in the graph is about the first point only."""
    xs = [Value(0.0), Value(0.0)]
    y = ag.norm(xs, 3)
    xs[0].data, xs[1].data = 3.0, -4.0
    y.recompute().backward()
    assert y.data == pytest.approx(91.0 ** (1 / 3), rel=1e-15)
    assert [x.grad for x in xs] == pytest.approx([9.0 / 91 ** (2 / 3), -16.0 / 91 ** (2 / 3)])


@pytest.mark.parametrize("name", ["var", "std"])
def test_degrees_of_freedom(name):
    """``ddof`` is NumPy's, and something must be left."""
    xs = [1.0, 2.0, 6.0]
    wanted = getattr(np, name)(xs, ddof=1)
    assert getattr(ag, name)(xs, ddof=1) == pytest.approx(wanted, rel=1e-15)
    with pytest.raises(InputValueError, match=rf"^{name} with ddof=1 needs more than 1 operands$"):
        getattr(ag, name)([1.0], ddof=1)


def test_the_deviation_of_equal_numbers_has_derivatives_zero():
    """As the length of a vector at the origin."""
    assert ag.value_and_grad(ag.std)([2.0, 2.0, 2.0]) == (0.0, [0.0, 0.0, 0.0])


@pytest.mark.parametrize("name", ["max", "min", "median"])
def test_ties_share_the_derivative(name):
    """Evenly, however many there are: of all subgradients the one of least norm."""
    for count in (1, 2, 3, 5):
        assert ag.grad(getattr(ag, name))([7.0] * count) == pytest.approx([1 / count] * count)
    assert ag.grad(ag.max)([1.0, 3.0, 3.0]) == [0.0, 0.5, 0.5]
    assert ag.grad(ag.min)([1.0, 3.0, 1.0, 1.0]) == pytest.approx([1 / 3, 0.0, 1 / 3, 1 / 3])
    jacobian = ag.jacobian(ag.sort)([2.0, 1.0, 2.0])
    assert jacobian == [[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.5, 0.0, 0.5]]


@pytest.mark.parametrize("name", ["max", "min", "median", "sort"])
def test_nan_is_never_hidden(name):
    """Wherever it stands, with Values and without."""
    for xs in ([NAN, 1.0, 2.0], [1.0, NAN, 2.0], [1.0, 2.0, NAN]):
        for items in (xs, [Value(x) for x in xs]):
            result = getattr(ag, name)(items)
            assert all(math.isnan(x) for x in (result if name == "sort" else [result]))


@pytest.mark.parametrize("name", ["max", "min", "median", "sort", "var", "std", "cumsum"])
@pytest.mark.parametrize("backend", ["array", "loop"])
def test_a_recording_chooses_afresh(name, backend):
    """`recompute`, a program and the function itself agree where the order is another one."""
    xs = [Value(x) for x in (3.0, 1.0, 2.0, 2.0, 0.5)]
    result = getattr(ag, name)(xs)
    total = ag.dot(result, [1.0, -2.0, 3.0, 0.5, 7.0]) if isinstance(result, list) else result
    program = ag.compile(total, xs=xs, backend=backend)
    points = [[0.0, 5.0, 2.0, -1.0, 2.0], [1.0, 1.0, 1.0, 1.0, 0.0], [9.0, 8.0, 7.0, 6.0, 5.0]]
    values, grads = program.value_and_grad("xs", xs=points)
    for point, value, grad in zip(points, values, grads):
        for x, number in zip(xs, point):
            x.data = number
        ag.zero_grad(xs)
        total.recompute().backward()
        fresh = getattr(ag, name)(point)
        fresh = ag.dot(fresh, [1.0, -2.0, 3.0, 0.5, 7.0]) if isinstance(fresh, list) else fresh
        assert total.data == fresh
        # A program may add up in another order.
        assert value == pytest.approx(fresh, rel=1e-14)
        assert grad == pytest.approx([x.grad for x in xs], rel=1e-14, abs=1e-14)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20))
def test_the_network_sorts(xs):
    """Any numbers, ties among them."""
    lanes = [*xs]
    for i, j in comparators(len(lanes)):
        lanes[i], lanes[j] = min(lanes[i], lanes[j]), max(lanes[i], lanes[j])
    assert lanes == sorted(xs)


# What Python's own sum, max and min are called with.
CALLS = {
    "sum": [
        ([1, 2, 3],), ([],), ([], 5), ([True, True],), ([1, 2], 10), ([0.5, 1.5],), ([0.5], 1),
        ([[1], [2, 3]], []), ([(1,), (2,)], ()), ([Fraction(1, 2)], 0.5), (range(4),),
        ({1, 2},), ({1: "a"},), ([10**400, 1],),
    ],
    "max": [
        ([1, 2, 3],), (1, 2), (1.5, 2, -3), (["a", "ccc", "bb"],), ("abc",), ((1, 2), (1, 3)),
        (range(4),), ({3, 1},), ([10**400, 1.5],), ([-0.0, 0.0],),
    ],
}  # fmt: skip
CALLS["min"] = CALLS["max"]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("index", range(14))
def test_without_values_they_are_pythons_own(name, index):
    """So that ``from autograd import *`` breaks nobody's program: integers stay integers."""
    if index >= len(CALLS[name]):
        return
    arguments = CALLS[name][index]
    wanted, got = getattr(builtins, name)(*arguments), getattr(ag, name)(*arguments)
    assert repr(got) == repr(float(wanted) if isinstance(wanted, Fraction) else wanted)


@pytest.mark.parametrize("name", ["max", "min"])
def test_key_and_default_are_pythons(name):
    """The item itself, of Values too, the first of several."""
    function, original = getattr(ag, name), getattr(builtins, name)
    assert function(["bb", "a", "cc"], key=len) == original(["bb", "a", "cc"], key=len)
    assert function([], default=None) is None
    assert function([], key=len, default="z") == "z"
    assert function(3, -4, key=abs) == original(3, -4, key=abs)
    values = [Value(-3.0), Value(2.0), Value(3.0)]
    assert function(values, key=abs) is (values[0] if name == "max" else values[1])
    assert function(values, default=0.0).data == original([-3.0, 2.0, 3.0])
    assert function(values[:1]) is values[0]
    assert function(values[1], 2.5, 0.0).data == original(2.0, 2.5, 0.0)


def object_array(items):
    """An array of whatever they are."""
    made = np.empty(len(items), dtype=object)
    made[:] = items
    return made


@pytest.mark.parametrize("name", [*REDUCTIONS, "logsumexp"])
@pytest.mark.parametrize("kind", [int, bool, np.float64, np.float32, np.int64, Fraction, Decimal])
def test_numbers_of_every_kind_stand_among_values(name, kind):
    """First or last, in a list, a tuple, an array or an iterator: as the floats that they are."""
    function = getattr(ag, name)
    numbers = [Value(1.5), Value(-2.0), 0.5]
    for items in ([kind(1), *numbers], [*numbers, kind(1)]):
        wanted = function([x if isinstance(x, Value) else float(x) for x in items])
        for form in (list, tuple, iter, object_array):
            made = function(form(items))
            assert (made.data, made.partials) == (wanted.data, wanted.partials)
            made, wanted_dot = ag.dot(form(items), form(items[::-1])), ag.dot(items, items[::-1])
            assert (made.data, made.partials) == (wanted_dot.data, wanted_dot.partials)


def test_integers_that_no_float_is_near_to_add_up():
    """Without a Value among them the sum is Python's own; beside one it is refused."""
    assert ag.sum([10**400, 1]) == 10**400 + 1
    assert type(ag.sum((1, 2))) is int
    with pytest.raises(InputValueError, match="beyond a float"):
        ag.sum([10**400, Value(1.0)])


def test_sums_start_anywhere():
    """With a Value, a number or a list, first in the graph too."""
    x, y = Value(1.0), Value(2.0)
    total = ag.sum([x], y)
    assert (total.data, total.operands) == (3.0, (y, x))
    assert ag.sum([x, y], start=3).operands == (3.0, x, y)
    assert ag.sum([[x], [y]], []) == [x, y]
    columns = ag.sum(np.array([[x, 1.0], [y, 2.0]], dtype=object))
    assert [float(c) for c in columns] == [3.0, 3.0]


def test_arrays_give_arrays():
    """Where there is one number for each item: floats for floats, objects for Values."""
    numbers = np.array([3.0, 1.0, 2.0])
    for name in ("cumsum", "sort", "softmax", "log_softmax"):
        plain = getattr(ag, name)(numbers)
        assert plain.dtype == float
        recorded = getattr(ag, name)(np.array([Value(x) for x in numbers]))
        assert recorded.dtype == object
        assert [x.data for x in recorded] == plain.tolist() == getattr(ag, name)(list(numbers))


@pytest.mark.parametrize("name", ["max", "min"])
def test_what_cannot_be_compared_is_refused(name):
    """With what to do, for arrays of several dimensions."""
    function = getattr(ag, name)
    with pytest.raises(InputTypeError, match=rf"^{name} takes .* but got str: '.' not supported"):
        function(["a", 1])
    with pytest.raises(InputTypeError, match=rf"{name}\(a\.ravel\(\)\)$"):
        function(np.ones((2, 2)))
    with pytest.raises(InputTypeError, match=rf"^{name} takes one sequence .* got Value$"):
        function(Value(1.0))
    with pytest.raises(InputTypeError, match=rf"^{name} takes a default for one sequence"):
        function(1, 2, default=0)
    with pytest.raises(InputValueError, match=rf"^{name} needs at least one operand"):
        function([])
    with pytest.raises(InputValueError, match=rf"^{name} needs at least one operand"):
        function()
    assert function(x for x in [2.0]) == ag.sum(x for x in [2.0]) == 2.0
