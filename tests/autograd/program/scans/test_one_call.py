"""At one point a program with scans is one call of machine code, as right as part by part."""

import threading

import numpy as np
import pytest

import autograd as ag
from autograd import compiled, scan
from autograd.program.scans.passing import Passing
from autograd.program.tape.repeated import repeats_of

LENGTH = 4000
RNG = np.random.default_rng(0)
P, XS = RNG.normal(size=4), RNG.normal(size=LENGTH)


def closed_over(p, xs):
    """The carry begins at what the step closes over too, and is handed on twice."""
    start = ag.sin(p[0])
    (a, b), ys = scan(
        lambda c, x: ((ag.tanh(c[0] + p[1] * x), c[0] * start), c[1]), (start, start), xs
    )
    return a + b * p[2] + ag.sum(ys[5:9])


def one_after_the_other(p, xs):
    """What a scan gives at every step is the items of the next, which goes the other way."""
    _, ys = scan(lambda c, x: (0.9 * c + p[0] * x, c), p[1], xs)
    last, zs = scan(lambda c, y: (ag.sin(c + y), c * p[3]), 0.5, ys, reverse=True)
    return last + ag.sum(zs) + ys[-1]


def every_other(p, xs):
    """Items that are not in a row, and one that is a number of a step before."""
    (last, _), _ = scan(
        lambda c, x: ((c[1] * p[0] + x["a"] * p[1], ag.tanh(c[0] + x["b"])), None),
        (p[2], p[3]),
        {"a": xs[::2], "b": xs[1::2]},
    )
    return last * xs[7]


MODELS = [closed_over, one_after_the_other, every_other]


def by_parts(f):
    """The same, with every part called by itself."""
    own = compiled(f)
    own.program(P, XS)._running.executor(None)._at_point = False
    return own


@pytest.mark.parametrize("f", MODELS)
def test_it_is_what_the_parts_give(f):
    """Value and every gradient, to the bit; again with other numbers in the same memory."""
    own, parts = compiled(f), by_parts(f)
    for p, xs in ((P, XS), (-P, XS[::-1].copy()), (P, XS)):
        assert own(p, xs) == parts(p, xs)
        for wrt in ("p", "xs", ("xs", "p")):
            value, grads = own.value_and_grad(p, xs, wrt=wrt)
            other, wanted = parts.value_and_grad(p, xs, wrt=wrt)
            assert value == other
            several = isinstance(wrt, tuple)
            for x, y in zip(grads, wanted) if several else [(grads, wanted)]:
                np.testing.assert_array_equal(x, y)


def test_no_part_is_called_by_itself(monkeypatch):
    """Nothing of Python's runs between them."""
    f = compiled(one_after_the_other)
    value = f(P, XS)
    assert repeats_of(f.program(P, XS).tape)

    def refused(*_, **__):
        raise AssertionError("a part by itself")

    monkeypatch.setattr(Passing, "forward", refused)
    assert f(P, XS) == value
    assert f.value_and_grad(P, XS)[0] == value


def test_prepared():
    """A prepared call has the memory's own arrays."""
    program = compiled(closed_over).program(P, XS)
    call = program.prepared(("xs", "p"))
    call.arguments["p"][...], call.arguments["xs"][...] = P, XS
    for _ in range(2):
        call()
        value, grads = program.value_and_grad(("xs", "p"), p=P, xs=XS)
        assert call.value == value
        for x, y in zip(call.gradient, grads):
            np.testing.assert_array_equal(x, y)


def test_results_are_the_callers():
    """The next call does not change what one gave, nor what was passed."""
    f = compiled(closed_over)
    p = P.copy()
    grad = f.grad(p, XS, wrt="p")
    kept = grad.copy()
    f.value_and_grad(2.0 * p, XS)
    np.testing.assert_array_equal(grad, kept)
    np.testing.assert_array_equal(p, P)


def test_float32():
    """Computed in double precision and rounded."""
    f, double = compiled(closed_over, dtype="float32"), compiled(closed_over)
    p, xs = P.astype(np.float32), XS.astype(np.float32)
    value, grad = f.value_and_grad(p, xs, wrt="p")
    wanted, exact = double.value_and_grad(p.astype(float), xs.astype(float), wrt="p")
    assert (value.dtype, grad.dtype) == (np.float32, np.float32)
    assert value == np.float32(wanted)
    np.testing.assert_array_equal(grad, exact.astype(np.float32))


def test_from_several_threads():
    """Each has memory of its own."""
    f = compiled(one_after_the_other)
    wanted = {k: f.value_and_grad(k * P, XS) for k in (1.0, 2.0, 3.0)}
    wrong = []

    def work(k):
        for _ in range(20):
            value, grads = f.value_and_grad(k * P, XS)
            if value != wanted[k][0] or (grads[0] != wanted[k][1][0]).any():
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_function_of_pythons_beside_it():
    """Parts then are called one by one, and what it raises is raised."""

    def fails(x):
        if x > 2.0:
            raise ArithmeticError("too large")
        return x

    op = ag.custom_op("fails", fails, lambda xp, out, x: (1.0,))
    f = compiled(lambda p, xs: closed_over(p, xs) + op(p[0]))
    plain = compiled(closed_over)
    assert f(P, XS) == plain(P, XS) + P[0]
    slopes = plain.grad(P, XS, wrt="p") + np.array([1.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(f.grad(P, XS, wrt="p"), slopes)
    with pytest.raises(ArithmeticError, match="too large"):
        f(P + 9.0, XS)
