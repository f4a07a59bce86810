"""Names that NumPy's source may call: those of the table that declare a function, and no other."""

import pytest

from autograd.ops.expr import COMPARISONS
from autograd.program.array.names import FUNCTIONS


@pytest.mark.parametrize("name", COMPARISONS)
def test_asking_makes_no_key(name):
    """A comparison is no function there, whoever has asked for one: its rule makes it a number."""
    assert FUNCTIONS[name](1.0, 2.0) in (0.0, 1.0)
    assert name not in FUNCTIONS
