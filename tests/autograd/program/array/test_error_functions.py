"""The polynomials for erf and erfc against :mod:`math`."""

import math

import numpy as np
import pytest

from autograd.program.array.error_functions import SHORT, erf, erfc

POINTS = np.concatenate([np.linspace(-7.0, 27.0, 20_001), np.geomspace(1e-300, 1.0, 500)])


@pytest.mark.parametrize(
    ("ours", "theirs"), [(erf, math.erf), (erfc, math.erfc)], ids=["erf", "erfc"]
)
def test_error_functions_are_accurate(ours, theirs):
    """Within 8 ulp wherever the result is a normal number: eight roundings follow one another."""
    expected = np.array([theirs(x) for x in POINTS.tolist()])
    normal = np.abs(expected) > 1e-300
    np.testing.assert_allclose(ours(POINTS)[normal], expected[normal], rtol=8 * 2.0**-52)


def test_special_values():
    """Infinities, NaN and signed zeros, in arrays long and short."""
    special = [math.inf, -math.inf, math.nan, 0.0, -0.0, 1e300, -1e300, 1e-320]
    for count in (1, SHORT):
        x = np.array(special * count)
        np.testing.assert_array_equal(erf(x), [math.erf(v) for v in x.tolist()])
        np.testing.assert_allclose(erfc(x), [math.erfc(v) for v in x.tolist()], rtol=2.0**-52)
        assert np.signbit(erf(x)[4])


def test_single_precision_stays():
    """Arrays of float32 give arrays of float32."""
    for count in (1, 2 * SHORT):
        assert erf(np.ones(count, dtype=np.float32)).dtype == np.float32
        assert erfc(np.ones(count, dtype=np.float32)).dtype == np.float32
