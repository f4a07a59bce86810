"""Products of the chain rule: branches not taken stay out, least norms are doubted."""

import itertools
import math

import pytest

import autograd as ag

ORIGIN = [0.0, 0.0]
UNIT = ([1.0, 0.0], [0.0, 1.0])


def forward(f):
    """The derivative of a function of one number by a forward sweep."""
    return lambda x: ag.jvp(f, x, 1.0)


def slope(f, direction):
    """The derivative of a function along a direction."""
    return lambda p: ag.jvp(f, p, direction)


TWICE = {
    "reverse over reverse": lambda f, p: ag.hessian(f)(p),
    "forward over reverse": lambda f, p: [ag.jvp(ag.grad(f), p, e) for e in UNIT],
    "reverse over forward": lambda f, p: [ag.grad(slope(f, e))(p) for e in UNIT],
    "forward over forward": lambda f, p: [[ag.jvp(slope(f, e), p, d) for d in UNIT] for e in UNIT],
    "hvp": lambda f, p: [ag.hvp(f, p, e) for e in UNIT],
    "recorded": lambda f, p: ag.compiled(lambda q: ag.hessian(f)(q))(p).tolist(),
}


AT_TIPS = {
    "norm squared": (lambda p: ag.norm(p) ** 2, [[2, 0], [0, 2]]),
    "norm times itself": (lambda p: ag.norm(p) * ag.norm(p), [[2, 0], [0, 2]]),
    "scaled before": (lambda p: (2.0 * ag.norm(p) + 0.0) ** 2, [[8, 0], [0, 8]]),
    "norm of squares": (lambda p: ag.norm([p[0] ** 2]), [[2, 0], [0, 0]]),
    "hypot squared": (lambda p: ag.hypot(p[0], p[1]) ** 2, [[2, 0], [0, 2]]),
    "abs squared": (lambda p: abs(p[0]) ** 2, [[2, 0], [0, 0]]),
    "abs times itself": (lambda p: abs(p[0]) * abs(p[0]) + abs(p[1]) ** 4, [[2, 0], [0, 0]]),
    "the angle": (lambda p: ag.atan2(p[0], p[1]) ** 2, [[math.nan] * 2] * 2),
    "norm": (ag.norm, [[math.nan] * 2] * 2),
}


@pytest.mark.parametrize("mode", TWICE)
@pytest.mark.parametrize("case", AT_TIPS)
def test_curvature_at_a_tip_is_right_or_nan(case, mode):
    """Never a guess that comes from the choice of least norm, in any mode."""
    f, exact = AT_TIPS[case]
    found = TWICE[mode](f, ORIGIN)
    for row, wanted in zip(found, exact):
        assert all(math.isnan(x) or x == y for x, y in zip(row, wanted)), found
    # The first derivatives are what the table of edges says.
    assert ag.grad(f)(ORIGIN) == ORIGIN


BESIDE_TIPS = {
    "dot": (lambda p: ag.dot(p, p), [[2, 0], [0, 2]]),
    "abs": (lambda p: 3.0 * abs(p[0]) + p[1] ** 2, [[0, 0], [0, 2]]),
    "not taken": (lambda p: ag.maximum(ag.norm(p) ** 2, 1.0) + p[0] ** 2, [[2, 0], [0, 0]]),
    "dead": (lambda p: ag.relu(ag.norm(p) - 1.0) ** 2 + p[0] * p[1], [[0, 1], [1, 0]]),
    "masked": (lambda p: 0.0 * ag.norm(p) + p[1] ** 2, [[0, 0], [0, 2]]),
    "guarded": (
        lambda p: ag.where(ag.dot(p, p) > 0.0, ag.norm(p), 0.0) + p[0] * p[1],
        [[0, 1], [1, 0]],
    ),
    "off the tip": (lambda p: ag.norm([p[0], p[1], 3.0]), [[1 / 3, 0], [0, 1 / 3]]),
}


@pytest.mark.parametrize("mode", TWICE)
@pytest.mark.parametrize("case", BESIDE_TIPS)
def test_doubt_stays_where_it_belongs(case, mode):
    """A tip in a branch not taken, or times zero, spoils nothing."""
    f, exact = BESIDE_TIPS[case]
    found = TWICE[mode](f, ORIGIN)
    assert [list(row) for row in found] == [pytest.approx(row, rel=1e-15) for row in exact]


SMOOTH_AT_0 = {
    "atan": (ag.atan, (1.0, 0.0, -2.0)),
    "gelu": (ag.gelu, (0.5, 2.0 / math.sqrt(2.0 * math.pi), 0.0)),
    "x**6": (lambda x: x**6, (0.0, 0.0, 0.0)),
    "silu": (ag.silu, (0.5, 0.5, 0.0)),
    "tanh": (ag.tanh, (1.0, 0.0, -2.0)),
    "a floor": (lambda x: ag.maximum(ag.log(x), -100.0) + x * x, (0.0, 2.0, 0.0)),
    "a ceiling": (lambda x: ag.minimum(1.0 / x, 7.0) * x, (7.0, 0.0, 0.0)),
    "where": (lambda x: ag.where(x > 0.0, ag.sqrt(x), 3.0 * x), (3.0, 0.0, 0.0)),
    "a dead root": (lambda x: ag.sqrt(ag.relu(x - 1.0)) + x, (1.0, 0.0, 0.0)),
}


@pytest.mark.parametrize("name", SMOOTH_AT_0)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_branches_not_taken_stay_out_in_every_mode(name, order):
    """Derivatives at 0 by all sequences of reverse and forward sweeps are one number."""
    f, exact = SMOOTH_AT_0[name]
    for modes in itertools.product((ag.grad, forward), repeat=order):
        derivative = f
        for mode in modes:
            derivative = mode(derivative)
        assert derivative(0.0) == pytest.approx(exact[order - 1], rel=1e-14, abs=1e-14), modes


@pytest.mark.parametrize("modes", [*itertools.product((ag.grad, forward), repeat=2)])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: ag.sqrt(x) ** 3,
        lambda x: ag.sqrt(x) ** 4,
        lambda x: ag.cbrt(x**3),
        lambda x: ag.sqrt(x * x),
    ],
)
def test_zero_times_infinity_is_not_silently_zero(f, modes):
    """Where the two meet on a path that was taken, a second derivative of 0 would be a guess."""
    assert not math.isfinite(modes[1](modes[0](f))(0.0))


def test_what_to_write_instead_is_told():
    """Where detect_anomaly meets the nan."""
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match=r"x\*x for abs\(x\)\*\*2"):
        ag.hessian(lambda p: abs(p[0]) ** 2)(ORIGIN)
