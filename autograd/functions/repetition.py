"""A scan in a recording for a program: its step is recorded once, one node stands for all of it.

A transform that goes through that node makes another scan of it. Next:
:mod:`autograd.functions.recurrences`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.cached import cached_property
from autograd.engine.modes import (
    ANOMALY,
    RECORDING,
    REPEATING,
    TRACING,
    TRANSFORMING,
)
from autograd.engine.node import Node
from autograd.engine.products import Products
from autograd.engine.record import operand
from autograd.engine.refusals import data_of
from autograd.engine.region import Region
from autograd.engine.shared import above_tips
from autograd.functions.scan_backward import pull
from autograd.functions.scan_forward import push
from autograd.functions.scan_nodes import Body, Derivatives, Operands, item, made, place, refused
from autograd.nested import numbers_in, numbers_like, rebuilt
from autograd.ops.op import OPS, Op

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["Repetition", "repeated", "repeats_here"]


class Repetition(Op):
    """The primitive that one scan is: so many times a step."""

    structural = True

    def __init__(self, body: Body, count: int) -> None:
        super().__init__("scan", refused, refused, arity=None)
        self.body, self.count = body, count
        self.kept: dict[Any, int] = {}
        """Numbers of the step of which there are columns."""

    def pull(
        self, node: Node, adjoint: Derivatives, products: Products, needed: set[Node] | None
    ) -> None:
        """Spread what has come back to a scan over its operands."""
        pull(node, adjoint, products, needed)

    def push(self, node: Node, tangent: Derivatives, products: Products) -> bool:
        """Give a scan the tangents of its operands."""
        return push(node, tangent, products)

    @cached_property
    def _above_tips(self) -> set[Any]:
        """The numbers of the step of which a tip is computed, in the same run or a later one."""
        carries, new = self.body.carries, self.body.new
        above = above_tips(self.body.order)
        while True:
            more = above_tips(self.body.order, [y for x, y in zip(carries, new) if x in above])
            if more <= above:
                return above
            above |= more

    def tip_operands(self, node: Node) -> Sequence[Any]:
        """The operands of which a tip in one of its runs is computed."""
        found = Operands(node).of(self.body, self._above_tips)
        return [x for x in found if isinstance(x, Node)]


def repeats_here() -> bool:
    """Whether a recording for a program goes on, perhaps with transforms inside of it."""
    region = REPEATING.get() if TRACING.get() else None
    if region is None or ANOMALY.get() is not None or not RECORDING.get():
        return False
    inner = TRANSFORMING.get() or None
    while inner is not None and inner is not region:
        inner = inner.outer
    return inner is region


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
        places = [place(_number(x)) for x in (*self.starts, *self.rows[0])]
        self.leaves, xs = places[: len(self.starts)], places[len(self.starts) :]
        region = Region(places)
        # What a transform goes through has no scans in its steps: these are plain loops.
        inside = TRANSFORMING.get() is not REPEATING.get()
        with REPEATING.during(None if inside else region):
            seen = rebuilt(carry, self.leaves), items[0] if items[0] is None else rebuilt(like, xs)
            after, self.y = region.run(lambda: step(*seen))
            new = numbers_like(carry, after, operand, "the carry")
            # A carry that stays as it is is none: what the program carries is computed by the step.
            self.fixed = {p: x for p, x, y in zip(self.leaves, self.starts, new) if y is p}
            new = region.run(lambda: self._carried(new, set(region.nodes)))
        ys = [] if self.y is None else numbers_in(self.y, operand, "the output")
        carries = [p for p in self.leaves if p not in self.fixed]
        order, reached = region.record_of([y for y in (*new, *ys) if isinstance(y, Node)])
        inner = {*order, *carries, *xs}
        shared = [x for x in reached if x not in inner]
        self.op = Repetition(Body(carries, xs, shared, order, new, ys, []), len(items))

    def _carried(self, new: Sequence[Node | float], own: set[Node | float]) -> list[Any]:
        """Nodes that the step computes, each of its own, for the carry after it."""
        found: list[Any] = []
        for y in new:
            if y not in self.fixed:
                if y in own:
                    own.remove(y)
                else:  # passed on from elsewhere, or in another place already
                    y = made(_number(y), OPS["identity"], (y,))
                found.append(y)
        return found

    def results(self) -> tuple[Any, list[Any]] | None:
        """The scan as a node of the present recording, and its results in their structures."""
        body, fixed = self.op.body, self.fixed
        operands = [x for p, x in zip(self.leaves, self.starts) if p not in fixed]
        operands += [x for row in self.rows for x in row]
        operands += [fixed.get(x, x) for x in body.shared]
        region, recorded = TRANSFORMING.get(), REPEATING.get()
        if not any(isinstance(x, Node) and region.follows(x, recorded) for x in operands):
            return None  # numbers stay numbers
        whole = made(math.nan, self.op, tuple(operands))
        many = len(body.new)
        last = iter([item(whole, i, data_of(x)) for i, x in enumerate(body.new)])
        final = [fixed[p] if p in fixed else next(last) for p in self.leaves]
        outputs = []
        for index in range(self.op.count):
            start = many + index * len(body.ys)
            numbers = [
                item(whole, i, data_of(y)) if isinstance(y, Node) else y
                for i, y in enumerate(body.ys, start)
            ]
            outputs.append(None if self.y is None else rebuilt(self.y, numbers))
        return rebuilt(self.carry, final), outputs


def _number(x: Node | float) -> float:
    return data_of(x) if isinstance(x, Node) else x
