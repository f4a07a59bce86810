"""The family of derivatives against mpmath: formulas × orders × sweeps × containers × points.

Formulas over the whole table are differentiated to the third order by every sequence of sweeps, of
numbers, lists and arrays, by either engine and by programs. What comes out is the number that
mpmath finds by differences at 120 digits; at a kink a number between those of its pieces; or, where
the rules cannot tell, nan; and never anything else.
"""

import collections
import itertools
import math
import random

import numpy as np
import pytest
from mpmath import mp

import autograd as ag
from autograd import Value
from autograd.engine import generated
from autograd.engine.record import RECORDERS
from autograd.program.loop.loop_executor import LoopExecutor
from tests.autograd.ops.mp_references import REFERENCES
from tests.autograd.transforms.exact import bounds_of, verdict
from tests.autograd.transforms.family import formula, over_values
from tests.campaign import size

# Where ties, kinks and poles are, as formulas are made of 0, 1/4, 1/2, 1, 2 and 3.
PLACES = (0.0, 0.0, 0.0, -0.0, 1.0, -1.0, 0.5, 0.25, 2.0)
CHAINS = 24
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
        ag.zero_grad([node])  # which a derivative inside of f may have left
        y.backward(create_graph=True)
        found = node.grad
        return found if isinstance(x, Value) else float(found)

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


def differentiated(f, sweeps):
    for sweep in sweeps:
        f = SWEEPS[sweep](f)
    return f


def place(rng):
    return rng.choice(PLACES) if rng.random() < 0.6 else round(rng.uniform(-2.0, 2.0), 3)


def test_formulas_by_every_sequence_of_sweeps(record_property):
    """All orders, all fourteen sequences of reverse and forward, and the named transforms."""
    rng = random.Random("family of derivatives")
    said = collections.Counter()
    for _ in range(size(150, 30_000)):
        text, x = formula(rng, rng.choice((1, 1, 2, 2, 3))), place(rng)
        f, bounds = over_values(text), bounds_of(text, x)
        if verdict(f(x), bounds, 0) != "right":
            continue  # outside of its domain, or too large for floats
        found = [(len(sweeps), sweeps, differentiated(f, sweeps)(x)) for sweeps in SEQUENCES]
        found += [
            (2, "hessian", ag.hessian(f)(x)),
            (2, "hvp", ag.hvp(f, x, 1.0)),
            (2, "create_graph", created(created(f))(x)),
            (3, "hessian of grad", ag.hessian(ag.grad(f))(x)),
        ]
        for order, how, derivative in found:
            answer = verdict(derivative, bounds, order)
            assert answer != "WRONG", (text, x, how, derivative, bounds.of[order])
            said[answer] += 1
    assert said["right"] > 20 * said["nan"]
    record_property("family of derivatives", f"{dict(said)}, and none differs from mpmath")


def test_formulas_of_the_plain_engine():
    """The chapter without its accelerator: the same derivatives, to the bit."""
    rng = random.Random("engines")
    for _ in range(size(40, 4_000)):
        text, x = formula(rng, rng.choice((1, 2, 3))), place(rng)
        f = over_values(text)
        fast = [repr(differentiated(f, sweeps)(x)) for sweeps in SEQUENCES]
        with generated.plain():
            assert [repr(differentiated(f, sweeps)(x)) for sweeps in SEQUENCES] == fast, (text, x)


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


POINTS = (*PLACES, 0.731, -1.37, -3e5, 1e200, -1e-310, 5e-324, math.inf, -math.inf, math.nan)


def agree(found, wanted):
    """Two numbers of one value: executors may reorder sums, and have functions of their own."""
    if math.isnan(wanted) or math.isinf(wanted):
        return found == wanted or (math.isnan(found) and math.isnan(wanted))
    return abs(found - wanted) <= RELATIVE * max(1.0, abs(wanted))


def test_programs_of_derivatives():
    """Recorded to the third order, each executor gives what eager derivatives give, everywhere.

    At kinks, ties and poles, at infinities and NaN too, one by one and as a batch; the loop as
    machine code and as generated source.
    """
    rng = random.Random("programs")
    for _ in range(size(8, 2_000)):
        text, sweeps = formula(rng, rng.choice((1, 2, 3))), rng.choice(SEQUENCES)
        f = over_values(text)
        derivative = differentiated(f, sweeps)
        eager = [derivative(x) for x in POINTS]
        # A derivative that is 0 for every number is recorded as 0: where f is nan, eager ones are.
        nowhere = [math.isnan(f(x)) for x in POINTS]
        found = {}
        for backend in ("array", "loop"):
            recorded = ag.compiled(derivative, backend=backend)
            found[backend] = [recorded(x) for x in POINTS]
            program = recorded.program(0.0)
            found[f"{backend}, batch"] = program(x=np.array(POINTS)) + np.zeros(len(POINTS))
        python = LoopExecutor(program.tape, "float64", native=False)
        found["source"] = [python.forward([np.array([x])], None)[0] for x in POINTS]
        for executor, numbers in found.items():
            for x, number, wanted, no in zip(POINTS, numbers, eager, nowhere):
                said = (executor, text, sweeps, x, number, wanted)
                # Added up in another order, what overflows may do so with another sign, or not.
                overflows = abs(x) > 1e100 and not math.isfinite(number) and math.isnan(wanted)
                assert agree(number, wanted) or overflows or (no and number == 0.0), said


