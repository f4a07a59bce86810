"""Verdicts of one derivative and its estimates: when they are too far apart to say anything."""

import pytest

from autograd.check.differences import Estimate
from autograd.check.ladders import STARTS, estimates_of
from autograd.check.verdicts import Judge

JUDGE = Judge(rtol=1e-8, atol=0.0, accept_subgradients=False)


def seen(value, error):
    """A smooth point where differences give this slope."""
    return Estimate(value, error, value, value, error, 1e-6, 0.0, True, True)


def verdict(analytic, *estimates, value=1.0, x=1.0):
    return JUDGE.entry("x", "", analytic, estimates, value, x).verdict


@pytest.mark.parametrize(
    ("analytic", "other", "expected"),
    [(1.0, 2.01, "fail"), (1.0, 2.3, "inconclusive"), (1.0, 1.5, "inconclusive")],
)
def test_ladders_that_contradict_each_other_prove_nothing_wrong(analytic, other, expected):
    """Each is sure of itself, but they are as far apart as the derivative is from them."""
    assert verdict(analytic, seen(2.0, 1e-9), seen(other, 1e-9)) == expected


def test_what_the_larger_of_both_makes_of_note_is_judged():
    """Beside f = 1e6, slopes below 1e-3 are next to nothing; 1.2e-3 known to 0.8e-3 is not."""
    assert verdict(0.5e-3, seen(1.2e-3, 0.8e-3), value=1e6) == "inconclusive"
    assert verdict(1.2e-3, seen(0.5e-3, 0.8e-3), value=1e6) == "inconclusive"
    assert verdict(0.5e-3, seen(0.9e-3, 0.8e-3), value=1e6) == "pass"


def test_a_doubt_is_looked_at_from_two_distances():
    """Also at x of 1 and more: a fault that both ladders see is seen on two scales."""
    asked = []

    def along(x):
        asked.append(abs(x - 2.0))
        return [x * x]

    estimates_of(along, 2.0, [4.0], [1e-15], JUDGE, [3.0])
    assert {round(2.0 * start, 9) for start in STARTS} <= {round(step, 9) for step in asked}
