"""pow and div over all pairs of special and ordinary operands, against 1,400 bits of mpmath."""

import itertools
import math

import mpmath
import numpy as np
import pytest

from autograd import Value, compile, grad
from autograd.ops.op import OPS

INF, NAN = math.inf, math.nan
EXPONENTS = [
    0.0, 5e-324, 1e-300, 1e-20, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0,
    6.0, 7.0, 1e3, 1e10, 2.0**52, 2.0**53, 2.0**53 + 2, 1e16, 1e300, INF,
]  # fmt: skip
SIZES = [
    0.0, 5e-324, 1e-310, 1e-300, 1e-200, 0.3, 0.5, 1.0, 1.5, 2.0, 3.0, 1e10, 1e200, 1e250, 1.7e308,
    INF,
]  # fmt: skip
BOTH_SIGNS = (1.0, -1.0)
BASES = [s * x for x in SIZES for s in BOTH_SIGNS]
PAIRS = [(a, s * b) for a in BASES for b in EXPONENTS for s in BOTH_SIGNS]
QUOTIENTS = list(itertools.product(BASES, BASES))
# The accuracy rule of the table.
ULPS = 4


def rounded(x):
    """The nearest float: mpmath raises where that is an infinity."""
    try:
        return float(x)
    except OverflowError:
        return INF if x > 0 else -INF


def power(a, b):
    """C99's pow, with the infinities that Python raises for."""
    try:
        return math.pow(a, b)
    except (OverflowError, ValueError):
        if a < 0.0 and b != math.floor(b):
            return NAN
        odd = abs(b) < 2.0**53 and b % 2.0 == 1.0
        return -INF if odd and math.copysign(1.0, a) < 0.0 else INF


def slope_of_power(a, b):
    """b·a^(b-1), and its limit where that has an infinity or a zero in it."""
    if b == 0.0 or (math.isinf(b) and power(a, b) == 0.0):
        return 0.0  # a constant all around
    if a == 0.0 or math.isinf(a) or math.isinf(b):
        return b * power(a, b - 1.0)
    if a < 0.0 and b != math.floor(b):
        return NAN
    exponent = mpmath.mpf(b) - 1
    size = b * mpmath.exp(exponent * mpmath.log(abs(mpmath.mpf(a))))
    return rounded(-size if a < 0.0 and int(exponent) % 2 else size)


def growth_of_power(a, b):
    """a^b·log(a), and its limit."""
    if a < 0.0:
        return NAN
    if a == 0.0:
        return 0.0 if b > 0.0 else -INF
    if math.isinf(a):
        return INF if b >= 0.0 else 0.0
    if math.isinf(b):
        return 0.0 if a == 1.0 or power(a, b) == 0.0 else math.copysign(INF, math.log(a))
    log = mpmath.log(mpmath.mpf(a))
    return rounded(mpmath.exp(b * log) * log)


def slope_of_quotient(a, b):
    """-a/b², and its limit."""
    if b == 0.0:
        return NAN if a == 0.0 else math.copysign(INF, -a)
    if math.isinf(a) or math.isinf(b):
        return NAN if math.isinf(a) and math.isinf(b) else -a if math.isinf(a) else 0.0
    return rounded(-mpmath.mpf(a) / mpmath.mpf(b) ** 2)


def agree(found, expected, ulps=ULPS):
    if found != found or expected != expected:
        return found != found and expected != expected
    if math.isinf(found) or math.isinf(expected):
        return found == expected
    return abs(found - expected) <= ulps * max(math.ulp(found), math.ulp(expected))


@pytest.fixture(autouse=True)
def precision():
    with mpmath.workprec(1400):  # so that 1e300 - 1 is odd
        yield


def test_power_at_every_pair():
    """Both derivatives are right to 4 ulp, and infinite or zero just where their limits are."""
    for a, b in PAIRS:
        slope, growth = OPS["pow"].local(a, b)
        if a == -1.0 and math.isinf(b):
            assert math.isinf(slope)  # ±inf is neither odd nor even: only the size has a limit
        else:
            assert agree(slope, slope_of_power(a, b)), (a, b, slope)
        assert agree(growth, growth_of_power(a, b)), (a, b, growth)


def test_quotient_at_every_pair():
    """Likewise."""
    for a, b in QUOTIENTS:
        assert agree(OPS["div"].local(a, b)[1], slope_of_quotient(a, b)), (a, b)


@pytest.mark.parametrize("backend", ["array", "loop"])
@pytest.mark.parametrize(("name", "pairs"), [("pow", PAIRS), ("div", QUOTIENTS)])
def test_programs_agree_at_every_pair(name, pairs, backend):
    """Executors give the same, but for the last digits of another library's pow."""
    a, b = Value(1.0), Value(2.0)
    program = compile(a**b if name == "pow" else a / b, a=a, b=b, backend=backend)
    rows = np.array(pairs)
    _, found = program.value_and_grad(("a", "b"), a=rows[:, 0], b=rows[:, 1])
    for i, pair in enumerate(pairs):
        for column, expected in zip(found, OPS[name].local(*pair)):
            assert agree(float(column[i]), expected, ulps=2 * ULPS), (pair, column[i])


@pytest.mark.parametrize("exponent", [5e-324, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75])
def test_roots_are_infinitely_steep_at_zero(exponent):
    """x**b with 0 < b < 1, by the transform that users call."""
    assert grad(lambda x: x**exponent)(0.0) == INF


def test_a_power_of_itself_is_infinitely_steep_at_zero():
    """x**x falls as x·log(x) does, whatever comes to 0 as x does."""
    assert grad(lambda x: x**x)(0.0) == -INF
    assert grad(lambda x: (x * x) ** x)(0.0) == -INF
    assert grad(lambda x: (x * x) ** -x)(-0.0) == INF
    assert grad(lambda b: 0.0**b)(0.0) == -INF
    assert grad(grad(lambda b: 0.0**b))(0.0) == INF


@pytest.mark.parametrize("exponent", [6.0, 7.0, 8.0])
def test_all_derivatives_of_a_whole_power_at_zero(exponent):
    """All are 0 but the one that is the factorial."""
    f = lambda x: x**exponent  # noqa: E731
    for order in range(1, 9):
        f = grad(f)
        assert f(0.0) == (math.factorial(order) if order == exponent else 0.0)
