"""Typed expressions: what is understood, what is refused and how."""

import contextlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import AutogradError, Value, tanh
from autograd.calculator import ExpressionError, evaluate_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3*4", 14.0),
        ("-2**2", -4.0),
        ("2**-1", 0.5),
        ("(1 + 2) * 3 / 4", 2.25),
        ("where(1 > 2, 3, 4)", 4.0),
        ("dot([1, 2], [3, 4]) + sum([5, 6])", 22.0),
        ("max(1, 2) - min(1, 2)", 1.0),
        ("cos(pi)", -1.0),
        ("1/0", math.inf),
        ("2**5000", math.inf),
        ("1e999", math.inf),
        ("9" * 400, math.inf),
    ],
)
def test_constant_expressions_follow_python_with_ieee_results(text, value):
    """Precedence is Python's; overflow and division by zero are infinite."""
    assert evaluate_text(text, {}) == value


def test_variables_are_recorded():
    """The result remembers its variables."""
    x, w, b = Value(2.0), Value(-3.0), Value(6.88)
    y = evaluate_text("tanh(x*w + b)", {"x": x, "w": w, "b": b})
    y.backward()
    assert y.data == tanh(2.0 * -3.0 + 6.88)
    assert w.grad == 2.0 * b.grad


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x.__class__", "Attribute is not allowed"),
        ("__import__('os')", "no function '__import__'"),
        ("(lambda: 1)()", "Call is not allowed"),
        ("[1, 2]", "List is not allowed"),
        ("'a'", "Constant is not allowed"),
        ("1j", "Constant is not allowed"),
        ("True", "Constant is not allowed"),
        ("x if x else x", "IfExp is not allowed .*where(condition"),
        ("x and x", "BoolOp is not allowed .*multiply conditions"),
        ("x ^ 2", r"BinOp is not allowed .*x\*\*2"),
        ("sin + x", "sin is a function: sin("),
        ("x << 2", "BinOp is not allowed"),
        ("1 < x < 3", "Compare is not allowed .*multiply conditions"),
        ("exp(x, y=2)", "no keyword arguments"),
        ("exp()", "missing"),
        ("exp(*[1])", "Starred is not allowed"),
        ("sin([x])", "sin of a list is a list, but an expression is one number"),
        ("dot([x], [x, x])", "equal length"),
        ("sum([])/mean([])", "at least one operand"),
        ("y + 1", "no value given for 'y'"),
        ("x +", "no expression"),
        ("", "no expression"),
        ("x\n+ 1; import os", "no expression"),
        ("1_0(2)", "Call is not allowed"),
        ("(" * 300 + "x" + ")" * 300, "expression"),
        ("x" * 20_000, "characters"),
    ],
)
def test_everything_else_is_refused(text, reason):
    """The error is ours and names the reason."""
    with pytest.raises(ExpressionError, match=reason.replace("(", r"\(")):
        evaluate_text(text, {"x": Value(1.0)})


def at_any_depth(text, used):
    """Evaluate it at the bottom of a stack that has so many frames already."""
    return at_any_depth(text, used - 1) if used else evaluate_text(text, {"x": Value(1.0)})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+".join("x" * 900), 900.0),
        ("-" * 900 + "x", 1.0),
        ("sin(" * 90 + "0*x" + ")" * 90, 0.0),
        ("sum([" * 60 + "x" + "])" * 60, 1.0),
        ("**".join("x" * 900), 1.0),
    ],
    ids=["sum", "signs", "calls", "lists", "powers"],
)
def test_depth_costs_no_recursion(text, value):
    """However long or nested, and wherever it is called, an expression is a number or our error."""
    assert evaluate_text(text, {"x": Value(1.0)}).data == value
    with contextlib.suppress(ExpressionError):  # of Python's own parser, which recurses
        assert at_any_depth(text, 700).data == value


@pytest.mark.parametrize("written", ["\u00b5", "\u03bc"])
@pytest.mark.parametrize("given", ["\u00b5", "\u03bc"])
def test_names_are_compared_as_python_spells_them(written, given):
    """The micro sign of a keyboard and the Greek letter are one name."""
    assert evaluate_text(f"2*{written}", {given: Value(3.0)}).data == 6.0


def test_an_error_points_at_its_place():
    """The text is shown with a mark below what was not understood."""
    with pytest.raises(ExpressionError) as caught:
        evaluate_text("x + foo(2)", {"x": Value(1.0)})
    *_, text, mark = str(caught.value).splitlines()
    assert text[mark.index("^") :] == "foo(2)"


ALPHABET = st.sampled_from(
    ["x", "y", "1", "2.5", "e", "pi", "sin", "dot", "where", *"+-*/()[],<> .**'"]
)


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=60), st.lists(ALPHABET, max_size=30).map("".join)))
def test_any_text_gives_a_number_or_our_own_error(text):
    """No input reaches another exception."""
    try:
        result = evaluate_text(text, {"x": Value(0.5), "y": Value(-2.0)})
    except AutogradError:
        return
    assert isinstance(result, (Value, float))
