"""What an instruction over lanes can be: its pattern, and what its cells are.

A pattern is ``(rule, "")`` for a rule applied, with the cells (result, operands …), or
``(rule, kinds)`` for an adjoint spread over the operands, with the cells (adjoint, numbers that
the partials need …, adjoints of operands …). A kind says what happens to an operand's adjoint: S,
it begins here; A, add to it; N, nothing. Next: :mod:`autograd.program.loop.lanes.stream`.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import NamedTuple

from autograd.ops.expr import Expr, variables_of
from autograd.program.loop.native.loops import folds
from autograd.program.loop.native.rows import Rule, rules, spreads
from autograd.program.loop.native.weighing import added, leaves

__all__ = [
    "CHOSEN", "FIRST", "Instruction", "Pattern", "all_patterns", "first_of", "forward",
    "lane_rules", "used_by",
]  # fmt: skip

Pattern = tuple[str, str]


class Instruction(NamedTuple):
    """A pattern and the names in its cells."""

    pattern: Pattern
    cells: tuple[int, ...]


def forward(name: str) -> Pattern:
    """The pattern that applies a rule."""
    return name, ""


def first_of(name: str) -> Pattern:
    """The pattern that begins a fold."""
    return name + FIRST, ""


FIRST = ", first"


CHOSEN = "chosen or passed over"
"""A rule by whose first operand the partial is the second, and zero passes nothing on."""


@cache
def lane_rules() -> dict[str, Rule]:
    """The rules, those that take one more term into a fold, and those of n-ary partials."""
    found = {**rules(), **spreads()}
    r = Expr("var", "r")
    for name, fold in folds().items():
        variables = (*fold.items, *fold.others)
        step = _taken_in(Expr(fold.step, r, fold.term))
        found[name] = Rule(name, ("r", *variables), step, (), False)
        if fold.start is None:
            first, _ = first_of(name)
            found[first] = Rule(first, variables, fold.term, (), False)
    a, b = Expr("var", "a"), Expr("var", "b")
    found[CHOSEN] = Rule(CHOSEN, ("a", "b"), a * b, (b, None), True)
    return found


def _taken_in(step: Expr) -> Expr:
    """The same in fewer operations where a term is 1 or 0: what is counted is never -0.0."""
    before, term = step.operands
    if step.op == "add" and {*map(repr, leaves(term))} == {"0.0", "1.0"}:
        return added(before, term)
    return step


@cache
def used_by(name: str, kinds: str) -> tuple[int, ...]:
    """Which numbers the wanted partials need: 0 is the result, the operands follow."""
    rule = lane_rules()[name]
    used = variables_of(rule.wanted(kinds))
    return tuple([i for i, x in enumerate(("out", *rule.variables)) if x in used])


@cache
def all_patterns() -> list[Pattern]:
    """Every pattern, in the order of their opcodes; the last one ends a stream."""
    found = [forward(name) for name in lane_rules()]
    for name, rule in lane_rules().items():
        edges = ["N" if partial is None else "NSA" for partial in rule.partials]
        found += [(name, kinds) for kinds in map("".join, product(*edges)) if kinds.strip("N")]
    return [*found, ("halt", "")]
