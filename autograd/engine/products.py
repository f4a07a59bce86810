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

from collections.abc import Iterable, Sequence
from typing import Any

from autograd.engine.node import Node
from autograd.engine.order import operands_of
from autograd.engine.record import RECORDERS
from autograd.engine.shared import Shared, has_tip, tip_size
from autograd.ops.op import Op

__all__ = ["Products"]


class Products:
    """The products of one sweep over a graph, with what has come into each running quantity.

    ``chosen`` are the nodes whose running quantity a choice has come into; ``doubted`` gives for a
    node the Value that is 1 where its running quantity is in doubt.
    """

    def __init__(
        self, order: Sequence[Node], seeds: Iterable[Node | float], *, forward: bool
    ) -> None:
        self.order = order
        self.seeds: list[Any] = [seed for seed in seeds if type(seed) is not float]
        self.forward = forward
        self.chosen: set[Any] = set()
        self.doubted: dict[Any, Any] = {}
        self.tip: tuple[Any, Any] | None = None
        self._shared: Shared | None = None

    @property
    def shared(self) -> Shared:
        """Known from the first tip on."""
        if self._shared is None:
            self._shared = Shared(self.order, self.seeds)
        return self._shared

    def enter(self, node: Any) -> None:
        """Begin with the local derivatives of a node."""
        self.op: Op = node.op
        op = self.op
        self.tip = None
        if op.tip is None or not has_tip(node):
            return
        # A literal other than 0 beside them keeps operands from the tip, as in hypot(1, x).
        if not op.smooth or not any(type(x) is float and x for x in operands_of(node)):
            size = tip_size(node)
            self.tip = size, RECORDERS["eq"](size, 0.0)

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
        part = _times(first, second, name)
        tip = None if self.tip is None else self.tip[1]
        if tip is not None:
            part = self._in_doubt(part, running, tip, doubt, target)
        if doubt is not None:
            if both:  # a zero in doubt silences nothing
                part = RECORDERS["where"](doubt, _times(partial, running, "chain"), part)
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


def _times(first: Node | float, second: Node | float, name: str) -> Any:
    """A product, recorded in the fewest nodes."""
    for factor, other in ((first, second), (second, first)):
        if type(factor) is float and abs(factor) == 1.0:
            return other if factor == 1.0 else RECORDERS["neg"](other)
    return RECORDERS[name](first, second)
