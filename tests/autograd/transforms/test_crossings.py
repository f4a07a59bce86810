"""Zeros that vary, beside poles: no derivative is 0 for want of looking behind the zero."""

import itertools
import math
import random

import pytest

import autograd as ag
from tests.autograd.transforms.crossings import SEQUENCES, cases, is_right
from tests.campaign import size


def by(f, place, sweep):
    """The derivative of f by one of a pair's numbers."""
    if sweep == "R":
        return lambda p: ag.grad(f)(p)[place]
    return lambda p: ag.jvp(f, p, [float(i == place) for i in range(2)])


def test_mixed_derivatives_are_right_or_nan(record_property):
    """Of every order of variables and sweeps to the third."""
    rng = random.Random("crossings")
    every = [*cases()]
    right = 0
    for name, f, p, wanted in rng.sample(every, size(24, len(every))):
        for seq in SEQUENCES:
            for sweeps in itertools.product("RF", repeat=len(seq)):
                derivative = f
                for place, sweep in zip(seq, sweeps):
                    derivative = by(derivative, place, sweep)
                found = derivative(p)
                assert is_right(found, wanted[seq]), (name, seq, sweeps, found, wanted[seq])
                right += not math.isnan(found)
    record_property("zeros beside poles", f"{right} mixed derivatives right, the others nan")


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_recorded_curvature_is_the_eager_one(backend):
    """Programs of Hessians, entry for entry."""
    rng = random.Random(backend)
    for name, f, p, _ in rng.sample([*cases()], 12):
        recorded = ag.compiled(lambda q, f=f: ag.hessian(f)(q), backend=backend)
        assert repr(recorded(p).tolist()) == repr(ag.hessian(f)(p)), name


TWO_TIPS = {
    # One choice of slope after another, and the true second derivative at 0.
    "abs of abs": (lambda x: abs(abs(x * x)), 2.0),
    "abs of a multiple": (lambda x: abs(3.0 * abs(x * x)), 6.0),
    "copysign of copysign": (lambda x: ag.copysign(ag.copysign(x * x, -1.0), 1.0), 2.0),
    "a square of abs of abs": (lambda x: abs(abs(x)) ** 2, 2.0),
    "a product of tips": (lambda x: ag.hypot(abs(x), abs(x)) * abs(x), 2.0 * math.sqrt(2.0)),
    "norm of a norm": (lambda x: ag.norm([ag.norm([x * x, x * x]), x * x]), math.sqrt(12.0)),
    "a falling leak of abs": (lambda x: ag.leaky_relu(abs(x * x), -2.0), 2.0),
    "maximum of abs": (lambda x: ag.maximum(abs(x * x), -abs(x * x)), 2.0),
}


@pytest.mark.parametrize("case", TWO_TIPS)
def test_a_choice_does_not_take_the_doubt_of_another_away(case):
    """Both slopes are 0, and chosen: the curvature is right or nan in each sequence of sweeps."""
    f, exact = TWO_TIPS[case]
    sweeps = {"R": ag.grad, "F": lambda f: lambda x: ag.jvp(f, x, 1.0)}
    for first, second in itertools.product(sweeps.values(), repeat=2):
        found = second(first(f))(0.0)
        assert math.isnan(found) or found == pytest.approx(exact, rel=1e-14)
        assert second(first(f))(0.5) == pytest.approx(exact, rel=1e-14)
