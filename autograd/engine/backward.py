"""backward: gradient passes that change nodes only at their very end.

A pass computes every adjoint in side storage first. Committing is then one loop that runs inside
the interpreter's C code, so that neither an interrupt nor another thread can see half of it. The
passes themselves are in :mod:`autograd.engine.sweep` (numbers) and :mod:`autograd.engine.higher`
(Values). Next: :mod:`autograd.engine.higher`; and :mod:`autograd.engine.recomputing`, the same with
the leaves' new numbers.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.engine import higher
from autograd.engine.anomaly.story import story_of_adjoint
from autograd.engine.modes import ACTIVE, ANOMALY, recording
from autograd.engine.node import EPOCH, SEES, Epoch, Node
from autograd.engine.order import operand_values, record_of
from autograd.engine.sweep import pull, pull_back
from autograd.errors import AnomalyError, InputTypeError, InputValueError, StaleGraphError
from autograd.locks import process_lock
from autograd.reals import real

__all__ = [
    "RUNNING",
    "adjoints",
    "adjoints_over",
    "assign",
    "backward",
    "commit_to_leaves",
    "differentiate",
    "nodes_in",
    "require_current",
    "require_unchanged",
    "roots_and_weights",
    "set_data",
    "set_grad",
    "set_left",
]

RUNNING: dict[object, tuple[int, list[Any]]] = {}
"""The passes of :mod:`autograd.engine.slots` under way, each with its thread and its nodes.

The first keeps its adjoints in them."""

_committing = process_lock()
set_data: Callable[..., None] = vars(Node)["_data"].__set__
set_grad: Callable[..., None] = vars(Node)["_grad"].__set__
set_left: Callable[..., None] = vars(Node)["_left"].__set__


def assign(setter: Callable[..., None], nodes: Iterable[Node], values: Iterable[object]) -> None:
    """Set a slot of many nodes without running a line of Python in between."""
    deque(map(setter, nodes, values), maxlen=0)


def backward(
    roots: Node | Sequence[Node],
    gradients: Node | float | Sequence[Node | float] | None = None,
    create_graph: bool = False,
    *,
    retain_graph: bool = True,
) -> None:
    """Differentiate the roots: each leaf's ``grad`` gains the derivative of their weighted sum.

    Interior nodes get the adjoint of this pass. If anything is raised, no leaf has changed.

    Args:
        roots: A Value or a sequence of Values.
        gradients: The weight of each root, 1.0 if not given.
        create_graph: Record the derivatives as Values, to differentiate them again. A node and
            its gradient then refer to each other; ``zero_grad`` sets them free.
        retain_graph: PyTorch's word: the graph is kept, whatever it says.

    Raises:
        StaleGraphError: A leaf changed after the graph was recorded.
        AnomalyError: Under ``detect_anomaly``, an adjoint became infinite or NaN.
        InputTypeError, InputValueError: A root is no Value, or the gradients are not as many.

    >>> from autograd import Value
    >>> a, b = Value(2.0), Value(3.0)
    >>> backward([a * b, a + b], gradients=[1.0, 10.0])
    >>> a.grad, b.grad
    (13.0, 12.0)
    """
    roots, weights = roots_and_weights(roots, gradients)
    for root in roots:
        root._follow("the gradients (backward)")
        if not create_graph:
            root._leave("the gradients as numbers (backward without create_graph)")
    if create_graph:
        order, adjoint = record_of(roots)
        require_unchanged(order)
        seeds: dict[Any, Any] = {}
        for root, weight in zip(roots, weights):
            seeds[root] = seeds[root] + weight if root in seeds else weight
        recorded = recording(lambda: higher.recorded_adjoints(order, seeds))
        for node in adjoint:
            grad = recorded.get(node, 0.0)
            recorded[node] = grad if isinstance(grad, Node) else type(node)(grad)
        for see in SEES:
            see([*recorded, *recorded.values()])
        _commit(recorded)
    else:
        differentiate(roots, weights)


def differentiate(roots: Sequence[Node], weights: Sequence[Node | float]) -> None:
    """One pass over numbers: the adjoints wait in a dictionary until the sweep is over."""
    _commit(adjoints(roots, weights))


def adjoints(roots: Sequence[Node], weights: Sequence[Node | float]) -> dict[Any, float]:
    """Adjoint of every node that the roots depend on; no node is changed."""
    return adjoints_over(record_of(roots), roots, weights)


def adjoints_over(
    record: tuple[list[Node], dict[Node, float]],
    roots: Sequence[Node],
    weights: Sequence[Node | float],
) -> dict[Any, float]:
    """The same, over nodes in topological order and with a zero for every node to begin with."""
    order, adjoint = record
    for root, weight in zip(roots, weights):
        adjoint[root] += weight._data if isinstance(weight, Node) else weight
    lines = ANOMALY.get() if ACTIVE else None
    if lines is None:
        pull_back(order, adjoint)
    else:
        _pull_back_checked(order, adjoint, lines)
    require_unchanged(order)
    return adjoint


def require_unchanged(order: Iterable[Node]) -> None:
    """Raise StaleGraphError if a leaf's change has made what these nodes hold out of date."""
    epoch = EPOCH[0]
    for node in order:
        if node._grad is not epoch:  # a leaf may have changed since this node was recorded
            require_current(order)
            break


