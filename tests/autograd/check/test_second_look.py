"""What differences cannot see is not passed, and what they see by luck is not called wrong."""

import math
import random
import struct

import pytest

import autograd as ag
from autograd import Value, gradcheck
from autograd.check.second_look import hidden_noise, is_rough


def single(f):
    """f in single precision."""
    return lambda x: struct.unpack("f", struct.pack("f", f(x)))[0]


def rule(forward, slope, factor=1.0):
    return ag.custom_op("op", forward, lambda xp, out, x: (factor * slope(xp, x),))


def waves(count):
    """Sines of all kinds, with a point; none where the derivative is next to nothing."""
    rng = random.Random(1)
    while count:
        a, b, x = rng.uniform(0.3, 3.0), rng.uniform(0.0, 3.0), rng.uniform(-2.0, 2.0)
        if abs(math.cos(a * x + b)) > 0.05:
            count -= 1
            yield (
                lambda x, a=a, b=b: math.sin(a * x + b),
                lambda xp, x, a=a, b=b: a * xp.cos(a * x + b),
                x,
            )


def test_single_precision_is_never_called_wrong():
    """A right derivative of a float32 forward is inconclusive; one that is off by 1 % fails, but
    where the staircase looks like a kink, and passes nowhere.
    """
    wrong = []
    for forward, slope, x in waves(40):
        assert gradcheck(rule(single(forward), slope), x).verdict == "inconclusive"
        wrong.append(gradcheck(rule(single(forward), slope, 1.01), x).verdict)
    assert wrong.count("fail") >= 36
    assert "pass" not in wrong


def test_one_part_in_a_million_fails_all_the_same():
    """The second look excuses nothing in double precision."""
    for forward, slope, x in waves(40):
        assert gradcheck(rule(forward, slope), x).verdict == "pass"
        assert gradcheck(rule(forward, slope, 1.0 + 1e-6), x).verdict == "fail"


def rough(x):
    return x * x * ag.sin(1.0 / x) if x != 0.0 else 0.0 * x


@pytest.mark.parametrize(
    ("f", "x", "words"),
    [
        (lambda x: ag.sin(1e9 * x), 0.3, "f changes within"),
        (lambda x: ag.sin(3e8 * x) + x, 0.7, "f changes within"),
        (rough, 0.0, "too rough"),
        (lambda x: ag.where(x == 0.0, 0.0 * x, x * x * ag.sin(1.0 / x)), 0.0, "too rough"),
        (rule(single(math.sin), lambda xp, x: xp.cos(x)), 0.7, "f is good to about 2e-08 only"),
    ],
    ids=["a short wave", "on a slope", "oscillating ever faster", "as a choice", "float32"],
)
def test_right_derivatives_are_not_called_wrong(f, x, words):
    """The report says what kept the differences from telling."""
    report = gradcheck(f, x)
    assert report.verdict == "inconclusive", str(report)
    assert words in str(report)


# Name -> f, its derivative, and points: nothing that is smooth on the scale of x.
ODD = {
    "a shorter wave": (
        lambda x: math.sin(1e10 * x),
        lambda x: 1e10 * math.cos(1e10 * x),
        [0.6076, 1.9481, 2.8624],
    ),
    "ripples": (
        lambda x: x * x + math.sin(1e9 * x) / 1e9,
        lambda x: 2.0 * x + math.cos(1e9 * x),
        [1.3914, 2.9131, 2.1312],
    ),
    "finer ripples": (
        lambda x: x * x + math.sin(1e11 * x) / 1e11,
        lambda x: 2.0 * x + math.cos(1e11 * x),
        [0.8537, 0.6299, 2.8657],
    ),
    "a large offset": (lambda x: 1e9 + math.sin(x), math.cos, [2.5657, 2.8717]),
    "saturated": (math.tanh, lambda x: 1.0 / math.cosh(x) ** 2, [8.0, 10.0, 9.0]),
    "a subnormal point": (math.sin, math.cos, [5e-324, 1e-300]),
    "steps": (lambda x: math.floor(x * 1e12) / 1e12, lambda x: 1.0, [1.2017, 2.3129]),
    "a faint corner": (
        lambda x: math.sin(x) + 1e-5 * abs(x - 1.0),
        lambda x: math.cos(x) - 1e-5,
        [1.0],
    ),
    "noise": (
        lambda x: math.sin(x) * (1.0 + 1e-10 * math.sin(1e15 * x)),
        math.cos,
        [0.7345, 0.7593, 2.0891],
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_of_an_odd_function_nothing_wrong_passes_and_nothing_right_fails(case):
    """Right and wrong by one part in a million and more; a report in any case."""
    f, slope, points = ODD[case]
    for x in points:
        for factor in (1.0, 1.0 + 1e-6, 1.0 - 1e-6, 1.0 + 3e-6, 1.0001, 1.1, 2.0):
            verdict = gradcheck(rule(f, lambda xp, x: slope(float(x)), factor), x).verdict
            assert verdict != ("fail" if factor == 1.0 else "pass"), (x, factor)


@pytest.mark.parametrize("x", [0.3, 1.0, 2.0, 3.0, 7.3, -5.0])
def test_what_is_hidden_beside_a_large_number_does_not_pass(x):
    """Neither where the graph loses it nor where it takes the explicit way out."""
    assert gradcheck(lambda x: 1e8 + 1e-6 * float(x), x).verdict == "fail"
    assert gradcheck(lambda x: 1e8 + 1e-6 * x.data, x).verdict != "pass"
    assert gradcheck(lambda x: Value(1e8) + 1e-6 * x.data, x).verdict != "pass"


def test_constants_and_steps_pass():
    """Their derivative is zero to all differences near by."""
    assert gradcheck(lambda x: 5.0, 1.0)
    assert gradcheck(lambda x: 1.0 if x > 0.95 else 0.0, 1.0)
    assert gradcheck(lambda x: ag.floor(x) * 1e8, 1.05)


def test_noise_is_measured():
    """Of single precision about half its spacing, which is 6e-8 near 1 and less below; of double
    precision next to none.
    """
    for forward, slope, x in waves(20):
        exact = slope(math, x)
        assert 1e-10 < hidden_noise(single(forward), x, exact, 0.07)[0] < 1e-6
        assert hidden_noise(forward, x, exact, 0.07)[0] < 1e-14
        assert not is_rough(forward, x, 1.000001 * exact, 0.07)
