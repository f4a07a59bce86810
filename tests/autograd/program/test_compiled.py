"""compiled: one recording for each set of shapes, and no frozen branches."""

import numpy as np
import pytest

import autograd
from autograd import InputTypeError, TraceError, compiled


def test_numbers_lists_and_arrays_in_and_out():
    """The function sees Values in its arguments' structure, the caller numbers and arrays."""

    @compiled
    def f(x, rows):
        return [x * row[0] + row[1] for row in rows]

    np.testing.assert_array_equal(f(2.0, [[1.0, 2.0], [3.0, 4.0]]), [4.0, 10.0])
    np.testing.assert_array_equal(f(2, np.array([[1, 2], [3, 4]])), [4.0, 10.0])
    np.testing.assert_array_equal(f(rows=((1.0, 2.0),), x=3.0), [5.0])


def test_array_arguments_support_array_code():
    """An array arrives as an array of objects, so that NumPy's operators work on it."""

    @compiled
    def f(w, x):
        return autograd.sum((w @ x) ** 2)

    w, x = np.arange(6.0).reshape(2, 3), np.ones(3)
    value, (gw, gx) = f.value_and_grad(("w", "x"), w, x)
    assert value == ((w @ x) ** 2).sum()
    np.testing.assert_allclose(gx, 2 * w.T @ (w @ x))
    np.testing.assert_allclose(gw, 2 * np.outer(w @ x, x))


def test_recorded_once_for_each_set_of_shapes():
    """The function itself runs once for each shape; numbers may change."""
    calls = []

    @compiled
    def f(x):
        calls.append(len(x))
        return autograd.sum([v * v for v in x])

    assert [f([1.0, 2.0]), f([3.0, 4.0]), f(np.ones(3)), f(np.zeros(3))] == [5.0, 25.0, 3.0, 0.0]
    assert calls == [2, 3]


def test_choices_are_made_anew():
    """Comparisons are recorded as numbers."""

    @compiled
    def f(x):
        return autograd.where(x > 0.0, x * x, -x) + (x >= 2.0) * 100.0

    assert [f(3.0), f(-3.0), f(1.0)] == [109.0, 3.0, 1.0]
    assert f.value_and_grad("x", 3.0)[1] == 6.0
    assert f.value_and_grad("x", -3.0)[1] == -1.0


@pytest.mark.parametrize(
    ("freeze", "what"),
    [
        (lambda x: x if x > 0.0 else -x, r"^the truth \(bool\) of"),
        (lambda x: x * float(x), r"^the number \(float\) of"),
        (lambda x: x * int(x), r"^the integer \(int\) of"),
        (lambda x: x * round(x), r"^the rounding \(round\) of"),
        (lambda x: max(x, 0.0), r"^the truth \(bool\) of"),
    ],
    ids=["if", "float", "int", "round", "max"],
)
def test_a_frozen_branch_is_refused_with_its_line(freeze, what):
    """The message has the user's file and line, and the remedy."""
    with pytest.raises(TraceError, match=rf"{what}.*test_compiled\.py:\d+.*[Uu]se") as caught:
        compiled(freeze)(1.0)
    line = freeze.__code__.co_firstlineno
    assert f"test_compiled.py:{line}" in str(caught.value)
    assert compiled(lambda x: autograd.maximum(x, -x))(-2.0) == 2.0


def test_a_plain_number_may_branch():
    """What does not depend on the arguments is known while recording."""

    @compiled
    def f(x):
        total = 0.0
        for k in range(4):
            if k % 2 == 0:
                total = total + k * x
        return total

    assert f(3.0) == 6.0


def test_defaults_and_wrong_calls():
    """Defaults stay plain numbers; unknown arguments and non-numbers are refused by name."""

    @compiled
    def f(x, power=2):
        return x**power

    assert f(3.0) == 9.0
    assert f(3.0, 3.0) == 27.0
    with pytest.raises(InputTypeError, match="f: missing a required argument: 'x'"):
        f()
    with pytest.raises(InputTypeError, match="f: got an unexpected keyword argument 'y'"):
        f(1.0, y=2.0)
    with pytest.raises(InputTypeError, match="'x' of f takes real numbers, in arrays"):
        f("three")
    with pytest.raises(InputTypeError, match="compiled takes a function, but got float"):
        compiled(2.0)


def test_options_reach_the_program():
    """dtype and backend are those of compile; the program itself can be had."""
    f = compiled(lambda x: x * 2.0, dtype="float32", backend="array")
    assert f(np.ones(3)).dtype == np.float32
    assert repr(f.program(np.ones(3))) == "<Program(x: (3,)) -> (3,), float32, array>"


def test_a_result_that_does_not_depend_on_anything():
    """A constant is a program too."""
    assert compiled(lambda x: 7.0)(1.0) == 7.0
