"""Recorded comparisons are joined by & and |; nothing else is."""

import itertools

import numpy as np
import pytest

import autograd
from autograd import InputTypeError, compiled, where


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_conditions_join_as_bools_do(backend):
    """&, | and 1 - c of recorded comparisons are what and, or and not are of bools."""

    def f(x, y):
        a, b, c = x > 0.0, y > 1.0, x < y
        return [a & b, a | b, a & b | c, (1 - a) & b, True & a, a | False, a & (b * c), ~3 * x]

    g = compiled(f, backend=backend)
    for x, y in itertools.product([-1.0, 0.5, 2.0], repeat=2):
        a, b, c = x > 0.0, y > 1.0, x < y
        wanted = [a and b, a or b, (a and b) or c, not a and b, a, a, a and b and c, -4 * x]
        np.testing.assert_array_equal(g(x, y), wanted)
        assert [bool(z) for z in f(x, y)[:7]] == wanted[:7]


def test_a_condition_chooses():
    """A joined condition is one for where, without a derivative of its own."""
    g = compiled(lambda x: where((x > 0.0) & (x < 1.0), x * x, -x))
    assert [g(0.5), g(-2.0), g(3.0)] == [0.25, 2.0, -3.0]
    assert [g.grad(0.5), g.grad(3.0)] == [1.0, -1.0]


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: x > 0.0 & x < 1.0, r"& joins comparisons .* float 0.0: write \(a > 0\) &"),
        (lambda x: (x > 0.0) & x, r"& joins comparisons .* Value"),
        (lambda x: (x > 0.0) | 2, r"\| joins comparisons .* int 2"),
        (lambda x: (x * x) | (x > 0.0), r"\| joins comparisons .* Value"),
        (lambda x: (1 - x) & (x > 0.0), r"& joins comparisons .* Value"),
        (lambda x: ~(x > 0.0), r"~True is -2 .* 1 - condition"),
    ],
)
def test_what_is_no_condition_is_refused(f, message):
    """Numbers, forgotten brackets, and ~, which means something else for bools."""
    with pytest.raises(InputTypeError, match=message):
        compiled(f)(0.5)
    with pytest.raises(InputTypeError):
        autograd.Value(1.0) & True
