"""Products of the chain rule, recorded: running quantity × local derivative; and doubt.

Each is a primitive (:mod:`autograd.ops.sweep_products`). ``chain`` is zero where its first factor
is exactly zero: the adjoint in a backward sweep, the partial in a forward one. Once a choice
(``where``, ``maximum`` …) has come into the running quantity it is ``chosen``, whose zeros stop
what comes back through it; at the choice itself, and in a forward sweep after it, it is
``choose``, zero where either factor is. So an infinite derivative in a branch not taken stays out,
in every direction and at every order.

Doubt. At the tip of a cone (the origin of ``norm``, ``hypot``, ``abs``, a tie of ``maximum``) the
derivative is the choice of least norm: the function has slopes all around, and none of its pieces
has this one. That is good for a step of descent, but the curvature of norm(p)² at the origin is not
that of 0·0. So wherever such a derivative, or what came of it, is multiplied by something that
depends on a tip's variables (:mod:`autograd.engine.shared`), the product is passed through
``doubt``: the same number, whose derivative by the other factor is nan where the choice was made.
A factor that depends on others, as λ in λ·norm(p), keeps the derivative that was chosen.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any

from autograd.engine.node import Node
from autograd.engine.order import operands_of
from autograd.engine.record import RECORDERS
from autograd.engine.shared import Shared, has_tip, tip_size
from autograd.ops.op import Op

__all__ = ["Products", "times"]


class Products:
    """The products of one sweep over a graph, with what has come into each running quantity.

    ``chosen`` are the nodes whose running quantity a choice has come into; ``doubted`` gives for a
    node the Value that is 1 where its running quantity is in doubt. ``beyond`` is that of
    :class:`autograd.engine.shared.Shared`.
    """

    def __init__(
        self,
        order: Sequence[Node],
        seeds: Iterable[Node | float],
        *,
        forward: bool,
        beyond: Container[Node] | None = None,
    ) -> None:
        self.order = order
        self.seeds = seeds
        self.forward = forward
        self.beyond = beyond
        self.chosen: set[Any] = set()
        self.doubted: dict[Any, Any] = {}
        self.tip: tuple[Any, Any] | None = None
        self._shared: Shared | None = None

    @property
    def shared(self) -> Shared:
        """Known from the first tip on."""
        if self._shared is None:
            seeds: list[Any] = [seed for seed in self.seeds if type(seed) is not float]
            self._shared = Shared(self.order, seeds, self.beyond)
        return self._shared

    def enter(self, node: Any) -> bool:
        """Begin with the local derivatives of a node.

        False where no choice comes in, as at most nodes: then products are :func:`times`.
        """
        self.op: Op = node.op
        self.tip = None if self.op.tip is None else self._tip_of(node)
        return bool(self.op.selects or self.tip or self.chosen or self.doubted)

    def _tip_of(self, node: Node) -> tuple[Any, Any] | None:
        """What is zero at the tip of a node, and the Value that is 1 there; None without a tip."""
        if not has_tip(node):
            return None
        # A literal other than 0 beside them keeps operands from the tip, as in hypot(1, x).
        if self.op.smooth and any(type(x) is float and x for x in operands_of(node)):
            return None
        size = tip_size(node)
        return size, RECORDERS["eq"](size, 0.0)

    def product(
        self, running: Node | float, partial: Node | float, source: Node, target: Node
    ) -> Any:
        """The running quantity of ``source`` × a local derivative, on its way to ``target``."""
        after = source in self.chosen
        if after or (self.op.selects and self.op.name != "doubt"):
            self.chosen.add(target)
        both = self.op.selects or (after and self.forward)
        name = "choose" if both else "chosen" if after else "chain"
        doubt = self.doubted.get(source)
        if self.tip is not None and self.op.smooth and type(partial) is not float:
            partial = RECORDERS["doubt"](partial, *self.tip)  # at the tip it turns at once
        first, second = (partial, running) if self.forward else (running, partial)
        part = times(first, second, name)
        tip = None if self.tip is None else self.tip[1]
        if tip is not None:
            part = self._in_doubt(part, running, tip, doubt, target)
        if doubt is not None:
            if both:  # a zero in doubt silences nothing
                part = RECORDERS["where"](doubt, times(partial, running), part)
            part = self._in_doubt(part, partial, doubt, tip, target)
        return part

    def _in_doubt(
        self,
        part: Node | float,
        factor: Node | float,
        condition: Node | float,
        its_own: Node | float | None,
        target: Node,
    ) -> Any:
        """The part, with no derivative by a factor where the other one is in doubt."""
        if isinstance(factor, Node):
            if factor in self.shared:
                part = RECORDERS["doubt"](part, factor, condition)
            # What is multiplied by zero does not matter any more, unless that is in doubt itself.
            left = 0.0 if its_own is None else RECORDERS["minimum"](its_own, condition)
            condition = RECORDERS["where"](RECORDERS["eq"](factor, 0.0), left, condition)
        known = self.doubted.get(target)
        either = condition if known is None else RECORDERS["maximum"](known, condition)
        self.doubted[target] = either
        return part


def times(first: Node | float, second: Node | float, name: str = "chain") -> Any:
    """The product of a running quantity and a local derivative, recorded in the fewest nodes."""
    if type(first) is float and (first == 1.0 or first == -1.0):
        return second if first == 1.0 else RECORDERS["neg"](second)
    if type(second) is float and (second == 1.0 or second == -1.0):
        return first if second == 1.0 else RECORDERS["neg"](first)
    return RECORDERS[name](first, second)