def roots_and_weights(
    roots: Node | Sequence[Node], gradients: Node | float | Sequence[Node | float] | None
) -> tuple[list[Node], list[Any]]:
    """Roots and gradients as two lists of equal length."""
    single = isinstance(roots, Node)
    nodes = nodes_in(roots, "a gradient pass starts from")
    if gradients is None:
        return nodes, [1.0] * len(nodes)
    several = not single or isinstance(gradients, (list, tuple))
    weights = [*gradients] if several and isinstance(gradients, Iterable) else [gradients]
    if len(weights) != len(nodes):
        raise InputValueError(
            f"backward got {len(weights)} gradients for {len(nodes)} roots: give one per root"
        )
    return nodes, [g if isinstance(g, Node) else real(g, "a gradient") for g in weights]


def _commit(adjoint: dict[Node, float]) -> None:
    """Leaves accumulate, interior nodes take this pass's adjoint; all of them or none."""
    leaves = {node: adjoint[node] for node in adjoint if node.op is None}
    with _committing:
        for node in leaves:
            if node.grad_computed:
                adjoint[node] = node.grad + adjoint[node]
        if RUNNING:  # computed nodes may hold the adjoints of another pass
            adjoint = {node: adjoint[node] for node in leaves}
        assign(set_grad, adjoint.keys(), adjoint.values())


def commit_to_leaves(leaves: Sequence[Node], adjoints: Sequence[float]) -> None:
    """Let leaves accumulate what a pass found; all of them or none."""
    with _committing:
        totals = [
            found if type(node._grad) is Epoch else node._grad + found
            for node, found in zip(leaves, adjoints)
        ]
        assign(set_grad, leaves, totals)


def _pull_back_checked(
    order: list[Node], adjoint: dict[Node, float], lines: dict[Node, str]
) -> None:
    """The sweep of ``pull_back``, stopping at the first adjoint that is not finite."""
    for node in reversed(order):
        if adjoint[node]:
            pull(node, adjoint[node], adjoint)
        for parent in node.parents:
            if not math.isfinite(adjoint[parent]):
                raise AnomalyError(story_of_adjoint(parent, node, adjoint, order, lines))


def _same(a: float, b: float) -> bool:
    """Equal to the bit, NaN to NaN."""
    return (a == b and math.copysign(1.0, a) == math.copysign(1.0, b)) or (a != a and b != b)


def require_current(order: Iterable[Any]) -> None:
    """Raise unless every node holds what its primitive gives for its operands' present data."""
    for node in order:
        if node.op.structural:  # only a program gives it a number
            continue
        now = node.op.evaluate(*operand_values(node))
        if not _same(now, node._data):
            label = node.name or node.op
            raise StaleGraphError(
                f"'{label}' holds {node._data!r} but its operands now give {now!r}: a leaf changed "
                "after this graph was recorded. Call recompute() on the result first, or build "
                "the graph again"
            )


def nodes_in(given: Node | Iterable[Node], what: str) -> list[Any]:
    """One Value or several as a list."""
    nodes = [*given] if isinstance(given, Iterable) else [given]
    for kind in dict.fromkeys(map(type, nodes)):
        if not issubclass(kind, Node):
            raise InputTypeError(f"{what} a Value or a sequence of Values, but got {kind.__name__}")
    return nodes
