"""Second and third derivatives of each primitive by itself, against mpmath.

Rules are differentiated again for higher orders: a branch that is right in value at one number, as
``where(b == 0, 0, …)``, may lose a derivative there. So every operand stands at whole numbers and
halves, at equal ones and at 0, and is differentiated by in every combination, in both sweeps.
"""

import itertools

import numpy as np
import pytest
from mpmath import mp

import autograd as ag
from autograd.engine.record import RECORDERS
from autograd.ops.op import OPS
from tests.autograd.ops.mp_references import REFERENCES
from tests.autograd.transforms.exact import NotThere, exact, pieces_at
from tests.campaign import CAMPAIGN

POINTS = (0.0, -1.0, 1.0, 2.0, 0.5, -2.0, 3.0, -0.5)
COUNTED = {"polygamma", "kth_smallest"}  # the first operand is a whole number
STEPPED = {"floor_divide", "lt", "le", "gt", "ge", "eq", "ne", "where"}  # the reference jumps
NAMES = [name for name in OPS if name not in STEPPED | {"chain", "chosen", "choose", "doubt"}]
STENCILS = {
    0: ((0, 1),),
    1: ((-1, -0.5), (1, 0.5)),
    2: ((-1, 1), (0, -2), (1, 1)),
    3: ((-2, -0.5), (-1, 1), (1, -1), (2, 0.5)),
}
# Rules are within 4 ulp, and of numbers of order 1; differences at 80 digits within 1e-30.
RELATIVE = 1e-10
# What has no derivative there: poles, and the cut of the angle.
SINGULAR = {
    "pow": lambda a, b: a == 0.0 and b <= 0.0,
    "cbrt": lambda x: x == 0.0,
    "atan2": lambda y, x: y == 0.0 and x <= 0.0,
    "stop_gradient": lambda x: True,
}


def by_differences(name, point, counts):
    """A derivative, so many times by each operand, at 80 digits."""
    terms = [((), mp.mpf(1))]
    for count in counts:
        terms = [((*at, k), c * mp.mpf(w)) for at, c in terms for k, w in STENCILS[count]]
    h = mp.mpf(10) ** -15
    places = [([mp.mpf(x) + k * h for x, k in zip(point, at)], c) for at, c in terms]
    return mp.fsum(c * exact(name, numbers) for numbers, c in places) / h ** sum(counts)


def partial(f, i, sweep):
    """One derivative of a function of a list, by a reverse or a forward sweep."""
    if sweep == "R":
        return lambda p: ag.grad(f)(p)[i]
    return lambda p: ag.jvp(f, p, [float(i == j) for j in range(len(p))])


def points(name):
    count = OPS[name].arity or len(REFERENCES[name].domains)
    every = POINTS if count < 3 else POINTS[:4]
    for point in itertools.product(every[: 3 if count > 3 else None], repeat=count):
        singular = SINGULAR.get(name)
        whole = name not in COUNTED or point[0] in (0.0, 1.0, 2.0)
        kink = pieces_at(name, [mp.mpf(x) for x in point])
        tip = name in ("norm", "hypot", "atan2") and not any(point)
        if whole and not kink and not tip and not (singular and singular(*point)):
            yield point


@pytest.mark.parametrize("name", NAMES)
def test_higher_derivatives_of_a_primitive(name):
    """By every combination of operands, at special numbers; orders 1 to 2, 3 in the campaign."""
    tried = 0
    for point in points(name):
        for order in (1, 2, 3) if CAMPAIGN else (1, 2):
            free = range(int(name in COUNTED), len(point))
            for by in itertools.combinations_with_replacement(free, order):
                counts = [by.count(i) for i in range(len(point))]
                with mp.workdps(80):
                    try:
                        exact(name, [mp.mpf(x) for x in point])
                        wanted = by_differences(name, point, counts)
                    except NotThere:
                        continue
                every = itertools.product("RF", repeat=order)
                for sweeps in every if CAMPAIGN else ("R" * order, "F" * order):
                    derivative = lambda p: RECORDERS[name](*p)  # noqa: E731
                    for i, sweep in zip(by, sweeps):
                        derivative = partial(derivative, i, sweep)
                    found = derivative(list(point))
                    bound = RELATIVE * max(1, abs(wanted))
                    assert abs(found - wanted) <= bound, (point, by, sweeps, found, wanted)
                    tried += 1
    assert tried or name in ("stop_gradient",)


INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("p", "wanted"),
    [
        # The second derivatives of a**b at a = 0: by a twice, by both; what they tend to from
        # above. By b twice at b > 0 they are 0.
        (-1.0, (INF, INF)),
        (0.25, (-INF, -INF)),
        (0.5, (-INF, -INF)),
        (1.0, (0.0, -INF)),
        (1.5, (INF, 0.0)),
        (2.0, (2.0, 0.0)),
        (2.5, (0.0, 0.0)),
        (6.0, (0.0, 0.0)),
    ],
)
def test_second_derivatives_of_powers_at_0(p, wanted):
    """They are their limits, or nan where a product of the rule has none."""
    twice, both = wanted
    hessian = ag.hessian(lambda q: q[0] ** q[1])([0.0, p])
    assert ag.hessian(lambda x: x**p)(0.0) == hessian[0][0] == twice
    assert hessian[1][0] == both
    assert hessian[0][1] == both or hessian[0][1] != hessian[0][1]
    assert p < 0.0 or hessian[1][1] == 0.0


@pytest.mark.parametrize("p", [1e-20, 0.1, 0.25, 0.5, 0.9, 1.5, 2.5, -0.5, -2.0, 3.0, 1.0, 0.0])
def test_powers_at_0_by_every_sequence_of_sweeps(p):
    """x**p to the third order: 0, its number, or infinite with the falling factorial's sign."""
    slope = 1.0
    derivatives = []
    for k in range(3):
        slope *= p - k
        rest = p - k - 1
        size = 1.0 if rest == 0.0 else INF if rest < 0.0 else 0.0
        derivatives.append(slope * size if slope else 0.0)
    for order in (1, 2, 3):
        for sweeps in itertools.product("RF", repeat=order):
            f = lambda q: q[0] ** p  # noqa: E731
            for sweep in sweeps:
                f = partial(f, 0, sweep)
            assert f([0.0]) == derivatives[order - 1], (order, sweeps)


@pytest.mark.parametrize("a", [1e-12, 1e-8, 1e-3, 0.3, 20.0, 1e6])
@pytest.mark.parametrize("b", [1e-8, 0.25, 1.0, 3.0, 1e3])
def test_derivatives_of_betaln_do_not_cancel_where_an_operand_is_small(a, b):
    """The mixed ones are of a + b alone, whatever sizes the two have."""

    def gradient(p):
        return ag.grad(lambda p: ag.betaln(*p))(p)

    second = ag.jacobian(gradient)([a, b])
    third = ag.jacobian(lambda p: ag.jacobian(gradient)(p)[0])([a, b])
    with mp.workdps(40):
        whole = mp.mpf(a) + mp.mpf(b)
        mixed, twice = float(-mp.psi(1, whole)), float(-mp.psi(2, whole))
        alone = float(mp.psi(2, a) - mp.psi(2, whole))
    assert second[0][1] == pytest.approx(mixed, rel=1e-13)
    assert second[1][0] == pytest.approx(mixed, rel=1e-13)
    # Of operands in the thousands and more, the parts of the series cancel to about their ratio.
    np.testing.assert_allclose(third[0], [alone, twice], rtol=1e-12 * max(1.0, a, b))


@pytest.mark.parametrize("small", [1e-160, 1e-290, 1e-300, 1e-310])
def test_third_derivatives_keep_their_terms_where_adjoints_are_small(small):
    """hypot's by what is small, -3b/a³, is a sum of three; none may be lost on the way."""
    for f in (
        lambda b: ag.hypot(1.0, b),
        lambda b: ag.norm([b, 0.6, 0.8]),
        lambda b: ag.sqrt(1.0 + b * b),
    ):
        third = ag.grad(ag.grad(ag.grad(f)))(small)
        assert third == pytest.approx(-3.0 * small, rel=1e-12)
        assert ag.jvp(ag.grad(ag.grad(f)), small, 1.0) == pytest.approx(-3.0 * small, rel=1e-12)
