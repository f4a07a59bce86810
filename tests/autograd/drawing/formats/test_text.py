"""Numbers are short, widths are never too small, and nothing escapes its escaping."""

import html
import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import InputTypeError, InputValueError
from autograd.drawing.formats.text import (
    clean,
    escape,
    escape_dot,
    escape_mermaid,
    formatter,
    number,
    shorten,
    width,
)
from tests.autograd.drawing.graphs import HOSTILE


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (-0.0, "−0"),
        (1.0, "1"),
        (0.1 + 0.2, "0.3"),
        (-1234.5, "−1234"),
        (123456.0, "1.235e5"),
        (1e300, "1e300"),
        (-1.2345e-300, "−1.234e-300".replace("-", "−")),
        (5e-324, "4.941e−324"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "nan"),
    ],
)
def test_number_has_four_digits(x, text):
    """Four significant digits, no padding of the exponent, a real minus sign."""
    assert number(x) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_is_short_and_close(x):
    """At most eleven characters, and within half a unit of the fourth digit."""
    text = number(x)
    assert len(text) <= 11
    value = float(text.replace("−", "-"))
    assert math.isclose(value, x, rel_tol=5.01e-4, abs_tol=5e-324) or math.isinf(value)


def test_format_is_a_specification_or_a_function():
    """Both give one line of text."""
    assert formatter(".2f")(-1.0) == "−1.00"
    assert formatter(lambda x: f"<{x}>\n")(2.0) == "<2.0>↵"


@pytest.mark.parametrize(
    ("spec", "error"), [("d", InputValueError), (".4q", InputValueError), (4, InputTypeError)]
)
def test_format_that_is_none_is_refused(spec, error):
    """The message says what was given."""
    with pytest.raises(error, match=r"format"):
        formatter(spec)


@given(st.text())
def test_clean_text_is_one_printable_line(text):
    """No control character, no line break and no lone surrogate is left."""
    cleaned = clean(text)
    cleaned.encode()
    assert all(c.isprintable() for c in cleaned)


@given(st.text() | st.sampled_from(HOSTILE))
def test_escaped_text_means_itself(text):
    """A reader of HTML, DOT or Mermaid sees the text."""
    assert html.unescape(escape(text)) == clean(text)
    assert not set(escape(text)) & set("<>\"'")
    assert escape_dot(text).replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\") == clean(
        text
    )
    mermaid = escape_mermaid(text)
    assert not set(mermaid) & set("<>\"'`[](){}|&%\\\n")


def test_width_covers_every_class_of_characters():
    """Ideographs are wide, marks that combine are nothing, all others at least the pitch; indices
    are set in smaller letters."""
    assert width("e\u0301") == width("e")
    assert width("名前") > 2.0
    for character in map(chr, range(0x20, 0x3000)):
        if unicodedata.category(character)[0] not in "MC":
            assert width(character) >= (0.45 if character in "₀₁₂₃₄₅₆₇₈₉" else 0.6)


@given(st.text(min_size=1), st.integers(4, 40))
def test_shortened_text_keeps_its_ends(text, limit):
    """It is no longer than the limit."""
    short = shorten(text, limit)
    assert len(short) <= max(limit, 0)
    assert short == text or (short[0] == text[0] and short[-1] == text[-1] and "…" in short)
