"""Python's operators and functions by LLVM's words, and the numbers that instructions compute.

Next: :mod:`autograd.program.loop.native.expressions`.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

__all__ = [
    "INTRINSICS",
    "LIBRARY",
    "OPERATORS",
    "ORDERS",
    "WHOLE",
    "Term",
    "Untranslatable",
    "is_known",
]

OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Mod: "mod"}


WHOLE = {"add": "add", "sub": "sub", "mul": "mul", "mod": "srem"}


ORDERS = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip


INTRINSICS = {"sqrt": 1, "floor": 1, "ceil": 1, "fabs": 1, "copysign": 2}


LIBRARY = {"log": 1, "log1p": 1, "exp": 1, "expm1": 1, "sin": 1, "cos": 1, "tan": 1, "pow": 2,
           "erf": 1, "erfc": 1}  # fmt: skip


class Untranslatable(Exception):
    """A function is no arithmetic on floats that can be translated."""


class Term(NamedTuple):
    """A number that instructions have computed, or one for every lane: double, i64 or i1.

    A whole number that is known now is its digits.
    """

    kind: str
    text: str


def is_known(term: Term) -> bool:
    """Whether it is a whole number that is known now."""
    return term.kind == "i64" and term.text.lstrip("-").isdigit()
