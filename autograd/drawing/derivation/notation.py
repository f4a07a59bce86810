"""Formulas for people: names, expressions and products as one line of text, or as LaTeX.

The variables of an expression are names of Values; its functions are primitives, written by the
symbol and the LaTeX of their declarations. Next: :mod:`autograd.drawing.derivation.explanation`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from autograd.drawing.derivation.algebra import Product
from autograd.drawing.derivation.aliases import Alias, latex_alias
from autograd.drawing.formats.text import clean, number
from autograd.ops.expr import COMPARISONS, Expr, Operand
from autograd.ops.op import OPS

__all__ = ["CHOICE", "LATEX", "PRODUCT", "TEXT", "Formula", "Style"]

# How tightly an expression binds; what stands in a tighter place than it binds gets parentheses.
CHOICE, RELATION, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)
BINDING = {
    "where": CHOICE,
    **dict.fromkeys(COMPARISONS, RELATION),
    "add": SUM,
    "sub": SUM,
    "mul": PRODUCT,
    "div": PRODUCT,
    "neg": SIGN,
    "pow": POWER,
}


INFIX = {"add": "+", "sub": "−", "mul": "·", "div": "/", **COMPARISONS}


class Formula(str):
    """What a Value without a name is called: its formula as text, and the formula itself."""

    expr: Operand

    @classmethod
    def of(cls, expr: Operand) -> Formula:
        """The formula as both."""
        made = cls(TEXT.write(expr))
        made.expr = expr
        return made


class Style(ABC):
    """A way to write formulas."""

    @abstractmethod
    def name(self, name: str) -> str:
        """The name of a Value."""

    @abstractmethod
    def number(self, x: float) -> str:
        """A number, with few digits."""

    @abstractmethod
    def parenthesised(self, text: str) -> str:
        """In parentheses."""

    @abstractmethod
    def applied(self, expr: Expr) -> str:
        """An expression that is neither a name nor a number."""

    @abstractmethod
    def joined(self, factors: list[str]) -> str:
        """Factors of one product, side by side."""

    @abstractmethod
    def fraction(self, over: str, under: str, single: bool) -> str:
        """A quotient; ``single`` says that there is one factor below."""

    def write(self, expr: Operand, place: int = CHOICE) -> str:
        """An expression, in parentheses where it stands in a place that binds tighter."""
        if not isinstance(expr, Expr):
            binding = SIGN if expr < 0.0 else ATOM
            text = self.number(expr)
        elif expr.op == "var":
            return self.name(str(expr.operands[0]))
        else:
            binding = BINDING.get(expr.op, ATOM)
            text = self.applied(expr)
        return self.parenthesised(text) if binding < place else text

    def product(self, product: Product, place: int = PRODUCT) -> str:
        """A product: sign, number, factors; one that is a sum fits into a place for sums."""
        if product.coefficient == 1.0 and len(product.over) == 1 and not product.under:
            return self.write(product.over[0], place + (place == PRODUCT))
        size = abs(product.coefficient)
        over = [self.write(x, PRODUCT + 1) for x in product.over]
        alone = self.has_bars and len(product.under) == 1  # a bar groups as parentheses do
        under = [self.write(x, CHOICE if alone else PRODUCT + 1) for x in product.under]
        if size != 1.0 or not over:
            over.insert(0, self.number(size))
        text = self.joined(over)
        if under:
            text = self.fraction(text, self.joined(under), len(under) == 1)
        return f"{self.minus}{text}" if product.coefficient < 0.0 else text

    minus = "−"
    has_bars = False

    @abstractmethod
    def derivative(self, upper: str, lower: str) -> str:
        """The name of a derivative: dE/dw."""

    @abstractmethod
    def chained(self, factors: list[str | None]) -> str:
        """Factors of the chain rule, set apart; None stands for those left out."""


class Text(Style):
    """One line of plain text, set tightly: ``2·(t−y)``, ``y(1−y)``, ``σ(w·x+b)``."""

    def name(self, name: str) -> str:
        return clean(name)

    def number(self, x: float) -> str:
        return number(x)

    def parenthesised(self, text: str) -> str:
        return f"({text})"

    def applied(self, expr: Expr) -> str:
        if expr.op in INFIX:
            place = BINDING[expr.op]
            left, right = expr.operands
            return f"{self.write(left, place)}{INFIX[expr.op]}{self.write(right, place + 1)}"
        if expr.op == "neg":
            return f"−{self.write(expr.operands[0], SIGN + 1)}"
        if expr.op == "where":
            condition, a, b = (self.write(x, RELATION) for x in expr.operands)
            return f"{a} if {condition} else {b}"
        if expr.op == "pow":
            return self._power(*expr.operands)
        return self._called(expr.op, ", ".join(self.write(x) for x in expr.operands))

    def _power(self, base: Operand, exponent: Operand) -> str:
        below, above = self.write(base, ATOM), self.write(exponent, ATOM)
        if not isinstance(exponent, Expr) and exponent in (2.0, 3.0):
            return below + {2.0: "²", 3.0: "³"}[exponent]
        return f"{below}^{above}"

    def _called(self, name: str, operands: str) -> str:
        symbol = OPS[name].symbol if name in OPS else name
        if len(symbol) == 3 and symbol[1] == "x" and not symbol.isalpha():  # |x|, ⌊x⌋
            return symbol[0] + operands + symbol[2]
        return f"{symbol if symbol[-1].isalpha() or symbol in '√∛' else clean(name)}({operands})"

    def joined(self, factors: list[str]) -> str:
        text = factors[0]
        for factor in factors[1:]:
            is_sum = factor.startswith("(") and " if " not in factor
            text += factor if is_sum else f"·{factor}"
        return text

    def fraction(self, over: str, under: str, single: bool) -> str:
        return f"{over}/{under}" if single else f"{over}/({under})"

    def derivative(self, upper: str, lower: str) -> str:
        over, under = (
            f"d {name}" if isinstance(name, Formula) else f"d{self.name(name)}"
            for name in (upper, lower)
        )
        return f"{over}/{under}"

    def chained(self, factors: list[str | None]) -> str:
        shown = ["⋯" if factor is None else factor for factor in factors] or ["1"]
        return " · ".join(f"({f})" if f[0] == "−" and i else f for i, f in enumerate(shown))


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
TEXT = Text()
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
