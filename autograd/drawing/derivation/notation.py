"""Formulas for people: names, expressions and products, by a style of writing; as one line of text.

The variables of an expression are names of Values; its functions are primitives, written by the
symbol of their declarations. Next: :mod:`autograd.drawing.derivation.latex`, the other style.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from autograd.drawing.derivation.algebra import Product
from autograd.drawing.formats.text import clean, number
from autograd.ops.expr import COMPARISONS, Expr, Operand
from autograd.ops.op import OPS

__all__ = ["BINDING", "CHOICE", "PRODUCT", "RELATION", "SIGN", "TEXT", "Formula", "Style"]

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


TEXT = Text()
