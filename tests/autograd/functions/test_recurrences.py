"""scan is the plain loop: in numbers, Values and programs."""

from collections import namedtuple

import numpy as np
import pytest

import autograd
from autograd import InputTypeError, InputValueError, compiled, scan

Pair = namedtuple("Pair", "u v")
STEPS = [0.5, -1.0, 2.0, 0.25]


def leap(state, t):
    """A pendulum's position and speed, a step further."""
    q, v = state
    v = v - t * autograd.sin(q)
    q = q + t * v
    return (q, v), {"energy": v * v / 2.0 - autograd.cos(q), "q": [q]}


def by_loop(q, v, steps=STEPS):
    state, outputs = (q, v), []
    for t in steps:
        state, y = leap(state, t)
        outputs.append(y)
    return state, outputs


def test_it_is_the_loop():
    """The last carry, and outputs stacked in their structure."""
    carry, ys = scan(leap, (1.0, 0.0), STEPS)
    wanted, outputs = by_loop(1.0, 0.0)
    assert carry == wanted
    assert ys == {"energy": [y["energy"] for y in outputs], "q": [[y["q"][0] for y in outputs]]}


def test_it_is_differentiated_like_the_loop():
    """To the second order, at Values and in programs, whose derivatives it has too."""

    def last(p):
        return scan(leap, (p[0], p[1]), STEPS)[0][0]

    def plain(p):
        return by_loop(p[0], p[1])[0][0]

    p = [1.0, 0.3]
    assert autograd.grad(last)(p) == autograd.grad(plain)(p)
    assert autograd.hessian(last)(p) == autograd.hessian(plain)(p)
    g = compiled(last)
    assert g(p) == plain(p)
    np.testing.assert_allclose(g.hessian(p), autograd.hessian(plain)(p), rtol=1e-13)


def test_what_it_goes_through():
    """Lists, arrays along their first axis, and containers of sequences."""
    rows = np.arange(6.0).reshape(3, 2)
    total, seen = scan(lambda c, row: (c + row[1], row * 2.0), 0.0, rows)
    assert total == 9.0
    np.testing.assert_array_equal(seen, rows * 2.0)
    total, _ = scan(
        lambda c, x: (c + x["a"] * x["b"], None), 0.0, {"a": [1.0, 2.0], "b": (3.0, 4.0)}
    )
    assert total == 11.0
    pair, ys = scan(lambda c, x: (Pair(c.v, x), c.u), Pair(1.0, 2.0), np.array([3.0, 4.0]))
    assert (pair, ys) == (Pair(3.0, 4.0), [1.0, 2.0])
    assert scan(leap, (1.0, 0.0), []) == ((1.0, 0.0), [])


def test_a_tuple_of_sequences_goes_side_by_side():
    """As in JAX; a list of them, or a tuple of tuples as zip makes, has an item in each."""

    def step(c, x):
        return c + x[0] * x[1], x[0]

    xs, ys = np.array([1.0, 2.0, 3.0]), [3.0, 4.0, 5.0]
    wanted = (26.0, [1.0, 2.0, 3.0])
    for given in ((xs, ys), [*zip(xs, ys)], tuple(zip(xs, ys)), np.stack([xs, ys], axis=1)):
        assert scan(step, 0.0, given) == wanted
        assert compiled(lambda a, given=given: scan(step, a, given)[0])(0.0) == 26.0
    slope = compiled(lambda a, b: scan(step, 0.0, (list(a), list(b)))[0]).grad(xs, np.array(ys))
    np.testing.assert_array_equal(slope, [ys, xs])
    assert scan(step, 0.0, ()) == (0.0, [])


def test_nothing_is_carried():
    """None for the carry, as for a map; anywhere else it is refused."""
    for carry in (None, ()):
        assert scan(lambda c, x: (c, 2.0 * x), carry, [1.0, 2.0]) == (carry, [2.0, 4.0])
        f = compiled(
            lambda a, c=carry: autograd.sum(scan(lambda c, x: (c, a * x), c, [1.0, 2.0])[1])
        )
        assert (f(3.0), f.grad(3.0)) == (9.0, 3.0)
    assert scan(lambda c, _: (c + 1.0, None), 0.0, length=np.int64(3)) == (3.0, None)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: scan(1.0, 0.0, [1.0]), InputTypeError, "takes a function, but got float"),
        (lambda: scan(lambda c, x: c, 0.0, [1.0]), InputTypeError, "pair .* got float"),
        (lambda: scan(leap, (0.0, 0.0), 3.0), InputTypeError, "sequence, but got float 3.0"),
        (lambda: scan(lambda c, x: ([c], x), 0.0, [1.0]), InputValueError, "keeps its structure"),
        (lambda: scan(lambda c, x: ("a", x), 0.0, [1.0]), InputTypeError, "keeps its structure"),
        (lambda: scan(leap, 0, {"a": [1], "b": [1, 2]}), InputValueError, r"one length.*\[1, 2\]"),
        (lambda: scan(leap, 0, ([1], [1, 2])), InputValueError, r"one length.*\[1, 2\]"),
        (lambda: scan(lambda c, x: (1.0, x), None, [1.0]), InputValueError, "keeps its structure"),
        (lambda: scan(lambda c, x: (None, x), 1.0, [1.0]), InputTypeError, "keeps its structure"),
        *(
            (lambda n=n: scan(leap, 0.0, length=n), InputValueError, "whole number, but got")
            for n in (None, True, -1, 2.0, "2", np.array([2, 3]))
        ),
        (
            lambda: scan(lambda c, x: (c, [c] * x), 0.0, [1, 2]),
            InputValueError,
            "one structure, but the step changes it",
        ),
    ],
)
def test_wrong_steps_are_named(call, kind, message):
    """What the step returned, and what is wanted."""
    with pytest.raises(kind, match=message):
        call()
