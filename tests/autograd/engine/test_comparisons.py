"""Recorded comparisons are joined by &, | and ^; nothing else is."""

import itertools
import operator

import numpy as np
import pytest

import autograd
from autograd import InputTypeError, compiled, where


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_conditions_join_as_bools_do(backend):
    """&, | and 1 - c of recorded comparisons are what and, or and not are of bools, ^ is !=."""

    def f(x, y):
        a, b, c = x > 0.0, y > 1.0, x < y
        joined = [a & b, a | b, a & b | c, (1 - a) & b, True & a, a | False, a & (b * c), ~3 * x]
        return [*joined, a ^ b, True ^ (a ^ c), (a ^ False) & b]

    g = compiled(f, backend=backend)
    for x, y in itertools.product([-1.0, 0.5, 2.0], repeat=2):
        a, b, c = x > 0.0, y > 1.0, x < y
        wanted = [a and b, a or b, (a and b) or c, not a and b, a, a, a and b and c, -4 * x]
        wanted += [a != b, a == c, a and b]
        np.testing.assert_array_equal(g(x, y), wanted)
        assert [bool(z) for z in f(x, y)[:7]] == wanted[:7]


@pytest.mark.parametrize("k", [np.True_, np.False_, True], ids=repr)
@pytest.mark.parametrize(
    ("sign", "functions"),
    [
        (operator.and_, (np.logical_and, np.bitwise_and)),
        (operator.or_, (np.logical_or, np.bitwise_or)),
        (operator.xor, (np.logical_xor, np.bitwise_xor)),
    ],
    ids=["and", "or", "xor"],
)
def test_numpys_functions_and_bools_join_too(sign, functions, k):
    """By the names of its functions; its own bools from either side, and arrays of them."""

    def ways(x):
        a = x > 0.0
        return [sign(a, k), sign(k, a), sign(np.array([k]), a)[0], *(f(a, k) for f in functions)]

    g = compiled(ways)
    for x in (1.0, -1.0):
        assert [*g(x)] == [sign(x > 0.0, bool(k))] * 5
    for function in functions:
        with pytest.raises(InputTypeError, match="joins comparisons"):
            compiled(lambda x, join=function: join(x > 0.0, x))(0.5)


def test_numpys_not():
    """Of a recorded comparison it is 1 less it; of what is none it is refused."""
    g = compiled(lambda x: np.logical_not(x > 0.0))
    assert [g(1.0), g(-1.0)] == [0.0, 1.0]
    with pytest.raises(InputTypeError, match="joins comparisons"):
        compiled(np.logical_not)(0.5)


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
        (lambda x: (x > 0.0) ^ x, r"\^ joins comparisons .* Value"),
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
