"""Truths: recorded comparisons, numbers that are 1 or 0, joined by & and |.

Joined, they are choices: ``a & b`` is b where a holds, else 0, and ``a | b`` is 1 where a holds,
else b. Next: :mod:`autograd.engine.value`.
"""

from __future__ import annotations

from typing import Any

from autograd.engine.node import Node
from autograd.engine.order import operands_of
from autograd.engine.record import record
from autograd.errors import InputTypeError
from autograd.ops.expr import COMPARISONS
from autograd.ops.op import OPS

__all__ = ["conjunction", "disjunction", "is_truth"]


def conjunction(a: Node | float, b: Node | float) -> Any:
    """``a & b`` of truths."""
    _require_truths("&", a, b)
    return record(OPS["where"], (_number(a), _number(b), 0.0))


def disjunction(a: Node | float, b: Node | float) -> Any:
    """``a | b`` of truths."""
    _require_truths("|", a, b)
    return record(OPS["where"], (_number(a), 1.0, _number(b)))


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
            operands = operands_of(x)
            if x.op is OPS["where"]:
                operands = operands[1:]
            elif x.op is OPS["sub"]:
                if type(operands[0]) is not float:
                    return False
            elif x.op is not OPS["mul"]:
                return False
            pending += operands
    return True


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
