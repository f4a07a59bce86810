"""Where a recording refuses a number, the message names the remedy for that very case."""

import bisect
import copy
import heapq
import math
import statistics
import threading
import types

import numpy as np
import pytest

import autograd
from autograd import TraceError, compiled, interp, where
from autograd.engine import refusals
from autograd.engine.modes import user_line


def loop(x):
    while x > 1.0:
        x = x / 2.0
    return x


def branch(x):
    if x > 1.0:
        return x
    return -x


def long(x):
    return autograd.sin(x) * math.sin(x)


def chain(x):
    if 0.0 < x < 1.0:
        return x
    return -x


def both(x):
    return x if x > 0.0 and x < 1.0 else -x


def either(x):
    if x > 0.0 or x < -1.0:
        return x
    return x


def neither(x):
    return x if not x > 0.0 else -x


def assign(x):
    y = np.zeros(2)
    y[0] = x
    return y[0]


def select(x):
    xs = np.array([x, 2.0 * x])
    return xs[xs > 1.0]


KNOWN = True
CASES = [
    (assign, r"y is an array of floats.*np\.zeros\(n, dtype=object\), or a list"),
    (select, r"mask selects nothing.*where\(xs > 1\.0, …, …\)"),
    (loop, "fixed number of iterations.*fixed_point or autograd.root"),
    (branch, r"autograd\.where\(x > 1\.0, …, …\)"),
    (lambda x: x if x > 1.0 else -x, r"autograd\.where\(x > 1\.0, …, …\)"),
    (chain, r"\(0\.0 < x\) & \(x < 1\.0\)"),
    (both, r"& in place of 'and': \(x > 0\.0\) & \(x < 1\.0\), or multiply"),
    (either, r"\| in place of 'or': \(x > 0\.0\) \| \(x < -1\.0\)"),
    (neither, r"1 - \(x > 0\.0\)"),
    (lambda x: max(x, 0.0), r"autograd\.maximum\(x, 0\.0\)"),
    (lambda x: max([x, x + 1.0]), r"autograd\.max in place of max"),
    (lambda x: min(x, x * x, 1.0), r"autograd\.min in place of min"),
    (lambda x: sorted([x, -x])[0], r"autograd\.sort in place of sorted"),
    (lambda x: math.sin(x), r"autograd\.sin in place of math\.sin"),
    (lambda x: x * math.fabs(x), r"Use abs in place of math\.fabs"),
    (lambda x: math.isclose(x, 1.0), r"math\.isclose: abs\(x - y\) < tolerance"),
    (lambda x: math.isnan(x), r"math\.isnan: x != x"),
    (lambda x: math.nextafter(x, 1.0), r"math\.nextafter takes plain numbers"),
    (lambda x: np.interp(x, [0.0, 1.0], [0.0, 2.0]), r"autograd\.interp in place of np\.interp"),
    (lambda x: np.piecewise(x, [x > 0], [1.0]), r"autograd\.where in place of np\.piecewise"),
    (lambda x: 1.0 if x in [0.5, 2.0] else x, r"In place of \[0\.5, 2\.0\].*\(x == a\) \|"),
    (lambda x: np.array([x, 2.0 * x]) > 1.0, r"number by number, as \[where\(v > 0"),
    (lambda x: [1.0, x] == [1.0, 0.5], "number by number"),
    (lambda x: next(v for v in [x, -x] if v > 0.0), r"Use autograd\.where"),
    (lambda x: max([x, -x], key=abs), r"where\(key\(a\) < key\(b\), a, b\)"),
    (lambda x: sorted([x, -x], reverse=True)[0], r"autograd\.sort\(…\)\[::-1\] in place of sorted"),
    (long, r"autograd\.sin in place of math\.sin"),
    (lambda x: math.sin(x) if KNOWN else x, r"autograd\.sin in place of math\.sin"),
    (lambda x: [1.0, 2.0][int(x)], r"static argument.*autograd\.take"),
    (lambda x: bisect.bisect([0.0, 1.0], x), r"autograd\.interp or autograd\.take"),
    (lambda x: all([x > 0.0, x < 1.0]), "one by one with &"),
]


