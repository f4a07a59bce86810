"""Pausing Python's collector: afterwards it is as it was, whatever happened."""

import gc
from contextlib import suppress

import pytest

from autograd import Value, compile
from autograd.collector import uncollected


@pytest.mark.parametrize("collecting", [True, False])
@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_the_collector_is_as_it_was(collecting, error):
    """It stands still inside, is on again after an error or an interrupt, and off if it was."""
    try:
        (gc.enable if collecting else gc.disable)()
        with suppress(ValueError, KeyboardInterrupt), uncollected(), uncollected():
            assert not gc.isenabled()
            if error is not None:
                raise error
        assert gc.isenabled() == collecting
    finally:
        gc.enable()


def test_programs_leave_the_collector_on():
    """Recording, preparing and running one, with an error or without."""
    x = [Value(0.3), Value(0.5)]
    program = compile(x[0] * x[1], x=x)
    program.value_and_grad("x", x=[1.0, 2.0])
    program.value_and_grad("x", x=[[1.0, 2.0]])
    with pytest.raises(TypeError):
        compile("no number", x=x)
    assert gc.isenabled()
