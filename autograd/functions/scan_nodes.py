"""The nodes that a scan is in a recording for a program, and what its step is to them.

One node stands for the whole scan. Its operands are the first carry, all items in order, what the
step closes over, and columns of other scans. ``item`` is one of its results; ``column`` is what a
number inside of its step is in all runs, which only another scan of as many runs reads: that of its
derivatives. Only :mod:`autograd.program.tape.lower` knows what to do with them. Next:
:mod:`autograd.functions.scan_building`.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn, TypeAlias

from autograd.engine.backward import set_data
from autograd.engine.node import EPOCH, Node
from autograd.engine.order import operands_of
from autograd.engine.products import Products
from autograd.engine.record import RECORDERS
from autograd.errors import GraphError
from autograd.ops.op import Op

__all__ = [
    "COLUMN",
    "ITEM",
    "NOTHING",
    "PLACE",
    "Backward",
    "Body",
    "Derivatives",
    "Number",
    "Operands",
    "Part",
    "column",
    "forget",
    "is_zero",
    "item",
    "made",
    "op_of",
    "place",
    "refused",
]

Number: TypeAlias = "Node | float"
Derivatives = dict[Node, Any]
"""Of a sweep under way, by node: numbers; of scans, what has come back to them, or leads on."""


def op_of(whole: Node) -> Any:
    """The primitive of a scan."""
    return whole.op


def is_zero(x: Number | None) -> bool:
    """Whether this is nothing at all, or a literal zero."""
    return x is None or (type(x) is float and x == 0.0)


class Body(NamedTuple):
    """What one step computes, as nodes."""

    carries: list[Any]
    """Stand for the numbers of the carry before it, and ``xs`` for those of its item."""
    xs: list[Any]
    shared: list[Any]
    """What else it reads: nodes from outside, and numbers of the carry that never change."""
    order: list[Any]
    """What it computes, operands first."""
    new: list[Any]
    """The carry after it, each a node of ``order``."""
    ys: list[Any]
    """The numbers of its output: nodes of all kinds, and floats."""
    columns: list[Any]
    """Stand for what columns of other scans are in the present run."""

    @property
    def inputs(self) -> list[Any]:
        """What stands for numbers that are not computed by it."""
        return [*self.carries, *self.xs, *self.shared, *self.columns]


class Part(NamedTuple):
    """A derivative, or a part of it, of a result, or of a number of the step in all runs."""

    value: Any
    """A Value or a float; of all runs perhaps a column."""
    chosen: bool = False
    """Whether a choice has come into it, and the Value that is 1 where it is in doubt; see
    :mod:`autograd.engine.products`."""
    doubt: Any = None
    live: Sequence[bool] = ()
    """Of all runs, the last one first: where it is no literal zero."""

    def enter(self, node: Node, products: Products) -> None:
        """What a sweep has to know of the node whose derivative this is a part of."""
        if self.chosen:
            products.chosen.add(node)
        if self.doubt is not None:
            known = products.doubted.get(node)
            products.doubted[node] = (
                self.doubt if known is None else RECORDERS["maximum"](known, self.doubt)
            )


NOTHING = Part(0.0)


@dataclass(eq=False)
class Backward:
    """What came back to a scan: parts by the number of a result, and by a number of the step."""

    numbers: dict[int, list[Part]] = field(default_factory=dict)
    columns: dict[Any, list[Part]] = field(default_factory=dict)


def refused(*_: object) -> NoReturn:
    """The rules of what only a program computes."""
    raise GraphError(
        "a scan that was recorded for a program is only computed and differentiated by the "
        "program: a Value of it was kept and used outside of the compiled function"
    )


class _Item(Op):
    """A result of a scan, by its number: the last carry's numbers, then each step's output."""

    structural = True

    def pull(
        self, node: Node, adjoint: Derivatives, products: Products, _: Container[Node] | None
    ) -> None:
        """Give what has come back to a result to its scan."""
        whole, number = operands_of(node)
        part = Part(adjoint[node], node in products.chosen, products.doubted.get(node))
        adjoint.setdefault(whole, Backward()).numbers.setdefault(int(number), []).append(part)

    def push(self, node: Node, tangent: Derivatives, products: Products) -> bool:
        """Take a result's tangent from its scan; whether there is one."""
        whole, number = operands_of(node)
        part = tangent[whole].result(int(number))
        tangent[node] = part.value
        part.enter(node, products)
        return not is_zero(part.value)


class _Column(Op):
    """A number of a scan's step in all runs, by its place among those kept; perhaps backwards."""

    structural = True

    def push(self, node: Node, tangent: Derivatives, _: Products) -> bool:
        """Whoever reads a column asks the scan for the column's tangent."""
        tangent[node] = tangent[operands_of(node)[0]]
        return True


ITEM = _Item("item", refused, refused, arity=2)
COLUMN = _Column("column", refused, refused, arity=3)
PLACE = Op("place", refused, refused, arity=1)
"""A number of the carry or of an item, while the step is recorded."""


def made(data: float, op: Op, operands: tuple[Number, ...]) -> Any:
    """A node, whatever its primitive would compute."""
    return Node.computed._restore(data, EPOCH[0], None, op, operands)


def place(data: float) -> Any:
    """What stands for a number inside of a step."""
    return made(data, PLACE, (0.0,))


def item(whole: Node, number: int, data: float = math.nan) -> Any:
    """A result of a scan.

    Until the recording ends its ``data`` may be what the first step gives: what a user's function
    of floats is given there has to be a number that it may meet.
    """
    return made(data, ITEM, (whole, float(number)))


def forget(nodes: Iterable[Node]) -> None:
    """Of these nodes, let results of scans have no number."""
    for node in nodes:
        if node.op is ITEM:
            set_data(node, math.nan)


def column(whole: Node, of: Node, flipped: bool) -> Any:
    """What a number of a scan's step is in all runs, or in all from the last to the first."""
    kept = op_of(whole).kept
    return made(math.nan, COLUMN, (whole, float(kept.setdefault(of, len(kept))), float(flipped)))


class Operands:
    """The operands of a scan, by what they are to its step."""

    def __init__(self, whole: Node) -> None:
        body: Body = op_of(whole).body
        given, self.count = operands_of(whole), op_of(whole).count
        many, width = len(body.carries), len(body.xs)
        rows = many + width * self.count
        self.starts = given[:many]
        self.rows = [given[many + i : rows : width] for i in range(width)]
        """For each number of the item, that of every run."""
        shared = given[rows : rows + len(body.shared)]
        self.shared: Mapping[Any, Any] = dict(zip(body.shared, shared))
        self.columns = given[rows + len(body.shared) :]

    def of(self, body: Body, inputs: Container[Any]) -> list[Number]:
        """Those that stand for these inputs of the step, of all runs."""
        found = [y for x, y in zip(body.carries, self.starts) if x in inputs]
        found += [y for x, row in zip(body.xs, self.rows) if x in inputs for y in row]
        found += [y for x, y in self.shared.items() if x in inputs]
        return found + [y for x, y in zip(body.columns, self.columns) if x in inputs]
