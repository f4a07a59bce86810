"""Formulas in LaTeX, by that of the primitives' declarations; names too, of whatever characters.

Next: :mod:`autograd.drawing.derivation.explanation`.
"""

from __future__ import annotations

import re

from autograd.drawing.derivation.aliases import Alias, latex_alias
from autograd.drawing.derivation.notation import (
    ATOM,
    BINDING,
    CHOICE,
    RELATION,
    SIGN,
    Formula,
    Style,
)
from autograd.drawing.formats.text import clean
from autograd.ops.expr import Expr
from autograd.ops.op import OPS

__all__ = ["LATEX"]


class Latex(Style):
    """LaTeX for a formula in math mode."""

    minus = "-"
    has_bars = True

    def name(self, name: str) -> str:
        if isinstance(name, Formula):  # a function of one letter, by itself, needs no parentheses
            return _BARE.sub(r" \1", self.write(name.expr))
        return latex_alias(name.path) if isinstance(name, Alias) else latex_name(name)

    def number(self, x: float) -> str:
        text = f"{x:.4g}"
        mantissa, _, exponent = text.partition("e")
        if exponent:
            return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
        return text.replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")

    def parenthesised(self, text: str) -> str:
        return rf"\left({text}\right)"

    def applied(self, expr: Expr) -> str:
        if expr.op == "where":
            condition, a, b = (self.write(x, RELATION) for x in expr.operands)
            return (
                rf"\begin{{cases}} {a} & \text{{if }} {condition} \\ {b} & \text{{otherwise}} "
                r"\end{cases}"
            )
        place = BINDING.get(expr.op, CHOICE)
        first, *rest = expr.operands
        if expr.op == "div":
            parts = [self.write(x) for x in expr.operands]
        elif expr.op == "pow":
            parts = [self.write(first, ATOM), self.write(rest[0])]
        elif expr.op == "neg":
            parts = [self.write(first, SIGN + 1)]
        else:
            parts = [self.write(first, place), *(self.write(x, place + bool(place)) for x in rest)]
        if expr.op not in OPS:  # a user's primitive
            return rf"\operatorname{{{latex_letters(expr.op)}}}\left({', '.join(parts)}\right)"
        return OPS[expr.op].latex.format(*parts, args=", ".join(parts))

    def joined(self, factors: list[str]) -> str:
        text = factors[0]
        for factor in factors[1:]:
            is_sum = factor.startswith(r"\left(")
            text += rf"\,{factor}" if is_sum else rf" \cdot {factor}"
        return text

    def fraction(self, over: str, under: str, single: bool) -> str:
        return rf"\frac{{{over}}}{{{under}}}"

    def derivative(self, upper: str, lower: str) -> str:
        return rf"\frac{{d{self.name(upper)}}}{{d{self.name(lower)}}}"

    def chained(self, factors: list[str | None]) -> str:
        shown = [r"\cdots" if factor is None else factor for factor in factors] or ["1"]
        signed = [self.parenthesised(f) if f[0] == "-" and i else f for i, f in enumerate(shown)]
        return r" && \cdot ".join(signed)  # a column for each factor


_BARE = re.compile(r"\\left\((\w+)\\right\)$")
LATEX = Latex()


_GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|"
    "upsilon|phi|chi|psi|omega"
)
_SPECIAL = {
    **{c: "\\" + c for c in "#$%&_{}"},
    "\\": r"\backslash ",
    "^": r"\hat{\ }",
    "~": r"\sim ",
    "<": r"\lt ",
    ">": r"\gt ",
    " ": r"\ ",
    "−": "-",
    "⋯": r"\cdots ",
    "·": r"\cdot ",
    "←": r"\leftarrow ",
}


def latex_name(name: str) -> str:
    r"""A name in math mode: a letter in italics, an index below it, anything else upright.

    >>> [latex_name(name) for name in ("w", "h_1", "w12", "w[3]", "theta", "loss", "a_b c")]
    ['w', 'h_{1}', 'w_{12}', 'w_{3}', '\\theta', '\\mathrm{loss}', '\\mathrm{a\\_b\\ c}']
    """
    match = re.fullmatch(r"([a-zA-Z]+)(?:_?(\d+)|\[(\d+)\])?", name)
    letters, index = (match[1], match[2] or match[3]) if match else ("", None)
    if letters and (len(letters) == 1 or index or _GREEK.fullmatch(letters)):
        base = letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"
        base = rf"\{letters}" if _GREEK.fullmatch(letters) else base
        return rf"{base}_{{{index}}}" if index else base
    return rf"\mathrm{{{latex_letters(name)}}}"


def latex_letters(text: str) -> str:
    """Text in math mode, every character standing for itself."""
    return "".join(_SPECIAL.get(c, c) for c in clean(text))
