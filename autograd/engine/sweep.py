"""Sweep: the chain rule, from the results back to the leaves.

A sweep keeps adjoints in a dictionary and changes no node; :mod:`autograd.engine.backward`, which
is next, commits its result.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograd.engine.order import Adjoints, Node, operand_values, operands_of

__all__ = ["fresh_values", "pull", "pull_back"]


def pull_back(order: list[Node], adjoint: Adjoints) -> None:
    """Spread the adjoints of the roots, already in ``adjoint``, down to the leaves.

    A node whose adjoint is exactly zero passes nothing on: the branch that was not taken cannot
    spoil the others with an infinity of its own.
    """
    for node in reversed(order):
        if adjoint[node]:
            pull(node, adjoint[node], adjoint)


def pull(node: Node, upstream: float, adjoint: Adjoints) -> None:
    """The chain rule at one node: each operand's adjoint gains upstream × local derivative."""
    operands = operands_of(node)
    wanted = [type(x) is not float for x in operands]
    partials = node.op.local_at(node._data, operand_values(node), wanted)
    for x, partial, is_node in zip(operands, partials, wanted):
        if is_node and partial is not None and (partial or not node.op.selects):
            adjoint[x] += upstream * partial


def fresh_values(order: Iterable[Node]) -> dict[Node, float]:
    """What each computed node would hold if it were computed now, from the leaves on."""
    values: dict[Node, float] = {}
    for node in order:
        operands = [x if type(x) is float else values.get(x, x._data) for x in operands_of(node)]
        values[node] = node.op.evaluate(*operands)
    return values
