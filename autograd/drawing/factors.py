"""A path read as factors: the stretches between named Values, with their symbols and numbers.

What has a name is called by it; what has none is written out while it is short, and otherwise
gets a number and an entry in the legend.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.drawing.formula import TEXT
from autograd.drawing.paths import Path, Step
from autograd.drawing.simplify import SIMPLIFY, Product, product_of
from autograd.drawing.text import clean, number
from autograd.expr import Expr, Operand, evaluate
from autograd.sweep import operands_of

__all__ = ["Factor", "Reader"]

LONGEST_FORMULA = 24  # characters of an unnamed operand written out
LONGEST_NAME = 12
DEEPEST_FORMULA = 4
MOST_STEPS = 8  # written out between two names
MOST_FACTORS = 12


class Factor(NamedTuple):
    """The derivative of one named Value by the next one on the path, directly."""

    upper: str
    lower: str
    product: Product
    value: float


class Reader:
    """Turns paths from y to x into factors; ``legend`` says what the numbered Values are."""

    def __init__(self, y: Any, x: Any) -> None:
        self.result = clean(y.name or ("y" if x.name != "y" else "output"))
        self.input = clean(x.name or ("x" if y.name != "x" else "input"))
        self.legend: dict[str, str] = {}
        self._given = {y: self.result, x: self.input}
        self._formulas: dict[Any, Operand] = {}

    def name_of(self, node: Any) -> str | None:
        """The name of a Value; both ends of the paths have one."""
        name: str | None = self._given.get(node) or node.name
        return name

    def read(self, path: Path) -> tuple[tuple[Factor | None, ...], tuple[str, ...]]:
        """A path's factors, and its route: what it leads through, from the result down.

        A route names Values that have names, and functions that have none; between one of them
        and the next is one factor. Of many, the first and the last are read, with None between
        the factors and "⋯" on the route.
        """
        stretches: list[list[Step]] = [[]]
        for step in path.steps:
            stretches[-1].append(step)
            if self._is_stop(step.operand):
                stretches.append([])
        factors: list[Factor | None] = []
        route = [self.result]
        for stretch in shortened(stretches[:-1], None):
            factors.append(stretch and self._factor(stretch))
            route.append(self._stop(stretch[-1]) if stretch else "⋯")
        return tuple(factors), tuple(route)

    def _is_stop(self, node: Any) -> bool:
        if self.name_of(node):
            return True
        return node.op is not None and node.op.arity is not None and node.op.symbol.isalpha()

    def _stop(self, step: Step) -> str:
        """The lower end of a step; of two edges to it, the number of the operand says which."""
        name = self._label(step.operand)
        if sum(x is step.operand for x in operands_of(step.node)) > 1:
            name += f" (operand {step.position + 1})"
        return name

    def _label(self, node: Any) -> str:
        """A Value's name, or the formula of a function without one, or its symbol."""
        name = self.name_of(node)
        if name:
            return clean(name)
        text = TEXT.write(self._formula(node))
        return text if len(text) <= LONGEST_NAME and "#" not in text else str(node.op.symbol)

    def _factor(self, stretch: list[Step]) -> Factor:
        value = math.prod(step.local for step in stretch) + 0.0  # no -0
        upper, lower = self._label(stretch[0].node), self._label(stretch[-1].operand)
        return Factor(upper, lower, self._product(stretch), value)

    def _product(self, stretch: list[Step]) -> Product:
        """The local derivatives along a stretch; of a long one only both ends."""
        if len(stretch) <= MOST_STEPS:
            return product_of(map(self._derivative, stretch))
        ends = [*map(self._derivative, stretch[: MOST_STEPS // 2]), Expr("var", "⋯")]
        return product_of([*ends, *map(self._derivative, stretch[-MOST_STEPS // 2 :])])

    def _derivative(self, step: Step) -> Operand:
        """The local derivative of one step in terms of names."""
        op, operands = step.node.op, operands_of(step.node)
        symbols = [Expr("var", str(i)) for i in range(len(operands))]
        try:
            written = op.written(Expr("var", "out"), *symbols)[step.position]
        except Exception:  # a user's rule that works on numbers only
            if not op.opaque:
                raise
            return Expr("var", f"{op.name}′")
        values = {str(expr.operands[0]): expr.operands[0] for expr in _variables(written)}
        for name in values:
            values[name] = self._formula(step.node if name == "out" else operands[int(name)])
        return evaluate([written], SIMPLIFY, values)[0]

    def _formula(self, node: Any, depth: int = 0) -> Operand:
        """A Value by its name, or its formula, or a number that stands in the legend."""
        if type(node) is float:
            return node
        name = self.name_of(node)
        if name:
            return Expr("var", name)
        if node.op is None:
            return float(node.data)
        if node not in self._formulas:
            operands = operands_of(node)
            if depth == DEEPEST_FORMULA or len(operands) > DEEPEST_FORMULA:
                return self._numbered(node)
            parts = [self._formula(x, depth + 1) for x in operands]
            formula = SIMPLIFY[node.op.name](*parts)
            is_long = len(TEXT.write(formula)) > LONGEST_FORMULA
            self._formulas[node] = self._numbered(node) if is_long else formula
        return self._formulas[node]

    def _numbered(self, node: Any) -> Expr:
        label = f"#{len(self.legend) + 1}"
        self.legend[label] = f"{number(node.data)}, a result of {node.op}"
        formula = self._formulas[node] = Expr("var", label)
        return formula


def shortened(items: Sequence[Any], mark: Any) -> list[Any]:
    """The items, or of too many the first and the last with a mark between them."""
    if len(items) <= MOST_FACTORS:
        return list(items)
    return [*items[: MOST_FACTORS // 2], mark, *items[-(MOST_FACTORS // 2) :]]


def _variables(expr: Operand) -> list[Expr]:
    """The variables in an expression."""
    found: list[Expr] = []
    pending = [expr]
    while pending:
        one = pending.pop()
        if isinstance(one, Expr):
            if one.op == "var":
                found.append(one)
            else:
                pending.extend(one.operands)
    return found
