"""Which parts of expressions only one side of a choice needs: they are computed where it is taken.

Next: :mod:`autograd.program.loop.native.emit`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from autograd.graph import topological_order
from autograd.ops.expr import Expr, Operand, inner_exprs

__all__ = ["Side", "cost", "sides_of", "usual"]

COSTS = {"var": 0, "div": 6, "sqrt": 12} | dict.fromkeys(
    ["add", "sub", "mul", "neg", "abs", "floor", "ceil", "where", "lt", "le", "gt", "ge", "eq",
     "ne", "maximum", "minimum"], 1
)  # fmt: skip
"""Of operations, about; all others call functions."""
CALL = 100


class Side(NamedTuple):
    """What a choice gives where it holds (1) or where it does not (2), inside another side."""

    choice: Expr
    which: int
    outer: Side | None
    depth: int


def sides_of(
    order: Sequence[Expr], roots: Sequence[Operand], is_choice: Callable[[Expr], bool]
) -> dict[Expr, Side | None]:
    """The innermost side that needs a part, if one side alone does; a topological order is given.

    >>> x = Expr("var", "x")
    >>> root = Expr("sqrt", x)
    >>> choice = Expr("where", x > 0.0, root + root, 1.0)
    >>> order = topological_order([choice], inner_exprs)
    >>> found = sides_of(order, [choice], lambda expr: expr.op == "where")
    >>> found[root] == Side(choice, 1, None, 1), found[x]
    (True, None)
    """
    found: dict[Expr, Side | None] = {x: None for x in roots if isinstance(x, Expr)}
    for expr in reversed(order):
        own = found[expr]
        for which, part in enumerate(expr.operands):
            if not isinstance(part, Expr):
                continue
            side = own
            if which and is_choice(expr):
                side = Side(expr, which, own, own.depth + 1 if own else 1)
            found[part] = _common(found[part], side) if part in found else side
    return found


def _common(a: Side | None, b: Side | None) -> Side | None:
    """The innermost side that has both of these in it."""
    while a is not None and b is not None:
        if a.choice is b.choice and a.which == b.which:
            return a
        deeper = a.depth - b.depth
        a, b = (a.outer if deeper >= 0 else a), (b.outer if deeper <= 0 else b)
    return None


def cost(side: Operand, values: Mapping[Expr, str]) -> int:
    """About how many operations are left to do for an expression."""
    if not isinstance(side, Expr) or side in values:
        return 0
    inner = topological_order(
        [side], lambda expr: [x for x in inner_exprs(expr) if x not in values]
    )
    return sum(COSTS.get(expr.op, CALL) for expr in inner)


def usual(condition: Operand) -> list[Expr]:
    """The comparisons that all hold as a rule, where a choice asks if a number is 1, not 0, and
    they choose that; none if it asks something else.

    >>> x = Expr("var", "x")
    >>> usual(Expr("where", x > 0.0, Expr("where", x < 9.0, 1.0, 0.0), 0.0) > 0.0)
    [Expr('x > 0.0'), Expr('x < 9.0')]
    """
    if not isinstance(condition, Expr) or condition.op != "gt" or _number(condition, 1) != 0.0:
        return []
    found, inner = [], condition.operands[0]
    while isinstance(inner, Expr) and inner.op == "where" and _number(inner, 2) == 0.0:
        found.append(inner.operands[0])
        inner = inner.operands[1]
    return [] if isinstance(inner, Expr) or inner != 1.0 else found


def _number(expr: Expr, index: int) -> float | None:
    operand = expr.operands[index]
    return None if isinstance(operand, Expr) else operand
