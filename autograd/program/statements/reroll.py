"""An n-ary rule along an axis: traced for a few operands, read as a formula for any number.

``reduce(xp.maximum, xs)`` traced with x0, x1, x2 is ``maximum(maximum(x0, x1), x2)``. Such a chain
becomes one ``fold_maximum`` of the whole vector x, and what the rule does to every operand alike
becomes the same done to x; so logsumexp of n rows is a dozen array operations, not a dozen times
n. Next: :mod:`autograd.program.array.writer`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.ops.expr import XP, Expr, Operand, show
from autograd.ops.op import OPS, Op
from autograd.ops.per_op import per_op

__all__ = ["FOLDS", "rolled", "rolled_partials", "rolled_tip"]

FOLDS = {"add": "add", "mul": "multiply", "maximum": "maximum", "minimum": "minimum"}
"""Functions whose chains are recognised, and NumPy's names of them."""


class _NotRegular(Exception):
    """The rule treats its operands in ways that no formula of the whole vector expresses."""


@per_op
def rolled(op: Op) -> tuple[Operand, Operand] | None:
    """Value and local derivatives of an n-ary primitive as formulas of "x" and "out".

    Each Expr ``fold_…`` stands for a reduction along the axis of the operands. None if the rule is
    not regular: then its operands are treated one by one.
    """
    try:
        three, four = _rolled(op, 3), _rolled(op, 4)
    except _NotRegular:
        return None
    return three if list(map(show, three)) == list(map(show, four)) else None


@per_op
def rolled_partials(op: Op, leading: int) -> Operand | None:
    """The formula of the local derivatives alone, where only so many leading operands, which it
    does not need, have none.
    """
    try:
        three, four = [_Roll(xs).each(p) for xs, p in map(_partials_of(op, leading), (3, 4))]
    except _NotRegular:
        return None
    return three if show(three) == show(four) else None


def _partials_of(op: Op, leading: int) -> Callable[[int], tuple[list[Expr], list[Operand]]]:
    """Symbols for the n other operands, and what the rule has for each of them."""

    def traced(n: int) -> tuple[list[Expr], list[Operand]]:
        symbols = [Expr("var", f"k{i}") for i in range(leading)]
        xs = [Expr("var", f"x{i}") for i in range(n)]
        partials = op.partials(XP, Expr("var", "out"), *symbols, *xs)
        if [i for i, partial in enumerate(partials) if partial is None] != [*range(leading)]:
            raise _NotRegular
        return xs, [*partials[leading:]]

    return traced


def rolled_tip(op: Op) -> Operand | None:
    """What is zero at the tip of a regular n-ary primitive, as a formula of "x" and "out"."""
    xs = [Expr("var", f"x{i}") for i in range(4)]
    return None if op.tip is None else _Roll(xs).whole(op.tip(XP, Expr("var", "out"), *xs))


def _rolled(op: Op, n: int) -> tuple[Operand, Operand]:
    out = Expr("var", "out")
    xs = [Expr("var", f"x{i}") for i in range(n)]
    partials = op.partials(XP, out, *xs)
    if any(partial is None for partial in partials):
        raise _NotRegular
    roll = _Roll(xs)
    return roll.whole(op.forward(XP, *xs)), roll.each(list(partials))


class _Roll:
    """Reads expressions of x0, x1 … as formulas of x; shared parts stay shared."""

    def __init__(self, xs: Sequence[Expr]) -> None:
        self.xs = xs
        self.x = Expr("var", "x")
        self._known: dict[tuple[int, ...], Operand] = {}
        self._kept: list[Any] = []  # keeps the expressions alive whose ids are known

    def each(self, items: list[Operand]) -> Operand:
        """One formula for expressions of which the i-th is about the i-th operand."""
        first = items[0]
        parts = [item for item in items if isinstance(item, Expr)]
        if all(item is first for item in items):
            return self.whole(first)
        if all(item is x for item, x in zip(items, self.xs)):
            return self.x
        if len(parts) < len(items):
            if all(isinstance(item, float) and repr(item) == repr(first) for item in items):
                return first
            raise _NotRegular
        key = tuple(map(id, parts))
        if key not in self._known:
            op, count = parts[0].op, len(parts[0].operands)
            if op == "var" or any(e.op != op or len(e.operands) != count for e in parts):
                raise _NotRegular
            columns = [list(column) for column in zip(*[part.operands for part in parts])]
            self._remember(key, parts, Expr(op, *map(self.each, columns)))
        return self._known[key]

    def whole(self, item: Operand) -> Operand:
        """The formula for an expression that is about all operands at once."""
        if not isinstance(item, Expr):
            return item
        if item.op == "var":
            if item.operands[0] != "out":
                raise _NotRegular
            return item
        key = (id(item),)
        if key not in self._known:
            if item.op in OPS and OPS[item.op].arity is None:  # such as norm in norm's partials
                written_out = OPS[item.op].forward(XP, *item.operands)
                self._remember(key, (item, written_out), self.whole(written_out))
            else:
                fold = self._fold(item)
                self._remember(key, item, self._inside(item) if fold is None else fold)
        return self._known[key]

    def _inside(self, item: Expr) -> Expr:
        return Expr(item.op, *map(self.whole, item.operands))

    def _fold(self, item: Expr) -> Expr | None:
        """A reduction, if this is a chain of one function over something of each operand."""
        if item.op not in FOLDS:
            return None
        links: list[Operand] = []
        rest: Operand = item
        while len(links) < len(self.xs) - 1:
            if not isinstance(rest, Expr) or rest.op != item.op:
                return None
            rest, link = rest.operands
            links.append(link)
        try:
            return Expr(f"fold_{item.op}", self.each([rest, *links[::-1]]))
        except _NotRegular:
            return None

    def _remember(
        self, key: tuple[int, ...], items: Expr | Sequence[Expr], formula: Operand
    ) -> None:
        self._known[key] = formula
        self._kept.append(items)
