"""The forward sweep through a scan, which is a scan beside it: it carries the carry's tangents.

Next: :mod:`autograd.functions.repetition`, which makes scans.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograd.engine.higher import recorded_tangents
from autograd.engine.node import Node
from autograd.engine.order import operands_of
from autograd.engine.products import Products
from autograd.functions.scan_building import Building, Outputs, column_of, result_of
from autograd.functions.scan_lives import Lives
from autograd.functions.scan_nodes import NOTHING, Derivatives, Number, Part, is_zero, op_of

__all__ = ["push"]


def push(whole: Node, tangent: Derivatives, products: Products) -> bool:
    """Let the tangents of a scan's operands be those of its results."""
    forward = tangent[whole] = _Forward(whole, tangent, products)
    forward.settle()
    forward.make()
    return True


class _Forward(Building):
    """The sweep over one step, and what is known of all of them; at last the scan."""

    def __init__(self, whole: Node, tangent: Derivatives, products: Products) -> None:
        super().__init__(whole, products, backwards=False)
        body, operands = self.body, self.operands
        self._tangent = tangent
        self._given: list[tuple[Any, Part]] = []
        for x, y in operands.shared.items():
            self._take(x, [y])
        for x, row in zip(body.xs, operands.rows):
            self._take(x, row)
        for x, y in zip(body.columns, operands.columns):
            if y in tangent:
                part = tangent[y].of_column(y)
                if not is_zero(part.value):
                    value, doubt = self.seen(part.value), self.seen(part.doubt)
                    self._given.append((x, Part(value, part.chosen, doubt, part.live)))
        self._first = [
            NOTHING
            if is_zero(value)
            else Part(value, x in products.chosen, products.doubted.get(x))
            for x, value in zip(operands.starts, map(self._tangent_of, operands.starts))
        ]
        starts = [*zip(body.carries, self._first)]
        self._lit = [*range(len(starts))]
        """Of the carry, what has tangents."""
        self._chosen = {x for x, part in starts if part.chosen}
        self._doubtful = {x for x, part in starts if part.doubt is not None}

    def _tangent_of(self, x: Number) -> Any:
        return self._tangent.get(x, 0.0) if isinstance(x, Node) else 0.0

    def _take(self, x: Node, operands: Sequence[Number]) -> None:
        """The tangents of one operand, that all runs share, or of one a run."""
        values = [*map(self._tangent_of, operands)]
        live = [not is_zero(value) for value in values]
        if any(live):
            doubts = [self.outer.doubted.get(y, 0.0) for y in operands]
            doubt = self.row(("doubt", x), doubts)
            chosen = any(y in self.outer.chosen for y in operands)
            part = Part(self.row(x, values), chosen, None if is_zero(doubt) else doubt)
            every = live if len(live) > 1 else live * self.operands.count
            self._given.append((x, part._replace(live=every)))

    def settle(self) -> None:
        """Sweep until it is known what is carried, and from where zeros have to be kept out."""
        body = self.body
        while True:
            before = self._lit, self._chosen, self._doubtful
            self._guarded = False
            self._sweep()
            self._lives = Lives(
                [part.live for _, part in self._given],
                [not is_zero(self._first[i].value) for i in self._lit],
                [self._sources.get(body.new[i], 0) for i in self._lit],
                self.operands.count,
            )
            self._lit = [i for i, ever in zip(self._lit, self._lives.ever) if ever]
            after = {body.new[i]: body.carries[i] for i in self._lit}
            chosen, doubted = self._products.chosen, self._products.doubted
            self._chosen = self._chosen | {x for y, x in after.items() if y in chosen}
            self._doubtful = self._doubtful | {x for y, x in after.items() if y in doubted}
            if before == (self._lit, self._chosen, self._doubtful):
                break
        if not self._lives.all_alike:
            self._guarded = True
            self._sweep()

    def _sweep(self) -> None:
        """The recorded sweep over one step, by the engine's rules."""
        sources = [*self._given]
        for i in self._lit:
            x, first = self.body.carries[i], self._first[i]
            doubt = 0.0 if first.doubt is None else first.doubt
            doubts = self.carry(("doubt of", i), doubt) if x in self._doubtful else None
            sources.append((x, Part(self.carry(i, first.value), x in self._chosen, doubts)))
        self._sources = {x: 1 << index for index, (x, _) in enumerate(sources)}
        """For each number of the step, bits for the sources that lead to it."""
        seeds = {x: part.value for x, part in sources}
        self._products = Products(self.body.order, seeds.values(), forward=True, beyond=self)
        for x, part in sources:
            part.enter(x, self._products)
        self._own = recorded_tangents(self.body.order, seeds, self, self._products)

    def enter(self, node: Node, sources: Iterable[Node]) -> None:
        """As :class:`autograd.engine.moving.Moving` does."""
        found = 0
        for x in sources:
            found |= self._sources[x]
        self._sources[node] = found

    def kept(self, part: Number, source: Node, target: Node) -> Any:
        """What goes from one number to another: nothing in runs in which nothing comes there."""
        sources = self._sources[source]
        if not self._guarded or sources == self._sources[target]:
            return part
        return self.where_live(sources, self._lives, part)

    def make(self) -> None:
        """The scan."""
        body, own, doubted = self.body, self._own, self._products.doubted
        carried: list[tuple[Any, Any]] = []
        self._ends: dict[int, Part] = {}
        for i in self._lit:
            x, after = body.carries[i], body.new[i]
            number: Any = len(carried)
            carried.append((self.carry(i, None), own.get(after, 0.0)))
            doubts = None
            if x in self._doubtful:
                doubts = len(carried)
                carried.append((self.carry(("doubt of", i), None), doubted.get(after, 0.0)))
            if self._lives.of(self._sources.get(after, 0))[-1]:
                self._ends[i] = Part(number, after in self._products.chosen, doubts)
        ys = Outputs(len(carried))
        self._ys = {
            j: Part(ys.put(own[y]), y in self._products.chosen, ys.put(doubted.get(y)))
            for j, y in enumerate(body.ys)
            if isinstance(y, Node) and not is_zero(own.get(y))
        }
        kept = [of.get(x) for x in op_of(self.whole).kept for of in (own, doubted)]
        self._outputs = ys
        self._made = self.scan(carried, ys, kept)

    def result(self, number: int) -> Part:
        """The tangent of a result."""
        many, width = len(self.body.new), len(self.body.ys)
        if number < many:
            return result_of(self._made, self._ends.get(number, NOTHING))
        run, j = divmod(number - many, width)
        y = self.body.ys[j]
        if j not in self._ys or not self._lives.of(self._sources.get(y, 0))[run]:
            return NOTHING
        return result_of(self._made, self._outputs.of_run(self._ys[j], run))

    def of_column(self, node: Node) -> Part:
        """The tangent of a column of the scan."""
        _, kept, flip = operands_of(node)
        x = [*op_of(self.whole).kept][int(kept)]
        value, doubt = self._own.get(x), self._products.doubted.get(x)
        live = self._lives.of(self._sources.get(x, 0))
        part = Part(value, x in self._products.chosen, doubt, live)
        return NOTHING if is_zero(value) else column_of(self._made, part, bool(flip))
