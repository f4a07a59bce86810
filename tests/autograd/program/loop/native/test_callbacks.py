"""Functions of Python's in machine code: what they raise is never lost, wherever it comes."""

import sys

import numpy as np
import pytest

import autograd
from autograd import Value

square = autograd.custom_op("square_here", lambda x: x * x, lambda xp, out, x: (2.0 * x,))


def program():
    x = Value(0.5)
    return autograd.compile(square(square(x) * 2.0), x=x, backend="loop")


@pytest.mark.parametrize("rows", [None, 40])
@pytest.mark.parametrize("at", [1, 2, 7])
def test_an_interrupt_before_the_first_line_is_raised(rows, at):
    """Nothing of the function can catch it, and ctypes would go on with any number."""
    p = program()
    given = 0.5 if rows is None else np.linspace(0.0, 1.0, rows)
    right = p(x=given)
    entered = []

    def trace(frame, event, _):
        if event == "call" and frame.f_code.co_name == "called":
            entered.append(None)
            if len(entered) == at:
                raise KeyboardInterrupt

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        if rows is None and at > 2:
            p(x=given)  # it is over before
        else:
            with pytest.raises(KeyboardInterrupt):
                p(x=given)
    finally:
        sys.settrace(before)
    assert np.array_equal(p(x=given), right)
    value, grad = p.value_and_grad("x", x=given)
    assert np.array_equal(value, right)
    assert np.allclose(grad, 16.0 * np.asarray(given) ** 3, rtol=1e-14)


def test_what_others_lose_is_theirs(monkeypatch):
    """The hook of before is called for everything else."""
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", seen.append)
    p = program()
    assert p(x=1.0) == 4.0

    class Falling:
        def __del__(self):
            raise ValueError("lost")

    Falling()
    assert [str(lost.exc_value) for lost in seen] == ["lost"]
    for _ in range(3):
        p(x=1.0)
    assert sys.unraisablehook.before == seen.append
