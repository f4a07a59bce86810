"""Comparisons: numbers are compared, as with floats; while tracing, the comparison is recorded.

A recorded one is a truth, a number that is 1 or 0. Joined by &, | and ^, truths are choices:
``a & b`` is b where a holds, else 0, ``a | b`` is 1 where a holds, else b, and ``a ^ b`` is a != b.
Next: :mod:`autograd.engine.value`.
"""

from __future__ import annotations

import operator
from typing import Any

from autograd.engine.methods import Methods
from autograd.engine.modes import ACTIVE, TRACING
from autograd.engine.node import Node
from autograd.engine.order import operands_of
from autograd.engine.record import operand, record
from autograd.engine.refusals import refuse_to_freeze
from autograd.errors import InputTypeError
from autograd.ops.expr import COMPARISONS
from autograd.ops.op import OPS
from autograd.reals import comparable

__all__ = ["Comparisons"]


class Comparisons(Methods):
    """A node that is compared with others and with numbers."""

    __slots__ = ()

    def __bool__(self) -> bool:
        refuse_to_freeze("the truth (bool)")
        return bool(self._data)

    __hash__ = object.__hash__

    def _compare(self, name: str, other: object) -> bool:
        number = other._data if isinstance(other, Node) else comparable(other)
        if number is None:
            return NotImplemented  # type: ignore[no-any-return]
        if ACTIVE and TRACING.get():
            compared: bool = record(OPS[name], (self, operand(other)))  # a Value in its place
            return compared
        if self._data != self._data:
            number = 0.0  # whatever it is; a Decimal would raise
        holds: bool = getattr(operator, name)(self._data, number)
        return holds

    def __and__(self, other: Node | float) -> Any:
        """Whether both hold, of recorded comparisons; bools elsewhere have a & of their own."""
        return conjunction(self, other)

    def __rand__(self, other: Node | float) -> Any:
        """The same, from the other side."""
        return conjunction(other, self)

    def __or__(self, other: Node | float) -> Any:
        """Whether one of two recorded comparisons holds."""
        return disjunction(self, other)

    def __ror__(self, other: Node | float) -> Any:
        """The same, from the other side."""
        return disjunction(other, self)

    def __xor__(self, other: Node | float) -> Any:
        """Whether just one of two recorded comparisons holds."""
        return difference(self, other)

    def __rxor__(self, other: Node | float) -> Any:
        """The same, from the other side."""
        return difference(other, self)

    def __invert__(self) -> Any:
        raise InputTypeError(
            "~ of a recorded comparison is refused, for ~True is -2 in Python: swap the branches "
            "of where, or write 1 - condition"
        )

    def __lt__(self, other: Node | float) -> bool:
        """Whether self < other, as numbers."""
        return self._compare("lt", other)

    def __le__(self, other: Node | float) -> bool:
        """Whether self ≤ other, as numbers."""
        return self._compare("le", other)

    def __gt__(self, other: Node | float) -> bool:
        """Whether self > other, as numbers."""
        return self._compare("gt", other)

    def __ge__(self, other: Node | float) -> bool:
        """Whether self ≥ other, as numbers."""
        return self._compare("ge", other)

    def __eq__(self, other: object) -> bool:
        """Whether self = other, as numbers."""
        return self._compare("eq", other)

    def __ne__(self, other: object) -> bool:
        """Whether self ≠ other, as numbers."""
        return self._compare("ne", other)


def conjunction(a: Node | float, b: Node | float) -> Any:
    """``a & b`` of truths."""
    _require_truths("&", a, b)
    return record(OPS["where"], (_number(a), _number(b), 0.0))


def disjunction(a: Node | float, b: Node | float) -> Any:
    """``a | b`` of truths."""
    _require_truths("|", a, b)
    return record(OPS["where"], (_number(a), 1.0, _number(b)))


def difference(a: Node | float, b: Node | float) -> Any:
    """``a ^ b`` of truths."""
    _require_truths("^", a, b)
    return record(OPS["ne"], (_number(a), _number(b)))


def is_truth(x: Node | float) -> bool:
    """Whether this is True or False, or a Value that can only be 1 or 0.

    Such are comparisons, what & and | make of them, their products, and 1 less one of them.
    """
    pending = [x]
    while pending:
        x = pending.pop()
        if not isinstance(x, Node):
            if type(x).__name__ not in ("bool", "bool_") and not (type(x) is float and x in (0, 1)):
                return False
        elif x.op is None:
            return False
        elif x.op.name not in COMPARISONS:
            parts = _truths_behind(x)
            if parts is None:
                return False
            pending += parts
    return True


def _truths_behind(x: Node) -> tuple[Any, ...] | None:
    """What has to be truths for this to be one; None of what need not be 1 or 0 even then."""
    operands = operands_of(x)
    if x.op is OPS["where"]:
        return operands[1:]
    if x.op is OPS["mul"] or (x.op is OPS["sub"] and type(operands[0]) is float):
        return operands
    return None


def _number(x: Node | float) -> Any:
    return x if isinstance(x, Node) else float(x)


def _require_truths(sign: str, *operands: Node | float) -> None:
    for x in operands:
        if type(x) is float or not is_truth(x):
            raise InputTypeError(
                f"{sign} joins comparisons that are recorded, and bools, but got "
                f"{type(x).__name__} {x!r}"[:200]
                + f": write (a > 0) {sign} (b > 0), with brackets, for {sign} binds more tightly"
            )
