"""The complex step: derivatives from values alone, compared with the table's rules."""

import math

import pytest

from autograd import Value
from autograd.check.complex_step import NotAnalyticError, complex_step
from autograd.engine.record import RECORDERS
from autograd.ops.op import OPS

# The forms for complex numbers are within a few ulp, those near a zero of theirs somewhat less.
RELATIVE = 1e-12
FORMLESS = {
    "betaln", "digamma", "erf", "erfc", "erfinv", "gelu", "lgamma", "log_ndtr", "ndtr", "ndtri",
    "polygamma",
}  # fmt: skip


def points(op, count):
    """Places inside each operand's range, in all orders of size and of either sign."""
    ranges = [op.sample[min(i, len(op.sample) - 1)] for i in range(count)]
    shares = (0.13, 0.37, 0.58, 0.94)
    for turn in range(4):
        yield [
            low + (high - low) * shares[(turn + 3 * i * (turn + 1)) % 4]
            for i, (low, high) in enumerate(ranges)
        ]


SMOOTH = [op.name for op in OPS.values() if op.smooth]


@pytest.mark.parametrize("name", SMOOTH)
def test_it_finds_what_the_rules_say(name):
    """For every smooth primitive by every operand, or it says that it has no form for one."""
    op = OPS[name]
    count = op.arity or len(op.sample)
    for point in points(op, count):
        leaves = [Value(x) for x in point]
        output = RECORDERS[name](*leaves)
        for leaf, partial in zip(leaves, op.local(*point)):
            if partial is None:
                continue
            if name in FORMLESS:
                with pytest.raises(NotAnalyticError):
                    complex_step(output, leaf)
            else:
                found = complex_step(output, leaf)
                assert found == pytest.approx(partial, rel=RELATIVE, abs=1e-14), (point, found)


@pytest.mark.parametrize("y", [-3.0, -0.5, 0.25, 2.0])
@pytest.mark.parametrize("x", [-2.0, -0.25, 0.5, 3.0])
def test_angles_in_all_quadrants(x, y):
    """Value and both derivatives, above and below either diagonal."""
    leaves = [Value(y), Value(x)]
    angle = RECORDERS["atan2"](*leaves)
    beyond = RECORDERS["mul"](angle, angle)  # which needs the angle itself
    for leaf, partial in zip(leaves, (x, -y)):
        slope = partial / (x * x + y * y)
        assert complex_step(angle, leaf) == pytest.approx(slope, rel=RELATIVE)
        expected = 2.0 * math.atan2(y, x) * slope
        assert complex_step(beyond, leaf) == pytest.approx(expected, rel=RELATIVE)


def test_what_an_output_does_not_depend_on():
    """Its derivative is 0, of a leaf too."""
    x, y = Value(2.0), Value(3.0)
    assert complex_step(x * x, y) == 0.0
    assert complex_step(x, x) == 1.0


@pytest.mark.parametrize("n", [-3.0, -1.0, 2.0, 3.0, 64.0])
def test_whole_powers_of_negative_numbers(n):
    """They have a slope; other powers of theirs have none."""
    a = Value(-1.25)
    assert complex_step(a**n, a) == pytest.approx(n * (-1.25) ** (n - 1.0), rel=RELATIVE)
    assert math.isnan(complex_step(a**0.5, a))
