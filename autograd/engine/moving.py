"""Which nodes a direction moves, where that is known only when what was recorded is run.

A zero in a direction leads nowhere, not even through a local derivative that is nan or infinite: no
more does an adjoint of zero. Where the zero is a literal, a forward sweep leaves out what it would
lead to (:mod:`autograd.engine.higher`). A program is told its directions when it is called; a sweep
for one records, beside each derivative, whether anything moves it, and keeps what nothing moves
out of what others do. A derivative that is 0 by its number is no such zero: cbrt(x³) has slope 1.
Next: :mod:`autograd.engine.higher`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from autograd.engine.node import Node
from autograd.engine.record import RECORDERS

__all__ = ["Moving", "Ways", "either"]


def either(flags: Sequence[Any]) -> Any:
    """What is other than 0 if one of these is, which are 0 or 1."""
    if 1.0 in [x for x in flags if type(x) is float]:
        return 1.0
    first, *others = flags
    for other in others:
        first = RECORDERS["maximum"](first, other)
    return first


class Ways(Protocol):
    """Where a forward sweep leads."""

    def enter(self, node: Node, sources: Iterable[Node]) -> None:
        """Go on to a node with what it depends on that may move."""

    def kept(self, part: Any, source: Node, target: Node) -> Any:
        """What of a part of the target's derivative, which comes from the source, is added."""


class Moving:
    """For the nodes of a forward sweep, the seeds they depend on, and whether one of these moves.

    ``seeds`` gives for each the Value, or the number, that is other than 0 if it moves.
    """

    def __init__(self, seeds: Mapping[Node, Any]) -> None:
        self._sets: dict[Any, int] = {}  # bits of integers
        self._known: dict[int, Any] = {}
        for i, (node, moves) in enumerate(seeds.items()):
            self._sets[node] = 1 << i
            self._known[1 << i] = moves

    def enter(self, node: Node, sources: Iterable[Node]) -> None:
        """Go on to a node with what it depends on that may move."""
        sets = {self._sets[x] for x in sources}
        every = 0
        for one in sets:
            every |= one
        self._sets[node] = every
        if every and every not in self._known:
            self._known[every] = either([self._known[one] for one in sorted(sets)])

    def moves(self, node: Node) -> Any:
        """What is other than 0 if anything moves this node."""
        return self._known.get(self._sets.get(node, 0), 0.0)

    def kept(self, part: Any, source: Node, target: Node) -> Any:
        """A part of the target's derivative, or 0 if nothing moves the source."""
        if self._sets[source] == self._sets[target]:
            return part  # both are moved, or neither
        return RECORDERS["where"](self.moves(source), part, 0.0)
