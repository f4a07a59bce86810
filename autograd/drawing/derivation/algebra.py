"""Expressions written down without factors of 1, terms of 0, and signs in the middle.

Only what people read is simplified; numbers are computed by the rules as they were declared.
Next: :mod:`autograd.drawing.derivation.notation` writes these expressions as text and as LaTeX.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from autograd.ops.expr import COMPARISONS, Expr, Operand
from autograd.ops.ieee import IEEE

__all__ = ["SIMPLIFY", "Product", "product_of"]


def _neg(a: Operand) -> Operand:
    if not isinstance(a, Expr):
        return -a
    return a.operands[0] if a.op == "neg" else Expr("neg", a)


def _add(a: Operand, b: Operand) -> Operand:
    if _is(a, 0.0) or _is(b, 0.0):
        return b if _is(a, 0.0) else a
    if isinstance(b, Expr) and b.op == "neg":
        return _sub(a, b.operands[0])
    return a + b


def _sub(a: Operand, b: Operand) -> Operand:
    if _is(a, 0.0) or _is(b, 0.0):
        return _neg(b) if _is(a, 0.0) else a
    if isinstance(b, Expr) and b.op == "neg":
        return _add(a, b.operands[0])
    return a - b


def _mul(a: Operand, b: Operand) -> Operand:
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Expr) and one.op == "neg":
            return _neg(_mul(*((one.operands[0], b) if one is a else (a, one.operands[0]))))
        if not isinstance(one, Expr) and isinstance(other, Expr) and abs(one) in (0.0, 1.0):
            return 0.0 if one == 0.0 else other if one == 1.0 else _neg(other)
    return a * b


def _div(a: Operand, b: Operand) -> Operand:
    if isinstance(a, Expr) and a.op == "neg":
        return _neg(_div(a.operands[0], b))
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        return IEEE["div"](a, b)
    return a if _is(b, 1.0) else Expr("div", a, b)


def _pow(a: Operand, b: Operand) -> Operand:
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        return IEEE["pow"](a, b)
    return a if _is(b, 1.0) else 1.0 if _is(b, 0.0) else Expr("pow", a, b)


def _where(condition: Operand, a: Operand, b: Operand) -> Operand:
    if not isinstance(condition, Expr):
        return a if condition else b
    return Expr("where", condition, a, b)


def _is(a: Operand, number: float) -> bool:
    return not isinstance(a, Expr) and bool(a == number)


class _Simplify(dict[str, Callable[..., Operand]]):
    """Name of a function -> what writes it down, without factors of 1, terms of 0 and the like."""

    def __missing__(self, name: str) -> Callable[..., Operand]:
        def write(*operands: Operand) -> Operand:
            literal = not any(isinstance(x, Expr) for x in operands)
            return (
                IEEE[name](*operands) if literal and name in COMPARISONS else Expr(name, *operands)
            )

        return write


SIMPLIFY = _Simplify(neg=_neg, add=_add, sub=_sub, mul=_mul, div=_div, pow=_pow, where=_where)


class Product(NamedTuple):
    """coefficient × the product of ``over`` ÷ the product of ``under``."""

    coefficient: float
    over: tuple[Expr, ...]
    under: tuple[Expr, ...]


def product_of(factors: Iterable[Operand]) -> Product:
    """Factors as one product: numbers and signs gathered in front, in their order otherwise.

    >>> t, y = Expr("var", "t"), Expr("var", "y")
    >>> product_of([0.5, 2.0 * (t - y), -1.0])
    Product(coefficient=-1.0, over=(Expr('t - y'),), under=())
    """
    coefficient = 1.0
    over: list[Expr] = []
    under: list[Expr] = []
    pending = [(factor, False) for factor in factors][::-1]
    while pending:
        factor, below = pending.pop()
        if not isinstance(factor, Expr):
            coefficient = IEEE["div" if below else "mul"](coefficient, factor)
        elif factor.op == "neg":
            coefficient = -coefficient
            pending.append((factor.operands[0], below))
        elif factor.op in ("mul", "div"):
            first, second = factor.operands
            pending += [(second, below != (factor.op == "div")), (first, below)]
        else:
            (under if below else over).append(factor)
    return Product(coefficient, tuple(over), tuple(under))
