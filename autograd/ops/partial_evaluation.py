"""Rules at operands that are known: partial evaluation of a primitive's expressions.

Where an exponent is the constant 2, ``pow`` is a product. Everything known is computed, choices are
made, and what is left gives the same numbers to the bit. Next: :mod:`autograd.engine.higher`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd.ops.expr import XP, Expr, Operand, bottom_up
from autograd.ops.floats import FUNCTIONS
from autograd.ops.op import Op

__all__ = ["folded", "tip_of"]


def tip_of(op: Op, names: Sequence[str], known: Mapping[str, float]) -> Operand | None:
    """What is zero at a primitive's tip, of operands with these names; None if there is none.

    >>> from autograd.ops.op import OPS
    >>> tip_of(OPS["leaky_relu"], "ab", {"b": -2.0}), tip_of(OPS["leaky_relu"], "ab", {"b": 0.1})
    (Expr('a'), None)
    """
    if op.tip is None:
        return None
    # Put in afterwards, as Python's own arithmetic raises where a float is divided by zero.
    found = folded(op.tip(XP, Expr("var", "out"), *(Expr("var", x) for x in names)), known)
    return None if isinstance(found, float) and found else found


def folded(expr: Operand, known: Mapping[str, Operand]) -> Operand:
    """An expression with these variables replaced, by numbers or by other expressions.

    >>> from autograd.ops.op import OPS
    >>> folded(OPS["pow"].value_expr, {"b": 2.0})
    Expr('a * a')
    >>> folded(OPS["pow"].partial_exprs[0], {"b": 2.0})
    Expr('2.0 * a')
    """

    def step(part: Expr, operands: list[Operand]) -> Operand:
        if part.op == "var":
            return known.get(part.operands[0], part)
        same = all(x is y for x, y in zip(operands, part.operands))
        return _simplified(part.op, operands, part if same else None)

    return bottom_up([expr], step)[0]


def _simplified(op: str, operands: list[Operand], unchanged: Expr | None) -> Operand:
    """One application, by rules that hold for every float, NaN and -0.0 included."""
    first, last = operands[0], operands[-1]
    if not any(isinstance(x, Expr) for x in operands):
        return FUNCTIONS[op](*operands)
    if op == "where" and not isinstance(first, Expr):
        return operands[1] if first else last
    if op == "pow" and not isinstance(last, Expr) and last in (0.0, 1.0):
        return first if last else 1.0
    if op in ("mul", "div") and not isinstance(last, Expr) and last == 1.0:
        return first
    if op == "mul" and not isinstance(first, Expr) and first == 1.0:
        return last
    return unchanged if unchanged is not None else Expr(op, *operands)
