"""The family of derivatives against mpmath: functions × orders × sweeps × containers × points.

Compositions of the table's smooth functions are differentiated to the third order by every sequence
of sweeps, of numbers, lists and arrays; what comes out is the number that mpmath finds by
differences at 60 digits, or, at special points, nan, and never anything else.
"""

import itertools
import math
import random

import numpy as np
import pytest
from mpmath import mp

import autograd as ag
from autograd import Value
from autograd.engine.record import RECORDERS
from tests.autograd.ops.mp_references import REFERENCES

CHAINS = 120
# Three nested derivatives of two or three functions, each within 4 ulp, of numbers of order 1.
RELATIVE = 1e-9
INNER = ("sin", "exp", "tanh", "sigmoid", "atan", "softplus", "gelu", "erf", "asinh", "expm1")
OUTER = (
    "cos",
    "sinh",
    "cosh",
    "log1p",
    "silu",
    "log_sigmoid",
    "erfc",
    "sqrt",
    "log",
    "cbrt",
    "tan",
)
ROOTED = {"log1p", "sqrt", "log", "cbrt"}  # of 1 + u²: inside of their domains


def forward(f):
    return lambda x: ag.jvp(f, x, 1.0)


def created(f):
    """A derivative by backward(create_graph=True), of Values."""

    def derivative(x):
        leaf = x if isinstance(x, Value) else Value(x)
        node = leaf * 1.0
        y = f(node)
        if not isinstance(y, Value):
            return 0.0
        y.backward(create_graph=True)
        found = node.grad
        return found if isinstance(x, Value) else found.data

    return derivative


SWEEPS = {"R": ag.grad, "F": forward}
SEQUENCES = [seq for n in (1, 2, 3) for seq in itertools.product("RF", repeat=n)]


def chain(rng):
    """A random composition, for the engine and for mpmath."""
    inner, outer = rng.choice(INNER), rng.choice(OUTER)
    a, b = round(rng.uniform(0.3, 1.2), 3), round(rng.uniform(-0.5, 0.5), 3)
    mixed = rng.random() < 0.5

    def formula(functions, x):
        u = functions[inner](x * a + b)
        if outer in ROOTED:
            u = 1.0 + u * u
        y = functions[outer](u)
        return y * x + u if mixed else y

    exact = {name: REFERENCES[name].value for name in (inner, outer)}
    return (
        f"{outer}({inner}({a}·x + {b})){'·x + u' if mixed else ''}",
        lambda x: formula(RECORDERS, x),
        lambda x: formula(exact, x),
    )


def by_mpmath(f, x):
    """The first three derivatives, by differences at 60 digits."""
    with mp.workdps(60):
        return [float(mp.diff(f, mp.mpf(x), n)) for n in (1, 2, 3)]


def close(found, exact):
    return abs(found - exact) <= RELATIVE * max(1.0, abs(exact))


def test_smooth_compositions_by_every_sequence_of_sweeps(record_property):
    """All orders, all fourteen sequences of reverse and forward, and the named transforms."""
    rng = random.Random("family of derivatives")
    points = 0
    for _ in range(CHAINS):
        name, f, exact = chain(rng)
        x = rng.choice((0.0, round(rng.uniform(-1.5, 1.5), 3)))
        wanted = by_mpmath(exact, x)
        for sequence in SEQUENCES:
            derivative = f
            for sweep in sequence:
                derivative = SWEEPS[sweep](derivative)
            found = derivative(x)
            assert close(found, wanted[len(sequence) - 1]), (name, x, sequence, found, wanted)
            points += 1
        named = (ag.hessian(f)(x), ag.hvp(f, x, 1.0), created(created(f))(x))
        assert all(close(found, wanted[1]) for found in named), (name, x, named, wanted)
        assert close(ag.hessian(ag.grad(f))(x), wanted[2]), (name, x)
        points += 4
    record_property("family of derivatives", f"{points} derivatives, none differs from mpmath")


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda p: {"x": p[0], "y": p[1]}])
def test_containers_give_the_same_numbers(kind):
    """Lists, tuples, arrays and dicts: gradient, Hessian and third derivatives entry for entry."""
    rng = random.Random("containers")
    for _ in range(6):
        _, f, _ = chain(rng)
        _, g, _ = chain(rng)

        def h(p, f=f, g=g):
            x, y = (p["x"], p["y"]) if isinstance(p, dict) else p
            return f(x) * g(y)

        p = [round(rng.uniform(-1.0, 1.0), 3) for _ in range(2)]
        third = ag.jacobian(ag.hessian(h))
        assert numbers(third(kind(p))) == pytest.approx(numbers(third(p)), rel=1e-13, abs=1e-13)
        second = numbers(ag.hessian(h)(kind(p)))
        rows = [ag.grad(lambda q, i=i, h=h: ag.grad(h)(q)[i])(p) for i in range(2)]
        assert second == pytest.approx([x for row in rows for x in row], rel=1e-13, abs=1e-13)


