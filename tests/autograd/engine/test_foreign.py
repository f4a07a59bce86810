"""Where Python or NumPy cannot take a Value, the error names the user's line and the remedy."""

import decimal
import math
import statistics

import numpy as np
import pytest

import autograd
from autograd import TraceError, Value, compiled


def matrix(x):
    return np.array([[x, 1.0], [1.0, 2.0 + x]])


CASES = {
    "range": (lambda x: sum([x for _ in range(x)]), r'static="n"'),
    "comb": (lambda x: math.comb(x, 1), r'metadata=\{"static": True\}'),
    "index": (lambda x: [1.0, 2.0][x], r"autograd\.take\(xs, i\)"),
    "slice": (lambda x: [1.0, 2.0][:x], r"autograd\.take\(xs, i\)"),
    "array's index": (lambda x: np.array([1.0, 2.0])[x], r"autograd\.take\(xs, i\)"),
    "item": (lambda x: x[0], "a Value is one number"),
    "items": (lambda x: list(x), "a Value is one number"),
    "len": (lambda x: len(x) * x, "a Value is one number"),
    "statistics.mean": (lambda x: statistics.mean([x, 1.0]), r"autograd\.mean, var"),
    "statistics.stdev": (lambda x: statistics.stdev([x, 1.0]), r"var, std"),
    "Decimal": (lambda x: decimal.Decimal(x) + 1, "plain arithmetic"),
    "unpacked": (lambda x: math.hypot(*x), "a Value is one number"),
    "np.linalg.solve": (lambda x: np.linalg.solve(matrix(x), [1.0, 2.0]), r"autograd\.solve"),
    "np.linalg.inv": (lambda x: np.linalg.inv(matrix(x))[0, 0], r"autograd\.inv"),
    "np.linalg.det": (lambda x: np.linalg.det(matrix(x)), r"autograd\.det"),
    "np.linalg.eigvalsh": (lambda x: np.linalg.eigvalsh(matrix(x))[0], "plain numbers only"),
    "np.fft.fft": (lambda x: np.fft.fft([x, 2.0 * x])[0], "plain numbers only"),
    "np.log of a mixed array": (lambda x: np.log(np.array([x, 2.0])).sum(), r"autograd\.log"),
}


@pytest.mark.parametrize("transform", [compiled, autograd.grad], ids=lambda t: t.__name__)
@pytest.mark.parametrize(("f", "remedy"), CASES.values(), ids=CASES)
def test_the_error_has_the_line_and_the_remedy(f, remedy, transform):
    """In recordings and in transforms, under a class that Python's callers expect."""
    with pytest.raises(TraceError, match=rf"(?s)test_foreign\.py:\d+.*{remedy}") as caught:
        transform(f)(1.0)
    assert isinstance(caught.value, TypeError)
    assert caught.value.__cause__ is not None


def test_inside_another_transform_it_is_said_once():
    """The innermost transform has told it; those around pass it on."""
    with pytest.raises(TraceError) as caught:
        autograd.grad(lambda x: autograd.grad(lambda y: [x, y][y])(x))(1.0)
    assert str(caught.value).count("test_foreign.py") == 1


@pytest.mark.parametrize(
    "error", [TypeError("of the user's own"), IndexError("list index out of range")], ids=str
)
def test_other_errors_pass_as_they_are(error):
    """What has nothing to do with Values is the user's to see."""

    def f(x):
        raise error

    for transform in (compiled, autograd.grad):
        with pytest.raises(type(error)) as caught:
            transform(f)(1.0)
        assert caught.value is error


def test_outside_of_transforms_nothing_is_changed():
    """There Python's own error is raised, where it happens."""
    with pytest.raises(TypeError, match="cannot be interpreted as an integer") as caught:
        range(Value(1.0))
    assert not isinstance(caught.value, TraceError)
