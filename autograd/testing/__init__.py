"""Property tests of derivatives: strategies for Hypothesis, and a decorator.

    from autograd.testing import property_test

    @property_test(x=(0.1, 10.0))
    def test_my_function(x):
        return my_function(x)

Strategies and property tests need Hypothesis, which the extra ``test`` brings; it is imported when
it is first needed. Start reading at :mod:`autograd.testing.properties`.
"""

from autograd.testing.formulas import Formula, formula_of, random_formula
from autograd.testing.properties import property_test
from autograd.testing.strategies import mlps, programs, safe_floats

__all__ = [
    "Formula",
    "formula_of",
    "mlps",
    "programs",
    "property_test",
    "random_formula",
    "safe_floats",
]