def numbers(x):
    if isinstance(x, dict):
        x = [*x.values()]
    if isinstance(x, np.ndarray):
        x = x.tolist()
    return [n for part in x for n in numbers(part)] if isinstance(x, (list, tuple)) else [x]


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_programs_give_the_same_numbers(backend):
    """Recorded derivatives of the second order, in either executor."""
    rng = random.Random("programs")
    for _ in range(5):
        _, f, _ = chain(rng)
        x = round(rng.uniform(-1.0, 1.0), 3)
        recorded = ag.compiled(ag.grad(ag.grad(f)), backend=backend)
        recorded(0.25)
        assert recorded(x) == pytest.approx(ag.grad(ag.grad(f))(x), rel=1e-12, abs=1e-13)


BRANCHES = {
    "maximum": lambda f, x: ag.maximum(f, x * 0.0 - 100.0),
    "minimum": lambda f, x: ag.minimum(f, x * 0.0 + 100.0),
    "where": lambda f, x: ag.where(x == x, f, 1.0 / (x - x)),
    "clip": lambda f, x: ag.clip(f, -100.0, 100.0),
    "a dead pole": lambda f, x: f + ag.relu(ag.minimum(ag.log(abs(x - x)), -1.0)),
    "a dead root": lambda f, x: f + ag.sqrt(ag.relu(x - 50.0)),
    "a mask": lambda f, x: f + ag.where(x > 50.0, ag.log(x - 50.0), 0.0),
}


@pytest.mark.parametrize("branch", BRANCHES)
def test_branches_not_taken_change_nothing(branch):
    """The same derivatives to the third order, whatever stands in the branch that was not taken."""
    rng = random.Random(branch)
    for _ in range(4):
        name, f, exact = chain(rng)
        x = rng.choice((0.0, round(rng.uniform(-1.0, 1.0), 3)))
        wanted = by_mpmath(exact, x)
        for sequence in SEQUENCES:
            derivative = lambda x, f=f: BRANCHES[branch](f(x), x)  # noqa: E731
            for sweep in sequence:
                derivative = SWEEPS[sweep](derivative)
            found = derivative(x)
            assert close(found, wanted[len(sequence) - 1]), (name, x, sequence, found, wanted)


SPECIAL = {
    # Function, point, the true second derivative (nan: there is none).
    "norm squared": (lambda x: ag.norm([x, x]) ** 2, 0.0, 4.0),
    "abs squared": (lambda x: abs(x) ** 2, 0.0, 2.0),
    "hypot squared": (lambda x: ag.hypot(x, x) ** 2, 0.0, 4.0),
    "root of a square": (lambda x: ag.sqrt(x * x), 0.0, math.inf),  # its slope jumps
    "cube root of a cube": (lambda x: ag.cbrt(x**3), 0.0, 0.0),
    "a fourth power of a root": (lambda x: ag.sqrt(x) ** 4, 0.0, 2.0),
    "nan": (lambda x: ag.sin(x) * x, math.nan, math.nan),
    "inf": (lambda x: ag.atan(x), math.inf, 0.0),
    "-inf": (lambda x: ag.exp(x), -math.inf, 0.0),
    "subnormal": (lambda x: ag.sin(x) * x, 5e-324, 2.0),
}


@pytest.mark.parametrize("case", SPECIAL)
def test_special_points_are_right_or_nan(case):
    """In each of the four sequences."""
    f, x, exact = SPECIAL[case]
    for first, second in itertools.product(SWEEPS.values(), repeat=2):
        found = second(first(f))(x)
        assert math.isnan(found) or found == pytest.approx(exact, rel=1e-12, abs=1e-15)
