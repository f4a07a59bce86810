"""What an operand's adjoint gains: adjoint × local derivative, or nothing where it was passed over.

Next: :mod:`autograd.program.loop.native.folds`.
"""

from __future__ import annotations

import math

from autograd.ops.expr import Expr, Operand

__all__ = ["is_settled", "weighted"]

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
    if partial.op == "mul" and _is_hit(partial.operands[0]):  # 1 × share or 0 × share
        # Asked anew: to keep what a comparison gives for two uses takes longer.
        hit, share = partial.operands
        partial = Expr("where", Expr("ne", hit, 0.0), share, Expr("mul", 0.0, share))
    if partial.op == "where":
        condition, *sides = partial.operands
        return Expr("where", condition, *(weighted(side, True) for side in sides))
    return Expr("where", Expr("ne", partial, 0.0), G * partial, 0.0)


def _is_hit(part: Operand) -> bool:
    return isinstance(part, Expr) and part.op == "where" and part.operands[1:] == (1.0, 0.0)


def is_settled(partial: Operand) -> bool:
    """Whether a local derivative is one of some finite numbers: times zero that is zero."""
    if not isinstance(partial, Expr):
        return math.isfinite(partial)
    return partial.op == "where" and all(map(is_settled, partial.operands[1:]))
