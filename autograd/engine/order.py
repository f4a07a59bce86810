"""Order: what a result was made of, each node after all of its operands.

Next: :mod:`autograd.engine.sweep` goes through this order backwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["Adjoints", "Node", "operand_values", "operands_of", "record_of", "record_within"]

Node = Any
Adjoints = dict[Node, float]


def record_of(roots: Iterable[Node]) -> tuple[list[Node], Adjoints]:
    """The computed nodes, operands first, and a zero adjoint for every node, leaves too.

    It is a depth-first walk, operands from left to right, with a stack of its own in place of
    recursion: a graph may be ten million nodes deep.
    """
    order: list[Node] = []
    adjoint: Adjoints = {}
    stack: list[Node] = [*roots][::-1]
    while stack:
        node = stack.pop()
        if node is None:  # the node below has all of its operands in the order
            order.append(stack.pop())
        elif node not in adjoint:
            adjoint[node] = 0.0
            if node.op is not None:
                stack += [node, None]
                stack += [x for x in operands_of(node)[::-1] if type(x) is not float]
    return order, adjoint


def record_within(nodes: list[Node], roots: Iterable[Node]) -> tuple[list[Node], Adjoints]:
    """The same of the part that is among these nodes, which stand in the order of their making."""
    order: list[Node] = []
    adjoint: Adjoints = dict.fromkeys(roots, 0.0)
    for node in reversed(nodes):
        if node in adjoint and node.op is not None:
            order.append(node)
            for x in operands_of(node):
                if type(x) is not float:
                    adjoint[x] = 0.0
    return order[::-1], adjoint


def operands_of(node: Node) -> tuple[Any, ...]:
    """Operands of a node: nodes, and literal floats in their places; none for a leaf."""
    if node.op is None:
        return ()
    if node._right is not None:
        return node._left, node._right
    return node._left if type(node._left) is tuple else (node._left,)


def operand_values(node: Node) -> tuple[float, ...]:
    """The numbers that the operands of a node hold."""
    return tuple([x if type(x) is float else x._data for x in operands_of(node)])
