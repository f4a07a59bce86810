"""Words and numbers of a picture: their form, their width, and escaping for every format.

Next: :mod:`autograd.drawing.formats.cards`.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Callable

from autograd.errors import InputTypeError, InputValueError

__all__ = ["PITCH", "SMALLER", "NumberFormat", "clean", "escape", "escape_dot"]
__all__ += ["escape_mermaid", "formatter", "indices", "number", "shorten", "width"]

NumberFormat = str | Callable[[float], str]


def number(x: float, spec: str = ".4g") -> str:
    """A number in few characters, with a real minus sign.

    >>> number(-0.000123456), number(1e300), number(0.1 + 0.2), number(float("-inf"))
    ('−0.0001235', '1e300', '0.3', '−∞')
    """
    if math.isinf(x):
        return "∞" if x > 0.0 else "−∞"
    text = format(x, spec)
    if "e" in text and text[-1].isdigit():
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def formatter(spec: NumberFormat) -> Callable[[float], str]:
    """The function that writes numbers: given itself, or by a format specification.

    Raises:
        InputTypeError, InputValueError: It is neither, or no specification for floats.

    >>> formatter(".2f")(1.0), formatter(str)(1.0)
    ('1.00', '1.0')
    """
    if callable(spec):
        return lambda x: clean(str(spec(x)))
    if not isinstance(spec, str):
        raise InputTypeError(
            "the format of numbers is a specification such as '.3f' or a function of a float, "
            f"but got {type(spec).__name__}"
        )
    try:
        format(1.0, spec)
    except ValueError as error:
        raise InputValueError(
            f"{spec!r} is no format specification for numbers ({error}): try '.3g' or '.2f'"
        ) from error
    return lambda x: clean(number(x, spec))


def clean(text: str) -> str:
    """The text in one line, with a visible stand-in for what no file format can hold.

    >>> clean("a\\nb\\x00")
    'a↵b�'
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "↵").replace("\n", "↵").replace("\r", "↵").replace("\t", " ")
    return "".join(c if c.isprintable() or c == " " else _stand_in(c) for c in text)


def _stand_in(character: str) -> str:
    """Spaces of any kind become one space; control characters and lone surrogates the sign �."""
    return (
        " "
        if unicodedata.category(character) in ("Zs", "Zl", "Zp")
        else "\N{REPLACEMENT CHARACTER}"
    )


def escape(text: str) -> str:
    """Text for XML and HTML, in elements and in quoted attributes.

    >>> escape('a<b & "c"')
    'a&lt;b &amp; &quot;c&quot;'
    """
    return html.escape(clean(text), quote=True)


def escape_dot(text: str) -> str:
    r"""Text for a quoted string of the DOT language.

    >>> print(escape_dot('say "hi" \\N'))
    say \"hi\" \\N
    """
    return clean(text).replace("\\", "\\\\").replace('"', '\\"')


def escape_mermaid(text: str) -> str:
    """Text for a quoted label of Mermaid: whatever could mean something is a numbered entity.

    >>> escape_mermaid('a "quoted" <b> #1')
    'a #34;quoted#34; #60;b#62; #35;1'
    """
    return "".join(
        c if c.isalnum() or c in " .,_+-=×−÷" or ord(c) > 127 else f"#{ord(c)};"
        for c in clean(text)
    )


def indices(text: str) -> list[tuple[str, int]]:
    """The pieces of a text, each with 0, or 1 for an index above the line and -1 for one below.

    >>> indices("w⁽⁰⁾₃,₁₂")
    [('w', 0), ('(0)', 1), ('3,12', -1)]
    """
    pieces = [piece for piece in _INDEX.split(text) if piece]
    plain = [unicodedata.normalize("NFKC", x) if _INDEX.fullmatch(x) else x for x in pieces]
    return [
        (after, 0 if before == after else 1 if before[0] == "⁽" else -1)
        for before, after in zip(pieces, plain)
    ]


_INDEX = re.compile("(⁽[⁰¹²³⁴-⁹]+⁾|[₀-₉](?:[₀-₉,]*[₀-₉])?)")
SMALLER = 0.75
"""How large an index is, beside the letter that it belongs to."""


def width(text: str) -> float:
    """Width of a text in the picture's typeface, in em: an upper estimate by character class.

    The typeface has a fixed pitch, 0.6 em in the usual ones. What such faces lack comes from
    another one: up to 1 em for letters and signs, more for ideographs and emoji.

    >>> round(width("weights"), 2), width("é") == width("e"), round(width("x₁₂"), 2)
    (4.34, True, 1.55)
    """
    return sum(
        sum(map(_advance, piece)) * (SMALLER if above else 1.0) for piece, above in indices(text)
    )


PITCH = 0.62


def _advance(character: str) -> float:
    if character < "\u0530":  # Latin, Greek, Cyrillic; marks that combine have no width
        return 0.0 if unicodedata.combining(character) else PITCH
    if character in "−–…×÷·↵":
        return PITCH
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    return 1.4 if unicodedata.east_asian_width(character) in "WF" else 1.05


def shorten(text: str, limit: int = 36) -> str:
    """At most so many characters, the middle left out: the ends of a path tell more.

    >>> shorten("layers.0.neurons.3.weights.12", 17)
    'layers.0…ights.12'
    """
    if len(text) <= limit:
        return text
    tail = limit // 2
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"
