"""Of a forward rule that cancels, or rounds on its way, no right derivative is called wrong.

What is opaque does not tell how inaccurate it is: its own steps have to.
"""

import math
import random
import struct

import mpmath
import pytest

import autograd as ag
from autograd import gradcheck
from autograd.check.second_look import is_flat, jump
from tests.campaign import size


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


# Name -> the rule in floats, the same in exact arithmetic, and powers of ten between which points
# are drawn. Where a difference is of numbers near 1, up to all digits are lost.
CANCELLING = {
    "(1 - cos x)/x²": (
        lambda x: (1.0 - math.cos(x)) / x**2,
        lambda x: (1 - mpmath.cos(x)) / x**2,
        (-7, 0),
    ),
    "(exp x - 1)/x": (lambda x: (math.exp(x) - 1.0) / x, lambda x: mpmath.expm1(x) / x, (-9, 0)),
    "(x - sin x)/x³": (
        lambda x: (x - math.sin(x)) / x**3,
        lambda x: (x - mpmath.sin(x)) / x**3,
        (-5, 0),
    ),
    "log(1 + x)/x": (lambda x: math.log(1.0 + x) / x, lambda x: mpmath.log(1 + x) / x, (-9, 0)),
    "√(x + 1) - √x": (
        lambda x: math.sqrt(x + 1.0) - math.sqrt(x),
        lambda x: mpmath.sqrt(x + 1) - mpmath.sqrt(x),
        (0, 12),
    ),
    "the arc of a cosine": (lambda x: math.acos(math.cos(x)), lambda x: x, (-7, 0)),
    "1 - tanh x": (lambda x: 1.0 - math.tanh(x), lambda x: 1 - mpmath.tanh(x), (0, 1.4)),
    "1 - erf x": (lambda x: 1.0 - math.erf(x), mpmath.erfc, (0, 1.2)),
    "beside a large number": (lambda x: (1e10 + math.sin(x)) - 1e10, mpmath.sin, (-7, 0)),
    "a root of x² + x/250": (
        lambda x: 0.5 * (math.sqrt(x * x + 4e-3) - x),
        lambda x: (mpmath.sqrt(x * x + mpmath.mpf(4e-3)) - x) / 2,
        (-2, 9),
    ),
    "variance by squares": (
        lambda x: ((1e8 + x) ** 2 + 1e16) / 2.0 - ((2e8 + x) / 2.0) ** 2,
        lambda x: x * x / 4,
        (-3, 2),
    ),
    "float32 inside": (lambda x: math.exp(single(x)), mpmath.exp, (-5, 0)),
    "float32 cancelling": (lambda x: single(single(1.0 + single(x)) - 1.0), lambda x: x, (-6, 0)),
    "ten decimals": (lambda x: round(math.sin(x), 10), mpmath.sin, (-3, 0)),
    "an integral by trapezoids": (
        lambda x: sum(single(math.exp(-x * (k + 0.5) / 50.0)) for k in range(50)) / 50.0,
        lambda x: sum(mpmath.exp(-x * (k + mpmath.mpf(0.5)) / 50) for k in range(50)) / 50,
        (-5, 1),
    ),
}


@pytest.mark.parametrize("name", CANCELLING)
def test_a_right_derivative_is_not_called_wrong_and_no_wrong_one_passes(name, record_property):
    """At points of all sizes; of those a tenth and twice as large, most are caught."""
    rule, exact, (low, high) = CANCELLING[name]
    rng = random.Random(name)
    count, caught = size(6, 200), 0
    for _ in range(count):
        x = 10.0 ** rng.uniform(low, high)
        with mpmath.workdps(60):
            slope = float(mpmath.diff(exact, mpmath.mpf(x), h=mpmath.mpf(10) ** -20 * max(x, 1)))
        verdicts = {}
        for factor in (1.0, 1.1, 2.0):
            partial = factor * slope
            op = ag.custom_op("op", rule, lambda xp, out, x, partial=partial: (partial,))
            verdicts[factor] = gradcheck(op, x).verdict
        assert verdicts[1.0] != "fail", (x, slope)
        assert "pass" not in (verdicts[1.1], verdicts[2.0]), (x, slope)
        caught += [*verdicts.values()].count("fail")
    record_property(name, f"{count} points, {caught}/{2 * count} wrong ones caught")


@pytest.mark.parametrize("f", [math.sin, math.exp, lambda x: x**3, lambda x: math.sin(1e9 * x)])
def test_what_is_continuous_has_no_jumps_and_is_not_flat(f):
    """No excuse is found for a function that is as good as floats are."""
    for x in (1e-5, 0.3, 1.0, 2.9):
        steep = max(1.0, abs(f(x * (1.0 + 1e-12)) - f(x)) / (x * 1e-12))
        # Of neighbours, at most a few units in the last place of f, and of x on the way.
        assert jump(f, x, 1e-3) <= 8.0 * 2.0**-52 * (1.0 + steep)
        assert not is_flat(f, x, 1.0, 0.07)


def test_a_constant_with_a_slope_is_wrong():
    """Where what it says would show."""
    for slope in (1.0, -1e-3, 1e-7):
        op = ag.custom_op("op", lambda x: 5.0, lambda xp, out, x, slope=slope: (slope,))
        assert gradcheck(op, 0.7).verdict == "fail"
