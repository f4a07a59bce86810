"""Determinants, systems and inverses: against NumPy, against differences, and at singular ones."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import autograd as ag
from autograd import InputTypeError, InputValueError, Value

ENTRIES = st.floats(-4.0, 4.0, allow_subnormal=False)


def matrices(most=4):
    return st.integers(1, most).flatmap(lambda n: npst.arrays(float, (n, n), elements=ENTRIES))


def values(x):
    return np.vectorize(Value, otypes=[object])(x)


def numbers(x):
    return np.array([[v.data for v in row] for row in x])


def exact_determinant(a):
    """The sum over all permutations, in fractions; and the same of absolute values."""
    total = size = Fraction(0)
    for order in itertools.permutations(range(len(a))):
        term = math.prod(Fraction(a[i, j]) for i, j in enumerate(order))
        swaps = sum(x > y for x, y in itertools.combinations(order, 2))
        total, size = total + (-1) ** swaps * term, size + abs(term)
    return total, size


@given(matrices())
def test_determinants_are_exact_to_rounding(a):
    """Of lists, arrays and Values: within 20 roundings of the sum of all products' sizes."""
    wanted, size = exact_determinant(a)
    for matrix in (a, a.tolist(), values(a), values(a).tolist()):
        error = abs(Fraction(float(ag.det(matrix))) - wanted)
        assert error <= 20 * size * Fraction(2) ** -53 + Fraction(5e-324) * 40


@given(matrices())
def test_solutions_solve(a):
    """a·x = b to within rounding, for a vector and for a matrix, where a is not nearly singular."""
    if np.linalg.cond(a) > 1e6:
        return
    n = len(a)
    b = np.arange(1.0, 1.0 + n)
    wanted = np.linalg.solve(a, b)
    # Elimination loses as many digits as the condition has.
    size = 1e-14 * np.linalg.cond(a) * np.abs(wanted).max() + 1e-300
    for x in (ag.solve(a, b), ag.solve(a.tolist(), b.tolist()), ag.solve(a, values(b))):
        assert isinstance(x, np.ndarray) or type(x) is list
        np.testing.assert_allclose(np.array(x, dtype=float), wanted, rtol=0, atol=size)
    inverse = numbers(ag.inv(values(a)))
    size = 1e-14 * np.linalg.cond(a) * np.abs(inverse).max()
    np.testing.assert_allclose(inverse, np.linalg.inv(a), rtol=0, atol=size)
    assert ag.solve(a, np.eye(n)).tolist() == ag.inv(a).tolist()


A = [[2.0, 0.5, -1.0], [0.25, 3.0, 1.0], [1.0, -0.5, 0.125]]


def test_derivatives_are_those_of_differences():
    """By the matrix and by the right side, to second order."""
    ag.assert_gradients(ag.det, A, order=2)
    ag.assert_gradients(lambda a: ag.sum(ag.inv(a)[0]) + ag.inv(a)[2][1], A, order=2)
    ag.assert_gradients(lambda a, b: ag.dot(ag.solve(a, b), [1.0, 2.0, 3.0]), A, [1.0, 2.0, -1.0])


@pytest.mark.parametrize("a", [np.zeros((3, 3)), np.ones((3, 3)), np.diag([1.0, 1.0, 0.0])])
def test_derivatives_of_singular_determinants_are_cofactors(a):
    """Of any rank: no division by what is zero."""
    gradient = ag.grad(ag.det)(a)
    for i, j in np.ndindex(3, 3):
        rest = np.delete(np.delete(a, i, 0), j, 1)
        assert gradient[i, j] == pytest.approx((-1) ** (i + j) * np.linalg.det(rest), abs=1e-15)


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_a_recording_chooses_its_pivots_afresh(backend):
    """Recorded where no exchange is needed, and used where there is no other way."""
    a, b = values(np.array(A)), values(np.array([1.0, 2.0, 3.0]))
    x = ag.solve(a, b)
    program = ag.compile(ag.dot(x, [1.0, 2.0, 3.0]), a=a, b=b, backend=backend)
    others = np.array([[[0.0, 2.0, 1.0], [1.0, 0.0, 3.0], [0.0, 0.0, 4.0]], np.eye(3)[::-1], A])
    wanted = [np.linalg.solve(m, [1.0, 2.0, 3.0]) @ [1.0, 2.0, 3.0] for m in others]
    np.testing.assert_allclose(program(a=others, b=[1.0, 2.0, 3.0]), wanted, rtol=1e-14)
    _, grad = program.value_and_grad("a", a=others, b=[1.0, 2.0, 3.0])
    for m, g in zip(others, grad):
        adjoint = np.linalg.solve(m.T, [1.0, 2.0, 3.0])
        exact = -np.outer(adjoint, np.linalg.solve(m, [1.0, 2.0, 3.0]))
        np.testing.assert_allclose(g, exact, rtol=1e-13, atol=1e-13)


def test_singular_systems_are_not_finite():
    """As a division by zero: no exception, and under detect_anomaly one that names the node."""
    assert not any(map(math.isfinite, ag.solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 0.0])))
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError):
        ag.inv([[Value(0.0)]])


def test_small_and_empty_matrices():
    """One row; none."""
    v = Value(4.0)
    assert (ag.det([[v]]), ag.det([]), ag.inv([]), ag.solve([], [])) == (v, 1.0, [], [])
    assert [x.data for row in ag.inv([[v]]) for x in row] == [0.25]


def test_what_is_not_square_is_refused():
    """With what was given."""
    for function in (ag.det, ag.inv, lambda a: ag.solve(a, [1.0])):
        with pytest.raises(
            InputValueError, match=r"needs a square matrix, but got 1 rows of \[2\]"
        ):
            function([[1.0, 2.0]])
        with pytest.raises(InputTypeError, match="takes a square matrix, as a list of rows"):
            function(Value(1.0))
        with pytest.raises(InputTypeError, match="takes"):
            function([["a"]])
    with pytest.raises(InputValueError, match="as many right sides as rows, but got 2 and 1"):
        ag.solve([[1.0]], [1.0, 2.0])
    with pytest.raises(InputValueError, match="of equal length in every row"):
        ag.solve([[1.0, 0.0], [0.0, 1.0]], [[1.0], [1.0, 2.0]])
    with pytest.raises(InputValueError, match="at most 12 rows, but got 13"):
        ag.det(np.eye(13))
