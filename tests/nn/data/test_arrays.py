"""Data sets as arrays: from lists of any kind the numbers of `check_rows`, or its errors."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd.program.lists import MANY
from nn.data.examples import as_arrays, as_matrix, check_rows

numbers = (
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**80), 2**80)
    | st.booleans()
    | st.fractions()
    | st.floats(width=32, allow_nan=False, allow_infinity=False).map(np.float32)
)


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(numbers, min_size=n, max_size=n))))
def test_lists_are_read_as_check_rows_reads_them(rows):
    """Numbers of any kind, mixed; every other fault has its error."""
    if not rows:
        with pytest.raises(autograd.InputValueError, match="the data set is empty"):
            as_matrix(rows)
        return
    assert as_matrix(rows).tolist() == check_rows(rows)
    assert as_matrix(tuple(map(tuple, rows))).tolist() == check_rows(rows)


@pytest.mark.parametrize("columns", [1, 3, MANY - 1, MANY, MANY + 1])
@pytest.mark.parametrize("n", [1, 2, 1367])
def test_every_row_has_its_place(n, columns):
    """Of few and of many."""
    if n * columns > 3 * MANY + 3:
        columns = 3
    rows = np.arange(float(n * columns)).reshape(n, columns)
    assert (as_matrix(rows.tolist()) == rows).all()


@pytest.mark.parametrize(
    ("place", "wrong", "message"),
    [
        (1, [1.0], "row 1 of X has 1 columns, but 2 are wanted"),
        (0, [1.0, "two"], "row 0 of X takes a real number"),
        (2, [None, 2.0], "row 2 of X takes a real number"),
        (1, [1.0, 1j], "row 1 of X takes a real number"),
        (1, [math.nan, 1.0], "X holds nan in row 1, column 0"),
        (2, [1.0, math.inf], "X holds inf in row 2, column 1"),
        (2, "ab", "row 2 of X takes a real number"),
    ],
)
def test_faults_are_named(place, wrong, message):
    rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    rows[place] = wrong
    for read in (as_matrix, lambda X: as_arrays(X, [0, 1, 2])):
        with pytest.raises((autograd.InputValueError, autograd.InputTypeError), match=message):
            read(rows)


def test_rows_of_several_axes_and_of_arrays():
    assert as_matrix([[[1, 2], [3, 4]]]).shape == (1, 2, 2)
    assert as_matrix([np.array([1.0, 2.0]), np.array([3.0, 4.0])]).tolist() == [[1, 2], [3, 4]]
    assert as_matrix([["1", 2.0], [3, 4]]).tolist() == [[1, 2], [3, 4]]  # as of a CSV file
    X, y = as_arrays(iter([[1, 2], [3, 4]]), iter([[1.0, 0.0], [0.0, 1.0]]))
    assert (X.tolist(), y) == ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]])
