"""Values inside NumPy: scalars, object arrays, ufuncs, reductions."""

import numpy as np
import pytest

import autograd as ag
from autograd import Value

SCALARS = [np.float64(2), np.float32(2), np.int64(2), np.uint8(2), np.bool_(True)]


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "**"])
def test_a_number_times_a_value_is_a_value(scalar, sign):
    """From either side, for every NumPy scalar; the operand is stored as a float."""
    v = Value(3.0)
    for text in (f"scalar {sign} v", f"v {sign} scalar"):
        result = eval(text, {"scalar": scalar, "v": v})
        assert type(result) is Value
        assert result.data == eval(text, {"scalar": float(scalar), "v": 3.0})
        assert v in result.parents


@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "**"])
def test_an_array_times_a_value_is_an_object_array(sign):
    """From either side; each element keeps the graph."""
    v, a = Value(3.0), np.array([[1.0, 2.0], [3.0, 4.0]])
    for text in (f"a {sign} v", f"v {sign} a"):
        result = eval(text, {"a": a, "v": v})
        assert result.dtype == object
        assert result.shape == (2, 2)
        assert all(type(x) is Value and v in x.parents for x in result.ravel())
        expected = eval(text, {"a": a, "v": 3.0})
        assert [x.data for x in result.ravel()] == expected.ravel().tolist()


def values(*numbers):
    return np.array([Value(x) for x in numbers])


METHODS = (
    "exp expm1 log log1p log2 log10 sqrt cbrt sin cos tan arcsin arccos arctan "
    "sinh cosh tanh arcsinh arctanh fabs abs floor ceil square negative reciprocal positive"
)


@pytest.mark.parametrize("name", METHODS.split())
def test_functions_of_object_arrays_and_of_values(name):
    """np.f(array of Values) and np.f(Value) compute f and keep the graph."""
    function = getattr(np, name)
    for x in (0.25, 0.5):
        [result] = function(values(x))
        alone = function(Value(x))
        expected = float(function(x))
        for r in (result, alone):
            assert type(r) is Value
            assert r.data == pytest.approx(expected, rel=1e-15)


def test_arccosh_and_two_operands():
    """What is not defined at the points above."""
    assert np.arccosh(values(2.0))[0].data == pytest.approx(np.arccosh(2.0))
    assert np.hypot(values(3.0), values(4.0))[0].data == 5.0
    assert np.arctan2(values(1.0), values(1.0))[0].data == np.arctan2(1.0, 1.0)


def test_reductions_and_products_keep_the_graph():
    """sum, mean, dot, @, prod, linalg.norm."""
    a = values(1.0, 2.0, 3.0)
    weights = np.array([4.0, 5.0, 6.0])
    for result, expected in [
        (np.sum(a), [1, 1, 1]),
        (np.mean(a), [1 / 3] * 3),
        (np.dot(a, weights), [4, 5, 6]),
        (weights @ a, [4, 5, 6]),
        (np.prod(a), [6, 3, 2]),
        (np.dot(a, a), [2, 4, 6]),
        (np.linalg.norm(a), (np.array([1, 2, 3]) / np.sqrt(14)).tolist()),
    ]:
        ag.zero_grad(a)
        result.backward()
        assert [x.grad for x in a] == pytest.approx(expected, rel=1e-15)


def test_comparisons_give_bools():
    """As between numbers."""
    v = Value(3.0)
    assert np.float64(2) < v
    assert bool(v > np.float32(2))
    assert (np.array([2.0, 4.0]) < v).tolist() == [True, False]


def test_an_array_of_values_becomes_numbers_only_when_asked():
    """astype(float) leaves the graph, as float does."""
    assert values(1.0, 2.0).dtype == object
    assert values(1.0, 2.0).astype(float).tolist() == [1.0, 2.0]
