"""Expressions of any text: a number, or our own error."""

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd.calculator import FUNCTIONS, evaluate_text
from autograd.errors import AutogradError
from tests.campaign import size

FUZZ = settings(
    max_examples=size(300, 30_000),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
CHARACTERS = "xye+-*/%()[],.<>=!~&|^:;'\"\\#@`{} \n\t0123456789…"
WORDS = "lambda if else for in not is and None True __import__ pi 1e999 1j 0x 1_0 x.real x[0]"
SIGNS = "** // == <= -> := ''"
PIECES = st.sampled_from(
    [*FUNCTIONS, *CHARACTERS, *WORDS.split(), *SIGNS.split(), "9" * 400, "(" * 50, "-" * 50]
)
VARIABLE = st.sampled_from(["x", "y", "2.0", "-1e308", "0", "pi", "inf", "nan"])
EXPRESSION = st.recursive(
    VARIABLE,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner),
        st.builds("{}({})".format, st.sampled_from([*FUNCTIONS]), inner),
        st.builds("{}({}, {})".format, st.sampled_from([*FUNCTIONS]), inner, inner),
        st.builds("{}([{}, {}])".format, st.sampled_from([*FUNCTIONS]), inner, inner),
        st.builds("where({} < {}, {}, 1)".format, inner, inner, inner),
        st.builds("-{}".format, inner),
    ),
    max_leaves=12,
)


def evaluate(text):
    """Evaluate and differentiate; anything but a number or our error is a failure."""
    variables = {"x": Value(0.5), "y": Value(-3.0)}
    with contextlib.suppress(AutogradError):
        result = evaluate_text(text, variables)
        assert isinstance(result, (float, Value))
        if isinstance(result, Value):
            result.backward()
            assert type(result.data) is float
            assert type(variables["x"].grad) is float


@given(st.text(max_size=60))
@FUZZ
def test_any_text(text):
    """Text of any characters is an expression or an error of ours."""
    evaluate(text)


@given(st.lists(PIECES, max_size=25).map("".join))
@FUZZ
def test_any_pieces_of_expressions(text):
    """So are the pieces of expressions, and of Python, in any order."""
    evaluate(text)


@given(EXPRESSION)
@FUZZ
def test_any_expression(text):
    """Well-formed expressions evaluate and differentiate, at infinities and beyond domains too."""
    evaluate(text)


@given(EXPRESSION, st.integers(0, 200), st.sampled_from("()[],+*-/ x1e.\0é"))
@FUZZ
def test_any_expression_with_a_slip(text, place, character):
    """One character too many is an expression still, or an error of ours."""
    evaluate(text[:place] + character + text[place:])
