"""Which Values of a sweep depend on the same variables as a tip, and so move as it is approached.

At a tip the derivative is a choice (:mod:`autograd.engine.products`, which asks this).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from autograd.engine.modes import TRACING
from autograd.engine.order import operands_of
from autograd.engine.record import RECORDERS
from autograd.ops.expr import Operand, evaluate
from autograd.ops.floats import Namespace
from autograd.ops.op import Op
from autograd.ops.partial_evaluation import tip_of
from autograd.ops.per_op import per_op

if TYPE_CHECKING:
    from autograd.engine.node import Node

__all__ = ["Shared", "above_tips", "has_tip", "literals_of", "tip_size"]

_XP = Namespace(RECORDERS)


def has_tip(node: Node) -> bool:
    """Whether a node is of a primitive that has a tip, with the literals among its operands."""
    op = cast(Op, node.op)
    return op.tip is not None and (op.arity is None or _tip_at(op, literals_of(node)) is not None)


def tip_size(node: Node) -> Any:
    """The Value that is zero where a node that has a tip is at it."""
    op, operands = cast(Any, node.op), operands_of(node)
    if op.arity is None:
        with TRACING.during(True):  # comparisons are recorded
            return op.tip(_XP, node, *operands)
    variables = {"out": node, **dict(zip(op.variables, operands))}
    return evaluate([_tip_at(op, literals_of(node))], RECORDERS, variables)[0]


def literals_of(node: Node) -> tuple[tuple[str, str], ...]:
    """The names of the literals among a node's operands, with their numbers, as a cache's key."""
    # In hex, because as keys of the cache 0.0 and -0.0 would be one.
    named = zip(cast(Op, node.op).variables, operands_of(node))
    return tuple([(name, x.hex()) for name, x in named if type(x) is float])


@per_op
def _tip_at(op: Op, literals: tuple[tuple[str, str], ...]) -> Operand | None:
    return tip_of(op, op.variables, {name: float.fromhex(x) for name, x in literals})


def above_tips(order: Sequence[Node], ends: Iterable[Node] = ()) -> set[Any]:
    """What tips among these nodes were computed from, and what ``ends`` were."""
    above: set[Any] = set(map(_source, ends))
    for node in reversed(order):
        if has_tip(node) or node in above:
            above.update(map(_source, _values(node)))
        elif cast(Op, node.op).structural:
            above.update(map(_source, cast(Op, node.op).tip_operands(node)))
    return above


class Shared:
    """The Values that a sweep over these nodes meets or records: do they share a tip's variables?

    Of what was computed before, outside of the sweep, nothing is known: it counts as sharing them.
    Of a sweep through a scan's step ``beyond`` knows it, from the sweep that goes through the scan.
    """

    def __init__(
        self, order: Sequence[Node], seeds: Iterable[Node], beyond: Container[Node] | None = None
    ) -> None:
        above = above_tips(order)
        self._beyond = beyond
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
            computed = x in self._beyond if self._beyond is not None else source.op is not None
            self._known[x] = computed or source in above

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
        (y,) = operands_of(x)
        if type(y) is float:
            break
        x = y
    return x
