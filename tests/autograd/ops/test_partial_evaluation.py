"""Partial evaluation: fewer operations, and the same numbers to the bit."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.ops.expr import XP, Expr, evaluate, show
from autograd.ops.ieee import IEEE
from autograd.ops.op import OPS
from autograd.ops.partial_evaluation import folded

A, B = Expr("var", "a"), Expr("var", "b")
NUMBERS = [-2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 2.0, 1e300, math.inf, -math.inf, math.nan]
FUNCTIONS = {**IEEE, **{name: OPS[name].evaluate for name in ("sigmoid", "maximum")}}
BINARY = ["add", "sub", "mul", "div", "pow", "maximum"]


@st.composite
def expressions(draw):
    parts = [A, B, *draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3))]
    part = lambda: parts[-1 - draw(st.integers(0, len(parts) - 1))]  # noqa: E731
    for _ in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from(["where", "neg", "exp", "sigmoid", *BINARY]))
        if name == "where":
            parts.append(Expr("where", Expr("lt", part(), part()), part(), part()))
        else:
            parts.append(Expr(name, *[part() for _ in range(2 if name in BINARY else 1)]))
    return parts[-1]


def value(expr, **variables):

    return repr(float(evaluate([expr], FUNCTIONS, variables)[0]))


@settings(max_examples=200, deadline=None)
@given(expressions(), st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
def test_folding_changes_no_number(expr, a, b):
    """With one operand known, or both: signed zeros, infinities and NaN come out the same."""
    exact = value(expr, a=a, b=b)
    assert value(folded(expr, {}), a=a, b=b) == exact
    assert value(folded(expr, {"b": b}), a=a) == exact
    assert value(folded(expr, {"a": A, "b": A}), a=a) == value(expr, a=a, b=a)
    both = folded(expr, {"a": a, "b": b})
    assert type(both) is float
    assert repr(both) == exact


@pytest.mark.parametrize(
    ("expr", "known", "left"),
    [
        (A * B, {"b": 1.0}, "a"),
        (B * A, {"b": 1.0}, "a"),
        (A / B, {"b": 1.0}, "a"),
        (B / A, {"b": 1.0}, "1.0 / a"),
        (XP.pow(A, B), {"b": 1.0}, "a"),
        (XP.pow(A, B), {"b": 0.0}, "1.0"),
        (XP.pow(B, A), {"b": 1.0}, "pow(1.0, a)"),
        (XP.pow(A, B), {"b": -1.0}, "pow(a, -1.0)"),
        (A + B, {"b": 0.0}, "a + 0.0"),  # -0.0 + 0.0 is 0.0
        (A * B, {"b": 0.0}, "a * 0.0"),  # inf * 0.0 is nan
        (XP.where(B > 2.0, A, XP.exp(A)), {"b": 3.0}, "a"),
        (XP.where(B > 2.0, A, XP.exp(A)), {"b": 2.0}, "exp(a)"),
        (XP.exp(B) * XP.exp(A), {"b": 0.0}, "exp(a)"),
        (XP.sigmoid(B) + A, {"b": 0.0}, "0.5 + a"),
    ],
    ids=str,
)
def test_what_is_left(expr, known, left):
    """What numbers decide is decided; what would change a number for some operand stays."""
    assert show(folded(expr, known)) == left


def test_what_nothing_is_known_about_stays_as_it_is():
    """The same object, so that what is shared stays shared."""
    e = XP.exp(A)
    assert folded(e, {"b": 2.0}) is e
    assert folded(2.0, {"b": 2.0}) == 2.0
    product = folded(e * (e + B), {"b": 2.0})
    assert product.operands[0] is e
    assert product.operands[1].operands[0] is e
