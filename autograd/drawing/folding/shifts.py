"""Shifts: the largest of some numbers, which is taken from each of them so that none overflows.

No gradient runs through it, and no picture needs it. Next:
:mod:`autograd.drawing.folding.inlining`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.order import operands_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["is_shift", "shifts_in"]


def is_shift(node: Value, users: Iterable[Any]) -> bool:
    """Whether a node is the largest of its operands, without a gradient and a name, and nothing is
    done with it but to take it from others.

    >>> from autograd import Value, maximum, stop_gradient
    >>> x, y = Value(1.0), Value(2.0)
    >>> largest = stop_gradient(maximum(x, y))
    >>> is_shift(largest, [x - largest, y - largest]), is_shift(largest, [largest * 2.0])
    (True, False)
    """
    if node.op is None or node.op.name != "stop_gradient" or node.name:
        return False
    return _is_largest(operands_of(node)[0]) and all(_lessens(user, node) for user in users)


def _is_largest(node: Any) -> bool:
    """Whether a node is the largest of some, and has no name."""
    return (
        type(node) is not float
        and node.op is not None
        and node.op.name in ("maximum", "max")
        and not node.name
    )


def _lessens(user: Any, node: Value) -> bool:
    """Whether a node is another one less this; folds, which are tuples, are not."""
    if type(user) is tuple or user.op.name != "sub":
        return False
    first, second = operands_of(user)
    return second is node and first is not node


def shifts_in(nodes: Sequence[Any], inner: Sequence[Sequence[int]]) -> dict[int, int]:
    """Shifts and the maxima that only they use, each with the node that takes the shift away.

    Nodes are in topological order, with the indices of their operands.
    """
    users: list[list[int]] = [[] for _ in nodes]
    for i, operands in enumerate(inner):
        for j in operands:
            users[j].append(i)
    found: dict[int, int] = {}
    for i in range(len(nodes) - 1, -1, -1):
        if users[i] and is_shift(nodes[i], [nodes[k] for k in users[i]]):
            found[i] = users[i][0]
        elif users[i] and _is_largest(nodes[i]) and all(k in found for k in users[i]):
            found[i] = found[users[i][0]]
    return found
