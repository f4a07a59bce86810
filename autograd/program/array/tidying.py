"""Tidying expressions for arrays: what costs time and changes no finite result beyond rounding.

The rules of the op table carry terms that put back what rounding took, and branches for infinite
operands. In arrays, each of them is a pass over memory. The fast form leaves out what is zero in
exact arithmetic, and takes no number for infinite; where one is, the results show it by not being
finite, and the program turns to the careful form, which leaves out nothing. Only a comparison could
hide it, so a program that compares tells infinities apart in both forms. Next:
:mod:`autograd.program.array.forward`.
"""

from __future__ import annotations

from typing import Any

from autograd.ops.expr import Expr, Operand, bottom_up
from autograd.ops.ieee import IEEE
from autograd.ops.rules import Number

__all__ = ["Tidy"]

INFINITY = float("inf")
LINEAR = {"add", "sub", "neg"}
NOTHING = -0.0
"""What adds nothing, not even to the sign of a zero: -0.0 + 0.0 is 0.0."""


class Tidy:
    """Rewrites expressions without what the module's head names; equal parts become one."""

    def __init__(self, *, finite: bool) -> None:
        self._finite = finite
        self._done: dict[Expr, Operand] = {}
        self._known: dict[tuple[Any, ...], Expr] = {}

    def of(self, expr: Operand) -> Operand:
        """The expression in its short form."""
        return bottom_up([expr], self._step, self._done)[0]

    def _step(self, expr: Expr, operands: list[Operand]) -> Operand:
        made = expr if expr.op == "var" else _shortened(Expr(expr.op, *operands), self._finite)
        return self._one(made) if isinstance(made, Expr) else made

    def _one(self, expr: Expr) -> Expr:
        """The first expression that was like this one."""
        key = (expr.op, *[id(x) if isinstance(x, Expr) else repr(x) for x in expr.operands])
        return self._known.setdefault(key, expr)


def _shortened(expr: Expr, finite: bool) -> Operand:
    operands: tuple[Operand, ...] = expr.operands
    if expr.op in LINEAR and not _linear(expr):
        return NOTHING
    if finite and expr.op == "eq" and _is(operands[0], "abs") and _same(operands[1], INFINITY):
        return 0.0
    if expr.op == "where":
        return _choice(*operands)
    if expr.op == "add":
        for x, other in (operands, operands[::-1]):
            if repr(other) == "-0.0":
                return x
    if expr.op == "mul":
        for x, other in (operands, operands[::-1]):
            if _same(other, 1.0):
                return x
    if expr.op in ("fold_maximum", "fold_minimum") and isinstance(operands[0], float):
        return operands[0]
    if expr.op in IEEE and all(isinstance(x, float) for x in operands):
        return float(IEEE[expr.op](*operands))
    return expr


def _choice(condition: Operand, a: Operand, b: Operand) -> Operand:
    """``where`` in a shorter form if there is one."""
    if isinstance(condition, float):
        return a if condition else b
    if _same(a, b):
        return a
    if isinstance(a, float) and condition.operands[0] is b and _same(condition.operands[-1], a):
        # The other way round a NaN would be replaced; this way NumPy's functions keep it too. At
        # a tie, of zeros with two signs, maximum and minimum are their first operand.
        name = {"le": "maximum", "lt": "maximum", "ge": "minimum", "gt": "minimum"}.get(
            condition.op
        )
        if name is not None:
            return Expr(name, a, b) if condition.op in ("le", "ge") else Expr(name, b, a)
    return Expr("where", condition, a, b)


def _is(x: Number, op: str) -> bool:
    return isinstance(x, Expr) and x.op == op


def _same(x: Number, y: Number) -> bool:
    """Whether two operands are one expression or one number; 0.0 and -0.0 are two."""
    return x is y or (isinstance(x, float) and isinstance(y, float) and repr(x) == repr(y))


def _linear(expr: Operand) -> dict[Any, float]:
    """Coefficients of a sum by what they multiply; empty if everything cancels."""
    total: dict[Any, float] = {}
    pending = [(expr, 1.0)]
    while pending:
        part, sign = pending.pop()
        if isinstance(part, Expr) and part.op in LINEAR:
            signs = {"neg": (-1.0,), "sub": (1.0, -1.0), "add": (1.0, 1.0)}[part.op]
            pending.extend((x, sign * s) for x, s in zip(part.operands, signs))
            continue
        key, amount = (part, sign) if isinstance(part, Expr) else (None, sign * part)
        total[key] = total.get(key, 0.0) + amount
    return {key: amount for key, amount in total.items() if amount}
