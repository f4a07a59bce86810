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
from autograd.program.loop.native.rows import Rule, rules

__all__ = ["Instruction", "Pattern", "all_patterns", "forward", "lane_rules", "used_by"]

Pattern = tuple[str, str]


class Instruction(NamedTuple):
    """A pattern and the names in its cells."""

    pattern: Pattern
    cells: tuple[int, ...]


def forward(name: str) -> Pattern:
    """The pattern that applies a rule."""
    return name, ""


@cache
def lane_rules() -> dict[str, Rule]:
    """The rules, and ``muladd``: one term of a dot product, its product rounded as any other."""
    before, a, b = (Expr("var", name) for name in "abc")
    return {**rules(), "muladd": Rule("muladd", ("a", "b", "c"), before + a * b, (), False)}


@cache
def used_by(name: str, kinds: str) -> tuple[int, ...]:
    """Which numbers the wanted partials need: 0 is the result, the operands follow."""
    rule = lane_rules()[name]
    wanted = [partial for partial, kind in zip(rule.partials, kinds) if kind != "N"]
    used = variables_of(wanted)
    return tuple([i for i, x in enumerate(("out", *rule.variables)) if x in used])


@cache
def all_patterns() -> list[Pattern]:
    """Every pattern, in the order of their opcodes; the last one ends a stream."""
    found = [forward(name) for name in lane_rules()]
    for name, rule in lane_rules().items():
        edges = ["N" if partial is None else "NSA" for partial in rule.partials]
        found += [(name, kinds) for kinds in map("".join, product(*edges)) if kinds.strip("N")]
    return [*found, ("halt", "")]
