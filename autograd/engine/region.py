"""Region: what is recorded during one call of a function that is being differentiated.

While it is the innermost one, :func:`autograd.engine.record.record` appends each node to its list.
The list is in topological order by its making, and it tells all that a transform asks: what the
result was made of, what depends on the variables, and whether Values from outside had a part in it.
So a transform looks at what its own call has made and at nothing before it: a thousand derivatives
in a row, each of the one before, cost a thousand times one. Next: :mod:`autograd.engine.higher`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.modes import STRAYS, TRANSFORMING, recording, user_line
from autograd.engine.order import Adjoints, operands_of, record_of, record_within
from autograd.errors import TraceError

if TYPE_CHECKING:
    from autograd.engine.node import Node

__all__ = ["Region", "refusing"]

Leave = Callable[[Any, str], None]


def refusing(remedy: str) -> Leave:
    """Raises TraceError with the user's line, and the remedy."""

    def leave(value: Node, wanted: str) -> None:
        raise TraceError(
            f"{wanted} of a Value was asked while a function of it is differentiated, at "
            f"{user_line()}: {remedy}"
        )

    return leave


class Region:
    """A call, by the nodes that stand for its variables.

    ``leave(value, wanted)`` is called where the number of a Value that depends on them is asked
    for, as ``float`` does, and may raise; without it, such numbers are given.
    """

    def __init__(self, variables: Iterable[Node], leave: Leave | None = None) -> None:
        self.leave = leave
        self.nodes: list[Any] = []
        self.read: list[Any] = []
        """Values that do not depend on the variables, whose numbers a recording took."""
        self.outer: Region | None = TRANSFORMING.get() or None
        self._dependent: set[Any] = set(variables)
        self._looked_at = 0
        self._followers: dict[Region, tuple[set[Any], int]] = {}
        self._strays = STRAYS[0]
        self._strayed = False  # whether another thread may have made some of the nodes

    def run(self, function: Callable[[], Any]) -> Any:
        """Call a function with recording on; what it makes is the outer region's too."""
        before, self._strays = len(self.nodes), STRAYS[0]
        try:
            with TRANSFORMING.during(self):
                return recording(function)
        finally:
            self._strayed |= STRAYS[0] != self._strays
            if self.outer is not None:
                self.outer.nodes += self.nodes[before:]
                self.outer.read += self.read

    def varies(self, x: Node) -> bool:
        """Whether a Value depends on the variables of this region or of one around it."""
        if self._strayed or STRAYS[0] != self._strays:
            return not self._dependent.isdisjoint(record_of([x])[1])
        while self._looked_at < len(self.nodes):
            node = self.nodes[self._looked_at]
            if any(type(y) is not float and self._known(y) for y in operands_of(node)):
                self._dependent.add(node)
            self._looked_at += 1
        return self._known(x)

    def follows(self, x: Node, region: Region) -> bool:
        """The same of the variables of ``region``, this one or one around it, and around that."""
        if region is self or self.outer is None:
            return self.varies(x)
        if self._strayed or STRAYS[0] != self._strays:
            return any(type(y) is not float and region.varies(y) for y in record_of([x])[1])
        found, looked_at = self._followers.get(region, (set(), 0))
        outer = self.outer
        for node in self.nodes[looked_at:]:
            operands = [y for y in operands_of(node) if type(y) is not float]
            if any(y in found or outer.follows(y, region) for y in operands):
                found.add(node)
        self._followers[region] = found, len(self.nodes)
        return x in found or outer.follows(x, region)

    def _known(self, x: Node) -> bool:
        return x in self._dependent or (self.outer is not None and self.outer.varies(x))

    def record_of(self, roots: Sequence[Node]) -> tuple[list[Any], Adjoints]:
        """The computed nodes made here that lead to the roots, and a zero for all that do.

        As :func:`autograd.engine.order.record_of`, but it stops at what was made before.
        """
        if self._strayed:
            return record_of(roots)
        return record_within(self.nodes, roots)

    def others_in(self, nodes: Iterable[Node]) -> bool:
        """Whether there are Values among them that were made outside."""
        return not self._dependent.union(self.nodes).issuperset(nodes)
