"""Each failing formula with the remedy that its message gives; the remedy itself is finite."""

import math

import pytest

import autograd as ag
from autograd import AnomalyError, Value

X, NEGATIVE, ZERO = 800.0, -800.0, 0.0


def double_where(x):
    ok = x > 0
    return ag.where(ok, ag.log(ag.where(ok, x, 1.0)), 0.0)


CASES = [
    pytest.param(
        lambda x: ag.log(ag.softmax([x, 0.0])[0]), NEGATIVE, "log_softmax(xs)",
        lambda x: ag.log_softmax([x, 0.0])[0], id="log of softmax",
    ),
    pytest.param(
        lambda x: ag.log(ag.exp(x) / (ag.exp(x) + 1.0)), NEGATIVE, "log_softmax(xs)",
        lambda x: ag.log_softmax([x, 0.0])[0], id="log of softmax by hand",
    ),
    pytest.param(
        lambda x: ag.log(ag.sigmoid(x)), NEGATIVE, "log_sigmoid(x)", ag.log_sigmoid,
        id="log of sigmoid",
    ),
    pytest.param(
        lambda x: ag.log(1.0 - ag.sigmoid(x)), X, "log_sigmoid(-x)",
        lambda x: ag.log_sigmoid(-x), id="log of 1 - sigmoid",
    ),
    pytest.param(
        lambda x: ag.log(ag.exp(x)), NEGATIVE, "leave out both", lambda x: x, id="log of exp"
    ),
    pytest.param(
        lambda x: ag.log(1.0 + ag.exp(x)), X, "softplus(x)", ag.softplus, id="softplus by hand"
    ),
    pytest.param(
        lambda x: 1.0 / (1.0 + ag.exp(-x)), NEGATIVE, "sigmoid(x)", ag.sigmoid,
        id="sigmoid by hand",
    ),
    pytest.param(
        lambda x: ag.where(x > 0, ag.log(x), 0.0), -1.0,
        "where(ok, log(where(ok, x, 1.0)), other) with ok = x > 0", double_where,
        id="log in a branch",
    ),
    pytest.param(
        lambda x: 1.0 / x, ZERO, "where(ok, a / where(ok, b, 1.0), other) with ok = b != 0",
        lambda x: ag.where(x != 0, 1.0 / ag.where(x != 0, x, 1.0), 0.0), id="division by zero",
    ),
    pytest.param(
        lambda x: x**-1, ZERO, "the divisor is 0", lambda x: (x + 1.0) ** -1, id="zero to the -1"
    ),
    pytest.param(
        lambda x: x ** (1 / 3), -8.0, "cbrt(x)", ag.cbrt, id="root of a negative number"
    ),
    pytest.param(
        ag.acos, 1.5, "acos needs a number from -1 to 1",
        lambda x: ag.acos(ag.clip(x, -0.9, 0.9)), id="outside the domain",
    ),
    pytest.param(
        lambda x: ag.sqrt(x * x), ZERO, "norm(xs) or hypot(a, b)", lambda x: ag.norm([x, 0.0]),
        id="length at the origin",
    ),
    pytest.param(
        ag.sqrt, ZERO, "sqrt(x + 1e-12)", lambda x: ag.sqrt(x + 1e-12), id="sqrt at 0"
    ),
    pytest.param(
        lambda x: x**0.5, ZERO, "pow(x + 1e-12)", lambda x: (x + 1e-12) ** 0.5, id="pow at 0"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fails", "at", "advice", "remedy"), CASES)
def test_remedy(fails, at, advice, remedy):
    """The anomaly names the remedy, and the remedy has a finite value and derivative there."""
    with ag.detect_anomaly():
        with pytest.raises(AnomalyError) as caught:
            fails(Value(at)).backward()
        x = Value(at)
        remedy(x).backward()
    assert f"Remedy: {advice}" in str(caught.value) or advice in str(caught.value)
    assert math.isfinite(x.grad)


def test_no_remedy_is_made_up():
    """log of an ordinary positive number that is infinite elsewhere gets no advice about log."""
    with ag.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        Value(1e200) * 1e200
    assert "Remedy" not in str(caught.value)
