"""N-ary rules as loops: folds over the operands, and what is computed once or for each of them.

The formulas of :mod:`autograd.program.statements.reroll` are cut into stages by
:mod:`.cutting`. Next: :mod:`autograd.program.loop.native.steps`, which applies them to registers.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from autograd.ops import TABLE
from autograd.ops.expr import XP, Expr, Operand, interned
from autograd.ops.op import OPS, Op
from autograd.program.loop.native.cutting import Cut, Loops, Stage
from autograd.program.statements.reroll import rolled, rolled_partials

__all__ = ["Fold", "folds", "is_item", "loops_of", "loops_of_spreads", "stages"]

MOST = 4
"""Variables of a rule that a row has room for."""


class Fold(NamedTuple):
    """A loop over sequences of operands: result = step(result, term), from left to right."""

    step: str
    term: Operand
    start: float | None
    """None: it begins with the first term."""
    items: tuple[str, ...]
    others: tuple[str, ...]
    guard: str | None
    """The one of the others that is 1 where nothing needs the result; then that is any number."""


@cache
def folds() -> dict[str, Fold]:
    """Folds by name: those of the table that are one, and those among the stages of others."""
    found = {}
    for name, variables in (("sum", "a"), ("dot", "ab")):
        # Traced over one element they are 0.0 + term.
        start, term = OPS[name].forward(XP, *(Expr("var", x) for x in variables)).operands
        found[name] = Fold("add", term, start, tuple(variables), (), None)
    for stage in stages():
        if stage.kind == "fold" and isinstance(stage.rule, Expr):
            term = stage.rule.operands[0]
            about = stage.items, stage.others, stage.guard
            found[stage.name] = Fold(stage.rule.op[5:], term, None, *about)
    return found


@cache
def stages() -> tuple[Stage, ...]:
    """All stages of the primitives of the table."""
    found = _of_table().values()
    return tuple([x for loops in found for x in (*loops.forward, *loops.backward, loops.spread)])


@cache
def loops_of_spreads() -> dict[str, Loops]:
    """The loops that belong to a spread, by its name."""
    return {loops.spread.name: loops for loops in _of_table().values()}


@cache
def _kept_stages() -> frozenset[str]:
    return frozenset(stage.name for stage in stages() if stage.kind == "each")


def is_item(variable: str) -> bool:
    """Whether a stage's variable differs from operand to operand."""
    return variable == "x" or variable in _kept_stages()


def loops_of(op: Op) -> Loops | None:
    """The stages of a primitive of any number of operands; None if its rule has no such form."""
    return _of_table().get(op.name) if OPS.get(op.name) is op else None


@cache
def _of_table() -> dict[str, Loops]:
    n_ary = [op for op in TABLE if op.arity is None and op.name not in ("sum", "dot")]
    found = {op.name: _loops(op) for op in n_ary}
    return {name: loops for name, loops in found.items() if loops is not None}


def _loops(op: Op) -> Loops | None:
    formulas, leading = rolled(op), 0
    if formulas is None:
        partials, leading = rolled_partials(op, 1), 1
        if partials is None:
            return None
        formulas = 0.0, partials
    cut = Cut(op.name, *interned(formulas))
    loops = cut.loops(leading)
    fitting = all(len(s.others) <= MOST for s in cut.stages.values() if s.kind == "once")
    return loops if fitting and (leading or isinstance(cut.value, Expr)) else None
