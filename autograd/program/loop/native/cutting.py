"""Formulas of an n-ary rule cut into stages: what is computed once, for each operand, or in a fold.

Value and local derivatives share them: what the forward pass has computed the reverse pass reads. A
stage is a rule of its own, named after the primitive, so that one row or one instruction over lanes
computes it. Next: :mod:`autograd.program.loop.native.loops`.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from autograd.graph import topological_order
from autograd.ops.expr import COMPARISONS, Expr, Operand, inner_exprs
from autograd.program.loop.native.sides import sides_of, usual

__all__ = ["CHEAP", "Cut", "Loops", "Stage"]

CHEAP = {
    "add", "sub", "mul", "div", "neg", "abs", "sqrt", "floor", "ceil", "where", "var", "lt", "le",
    "gt", "ge", "eq", "ne", "maximum", "minimum",
}  # fmt: skip
"""What is computed again rather than kept for each operand."""


class Stage(NamedTuple):
    """A rule of its own: applied once, to each operand, or in a fold.

    ``items`` are what differs from operand to operand: "x", or stages applied to each. ``others``
    are stages that have one result, or "out". A fold that is rarely needed has a ``guard``.
    """

    name: str
    kind: str
    rule: Operand
    items: tuple[str, ...]
    others: tuple[str, ...]
    guard: str | None = None


class Loops(NamedTuple):
    """Stages to the value (the last of them, if the rule is regular), from there to the partials,
    and the partial by each operand.
    """

    leading: int
    """Operands before the sequence, without an edge."""
    forward: tuple[Stage, ...]
    backward: tuple[Stage, ...]
    spread: Stage

    @property
    def needs(self) -> tuple[str, ...]:
        """The single numbers that the partials are made of, besides those of each operand."""
        made = {stage.name for stage in self.backward}
        names = [x for stage in (*self.backward, self.spread) for x in stage.others]
        return tuple([x for x in dict.fromkeys(names) if x not in made])


class Cut:
    """Formulas of "x" and "out" cut into stages."""

    def __init__(self, name: str, value: Operand, partial: Operand) -> None:
        self.name, self.value, self.partial = name, value, partial
        self.stages: dict[Expr, Stage] = {}
        order = topological_order([x for x in (value, partial) if isinstance(x, Expr)], inner_exprs)
        self.sides = sides_of(order, (value, partial), lambda part: part.op == "where")
        self.differs: dict[Expr, bool] = {}  # from operand to operand
        for part in order:
            inner = [self.differs[x] for x in inner_exprs(part)]
            is_x = part.op == "var" and part.operands[0] == "x"
            self.differs[part] = not _is_fold(part) and (is_x or any(inner))
        roots = [part.operands[0] for part in order if _is_fold(part)]
        self.kept = self._kept([*roots, value, partial])
        self.shared = _shared(value, partial)

    def _kept(self, roots: list[Operand]) -> set[Expr]:
        """Parts that call functions for each operand and that several stages need."""
        uses: Counter[Expr] = Counter()
        for root in roots:
            if isinstance(root, Expr):
                uses.update(
                    part for part in topological_order([root], _inside) if self.differs[part]
                )
        costly: dict[Expr, bool] = {}
        for part in topological_order([*uses], _inside):
            calls = not _is_fold(part) and part.op not in CHEAP
            costly[part] = calls or any(costly[x] for x in _inside(part))
        found = {part for part in uses if costly[part] and uses[part] > 1}
        return found - {x for part in found for x in topological_order([part], _inside)[:-1]}

    def loops(self, leading: int) -> Loops:
        """All stages, in order."""
        if not leading and isinstance(self.value, Expr):
            self._once(self.value)
        forward = tuple(self.stages.values())
        rule, items, others = self._rule(self.partial, each=True)
        backward = tuple(self.stages.values())[len(forward) :]
        made = {stage.name for stage in backward}
        items = ("x", *items, *(x for stage in backward for x in stage.items if x not in made))
        spread = Stage(f"{self.name}.spread", "spread", rule, tuple(dict.fromkeys(items)), others)
        return Loops(leading, forward, backward, spread)

    def _once(self, part: Expr) -> str:
        """The name of a part that is one number, its stage made."""
        if part.op == "var":
            return str(part.operands[0])
        if part not in self.stages:
            if _is_fold(part):
                rule, items, others = self._rule(part.operands[0], each=True)
                guard = self._guard(part)
                if guard is not None:
                    others = *(x for x in others if x != guard), guard
                self._add(part, "fold", Expr(part.op, rule), items, others, guard)
            else:
                rule, _, others = self._rule(part, each=False)
                self._add(part, "once", rule, (), others)
        return self.stages[part].name

    def _guard(self, part: Expr) -> str | None:
        """The stage that is 1 where no side of a choice that is taken needs a part."""
        side = self.sides[part]
        if side is None or side.which == 1 or not usual(side.choice.operands[0]):
            return None
        return self._once(side.choice.operands[0].operands[0])

    def _each(self, part: Expr) -> str:
        """The name of a part that is kept for each operand, its stage made."""
        if part not in self.stages:
            rule, items, others = self._rule(part, each=True, itself=True)
            self._add(part, "each", rule, items, others)
        return self.stages[part].name

    def _add(
        self, part: Expr, kind: str, rule: Operand, items: tuple[str, ...],
        others: tuple[str, ...], guard: str | None = None,
    ) -> None:  # fmt: skip
        name = f"{self.name}.{len(self.stages)}"
        self.stages[part] = Stage(name, kind, rule, items, others, guard)

    def _rule(
        self, root: Operand, *, each: bool, itself: bool = False
    ) -> tuple[Operand, tuple[str, ...], tuple[str, ...]]:
        """A part as a rule, in which variables stand for other stages; and those variables.

        A part that is kept may stand for one by itself, unless it is just that stage.
        """
        items: dict[str, None] = {}
        others: dict[str, None] = {}
        made: dict[Expr, Operand] = {}

        def cut(part: Operand) -> Operand:
            if not isinstance(part, Expr):
                return part
            if part not in made:
                made[part] = write(part)
            return made[part]

        def write(part: Expr) -> Operand:
            if self.differs[part]:
                if part.op == "var" or (part in self.kept and not (itself and part is root)):
                    name = "x" if part.op == "var" else self._each(part)
                    items[name] = None
                    return Expr("var", name)
            elif self._is_own(part, root, each):
                name = self._once(part)
                others[name] = None
                return Expr("var", name)
            return Expr(part.op, *map(cut, part.operands))

        return cut(root), tuple(items), tuple(others)

    def _is_own(self, part: Expr, root: Operand, each: bool) -> bool:
        """Whether a part that is one number is a stage of its own, in the rule of this root."""
        if part.op == "var" or _is_fold(part):
            return True
        return part is not root and part.op not in COMPARISONS and (each or part in self.shared)


def _shared(value: Operand, partial: Operand) -> set[Expr]:
    """What value and partial have in common, but for parts of that alone."""
    known = [
        {*topological_order([x], inner_exprs)} if isinstance(x, Expr) else set()
        for x in (value, partial)
    ]
    common = known[0] & known[1]
    others = (known[0] | known[1]) - common
    return {x for part in others for x in inner_exprs(part) if x in common}


def _is_fold(part: Expr) -> bool:
    return part.op.startswith("fold_")


def _inside(part: Expr) -> list[Expr]:
    """What a part is made of, up to other loops."""
    return [] if _is_fold(part) else inner_exprs(part)
