"""A descent reads arrays of any layout, and refuses what its machine code would read beyond."""

import numpy as np
import pytest

import autograd
from autograd import InputTypeError, InputValueError, Value

pytest.importorskip("llvmlite.binding")
GIVEN = {
    "as they are": np.array([1.0, 3.0]), "every other": np.array([1.0, 0.0, 3.0])[::2],
    "reversed": np.array([3.0, 1.0])[::-1], "of the other byte order": np.array([1, 3], ">f8"),
    "single": np.array([1, 3], np.float32), "listed": [1.0, 3.0],
}  # fmt: skip


def rule(data, grad, rate, memory):
    return [data - rate * grad, memory[0] + 1.0]


def descent_of(**arrays):
    x, w = Value(0.0), [Value(0.0)]
    program = autograd.compile((w[0] - x) ** 2, x=x, w=w)
    return program.descent(rule, "w", memory=1, rows=64, **arrays)


@pytest.mark.parametrize("layout", GIVEN)
def test_arrays_are_read_as_they_lie(layout):
    """Down (w - 1)² + (w - 3)²: the first step, half the mean gradient, ends at the mean."""
    walked = descent_of(x=GIVEN[layout]).walk(np.zeros(1), [0.0], [[0, 1], [1, 0]], [0.5, 0.5])
    assert (walked.values.tolist(), walked.data.tolist()) == ([1.0, 9.0, 1.0, 1.0], [2.0])


@pytest.mark.parametrize("rows", [[0, 2], [-1], [10**9]])
def test_rows_that_there_are_not(rows):
    with pytest.raises(InputValueError, match="numbered from 0 to 1"):
        descent_of(x=[1.0, 3.0]).walk(np.zeros(1), [0.0], [[0, 1], rows], [0.5, 0.5])


@pytest.mark.parametrize(("size", "memory"), [(2, 1), (0, 1), (1, 2), (1, 0)])
def test_other_numbers_than_the_rule_has(size, memory):
    with pytest.raises(InputValueError, match="1 numbers and 1 columns"):
        descent_of(x=[1.0, 3.0]).walk(np.zeros(size), [0.0] * memory, [[0]], [0.5])


def test_arrays_of_other_shapes():
    with pytest.raises(InputValueError, match="takes an array of shape"):
        descent_of(x=np.zeros((2, 3)))
    with pytest.raises(InputTypeError, match="misses 'x'"):
        descent_of()
