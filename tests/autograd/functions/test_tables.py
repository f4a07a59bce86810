"""Tables: what numpy.interp and indexing give, with the choice recorded."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
from autograd import InputTypeError, InputValueError, Value, compile, compiled, interp, take

XS, YS = [-1.0, 0.5, 2.0, 2.25], [3.0, -1.0, 0.0, 10.0]
POINTS = [-math.inf, -2.0, -1.0, -0.3, 0.5, 1.9, 2.0, 2.1, 2.25, 5.0, math.inf, math.nan]
PLACES = st.sampled_from([-2.0, 0.0, 1.0, 1.5, 4.0, math.inf, -math.inf, math.nan])


def test_interp_is_that_of_numpy():
    """At numbers, Values and in programs, between the points, at them and beyond them."""
    wanted = np.interp(POINTS, XS, YS)
    np.testing.assert_allclose([interp(x, XS, YS) for x in POINTS], wanted, rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(interp(np.array(POINTS), XS, YS), wanted, rtol=1e-15, atol=1e-15)
    x = Value(0.0)
    y = interp(x, XS, YS)
    for backend in ("array", "loop"):
        found = compile(y, x=x, backend=backend)(x=POINTS)
        np.testing.assert_allclose(found, wanted, rtol=1e-15, atol=1e-15)
    for x.data, number in zip(POINTS, wanted):
        np.testing.assert_allclose(y.recompute().data, number, rtol=1e-15, atol=1e-15)


def test_slopes_of_interp():
    """The slope between points, 0 beyond, and at a corner the one of least size."""
    f = autograd.grad(lambda x: interp(x, XS, YS))
    slopes = {-2.0: 0.0, 0.0: -8 / 3, 1.0: 2 / 3, 2.1: 40.0, 3.0: 0.0}
    corners = {-1.0: 0.0, 0.5: 0.0, 2.0: 2 / 3, 2.25: 0.0}
    for x, wanted in {**slopes, **corners}.items():
        assert math.isclose(f(x), wanted, rel_tol=1e-15, abs_tol=0.0) or f(x) == wanted
    assert compiled(lambda x: interp(x, XS, YS)).grad(2.0) == f(2.0)
    rising = autograd.grad(lambda x: interp(x, [0.0, 1.0, 3.0], [1.0, 4.0, 5.0]))
    assert [rising(x) for x in (0.0, 1.0, 3.0)] == [0.0, 0.5, 0.0]  # nothing beyond either end


def test_interp_is_differentiated_by_its_points():
    """Places and heights may be Values too."""
    autograd.assert_gradients(interp, 0.3, XS, YS)
    autograd.assert_gradients(interp, 2.1, XS, YS, order=2)
    heights = autograd.grad(lambda ys: interp(1.25, XS, ys))(YS)
    np.testing.assert_allclose(heights, [0.0, 0.5, 0.5, 0.0], rtol=1e-15)
    one = Value(5.0)
    assert interp(3.0, [1.0], [one]).data == 5.0


@pytest.mark.parametrize("backend", ["eager", "array", "loop"])
@settings(max_examples=60)
@given(
    xs=st.lists(
        st.sampled_from([-math.inf, -2.0, 0.0, 1.0, 1.5, 4.0, math.inf, math.nan]),
        min_size=1,
        max_size=6,
    ),
    known=st.lists(st.booleans(), min_size=6, max_size=6),
    x=st.floats(-5.0, 6.0),
)
def test_places_that_do_not_increase_give_nan(backend, xs, known, x):
    """Never the number of another table; those that are plain numbers are refused at once."""
    ys = [float(i * i) for i in range(len(xs))]
    right = all(map(math.isfinite, xs)) and all(a < b for a, b in pairwise(xs))
    plain = [a for a, is_plain in zip(xs, known) if is_plain]
    assume(all(map(math.isfinite, plain)) and all(a < b for a, b in pairwise(plain)))
    leaves = [Value(a) for a, is_plain in zip(xs, known) if not is_plain]
    left = iter(leaves)
    y = interp(Value(x), [a if is_plain else next(left) for a, is_plain in zip(xs, known)], ys)
    if backend == "eager":
        got = y.data if isinstance(y, Value) else y
    else:
        numbers = [leaf.data for leaf in leaves]
        got = compile(y, leaves=leaves, backend=backend)(leaves=np.array(numbers))
    expected = np.interp(x, xs, ys) if right else math.nan
    np.testing.assert_allclose(got, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("backend", ["array", "loop"])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 8])
def test_take_in_programs(backend, count):
    """The entry at each index; nan where there is none."""
    table = [Value(0.0) for _ in range(count)]
    i = Value(0.0)
    program = compile(take(table, i), table=table, i=i, backend=backend)
    numbers = np.arange(count) + 0.5
    np.testing.assert_array_equal(program(table=numbers, i=np.arange(count)), numbers)
    outside = [-1.0, float(count), 0.5, math.nan, math.inf]
    assert np.isnan(program(table=numbers, i=outside)).all()
    _, grad = program.value_and_grad("table", table=numbers, i=count - 1.0)
    np.testing.assert_array_equal(grad, np.eye(count)[-1])


def test_take_of_plain_indices():
    """An entry, or one for each index of a container."""
    x = Value(2.0)
    assert take([1.0, x], 1) is x
    assert take([1.0, 5.0, 7.0], [2, 0]) == [7.0, 1.0]
    np.testing.assert_array_equal(take([1.0, 5.0], np.array([[1, 0]])), [[5.0, 1.0]])
    i = Value(0.0)
    y = take([10.0, 20.0], i)
    i.data = 1.0
    assert y.recompute().data == 20.0


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: take([], 0), InputValueError, "take needs at least one"),
        (lambda: take([1.0], 1), InputValueError, "whole number from 0 to 0, but got 1"),
        (lambda: take([1.0], 0.5), InputValueError, "but got 0.5"),
        (lambda: take([1.0, "a"], 0), InputTypeError, "take takes"),
        (lambda: take([1.0], "a"), InputTypeError, "take takes"),
        (lambda: interp(0.0, [], []), InputValueError, "interp needs at least one"),
        (lambda: interp(0.0, [1.0], [1.0, 2.0]), InputValueError, "1 xs and 2 ys"),
        (lambda: interp(0.0, [1.0, 1.0], [1.0, 2.0]), InputValueError, "increase strictly"),
        (lambda: interp(0.0, [math.nan], [1.0]), InputValueError, "increase strictly"),
        (lambda: interp("a", [1.0], [1.0]), InputTypeError, "interp takes"),
    ],
)
def test_bad_tables_are_named(call, kind, message):
    """What is wrong, and what is wanted."""
    with pytest.raises(kind, match=message):
        call()
