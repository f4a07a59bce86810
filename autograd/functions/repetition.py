"""A scan in a recording for a program: its step is recorded once, one node stands for all of it.

That node's operands are the first carry, all items in order, and what the step closes over; a
result is an ``item`` of it. Only :mod:`autograd.program.tape.lower` knows what to do with the two:
transforms, and whatever else goes through a graph, see a scan as the plain loop. Next:
:mod:`autograd.functions.recurrences`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from autograd.engine.modes import (
    ANOMALY,
    RECORDING,
    REPEATING,
    TRACING,
    TRANSFORMING,
)
from autograd.engine.node import EPOCH, Node
from autograd.engine.record import operand
from autograd.engine.refusals import data_of
from autograd.engine.region import Region
from autograd.errors import GraphError
from autograd.nested import numbers_in, numbers_like, rebuilt
from autograd.ops.op import OPS, Op

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["ITEM", "PLACE", "Body", "Repetition", "repeated", "repeats_here"]


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


class Repetition(Op):
    """The primitive that one scan is: so many times a step."""

    def __init__(self, body: Body, count: int) -> None:
        super().__init__("scan", _refused, _refused, arity=None)
        self.body, self.count = body, count


def _refused(*_: Any) -> NoReturn:
    raise GraphError(
        "a scan that was recorded for a program is only computed and differentiated by the "
        "program: a Value of it was kept and used outside of the compiled function"
    )


ITEM = Op("item", _refused, _refused, arity=2)
"""A result of a scan, by its number: the last carry's numbers, then those of each step's output."""
PLACE = Op("place", _refused, _refused, arity=1)
"""A number of the carry or of an item, while the step is recorded."""


def repeats_here() -> bool:
    """Whether a recording for a program goes on, and no transform inside of it."""
    region = REPEATING.get() if TRACING.get() else None
    plain = ANOMALY.get() is None and RECORDING.get()
    return region is not None and plain and region is TRANSFORMING.get()


Step = Callable[[Any, Any], tuple[Any, Any]]


def repeated(step: Step, carry: Nest, items: Sequence[Nest | None]) -> tuple[Any, list[Any]] | None:
    """The last carry and the outputs of all steps; None if the step cannot be recorded once.

    Then it asks for more than numbers can give: a plain item to index with, a branch on a plain
    carry. The plain loop does it, or raises what there is to raise.
    """
    try:
        return _Recorded(step, carry, items).results()
    except Exception:  # the plain loop meets it again, and raises it step by step
        return None


class _Recorded:
    """A step recorded with numbers that stand for its carry and item."""

    def __init__(self, step: Step, carry: Nest, items: Sequence[Nest | None]) -> None:
        self.carry = carry
        self.starts = numbers_in(carry, operand, "the carry")
        like = [] if items[0] is None else items[0]
        self.rows = [[] if x is None else numbers_like(like, x, operand, "an item") for x in items]
        places = [_node(_number(x), PLACE, (0.0,)) for x in (*self.starts, *self.rows[0])]
        self.leaves, xs = places[: len(self.starts)], places[len(self.starts) :]
        region = Region(places)
        with REPEATING.during(region):
            seen = rebuilt(carry, self.leaves), items[0] if items[0] is None else rebuilt(like, xs)
            after, self.y = region.run(lambda: step(*seen))
            new = numbers_like(carry, after, operand, "the carry")
            # A carry that stays as it is is none: what the program carries is computed by the step.
            self.fixed = {p: x for p, x, y in zip(self.leaves, self.starts, new) if y is p}
            new = region.run(lambda: self._carried(new, {*region.nodes}))
        ys = [] if self.y is None else numbers_in(self.y, operand, "the output")
        carries = [p for p in self.leaves if p not in self.fixed]
        order, reached = region.record_of([y for y in (*new, *ys) if isinstance(y, Node)])
        inner = {*order, *carries, *xs}
        shared = [x for x in reached if x not in inner]
        self.op = Repetition(Body(carries, xs, shared, order, new, ys), len(items))

    def _carried(self, new: Sequence[Node | float], made: set[Node | float]) -> list[Any]:
        """Nodes that the step computes, each of its own, for the carry after it."""
        found: list[Any] = []
        for y in new:
            if y not in self.fixed:
                if y in made:
                    made.remove(y)
                else:  # passed on from elsewhere, or in another place already
                    y = _node(_number(y), OPS["identity"], (y,))
                found.append(y)
        return found

    def results(self) -> tuple[Any, list[Any]] | None:
        """The scan as a node of the present recording, and its results in their structures."""
        body, fixed = self.op.body, self.fixed
        operands = [x for p, x in zip(self.leaves, self.starts) if p not in fixed]
        operands += [x for row in self.rows for x in row]
        operands += [fixed.get(x, x) for x in body.shared]
        region = TRANSFORMING.get()
        if not any(isinstance(x, Node) and region.varies(x) for x in operands):
            return None  # numbers stay numbers
        whole = _node(math.nan, self.op, tuple(operands))
        many = len(body.new)
        last = iter([_node(math.nan, ITEM, (whole, float(i))) for i in range(many)])
        final = [fixed[p] if p in fixed else next(last) for p in self.leaves]
        outputs = []
        for index in range(self.op.count):
            start = many + index * len(body.ys)
            numbers = [
                _node(math.nan, ITEM, (whole, float(i))) if isinstance(y, Node) else y
                for i, y in enumerate(body.ys, start)
            ]
            outputs.append(None if self.y is None else rebuilt(self.y, numbers))
        return rebuilt(self.carry, final), outputs


def _node(data: float, op: Op, operands: tuple[Node | float, ...]) -> Any:
    return Node.computed._restore(data, EPOCH[0], None, op, operands)


def _number(x: Node | float) -> float:
    return data_of(x) if isinstance(x, Node) else x
