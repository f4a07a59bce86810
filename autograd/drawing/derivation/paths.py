"""Paths through a recorded graph, from a result down to one of the Values it depends on.

The chain rule adds up one product of local derivatives a path. Paths multiply at every fork, so
they are never listed: one sweep upwards from x carries, for each node, how many paths lead to it,
the sum of their magnitudes and the few that contribute most. Next:
:mod:`autograd.drawing.derivation.factors`.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.engine.order import operand_values, operands_of, record_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Path", "Paths", "Step", "find_paths"]


class Step(NamedTuple):
    """One edge of a path: ``operand`` is operand number ``position`` of ``node``."""

    node: Any
    position: int
    operand: Any
    local: float


class Path(NamedTuple):
    """Edges from the result down to x, and the product of their local derivatives."""

    steps: tuple[Step, ...]
    contribution: float


class Paths(NamedTuple):
    """The paths that contribute most, and what is known of all of them together.

    There are exactly ``total`` paths; ``blocked`` of them pass through a local derivative of zero;
    ``magnitude`` is the sum of the absolute values of all contributions.
    """

    shown: list[Path]
    total: int
    blocked: int
    magnitude: float


class _Candidate(NamedTuple):
    """A path from x up to some node: its rank, and how it goes on below that node."""

    rank: float  # log |product of local derivatives|: a product could underflow or overflow
    step: int
    below: int


Edges = dict[Any, list[Step]]


def find_paths(y: Value, x: Value, most: int) -> Paths:
    """The paths from y to x: the ``most`` of them with the largest contributions, in that order."""
    edges = _edges_between(y, x)
    if y is x:
        return Paths([Path((), 1.0)], 1, 0, 1.0)
    if y not in edges:
        return Paths([], 0, 0, 0.0)
    best = _ranked(x, edges, most)
    paths = [_path(y, x, edges, best, i) for i in range(len(best[y]))]
    paths.sort(key=lambda path: -_size(path.contribution))
    return Paths(paths, *_totals(y, x, edges))


def _edges_between(y: Value, x: Value) -> Edges:
    """For each node above x, its edges that lead down to x; in topological order."""
    order, _ = record_of([y])
    reached = {x}
    edges: Edges = {}
    for node in order:
        operands = operands_of(node)
        wanted = [type(operand) is not float and operand in reached for operand in operands]
        if node is x or not any(wanted):
            continue
        partials = node.op.local_at(node.data, operand_values(node), wanted)
        steps = [
            Step(node, position, operand, float(partial))
            for position, (operand, partial, need) in enumerate(zip(operands, partials, wanted))
            if need and partial is not None
        ]
        if steps:
            edges[node] = steps
            reached.add(node)
    return edges


def _totals(y: Value, x: Value, edges: Edges) -> tuple[int, int, float]:
    """How many paths there are, how many of them are blocked, and the sum of their magnitudes."""
    count: dict[Any, int] = {x: 1}
    passing: dict[Any, int] = {x: 1}
    magnitude: dict[Any, float] = {x: 1.0}
    uses = Counter(step.operand for steps in edges.values() for step in steps)
    for node, steps in edges.items():
        open_steps = [step for step in steps if step.local]
        count[node] = sum(count[step.operand] for step in steps)
        passing[node] = sum(passing[step.operand] for step in open_steps)
        magnitude[node] = sum(abs(step.local) * magnitude[step.operand] for step in open_steps)
        for step in steps:
            uses[step.operand] -= 1
            if not uses[step.operand]:  # a count may have as many digits as the graph has nodes
                del count[step.operand], passing[step.operand], magnitude[step.operand]
    return count[y], count[y] - passing[y], magnitude[y]


def _ranked(x: Value, edges: Edges, most: int) -> dict[Any, list[_Candidate]]:
    """For each node the best paths from x up to it, best first; ties in the order of operands."""
    best: dict[Any, list[_Candidate]] = {x: [_Candidate(0.0, 0, 0)]}
    for node, steps in edges.items():
        candidates = [
            _Candidate(_extended(candidate.rank, step.local), i, j)
            for i, step in enumerate(steps)
            for j, candidate in enumerate(best[step.operand])
        ]
        if len(steps) > 1:  # behind a single edge the order stays
            candidates = heapq.nsmallest(most, candidates, key=_place)
        best[node] = candidates
    return best


def _place(candidate: _Candidate) -> tuple[float, int, int]:
    return -candidate.rank, candidate.step, candidate.below


def _extended(rank: float, local: float) -> float:
    """The rank of a path with one more edge; what is not a number ranks with the infinite."""
    if local == 0.0:
        return -math.inf
    if not math.isfinite(local) or rank == math.inf:
        return math.inf
    return rank + math.log(abs(local))


def _path(y: Value, x: Value, edges: Edges, best: dict[Value, list[_Candidate]], i: int) -> Path:
    """The path that candidate number i of y stands for, followed from y down to x."""
    steps: list[Step] = []
    node = y
    while node is not x:
        _, chosen, i = best[node][i]
        steps.append(edges[node][chosen])
        node = steps[-1].operand
    return Path(tuple(steps), _product(steps))


def _product(steps: list[Step]) -> float:
    """Product of local derivatives from the result down, as a backward pass multiplies them."""
    product = 1.0
    for step in steps:
        if product == 0.0 or (step.local == 0.0 and step.node.op.selects):
            return 0.0
        product *= step.local
    return product


def _size(contribution: float) -> float:
    return abs(contribution) if contribution == contribution else math.inf
