"""The scripts and style sheets beside this file, as short as they can be without other words.

Next: :mod:`autograd.drawing.page.stepper`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

__all__ = ["NIGHT", "beside"]

NIGHT = "@media (prefers-color-scheme:dark)"
_COMMENT = re.compile(r"(^|\s)// [^\"'`]*$|^\s*//.*$")
_QUOTED = re.compile(r"(\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`)")
_STYLE = re.compile(r"/\*.*?\*/|\s*([{};,>~])\s*|(?<=:) ")
_SCRIPT = re.compile(r" ?(===|!==|=>|<=|>=|&&|\|\||[-+*%=<>?:,;{}]) ?")
_STRICT = '"use strict";'


@cache
def beside(name: str) -> str:
    """The text of a file of this package, without comments and blanks that mean nothing.

    Texts in quotes stay as they are, so that a template has no other one in it.

    >>> beside("stepper.css")[:31]
    ':root{color-scheme:light dark;-'
    """
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    lines = [_COMMENT.sub("", line).strip() for line in text.splitlines()]
    text = "\n".join(line for line in lines if line and line != _STRICT) + "\n"
    if name.endswith(".css"):
        return _STYLE.sub(r"\1", text)
    pieces = _QUOTED.split(text)  # every other one is quoted
    pieces[::2] = [_SCRIPT.sub(r"\1", piece) for piece in pieces[::2]]
    return "".join(pieces)
