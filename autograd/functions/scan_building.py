"""The scan of a scan's derivatives, in the making: what it carries, and what it goes through.

Its step reads what the step of the scan computes: that stands for itself, and is read from a column
of the scan. Next: :mod:`autograd.functions.scan_backward`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

from autograd.engine.node import Node
from autograd.engine.order import operands_of
from autograd.engine.products import Products
from autograd.engine.record import RECORDERS
from autograd.functions.scan_lives import Lives
from autograd.functions.scan_nodes import (
    COLUMN,
    Body,
    Number,
    Operands,
    Part,
    column,
    item,
    made,
    op_of,
    place,
)
from autograd.ops.op import OPS

__all__ = ["Building", "Outputs", "column_of", "result_of"]


class Outputs(list[Any]):
    """What a step puts out: so many numbers of the carry come before it among a scan's results."""

    def __init__(self, carried: int) -> None:
        super().__init__()
        self._carried = carried

    def put(self, x: Number | None) -> Any:
        """The number of a result in the first run; a literal, which is none, or None."""
        if not isinstance(x, Node):
            return x
        self.append(x)
        return self._carried + len(self) - 1

    def of_run(self, part: Part, run: int) -> Part:
        """The part that is made of these in a run, of that in the first one."""
        value, doubt = [
            x + run * len(self) if type(x) is int else x for x in (part.value, part.doubt)
        ]
        return Part(value, part.chosen, doubt)


class Building:
    """A scan of as many runs as ``whole``; ``backwards``, it begins with the last one.

    It contains what shares a tip's variables, as far as ``outer`` knows, the sweep that goes
    through ``whole``.
    """

    def __init__(self, whole: Node, outer: Products, *, backwards: bool) -> None:
        self.whole, self.outer, self.backwards = whole, outer, backwards
        self.body: Body = op_of(whole).body
        self.operands = Operands(whole)
        self._items: dict[Any, Sequence[Any]] = dict(zip(self.body.xs, self.operands.rows))
        self._places: dict[Any, Any] = {}
        self._alike: dict[Any, Any] = {}
        self._starts: dict[Any, Any] = {}
        self._rows: dict[Any, Sequence[Any]] = {}
        self._columns: dict[Any, Any] = {}
        self._outside: set[Any] = set()

    def __contains__(self, x: object) -> bool:
        operands = self.operands
        values = self._rows.get(x, self._items.get(x))
        if values is None:
            if x not in self._outside and x not in operands.shared:
                return True  # it may be computed of anything
            values = [operands.shared.get(x, x)]
        return any(isinstance(y, Node) and y in self.outer.shared for y in values)

    def carry(self, key: Hashable, start: Number | None) -> Any:
        """What stands for a number of its carry, which begins with ``start``."""
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = place(1.0)
            self._starts[found] = start
        return found

    def outside(self, x: Number | None) -> Any:
        """A number that all runs share."""
        if isinstance(x, Node):
            self._outside.add(x)
        return x

    def row(self, key: Hashable, values: Sequence[Number]) -> Any:
        """What stands for a number of its item, whose values are in the order of its runs."""
        found = self._places.get(key, self._alike.get(key))
        if found is None and _are_alike(values):
            found = self._alike[key] = self.outside(values[0])
        elif found is None:
            found = self._places[key] = place(1.0)
            self._rows[found] = values
        return found

    def column(self, node: Node) -> Any:
        """What stands for a column of another scan."""
        found = self._places.get(node)
        if found is None:
            found = self._places[node] = place(1.0)
            self._columns[found] = node
        return found

    def seen(self, x: Number | None) -> Any:
        """A column of another scan, or a number that all runs share."""
        return self.column(x) if isinstance(x, Node) and x.op is COLUMN else self.outside(x)

    def where_live(self, sources: int, lives: Lives, part: Number) -> Any:
        """What comes from these sources: nothing in runs in which they are literal zeros."""
        live = self.row(("live", sources), [*map(float, lives.of(sources))])
        if type(live) is float:
            return part if live else 0.0
        return RECORDERS["where"](live, part, 0.0)

    def scan(
        self,
        carries: Sequence[tuple[Node, Number]],
        ys: Sequence[Number],
        kept: Sequence[Number | None],
    ) -> Any:
        """Its node; ``carries`` are places and what is in them after a run, ``ys`` its output.

        Of what is ``kept`` there are to be columns.
        """
        after = [new for _, new in carries]
        roots = [x for x in (*after, *ys, *kept) if isinstance(x, Node)]
        order, read = self._between(roots)
        computed = set(order)
        new = []
        for _, x in carries:  # each a number of its own that the step computes
            own = isinstance(x, Node) and x in computed
            if own:
                computed.discard(x)
            else:
                x = made(math.nan, OPS["identity"], (x,))
                order.append(x)
            new.append(x)
        places = [x for x, _ in carries]
        rows = [x for x in read if x in self._rows]
        columns, shared, sources, outside = [], [], [], []
        for x in read:
            if x in self._columns:
                columns.append(x)
                sources.append(self._columns[x])
            elif x in self._outside or x in self.operands.shared:
                shared.append(x)
                outside.append(self.operands.shared.get(x, x))
            elif x not in self._rows and x not in self._starts:
                columns.append(x)
                sources.append(column(self.whole, x, self.backwards))
        body = Body(places, rows, shared, order, new, [*ys], columns)
        count = self.operands.count
        items = [x for run in zip(*(self._rows[x] for x in rows)) for x in run]
        operands = (*(self._starts[x] for x in places), *items, *outside, *sources)
        if not operands:  # all that is known of its results are literals
            return None
        return made(math.nan, type(op_of(self.whole))(body, count), operands)

    def _between(self, roots: Sequence[Node]) -> tuple[list[Any], list[Any]]:
        """What leads from the numbers of the scan and from places to these; which of those do."""
        ends = {*self._places.values(), *self._outside, *self.body.inputs, *self.body.order}
        order: list[Any] = []
        read: dict[Any, None] = {}
        seen: set[Any] = set()
        stack: list[Any] = [*roots][::-1]
        while stack:
            node = stack.pop()
            if node is None:
                order.append(stack.pop())
            elif node in ends or node.op is None:
                read[node] = None
                if node.op is None:
                    self._outside.add(node)
            elif node not in seen:
                seen.add(node)
                stack += [node, None]
                stack += [x for x in operands_of(node)[::-1] if type(x) is not float]
        return order, [*read]


def _are_alike(values: Sequence[Number]) -> bool:
    """Whether all are one Value, or one number to the bit."""
    if {*map(type, values)} == {float}:
        return len({*map(repr, values)}) == 1
    return all(x is values[0] for x in values)


def result_of(whole: Node, numbers: Part) -> Part:
    """A part that is made of results of a scan, by their numbers, or of literals."""
    value, doubt = [item(whole, x) if type(x) is int else x for x in (numbers.value, numbers.doubt)]
    return Part(value, numbers.chosen, doubt)


def column_of(whole: Node, part: Part, flipped: bool) -> Part:
    """The same of numbers of its step, in all runs."""
    value, doubt = [
        column(whole, x, flipped) if isinstance(x, Node) else x for x in (part.value, part.doubt)
    ]
    return Part(value, part.chosen, doubt, part.live[::-1] if flipped else part.live)
