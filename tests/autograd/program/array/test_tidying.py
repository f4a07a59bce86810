"""Short forms of rules: what is left out, and that finite results are the same without it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.graph import topological_order
from autograd.ops.expr import XP, Expr, evaluate, show
from autograd.ops.ieee import IEEE
from autograd.program.array.tidying import Tidy

A, B = Expr("var", "a"), Expr("var", "b")
FUNCTIONS = {**IEEE, "maximum": max, "minimum": min}
# Sums and products of these are exact, so that regrouped terms come out the same.
NUMBERS = [-2.0, -0.5, 0.0, 1.0, 1.5, 4.0]


def tidied(expr, finite=True):
    return show(Tidy(finite=finite).of(expr))


@pytest.mark.parametrize(
    ("expr", "short"),
    [
        (A + B - A - B, "-0.0"),
        (A - (B + A) + B, "-0.0"),
        (-(A - 2.0) + A - 2.0, "-0.0"),
        (A + 1.0 + (1.0 - A) - 2.0, "-0.0"),
        (A + B - A, "a + b - a"),  # all or nothing: the order of what is left would change it
        (A + A, "a + a"),
        (A - B + (A - B), "a - b + (a - b)"),
        (A * B + (A - A), "a * b"),
        ((A - A) + A * B, "a * b"),
        (A * 1.0, "a"),
        (1.0 * A, "a"),
        (A * (B / B), "a * (b / b)"),
        (A + 1.0, "a + 1.0"),
        (A * 0.0, "a * 0.0"),
        (XP.exp(A - A), "1.0"),
        (XP.where(A - A < 1.0, A, B), "a"),
        (XP.where(A - A > 1.0, A, B), "b"),
        (XP.where(A < 1.0, B, B), "b"),
        (XP.where(A < 1.0, 2.0, 2.0), "2.0"),
        (XP.where(A < 1.0, 2.0, 3.0), "2.0 if a < 1.0 else 3.0"),
        (XP.where(A < 1.0, 1.0, A), "maximum(a, 1.0)"),
        (XP.where(A <= 1.0, 1.0, A), "maximum(1.0, a)"),
        (XP.where(A > 1.0, 1.0, A), "minimum(a, 1.0)"),
        (XP.where(A >= 1.0, 1.0, A), "minimum(1.0, a)"),
        (XP.where(A == 1.0, 1.0, A), "1.0 if a == 1.0 else a"),
        (XP.where(A < 1.0, 2.0, A), "2.0 if a < 1.0 else a"),
        (XP.where(A < 1.0, A, 1.0), "a if a < 1.0 else 1.0"),
        (XP.where(B < 1.0, 1.0, A), "1.0 if b < 1.0 else a"),
        (XP.fold_maximum(A - A), "-0.0"),
        (XP.fold_minimum(A - A), "-0.0"),
        (XP.fold_add(A - A), "fold_add(-0.0)"),  # as many zeros as there are operands
        (XP.fold_maximum(A), "fold_maximum(a)"),
    ],
    ids=str,
)
def test_short_forms(expr, short):
    """What is zero in exact arithmetic goes, and what that decides."""
    assert tidied(expr) == tidied(expr, finite=False) == short


def test_infinite_operands_only_where_they_are_told_apart():
    """The finite form takes no number for infinite; the other one asks."""
    expr = XP.where(abs(A) == math.inf, B, A)
    assert tidied(expr) == "a"
    assert tidied(expr, finite=False) == "b if abs(a) == inf else a"
    for other in (abs(A) == 1.0, Expr("eq", A, math.inf), abs(A) < math.inf):
        assert tidied(XP.where(other, B, A)) == show(XP.where(other, B, A))


def test_equal_parts_become_one():
    """What a rule writes twice is computed once; 0.0 and -0.0 are different."""
    expr = Tidy(finite=True).of(XP.exp(A * 2.0) * XP.exp(A * 2.0))
    assert expr.operands[0] is expr.operands[1]
    tidy = Tidy(finite=True)
    assert tidy.of(XP.exp(A)) is tidy.of(XP.exp(A))
    zeros = tidy.of(XP.atan2(A, 0.0) + XP.atan2(A, -0.0))
    assert zeros.operands[0] is not zeros.operands[1]
    assert tidy.of(3.0) == 3.0


@st.composite
def expressions(draw):
    parts = [A, B, *draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2))]
    part = lambda: parts[-1 - draw(st.integers(0, len(parts) - 1))]  # noqa: E731
    for _ in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from(["add", "add", "sub", "sub", "neg", "mul", "where", "exp"]))
        if name == "where":
            compare = draw(st.sampled_from(["lt", "le", "gt", "ge", "eq", "ne"]))
            parts.append(Expr("where", Expr(compare, part(), part()), part(), part()))
        else:
            parts.append(Expr(name, *[part() for _ in range(1 if name in ("neg", "exp") else 2)]))
    return parts[-1]


@settings(max_examples=150, deadline=None)
@given(expressions(), st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
def test_finite_results_are_the_same(expr, a, b):
    """To rounding: where the last digits decide a comparison, nothing is asked."""
    variables = {"a": a, "b": b}
    parts = topological_order([expr], lambda e: [x for x in e.operands if isinstance(x, Expr)])
    values = evaluate(parts, FUNCTIONS, variables)
    if any(abs(x) > 1e6 or (x != x) for x in values):
        return
    for part in parts:
        if part.op in ("lt", "le", "gt", "ge", "eq", "ne"):
            x, y = evaluate(part.operands, FUNCTIONS, variables)
            if x != y and math.isclose(x, y, abs_tol=1e-6):
                return
    found = evaluate([Tidy(finite=True).of(expr)], FUNCTIONS, variables)[0]
    assert found == pytest.approx(values[-1], rel=1e-6, abs=1e-6)
