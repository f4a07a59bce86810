"""The rules of primitives for JAX, as formulas of their operands.

Next: :mod:`autograd.program.exports.jax.curved`, where JAX differentiates them.
"""

from __future__ import annotations

from typing import NamedTuple

from autograd.ops.expr import XP, Expr, Operand
from autograd.ops.op import Op
from autograd.ops.partial_evaluation import folded, tip_of
from autograd.ops.per_op import per_op
from autograd.program.exports.jax.vocabulary import is_called_back
from autograd.program.statements.reroll import rolled, rolled_tip

__all__ = ["Rule", "rule_of", "rule_of_rows"]


class Rule(NamedTuple):
    """Value and local derivatives as formulas of the operands' names and "out"."""

    names: list[str]
    value: Operand | None
    """None if JAX has to call back."""
    partials: list[Operand | None]
    put_in: dict[str, float]
    """The operands that are known."""
    tip: Operand | None
    """What is zero at the primitive's tip, if it has one."""
    rows: bool = False
    """Whether the only operand is all of them, along the last axis."""


@per_op
def rule_of(op: Op, count: int, known: tuple[tuple[int, str], ...]) -> Rule:
    """The rule of a primitive of so many operands, of which some are ``known``."""
    constants = {i: float(text) for i, text in known}
    every = [f"x{i}" for i in range(count)]
    # Put in afterwards, as Python's own arithmetic raises where a float is divided by zero.
    put_in = {every[i]: x for i, x in constants.items()}
    symbols = [Expr("var", name) for name in every]
    partials = op.one_an_operand(op.partials(XP, Expr("var", "out"), *symbols), count)
    wanted: list[Operand | None] = [
        folded(partials[i], put_in) for i in range(count) if i not in constants
    ]
    value = None if is_called_back(op) else folded(op.forward(XP, *symbols), put_in)
    names = [name for name in every if name not in put_in]
    return Rule(names, value, wanted, put_in, tip_of(op, every, put_in))


@per_op
def rule_of_rows(op: Op) -> Rule:
    """The rule of a regular primitive of many operands, which are one row, "x"."""
    formula = rolled(op)
    assert formula is not None
    value, partials = formula
    return Rule(["x"], value, [partials], {}, rolled_tip(op), rows=True)
