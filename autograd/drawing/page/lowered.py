"""Lowered: a recorded graph as plain lists, which ``program.js`` evaluates.

Next: :mod:`autograd.drawing.page.content`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.drawing.page.javascript import Script
from autograd.engine.order import operands_of, record_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Lowered", "leaves_of", "lowered"]


class Lowered(NamedTuple):
    """A program, the numbers of its leaves, the Values in its order, and its functions.

    In a program, ``nodes`` holds None for a leaf, otherwise the number of a rule and the operands:
    nodes by number, constants from -1 down. ``outputs`` are the nodes to differentiate.
    """

    program: dict[str, Any]
    leaves: list[float]
    nodes: list[Any]
    script: Script


def lowered(roots: Sequence[Value], script: Script | None = None) -> Lowered:
    """The whole graph of some Values, each after its operands.

    Several programs of one page share its ``script``.

    Raises:
        InputTypeError: Something in it has no form in JavaScript.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> lowered([x * x + 1.0]).program
    {'nodes': [None, [0, [0, 0]], [1, [1, -1]]], 'constants': [1.0], 'outputs': [2]}
    """
    script = Script() if script is None else script
    place: dict[Any, int] = {}
    constants: dict[str, int] = {}
    nodes: list[list[Any] | None] = []

    def leaf(node: Value) -> None:
        place[node] = len(nodes)
        nodes.append(None)

    for node in record_of(roots)[0]:
        operands = operands_of(node)
        for operand in operands:
            if type(operand) is not float and operand not in place:
                leaf(operand)
        listed = [
            -1 - constants.setdefault(repr(x), len(constants)) if type(x) is float else place[x]
            for x in operands
        ]
        rule = script.rule(node.op, len(operands))
        place[node] = len(nodes)
        nodes.append([rule, listed])
    for root in roots:
        if root not in place:
            leaf(root)
    program = {
        "nodes": nodes,
        "constants": [float(text) for text in constants],
        "outputs": list(dict.fromkeys(place[root] for root in roots)),
    }
    leaves = [float(node.data) for node in place if node.op is None]
    return Lowered(program, leaves, list(place), script)


def leaves_of(roots: Sequence[Value]) -> list[Any]:
    """The leaves of some Values, in the order in which they are in a program."""
    used = (x for node in record_of(roots)[0] for x in operands_of(node) if type(x) is not float)
    return [x for x in dict.fromkeys([*used, *roots]) if x.op is None]
