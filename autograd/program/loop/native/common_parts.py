"""What the value of a primitive and its local derivatives have in common, computed once.

A sigmoid and its slope both need exp(-|x|). Such a call becomes a step of its own: what the forward
pass has computed, the reverse pass reads. Next: :mod:`autograd.program.loop.native.rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from autograd.graph import topological_order
from autograd.ops import TABLE
from autograd.ops.expr import Expr, Operand, bottom_up, inner_exprs, interned
from autograd.ops.ieee import IEEE
from autograd.ops.op import OPS, Op
from autograd.ops.partial_evaluation import folded
from autograd.program.loop.native.cutting import CHEAP

__all__ = ["KEPT", "Split", "splits"]

KEPT = "kept"
"""The variable that stands for the call."""


class Split(NamedTuple):
    """A call, and value and local derivatives made of it and the operands."""

    part: Expr
    value: Operand
    partials: tuple[Operand | None, ...]


@cache
def splits() -> dict[str, Split]:
    """The primitives of a fixed number of operands that have such a call, by name.

    >>> splits()["sigmoid"].value
    Expr('(kept if a < 0.0 else 1.0) / (1.0 + kept)')
    """
    found = {op.name: _split(op) for op in TABLE if op.arity}
    return {name: split for name, split in found.items() if split is not None}


def _split(op: Op) -> Split | None:
    exprs = [op.value_expr, *(0.0 if x is None else x for x in op.partial_exprs)]
    value, *partials = interned([_lowered(x) for x in exprs])
    calls = {part for part in _parts([value], _ordinary) if part.op not in CHEAP}
    common = calls & {*_parts(partials)} - {value}
    common -= {*_parts([x for part in common for x in part.operands])}
    if len(common) != 1:
        return None
    (part,) = common
    kept = Expr("var", KEPT)
    value, *partials = bottom_up(
        [value, *partials], lambda x, parts: kept if x is part else _with(x, parts)
    )
    wanted = [None if x is None else own for x, own in zip(op.partial_exprs, partials)]
    return Split(part, value, tuple(wanted))


def _parts(
    exprs: Sequence[Operand], inner: Callable[[Expr], list[Expr]] = inner_exprs
) -> list[Expr]:
    return topological_order([x for x in exprs if isinstance(x, Expr)], inner)


def _ordinary(part: Expr) -> list[Expr]:
    """What a part is always made of, and of a choice what is left when nothing special is so."""
    inner = part.operands
    if part.op == "where":
        inner = inner[::2]
    return [x for x in inner if isinstance(x, Expr)]


def _lowered(expr: Operand) -> Operand:
    """The same with elementary functions only."""

    def step(part: Expr, operands: list[Operand]) -> Operand:
        if part.op == "var" or part.op in IEEE:
            return _with(part, operands)
        rule = _lowered(OPS[part.op].value_expr)
        return folded(rule, dict(zip(OPS[part.op].variables, operands)))

    return bottom_up([expr], step)[0]


def _with(part: Expr, operands: Sequence[Operand]) -> Expr:
    same = all(x is y for x, y in zip(operands, part.operands))
    return part if same else Expr(part.op, *operands)
