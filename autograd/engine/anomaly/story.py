"""Where a number that is not finite came from: the messages of ``detect_anomaly``.

A message names the primitive and its operands, shows the part of the graph that led there, nearest
first, with the lines of the program that are known, and ends with the remedy
(:mod:`autograd.engine.anomaly.remedies`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, TypeAlias

from autograd.engine.anomaly.remedies import Operand, remedy
from autograd.engine.order import operands_of
from autograd.graph import topological_order
from autograd.ops.op import Op

if TYPE_CHECKING:
    from autograd.engine.node import Node

__all__ = ["describe", "story_of_adjoint", "story_of_value"]

MOST_NODES = 6
MOST_OPERANDS = 4

Lines: TypeAlias = "Mapping[Node, str]"


def story_of_value(
    op: Op,
    operands: Sequence[Operand],
    data: float,
    line: str,
    lines: Lines,
    values: Mapping[Node, float] | None = None,
) -> str:
    """A primitive gave ``data``; ``values`` are numbers that the nodes do not hold yet."""
    values = values or {}
    head = f"{op} gave {data} from {_listed(operands, values)}, at {line}"
    numbers = [_number(x, values) for x in operands]
    return "\n".join(
        [
            head,
            *_history([x for x in operands if not isinstance(x, float)], lines, values),
            *_advice(op, operands, numbers, backward=False),
        ]
    )


def story_of_adjoint(
    parent: Node, node: Node, adjoint: Mapping[Node, float], order: Sequence[Node], lines: Lines
) -> str:
    """The adjoint of ``parent`` ceased to be finite when ``node`` passed its own on to it."""
    made = lines.get(node, "a line before detect_anomaly was entered")
    operands = operands_of(node)
    assert node.op is not None  # it has an operand
    head = (
        f"the adjoint of {describe(parent)} became {adjoint[parent]} in the derivative of "
        f"{describe(node)} = {node.op}({_listed(operands, {})}), upstream {adjoint[node]}, "
        f"recorded at {made}"
    )
    numbers = [_number(x, {}) for x in operands]
    return "\n".join(
        [
            head,
            *_way_down(node, adjoint, order),
            *_history([parent], lines, {}),
            *_advice(node.op, operands, numbers, backward=True),
        ]
    )


def describe(x: Operand, values: Mapping[Node, float] | None = None) -> str:
    """An operand in a message: its name, or what made it, and its number."""
    if isinstance(x, float):
        return repr(x)
    label = x.name or (str(x.op) if x.op else "a leaf")
    return f"{label}={_number(x, values or {})!r}"


def _number(x: Operand, values: Mapping[Node, float]) -> float:
    return x if isinstance(x, float) else values.get(x, x._data)


def _listed(operands: Iterable[Operand], values: Mapping[Node, float]) -> str:
    """Operands in a message; of many, the first and those that are not finite."""
    shown: list[str] = []
    left_out = 0
    for i, x in enumerate(operands):
        wanted = i < MOST_OPERANDS or not isfinite(_number(x, values))
        if wanted and len(shown) < 2 * MOST_OPERANDS:
            shown.append(describe(x, values))
        else:
            left_out += 1
    return ", ".join(shown) + (f" and {left_out} more" if left_out else "")


def _history(nodes: Sequence[Node], lines: Lines, values: Mapping[Node, float]) -> list[str]:
    """How the operands came about: what they were computed from, nearest first."""
    nearest = list(dict.fromkeys(node for node in nodes if node.op is not None))
    seen = set(nearest)  # identities: == would compare the numbers
    for node in nearest:  # grows while it is walked: breadth first
        if len(nearest) > MOST_NODES:
            break
        new = [x for x in dict.fromkeys(node.parents) if x.op is not None and x not in seen]
        nearest += new
        seen.update(new)
    text = [
        f"  {describe(node, values)} is {node.op}({_listed(operands_of(node), values)})"
        + (f", at {lines[node]}" if node in lines else "")
        for node in nearest[:MOST_NODES]
    ]
    everything = sum(node.op is not None for node in topological_order(nodes))
    if everything > MOST_NODES:
        text.append(f"  … and {everything - MOST_NODES} nodes before these")
    return text


def _way_down(node: Node, adjoint: Mapping[Node, float], order: Sequence[Node]) -> list[str]:
    """The adjoints above a node, along the consumers with the largest ones."""
    consumers: dict[Node, Node] = {}
    for consumer in order:
        for parent in consumer.parents:
            known = consumers.get(parent)
            if known is None or abs(adjoint[consumer]) > abs(adjoint[known]):
                consumers[parent] = consumer
    above: list[str] = []
    while node in consumers and len(above) < MOST_NODES:
        node = consumers[node]
        above.append(f"{describe(node)} had {adjoint[node]!r}")
    return [f"  adjoints on the way: {', '.join(above)}"] if above else []


def _advice(
    op: Op, operands: Sequence[Operand], numbers: Sequence[float], *, backward: bool
) -> list[str]:
    """What can be done about it, or what the primitive's declaration says of its edges."""
    for x, number in zip(operands, numbers):
        if not isfinite(number) and (isinstance(x, float) or x.op is None):
            return [f"{describe(x)} came in with the data: look there first"]
    known = remedy(op, operands, numbers, backward=backward)
    if known:
        return [f"Remedy: {known}"]
    return [f"{op}: {op.edge}"] if op.edge else []
