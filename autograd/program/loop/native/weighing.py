"""What an operand's adjoint gains: adjoint × local derivative, or nothing where it was passed over.

Next: :mod:`autograd.program.loop.native.folds`.
"""

from __future__ import annotations

import math
from typing import TypeGuard

from autograd.ops.expr import Expr, Operand

__all__ = ["added", "is_settled", "leaves", "unless_zero", "weighted"]

G = Expr("var", "g")


def weighted(partial: Operand, selects: bool = False) -> Operand:
    """g × a local derivative; zero if a rule that ``selects`` has zero there, whatever g is.

    A choice between derivatives becomes one between products: most often 0 or g itself.

    >>> x = Expr("var", "x")
    >>> weighted(Expr("where", x > 0.0, 1.0, 0.0), selects=True)
    Expr('g if x > 0.0 else 0.0')
    >>> weighted(Expr("where", x > 0.0, 1.0, 0.0))
    Expr('g * (1.0 if x > 0.0 else 0.0)')
    """
    if not isinstance(partial, Expr):
        if selects and partial == 0.0:
            return 0.0
        return {1.0: G, -1.0: -G}.get(partial, G * partial)
    if not selects:
        return G * partial
    if partial.op == "where":
        condition, *sides = partial.operands
        return Expr("where", condition, *(weighted(side, True) for side in sides))
    return Expr("where", Expr("ne", partial, 0.0), G * partial, 0.0)


def unless_zero(product: Operand) -> Operand:
    """A product with g, zero where g is. Of a choice, both sides: those many operands share.

    >>> unless_zero(Expr("where", Expr("var", "x") > 0.0, G * Expr("var", "s"), 0.0))
    Expr('(g * s if g != 0.0 else 0.0) if x > 0.0 else 0.0')
    """
    if product is G or not isinstance(product, Expr):  # 0.0: of what is passed over
        return product
    if product.op == "where":
        condition, *sides = product.operands
        return Expr("where", condition, *map(unless_zero, sides))
    return Expr("where", Expr("ne", G, 0.0), product, 0.0)


def added(before: Expr, product: Operand) -> Expr:
    """before + a product; where that is nothing, what was before.

    >>> x, y = Expr("var", "x"), Expr("var", "y")
    >>> added(x, Expr("where", x > y, G, 0.0))
    Expr('x + g if x > y else x')
    """
    nonzero = [x for x in leaves(product) if isinstance(x, Expr) or x != 0.0]
    if len(nonzero) != 1:
        return Expr("add", before, product)

    def sum_of(product: Operand) -> Expr:
        if _is_choice(product):
            condition, *sides = product.operands
            return Expr("where", condition, *map(sum_of, sides))
        return Expr("add", before, product) if product is nonzero[0] else before

    return sum_of(product)


def leaves(product: Operand) -> list[Operand]:
    """What a choice, perhaps between choices, gives in the end."""
    if _is_choice(product):
        return [x for side in product.operands[1:] for x in leaves(side)]
    return [product]


def _is_choice(product: Operand) -> TypeGuard[Expr]:
    """Whether it is one between derivatives, not between a product and what zero passes on."""
    if not isinstance(product, Expr) or product.op != "where":
        return False
    condition = product.operands[0]
    return not (
        getattr(condition, "op", "") == "ne" and not isinstance(condition.operands[1], Expr)
    )


def is_settled(partial: Operand) -> bool:
    """Whether a local derivative is one of some finite numbers: times zero that is zero."""
    if not isinstance(partial, Expr):
        return math.isfinite(partial)
    return partial.op == "where" and all(map(is_settled, partial.operands[1:]))
