"""Which node makes a kink: the first whose local derivative jumps across the stencil.

It is found by looking, not in a list of kinked primitives, so a user's own primitive, a norm at
the origin and a tie of two operands are named like any relu. Next: :mod:`autograd.check.checker`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.order import operand_values, operands_of, record_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["name_kink"]

# Across a step of about 1e-7 a smooth local derivative moves by less than this part of itself,
# unless it is so steep there that differences see a kink as well.
JUMP = 1e-2
NEAREST = 3
SHOWN_OPERANDS = 3


def name_kink(graphs: Sequence[Value], paths: Mapping[Value, str]) -> str:
    """What jumps between two neighbours of a point, from the graphs recorded there; "" if nothing.

    Args:
        graphs: One output, as recorded at the point, below it and above it.
        paths: The name of each leaf of the first graph.
    """
    orders = [record_of([y])[0] if hasattr(y, "op") else [] for y in graphs]
    if len({tuple((node.op, len(node.parents)) for node in order) for order in orders}) > 1:
        return "the function takes another path on the other side: a branch of Python's"
    for node, below, above in zip(*orders):
        if _jumps(below, above) or _jumps(node, above):
            place = _place(node, paths)
            values = operand_values(node)[:SHOWN_OPERANDS]
            shown = ", ".join(f"{x:.3g}" for x in values)
            return f"{f'{place} ' if place else ''}{node.op} at {shown}"
    return ""


def _jumps(below: Value, above: Value) -> bool:
    """Whether the local derivatives or the value of a node differ on the two sides."""
    partials = zip(_local(below), _local(above))
    pairs = [(p, q) for p, q in partials if p is not None and q is not None]
    # A step has the same derivative, none, on both sides, but not the same value.
    return any(_differ(p, q) for p, q in pairs or [(below.data, above.data)])


def _differ(p: float, q: float) -> bool:
    """Whether two numbers are too far apart for two sides of a smooth point.

    Both nearly zero is no jump: a product's partial may pass through zero.
    """
    if math.isnan(p) or math.isnan(q):
        return math.isnan(p) != math.isnan(q)
    size = max(abs(p), abs(q))
    return p != q and size > JUMP and not abs(p - q) <= JUMP * size


def _local(node: Value) -> Sequence[float | None]:
    operands = operand_values(node)
    return node.op.local_at(node.data, operands, [True] * len(operands)) if node.op else ()


def _place(node: Value, paths: Mapping[Value, str]) -> str:
    """A name for where in the model a node is: its own, or what its nearest leaves share."""
    if node.name:
        return str(node.name)
    level: list[Any] = [node]
    found: list[str] = []
    for _ in range(NEAREST):
        level = [x for above in level for x in operands_of(above) if type(x) is not float]
        found += [paths[leaf] for leaf in level if leaf in paths]
    dotted = [path.split(".") for path in found if "." in path]
    if dotted:
        # Leaves of one neuron differ in their last parts only: weights.0, bias.
        shared = itertools.takewhile(lambda parts: len(set(parts)) == 1, zip(*dotted))
        return ".".join(parts[0] for parts in shared)
    return ""
