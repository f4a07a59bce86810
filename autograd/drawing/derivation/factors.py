"""A path read as factors: the stretches between named Values, with their symbols and numbers.

Next: :mod:`autograd.drawing.derivation.symbols` writes the local derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from autograd.drawing.derivation.algebra import Product, product_of
from autograd.drawing.derivation.aliases import Alias, alias, aliases
from autograd.drawing.derivation.notation import Formula
from autograd.drawing.derivation.paths import Path, Step
from autograd.drawing.derivation.symbols import Symbols
from autograd.drawing.formats.text import clean
from autograd.engine.order import operands_of, record_of
from autograd.ops.expr import Expr

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Factor", "Reader"]

T = TypeVar("T")

LONGEST_NAME = 12
MOST_STEPS = 8  # written out between two names
MOST_FACTORS = 8


class Factor(NamedTuple):
    """The derivative of one named Value by the next one on the path, directly."""

    upper: str
    lower: str
    product: Product
    value: float


class Reader:
    """Turns paths from y to x into factors; ``legend`` says what the numbered Values are.

    An end that has no name gets one that is not ``taken`` by a Value between them.
    """

    def __init__(self, y: Value, x: Value, taken: Collection[str] = ()) -> None:
        names = {*taken, y.name, x.name}
        short = _short_below(y)
        self.result = short.get(y) or clean(y.name or ("y" if "y" not in names else "output"))
        self.input = short.get(x) or clean(x.name or ("x" if "x" not in names else "input"))
        self._symbols = Symbols({**short, y: self.result, x: self.input})
        self.aliases = [*short.values()]
        self.legend = self._symbols.legend

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
        for stretch in shortened(stretches[:-1], MOST_FACTORS):
            factors.append(self._factor(stretch) if stretch else None)
            route.append(self._stop(stretch[-1]) if stretch else "⋯")
        return tuple(factors), tuple(route)

    def _is_stop(self, node: Value) -> bool:
        if self._symbols.name_of(node):
            return True
        return node.op is not None and node.op.arity is not None and node.op.symbol.isalpha()

    def _stop(self, step: Step) -> str:
        """The lower end of a step; of two edges to it, the number of the operand says which."""
        name = self._label(step.operand)
        if sum(x is step.operand for x in operands_of(step.node)) > 1:
            name += f" (operand {step.position + 1})"
        return name

    def _label(self, node: Value) -> str:
        """A Value's name, or the formula of a function without one, or its symbol."""
        name = self._symbols.name_of(node)
        if name:
            return clean(name)
        formula = self._symbols.written_out(node)
        text = "" if formula is None else Formula.of(formula)
        return text if node.op is None or 0 < len(text) <= LONGEST_NAME else node.op.symbol

    def _factor(self, stretch: list[Step]) -> Factor:
        value = math.prod(step.local for step in stretch) + 0.0  # no -0
        upper, lower = self._label(stretch[0].node), self._label(stretch[-1].operand)
        return Factor(upper, lower, self._product(stretch), value)

    def _product(self, stretch: list[Step]) -> Product:
        """The local derivatives along a stretch; of a long one only both ends."""
        written = [
            Expr("var", "⋯") if step is None else self._symbols.derivative(step.node, step.position)
            for step in shortened(stretch, MOST_STEPS)
        ]
        return product_of([derivative for derivative in written if derivative is not None])


def _short_below(y: Value) -> dict[Value, Alias]:
    """Aliases of the leaves that a Value was computed from."""
    below = (x for node in record_of([y])[0] for x in operands_of(node) if type(x) is not float)
    named = {x: x.name for x in below if x.op is None and x.name and alias(x.name)}
    short = aliases(named.values())
    return {x: short[name] for x, name in named.items() if name in short}


def shortened(items: Sequence[T], most: int) -> list[T | None]:
    """The items, or of too many the first and the last with None between them."""
    if len(items) <= most:
        return list(items)
    return [*items[: most // 2], None, *items[-(most // 2) :]]