FLAT = {
    # Constant by a literal, and what has an infinite derivative there.
    "times zero": lambda x: ag.log(0.0 * x),
    "by infinity": lambda x: ag.sqrt(x / math.inf),
    "dot": lambda x: ag.log(ag.dot([x, x, x], [0.0, 0.0, 0.0])),
    "after others": lambda x: ag.log(0.0 * ag.sin(x)),
    "to the power of zero": lambda x: ag.log(x**0.0 - 1.0),
    "in doubt": lambda x: ag.min([ag.gelu(x - 50.0), 0.0]),
}


@pytest.mark.parametrize("case", FLAT)
def test_zero_times_infinity_is_nan_recorded_or_not(case):
    """A local derivative that is literally 0 passes nan on, in all that goes backward alike."""
    f = FLAT[case] if case != "in doubt" else ag.grad(FLAT[case])
    found = [ag.grad(f)(0.5), created(f)(0.5), *[
        ag.compiled(ag.grad(f), backend=backend)(0.5) for backend in ("array", "loop")
    ]]  # fmt: skip
    assert all(map(math.isnan, found)), found


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
    "maximum squared": (lambda x: ag.maximum(x, -x) ** 2, 0.0, 2.0),
    "max squared": (lambda x: ag.max([x, -x, 2.0 * x]) ** 2, 0.0, math.nan),
    "the middle one squared": (lambda x: ag.median([x, -x, x]) ** 2, 0.0, 2.0),
    "a falling leak squared": (lambda x: ag.leaky_relu(x, -1.0) ** 2, 0.0, 2.0),
    "a falling leak of a square": (lambda x: ag.leaky_relu(-x * x, -1.0), 0.0, 2.0),
    "elu squared": (lambda x: ag.elu(x, -1.0) ** 2, 0.0, 2.0),
    "elu of a square": (lambda x: ag.elu(-x * x, -1.0), 0.0, 2.0),
    "a slope that varies": (lambda x: ag.leaky_relu(x, x - 1.0) ** 2, 0.0, 2.0),
    "a rising leak": (lambda x: ag.leaky_relu(x, 0.25) * 4.0, 0.0, 0.0),
    "copysign of a square": (lambda x: ag.copysign(x * x, -1.0), 0.0, -2.0),
    "abs of a square": (lambda x: abs(x * x), 0.0, 2.0),
    "maximum of squares": (lambda x: ag.maximum(x * x, -x * x), 0.0, 2.0),
    "logaddexp by hand": (
        lambda x: ag.maximum(x, -x) + ag.log(1.0 + ag.exp(-abs(x - (-x)))),
        0.0,
        1.0,
    ),
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


TIPS = {
    "abs": abs,
    "norm": lambda w: ag.norm([w, 2.0 * w]),
    "hypot": lambda w: ag.hypot(w, w),
    "maximum": lambda w: ag.maximum(w, -w),
    "copysign": lambda w: ag.copysign(w, 1.0),
    "leaky_relu": lambda w: ag.leaky_relu(w, -0.5),
    "elu": lambda w: ag.elu(w, -0.5),
}


@pytest.mark.parametrize("tip", TIPS)
def test_the_weight_of_a_penalty_keeps_the_derivative_that_was_chosen(tip):
    """λ·|w| at w = 0: the derivative by w is 0 for every λ, so by both it is 0, not in doubt."""

    def penalty(p):
        return ag.exp(p[0]) * TIPS[tip](p[1])

    p = [0.5, 0.0]
    assert ag.hessian(penalty)(p)[0] == [0.0, 0.0]
    assert ag.hessian(penalty)(p)[1][0] == 0.0
    rate, w = map(Value, p)
    penalty([rate, w]).backward(create_graph=True)
    rate.grad, slope = None, w.grad
    slope.backward()
    assert rate.grad == 0.0
    assert ag.hvp(penalty, p, [1.0, 0.0]) == [0.0, 0.0]


def test_doubt_reaches_what_shares_a_tips_variables():
    """x·|x| has no second derivative at 0; closed-over Values count as sharing them."""
    assert math.isnan(ag.grad(ag.grad(lambda x: x * abs(x)))(0.0))
    assert ag.grad(ag.grad(lambda x: x * abs(x)))(2.0) == 2.0
    w = Value(0.0)
    size = abs(w)
    slope = ag.grad(lambda x: size * abs(x))(w)  # |w|·sign(w) is w, whose derivative is 1
    slope.backward()
    assert math.isnan(w.grad)
