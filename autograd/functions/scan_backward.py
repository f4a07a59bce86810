"""The reverse sweep through a scan, which is a scan: runs from the last to the first.

It carries the adjoints of the carry, and adds up those of what the runs share; adjoints of items
are its output. What the step's derivatives read of the step it reads from columns of the scan. A
literal zero leads nowhere: what is one in some runs only is kept out of what the others lead to.
Next: :mod:`autograd.functions.scan_forward`.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import reduce
from operator import add
from typing import Any, NamedTuple

from autograd.engine.higher import recorded_adjoints
from autograd.engine.node import Node
from autograd.engine.order import operands_of
from autograd.engine.products import Products
from autograd.engine.record import RECORDERS
from autograd.functions.scan_building import Building, Outputs, column_of, result_of
from autograd.functions.scan_lives import Lives
from autograd.functions.scan_nodes import NOTHING, Backward, Derivatives, Number, Part, is_zero

__all__ = ["pull"]


def pull(
    whole: Node, adjoint: Derivatives, products: Products, needed: Container[Node] | None
) -> None:
    """Spread what has come back to a scan over its operands."""
    reverse = _Reverse(whole, adjoint[whole], products, needed)
    reverse.settle()
    reverse.spread(adjoint, products)


class _Source(NamedTuple):
    """An adjoint that comes to a number of the step from outside, or from the run after it."""

    of: Any
    part: Part
    live: Sequence[bool]
    """In which runs, the last one first, it is no literal zero; unknown of what is carried."""


def _total(parts: Sequence[Part]) -> Part:
    """The sum of parts."""
    if len(parts) <= 1:
        return parts[0] if parts else NOTHING
    values = [part.value for part in parts if not is_zero(part.value)]
    doubts = [part.doubt for part in parts if part.doubt is not None]
    return Part(
        reduce(add, values) if values else 0.0,
        any(part.chosen for part in parts),
        reduce(RECORDERS["maximum"], doubts) if doubts else None,
    )


class _Reverse(Building):
    """The sweep over one step, and what is known of all of them."""

    def __init__(
        self, whole: Node, back: Backward, outer: Products, needed: Container[Node] | None
    ) -> None:
        super().__init__(whole, outer, backwards=True)
        self._needed = needed
        body, active = self.body, self._dependent()
        self._ends = {x for x in body.inputs if x in active}
        self._given: list[_Source] = []
        many, width = len(body.new), len(body.ys)
        for j, y in enumerate(body.ys):
            if isinstance(y, Node) and y in active:
                numbers = range(many + j, many + j + self.operands.count * width, width)
                parts = [_total(back.numbers.get(x, ())) for x in reversed(numbers)]
                self._add_output(j, y, parts)
        for x, columns in back.columns.items():
            for part in columns if x in active else ():
                value, doubt = self.seen(part.value), self.seen(part.doubt)
                live = part.live or [True] * self.operands.count
                self._given.append(_Source(x, Part(value, part.chosen, doubt), live))
        self._lit = [i for i, x in enumerate(body.carries) if x in active]
        """Of the carry, what has adjoints; of what is shared, what they are added up of."""
        self._summed = [x for x in body.shared if x in active]
        self._last = {i: _total(back.numbers.get(i, ())) for i in self._lit}
        self._chosen = {body.carries[i] for i, part in self._last.items() if part.chosen}
        self._doubtful = {
            body.carries[i] for i, part in self._last.items() if part.doubt is not None
        }

    def _dependent(self) -> set[Any]:
        """The numbers of the step that depend, in some run, on what derivatives are taken by."""
        body, operands = self.body, self.operands
        active = {x for x, start in zip(body.carries, operands.starts) if self._is_wanted(start)}
        active |= {x for x, y in operands.shared.items() if self._is_wanted(y)}
        active |= {x for x, y in zip(body.columns, operands.columns) if self._is_wanted(y)}
        active |= {x for x, row in zip(body.xs, operands.rows) if any(map(self._is_wanted, row))}
        while True:
            for node in body.order:
                if any(type(x) is not float and x in active for x in operands_of(node)):
                    active.add(node)
            more = {x for x, after in zip(body.carries, body.new) if after in active} - active
            if not more:
                return active
            active |= more

    def _is_wanted(self, x: Number) -> bool:
        return isinstance(x, Node) and (self._needed is None or x in self._needed)

    def _add_output(self, j: int, y: Node, parts: Sequence[Part]) -> None:
        """What has come back to a number of the output, in each run."""
        values = [part.value for part in parts]
        live = [not is_zero(x) for x in values]
        if any(live):
            doubts = [0.0 if part.doubt is None else part.doubt for part in parts]
            doubt = self.row(("doubt of output", j), doubts)
            chosen = any(part.chosen for part in parts)
            part = Part(self.row(("output", j), values), chosen, None if is_zero(doubt) else doubt)
            self._given.append(_Source(y, part, live))

    def _sources(self) -> list[_Source]:
        """All of them, those of the carry last."""
        found = [*self._given]
        for i in self._lit:
            x, last = self.body.carries[i], self._last[i]
            place = self.carry(("adjoint", i), last.value)
            doubt = 0.0 if last.doubt is None else last.doubt
            doubts = self.carry(("doubt", i), doubt) if x in self._doubtful else None
            found.append(_Source(self.body.new[i], Part(place, x in self._chosen, doubts), ()))
        return found

    def settle(self) -> None:
        """Sweep until it is known what is carried, and from where zeros have to be kept out."""
        while True:
            before = self._lit, self._summed, self._chosen, self._doubtful
            self._sweep()
            body, products = self.body, self._products
            self._lives = Lives(
                [source.live for source in self._given],
                [not is_zero(self._last[i].value) for i in self._lit],
                [self._sets.get(body.carries[i], 0) for i in self._lit],
                self.operands.count,
            )
            self._lit = [i for i, ever in zip(self._lit, self._lives.ever) if ever]
            self._summed = [x for x in self._summed if x in self._sets]
            carried = {*[body.carries[i] for i in self._lit], *self._summed}
            self._chosen = self._chosen | (products.chosen & carried)
            self._doubtful = self._doubtful | (products.doubted.keys() & carried)
            if before == (self._lit, self._summed, self._chosen, self._doubtful):
                break
        if not self._lives.all_alike:
            self._sweep(guarded=True)

    def _sweep(self, *, guarded: bool = False) -> None:
        """The recorded sweep over one step, by the engine's rules."""
        sources = self._sources()
        parts = [(x, part) for x, part, _ in sources]
        for x in self._summed:
            doubt = self.carry(("doubt of sum", x), 0.0) if x in self._doubtful else None
            parts.append((x, Part(self.carry(("sum", x), 0.0), x in self._chosen, doubt)))
        seeds: dict[Any, Any] = {}
        for x, part in parts:
            seeds[x] = seeds[x] + part.value if x in seeds else part.value
        self._products = Products(self.body.order, seeds.values(), forward=False, beyond=self)
        for x, part in parts:
            part.enter(x, self._products)
        edges: list[tuple[Any, Any]] = []

        def passed(part: Number, source: Node, target: Node) -> Any:
            edges.append((source, target))
            return self._guarded(part, source, target) if guarded else part

        self._adjoint = recorded_adjoints(
            self.body.order, seeds, self._ends, self._products, passed
        )
        if not guarded:
            self._sets: dict[Any, int] = {}
            """For each number of the step, bits for the sources that lead to it."""
            for index, source in enumerate(sources):
                self._sets[source.of] = self._sets.get(source.of, 0) | 1 << index
            for source_of, target in edges:
                self._sets[target] = self._sets.get(target, 0) | self._sets[source_of]

    def _guarded(self, part: Number, source: Node, target: Node) -> Any:
        """What goes from one number to another: nothing in runs in which nothing comes there."""
        sources = self._sets[source]
        if sources == self._sets[target] and target not in self._ends:
            return part
        return self.where_live(sources, self._lives, part)

    def spread(self, adjoint: Derivatives, products: Products) -> None:
        """Make the scan, and add to the adjoints of the operands."""
        body, own, doubted = self.body, self._adjoint, self._products.doubted
        carried: list[tuple[Any, Any]] = []
        ends: list[tuple[Any, Part]] = []
        keys = [
            ("adjoint", i, "doubt", body.carries[i], self.operands.starts[i]) for i in self._lit
        ]
        keys += [("sum", x, "doubt of sum", x, self.operands.shared[x]) for x in self._summed]
        for kind, key, doubt, x, operand in keys:
            number: Any = len(carried)
            carried.append((self.carry((kind, key), None), own.get(x, 0.0)))
            doubts = None
            if x in self._doubtful:
                doubts = len(carried)
                carried.append((self.carry((doubt, key), None), doubted.get(x, 0.0)))
            if kind == "sum" or self._lives.of(self._sets.get(x, 0))[-1]:
                ends.append((operand, Part(number, x in self._products.chosen, doubts)))
        rows, columns = (
            [(x, y) for x, y in zip(inputs, given) if not is_zero(own.get(x))]
            for inputs, given in (
                (body.xs, self.operands.rows),
                (body.columns, self.operands.columns),
            )
        )
        kept = [y for x, _ in columns for y in (own[x], doubted.get(x))]
        chosen, ys = self._products.chosen, Outputs(len(carried))
        parts = [Part(ys.put(own[x]), x in chosen, ys.put(doubted.get(x))) for x, _ in rows]
        whole = self.scan(carried, ys, kept)

        def put(operand: Node, part: Part) -> None:
            if self._is_wanted(operand):
                known = adjoint.get(operand)
                adjoint[operand] = part.value if known is None else known + part.value
                part.enter(operand, products)

        for operand, part in ends:
            put(operand, result_of(whole, part))
        for x, operand in columns:
            self._put_column(adjoint, whole, x, operand)
        for (x, row), part in zip(rows, parts):
            for run, lives in enumerate(self._lives.of(self._sets.get(x, 0))):
                operand = row[self.operands.count - 1 - run]
                if lives and self._is_wanted(operand):
                    put(operand, result_of(whole, ys.of_run(part, run)))

    def _put_column(self, adjoint: Derivatives, whole: Node, x: Node, operand: Node) -> None:
        """Give the adjoints of a column to the scan that it is of."""
        scan, kept, flip = operands_of(operand)
        value, doubt = self._adjoint[x], self._products.doubted.get(x)
        live = self._lives.of(self._sets.get(x, 0))
        part = Part(value, x in self._products.chosen, doubt, live)
        back = adjoint.setdefault(scan, Backward())
        of = [*scan.op.kept][int(kept)]
        back.columns.setdefault(of, []).append(column_of(whole, part, bool(flip)))