@pytest.mark.parametrize(("f", "message"), CASES, ids=[str(i) for i in range(len(CASES))])
def test_the_remedy_is_for_the_case(f, message):
    """Read from the line itself: choices, conditions, loops, and functions of other modules."""
    with pytest.raises(TraceError, match=message):
        compiled(f)(0.5)


@pytest.mark.parametrize(("f", "message"), CASES, ids=[str(i) for i in range(len(CASES))])
def test_the_line_alone_is_enough(f, message, monkeypatch):
    """Python 3.10 does not tell the place in a line."""
    monkeypatch.setattr(refusals, "_place", lambda frame: (frame.f_lineno, 0, -1))
    with pytest.raises(TraceError, match=message):
        compiled(f)(0.5)


REMEDIES = [
    (lambda x: max([x, -2.0 * x], key=abs), lambda x: where(abs(x) < abs(-2.0 * x), -2.0 * x, x)),
    (lambda x: sorted([x, -x], reverse=True)[0], lambda x: autograd.sort([x, -x])[::-1][0]),
    (lambda x: 1.0 if x in [0.5, 2.0] else x, lambda x: where((x == 0.5) | (x == 2.0), 1.0, x)),
    (lambda x: 1.0 if math.isnan(x) else x, lambda x: where(x != x, 1.0, x)),
    (lambda x: np.interp(x, [0.0, 1.0], [0.0, 2.0]), lambda x: interp(x, [0.0, 1.0], [0.0, 2.0])),
    (lambda x: {True: x, False: -x}[x > 1.0], lambda x: where(x > 1.0, x, -x)),
    (lambda x: np.select([x > 1.0], [x], -x), lambda x: where(x > 1.0, x, -x)),
    (lambda x: neither(x), lambda x: where(1 - (x > 0.0), x, -x)),
    (lambda x: chain(x), lambda x: where((x > 0.0) & (x < 1.0), x, -x)),
    (lambda x: both(x), lambda x: where((x > 0.0) & (x < 1.0), x, -x)),
    (lambda x: [5.0, 7.0][int(x)], lambda x: autograd.take([5.0, 7.0], autograd.floor(x))),
]


@pytest.mark.parametrize(("f", "remedy"), REMEDIES, ids=[str(i) for i in range(len(REMEDIES))])
def test_the_remedy_is_one(f, remedy):
    """What is refused in a recording gives, written as told, what it gives of plain numbers."""
    with pytest.raises(TraceError):
        compiled(f)(0.5)
    for x in (0.5, 1.5, 0.25):
        assert compiled(remedy)(x) == f(x)


def test_a_line_that_cannot_be_read_has_the_usual_remedy():
    """Code without a file, as typed to exec."""
    scope = {}
    exec("def f(x): return x if x > 0 else -x", scope)
    with pytest.raises(TraceError, match=r"Use autograd\.where, maximum or minimum"):
        compiled(scope["f"])(0.5)


THROUGH_LIBRARIES = {
    "np.argmax": lambda x: np.argmax(np.array([x, 2.0])),
    "np.sort": lambda x: np.sort(np.array([x, 2.0]))[0],
    "np.isclose": lambda x: x if np.isclose(x, 1.0) else -x,
    "heapq": lambda x: heapq.nsmallest(1, [x, 2.0])[0],
    "statistics": lambda x: statistics.median([x, 2.0, x * x]),
    "copy": lambda x: copy.deepcopy([x])[0],
    "scipy": lambda x: pytest.importorskip("scipy.stats").norm.logpdf(x),
}


@pytest.mark.parametrize("f", THROUGH_LIBRARIES.values(), ids=THROUGH_LIBRARIES)
def test_the_line_is_the_users_where_a_library_asks(f):
    """NumPy and the standard library stand between the user and the refusal: theirs are passed."""
    with pytest.raises(TraceError, match=r"test_refusals\.py:\d+"):
        compiled(f)(1.5)


def test_without_a_line_of_the_users_the_innermost_library_s_is_named():
    """A thread of the standard library's that calls this package has nothing else to show."""
    told = []

    def ask():
        told.append(user_line())

    theirs = types.FunctionType(
        ask.__code__.replace(co_filename=threading.__file__), globals(), None, None, ask.__closure__
    )
    for target in (ask, theirs):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
    assert "test_refusals.py" in told[0]
    assert "threading.py" in told[1]
