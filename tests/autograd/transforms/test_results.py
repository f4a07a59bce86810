"""What the function of a transform may return: whatever is one number."""

from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import InputTypeError

NUMBERS = {
    "float32": lambda x: np.float32(3.0),
    "int64": lambda x: np.int64(3),
    "bool": lambda x: np.bool_(True),
    "Fraction": lambda x: Fraction(1, 3),
    "array of a float": lambda x: np.array(2.0),
}
PIECES = {
    "numpy.where": lambda x: np.where(x > 0.0, x * x, 0.0),
    "array of a Value": lambda x: np.array(x * x, dtype=object),
    "numpy.select": lambda x: np.select([x > 0.0, x <= 0.0], [x * x, x]),
}


@pytest.mark.parametrize("name", [*NUMBERS, *PIECES])
def test_any_real_number_is_a_result(name):
    """NumPy's scalars and arrays of no dimension, too; a constant has derivative zero."""
    f = {**NUMBERS, **PIECES}[name]
    slope, curvature = (4.0, 2.0) if name in PIECES else (0.0, 0.0)
    assert ag.grad(f)(2.0) == slope
    assert ag.value_and_grad(f)(2.0) == (float(f(2.0)), slope)
    assert ag.hessian(f)(2.0) == ag.hvp(f, 2.0, 1.0) == curvature
    assert ag.jacobian(f)(2.0) == ag.jvp(f, 2.0, 1.0) == slope


def test_a_forgotten_return_is_named():
    """And what is several numbers is sent to jacobian."""
    with pytest.raises(InputTypeError, match=r"returned NoneType: does it end with return\?$"):
        ag.grad(lambda x: None)(1.0)
    with pytest.raises(InputTypeError, match=r"returned ndarray: use jacobian, or reduce it"):
        ag.grad(lambda x: np.array([x]))(1.0)
