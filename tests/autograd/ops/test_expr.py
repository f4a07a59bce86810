"""Rules as expressions: what is printed, and what is executed, means what was written."""

import inspect
import linecache
import math
import operator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import TraceError
from autograd.graph import topological_order
from autograd.ops.expr import XP, Expr, evaluate, show
from autograd.ops.ieee import IEEE
from autograd.ops.source import block, compile_source

A, B = Expr("var", "a"), Expr("var", "b")
OPERATORS = [
    *(operator.add, operator.sub, operator.mul, operator.truediv, operator.pow),
    *(operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne),
]
NUMBERS = [-2.0, -0.5, 0.0, 1.0, 1.5, 3.0, math.inf]


def at(expr, a=math.nan, b=math.nan):
    return evaluate([expr], IEEE, {"a": a, "b": b})[0]


@pytest.mark.parametrize("function", OPERATORS, ids=lambda function: function.__name__)
@pytest.mark.parametrize(("a", "b"), [(1.5, 2.0), (2.0, 1.5), (2.0, 2.0)])
def test_operators_mean_what_they_mean_for_floats(function, a, b):
    """Between two symbols, and with a number on either side."""
    wanted = float(function(a, b))
    assert at(function(A, B), a, b) == wanted
    assert at(function(A, b), a=a) == wanted
    assert at(function(a, B), b=b) == wanted


@pytest.mark.parametrize("function", [operator.neg, abs])
@pytest.mark.parametrize("a", [-2.5, 0.0, 2.5])
def test_signs_mean_what_they_mean_for_floats(function, a):
    """Minus and the absolute value."""
    assert math.copysign(1.0, at(function(A), a)) == math.copysign(1.0, function(a))
    assert at(function(A), a) == function(a)


def test_whole_numbers_are_floats():
    """An int in a rule computes as the float it stands for."""
    assert [type(x) for x in (2 * A).operands] == [float, Expr]


def test_a_rule_cannot_branch():
    """An if would take the branch of no operand at all."""
    with pytest.raises(TraceError, match=r"use xp.where\(condition, a, b\)"):
        bool(A < B)


def test_private_names_are_no_functions():
    """Libraries ask any object for theirs, and would be answered with a symbol."""
    assert not hasattr(XP, "__array__")
    with pytest.raises(AttributeError, match="_repr_html_"):
        XP._repr_html_  # noqa: B018  (asking is the test)
    assert at(XP.exp(A), 0.0) == 1.0


COUNTED = ("exp", "tanh", "atan2")


@st.composite
def expressions(draw):
    """Expressions whose parts are shared: each step takes any that were made before."""
    parts = [A, B, *draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3))]
    part = lambda: parts[-1 - draw(st.integers(0, len(parts) - 1))]  # noqa: E731
    for _ in range(draw(st.integers(1, 12))):
        name = draw(st.sampled_from(["add", "sub", "mul", "div", "neg", "where", *COUNTED]))
        if name == "where":
            compare = draw(st.sampled_from(["lt", "le", "gt", "ge", "eq", "ne"]))
            parts.append(Expr("where", Expr(compare, part(), part()), part(), part()))
        else:
            count = 1 if name in ("neg", "exp", "tanh") else 2
            parts.append(Expr(name, *[part() for _ in range(count)]))
    return parts[-1]


def same(x, y):
    return repr(x) == repr(y)


def scope(calls):
    """The functions in an expression's text, which note their calls, and what numbers print as."""

    def noting(name):
        def function(*operands):
            calls.append(name)
            return IEEE[name](*operands)

        return function

    return {"inf": math.inf, "nan": math.nan, **{name: noting(name) for name in COUNTED}}


@settings(max_examples=100, deadline=None)
@given(expressions(), st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
def test_the_text_is_the_expression(expr, a, b):
    """Parentheses stand where Python needs them."""
    try:
        found = eval(show(expr), scope([]), {"a": a, "b": b})
    except ZeroDivisionError:
        return
    assert same(found, at(expr, a, b))


@settings(max_examples=100, deadline=None)
@given(expressions(), st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
def test_statements_compute_each_part_once_and_one_branch(expr, a, b):
    """What a choice does not take is not computed, and what is shared is computed once."""
    calls = []
    lines = ["def f(a, b):", *(f"    {line}" for line in block(expr, "return {}"))]
    function = compile_source("f", lines, scope(calls))
    try:
        found = function(a, b)
    except ZeroDivisionError:
        return
    assert same(found, at(expr, a, b))
    parts = topological_order([expr], lambda e: [x for x in e.operands if isinstance(x, Expr)])
    assert len(calls) <= sum(part.op in COUNTED for part in parts)


def test_what_is_known_already_is_not_computed_again():
    """The caller's names, and those that the condition gave to shared parts."""
    e, condition = XP.exp(A), XP.tanh(B)
    assert block(e + 1.0, "y = {}", {e: "known"}) == ["y = known + 1.0"]
    assert block(XP.where(condition < 0.0, condition * e, e), "return {}") == [
        "t0 = tanh(b)",
        "if t0 < 0.0:",
        "    return t0 * exp(a)",
        "else:",
        "    return exp(a)",
    ]


def test_what_a_condition_shares_with_a_branch_is_computed_before():
    """A branch that is nothing but the shared part included."""
    e = XP.exp(A)
    assert block(XP.where(e < 1.0, e, 2.0), "return {}") == [
        "t0 = exp(a)",
        "if t0 < 1.0:",
        "    return t0",
        "else:",
        "    return 2.0",
    ]
    assert block(2.0, "return {}") == ["return 2.0"]


def test_generated_functions_show_their_source():
    """Each under a file name of its own, so that debuggers and tracebacks find the right one."""
    first, second = (compile_source("f", ["def f():", f"    return {n}"], {}) for n in (1, 2))
    assert (first(), second()) == (1, 2)
    assert inspect.getsource(first) == "def f():\n    return 1\n"
    assert inspect.getsource(second) == "def f():\n    return 2\n"


def test_sources_go_with_their_functions():
    """Who compiles many programs, one after the other, does not keep the text of them all."""
    function = compile_source("f", ["def f():", "    return 1"], {})
    file = function.__code__.co_filename
    assert file in linecache.cache
    del function
    assert file not in linecache.cache
