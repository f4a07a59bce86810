"""Symbols: Values and local derivatives as formulas of names.

What has a name is called by it; what has none is written out while it is short, and otherwise
gets a number and an entry in the legend. Next: :mod:`autograd.drawing.derivation.factors`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.drawing.derivation.algebra import SIMPLIFY
from autograd.drawing.derivation.notation import TEXT
from autograd.drawing.formats.text import number
from autograd.engine.order import operands_of
from autograd.ops.expr import Expr, Operand, evaluate

if TYPE_CHECKING:
    from autograd.engine.value import Value
    from autograd.ops.op import Op

__all__ = ["Symbols"]

LONGEST = 24  # characters of an unnamed operand written out
DEEPEST = 4


class Symbols:
    """Writes Values and local derivatives as expressions.

    ``given`` are names that come before a Value's own. Leaves without a name are written as their
    number or, unless ``literals``, put in the legend. ``legend`` says what "#1" and so on are.

    >>> from autograd import Value
    >>> x, w = Value(3.0, "x"), Value(2.0, "w")
    >>> TEXT.write(Symbols({}).derivative((w * x) ** 2, 0))
    '2·(w·x)'
    """

    def __init__(self, given: Mapping[Value, str], *, literals: bool = True) -> None:
        self.legend: dict[str, str] = {}
        self._given = given
        self._literals = literals
        self._formulas: dict[Any, Operand] = {}
        self._partials: dict[Any, Any] = {}

    def name_of(self, node: Value) -> str | None:
        """The name that a Value goes by, if it has one."""
        name: str | None = self._given.get(node) or node.name
        return name

    def derivative(self, node: Value, position: int) -> Operand | None:
        """The local derivative of a Value by its operand number ``position``."""
        operands = operands_of(node)
        if node not in self._partials:
            assert node.op is not None  # a leaf has no operands
            self._partials[node] = _written(node.op, len(operands))
        written = self._partials[node][position]
        values = {
            name: self.formula(node if name == "out" else operands[int(name)])
            for name in _variables(written)
            if name == "out" or name.isdecimal()
        }
        found: Operand | None = evaluate([written], SIMPLIFY, _Names(values))[0]
        return found

    def formula(self, node: Value | float) -> Operand:
        """A Value by its name, or its formula, or a number that stands in the legend."""
        written = self.written_out(node)
        if written is None:
            assert not isinstance(node, float)  # which is a literal
            self._formulas[node] = written = self._numbered(node)
        return written

    def written_out(self, node: Value | float, depth: int = 0) -> Operand | None:
        """A Value in names and numbers, None if that would be long."""
        if isinstance(node, float):
            return node
        name = self.name_of(node)
        if name:
            return Expr("var", name)
        if node.op is None:
            return float(node.data) if self._literals else self._formulas.get(node)
        if node in self._formulas:
            return self._formulas[node]
        composed = self._composed(node.op, operands_of(node), depth)
        if composed is not None:  # it may only be too deep here
            self._formulas[node] = composed
        return composed

    def _composed(self, op: Op, operands: Sequence[Value | float], depth: int) -> Operand | None:
        if depth == DEEPEST or len(operands) > DEEPEST:
            return None
        parts = [self.written_out(x, depth + 1) for x in operands]
        if any(part is None for part in parts):
            return None
        formula: Operand = SIMPLIFY[op.name](*parts)
        return formula if len(TEXT.write(formula)) <= LONGEST else None

    def _numbered(self, node: Value) -> Expr:
        label = f"#{len(self.legend) + 1}"
        made = f"a result of {node.op}" if node.op else "a leaf"
        self.legend[label] = f"{number(node.data)}, {made}"
        return Expr("var", label)


class _Names(dict[str, Operand]):
    """Values of variables; one that is not known stands for itself."""

    def __missing__(self, name: str) -> Operand:
        return Expr("var", name)


def _written(op: Op, count: int) -> Any:
    """The local derivatives of a primitive in terms of "out", "0", "1" …"""
    try:
        return op.written(Expr("var", "out"), *(Expr("var", str(i)) for i in range(count)))
    except Exception:  # a user's rule that works on numbers only
        if not op.opaque:
            raise
        return [Expr("var", f"{op.name}′")] * count


def _variables(expr: Operand | None) -> list[str]:
    """The names of the variables in an expression."""
    names: list[str] = []
    pending = [expr]
    while pending:
        one = pending.pop()
        if isinstance(one, Expr):
            if one.op == "var":
                names.append(str(one.operands[0]))
            else:
                pending.extend(one.operands)
    return names
