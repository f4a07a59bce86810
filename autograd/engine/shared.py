"""Which Values of a sweep depend on the same variables as a tip, and so move as it is approached.

At a tip the derivative is a choice (:mod:`autograd.engine.products`, which asks this).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from autograd.engine.order import operands_of
from autograd.ops.op import Op

if TYPE_CHECKING:
    from autograd.engine.node import Node

__all__ = ["Shared"]


class Shared:
    """The Values that a sweep over these nodes meets or records: do they share a tip's variables?

    Of what was computed before, outside of the sweep, nothing is known: it counts as sharing them.
    """

    def __init__(self, order: Sequence[Node], seeds: Iterable[Node]) -> None:
        above: set[Any] = set()  # what a tip was computed from
        for node in reversed(order):
            if cast(Op, node.op).tip is not None or node in above:
                above.update(map(_source, _values(node)))
        self._known: dict[Any, bool] = {}
        for node in order:
            for x in _values(node):
                self._settle(x, above)
            self._known[node] = any(self._known[x] for x in _values(node))
        for seed in seeds:
            self._settle(seed, above)

    def _settle(self, x: Node, above: set[Node]) -> None:
        """What was not computed by the sweep's nodes before this."""
        if x not in self._known:
            source = _source(x)
            self._known[x] = source.op is not None or source in above

    def __contains__(self, x: Node) -> bool:
        """Whether a Value shares them: one of the sweep's nodes, or recorded by it from these."""
        stack = [x]
        while stack:
            node = stack.pop()
            if node in self._known:
                continue
            unknown = [y for y in _values(node) if y not in self._known]
            if unknown:
                stack += [node, *unknown]
            else:
                self._known[node] = any(self._known[y] for y in _values(node))
        return self._known[x]


def _values(node: Node) -> list[Any]:
    return [x for x in operands_of(node) if type(x) is not float]


def _source(x: Node) -> Any:
    """What a transform made its variable of."""
    while x.op is not None and x.op.name == "identity":
        (x,) = operands_of(x)
    return x
