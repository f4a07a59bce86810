"""Rules of primitives that no row computes, as lists of those that rows do compute.

Traced once for a number of operands and the constants among them. Next:
:mod:`autograd.program.loop.native.steps`, which applies the list to registers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Sequence
from functools import cache
from typing import Any, NamedTuple

from autograd.graph import topological_order
from autograd.ops.expr import XP, Expr, Operand, inner_exprs
from autograd.ops.op import OPS, Op
from autograd.ops.partial_evaluation import folded
from autograd.ops.per_op import per_op

__all__ = ["Expansion", "expansion", "local_derivative"]


class Expansion(NamedTuple):
    """Primitives applied to places: those of the operands, then of ``numbers``, then of results."""

    numbers: tuple[float, ...]
    steps: tuple[tuple[Op, tuple[int, ...]], ...]
    results: tuple[int, ...]
    edges: tuple[bool, ...]
    """Of local derivatives, which operands have one."""
    names: tuple[int, ...]
    """A number for each place: what is computed alike from the same operands has the same one."""

    def missing(self, done: Container[int]) -> list[int]:
        """The places of steps that lead to the results from what is done, by its names."""
        before = len(self.names) - len(self.steps)
        found: set[int] = set()
        pending = [*self.results]
        while pending:
            place = pending.pop()
            if place not in found and self.names[place] not in done:
                found.add(place)
                pending += self.steps[place - before][1]
        return sorted(found)


@per_op
def expansion(op: Op, count: int, known: tuple[str, ...] | None) -> Expansion:
    """The value, with the constants among the operands in writing, or without them the partials.

    Partials are expansions of the result and the operands. Constants are written so as to tell
    -0.0 from 0.0.
    """
    if known is None:
        symbols = [Expr("var", i) for i in range(count + 1)]
        partials = op.one_an_operand(op.partials(XP, *symbols), count)
        edges = tuple([partial is not None for partial in partials])
        return _listed([0.0 if x is None else x for x in partials], count + 1, edges)
    operands = [Expr("var", i) if x == "None" else float(x) for i, x in enumerate(known)]
    value = op.forward(XP, *operands)
    return _listed([folded(value, {}) if isinstance(value, Expr) else value], count, ())


def _listed(exprs: Sequence[Operand], count: int, edges: tuple[bool, ...]) -> Expansion:
    order = topological_order([x for x in exprs if isinstance(x, Expr)], inner_exprs)
    numbers: dict[str, float] = {}
    for x in [*exprs, *(x for expr in order if expr.op != "var" for x in expr.operands)]:
        if not isinstance(x, Expr):
            numbers.setdefault(repr(float(x)), float(x))
    literals = {text: count + i for i, text in enumerate(numbers)}
    places: dict[Any, int] = {}
    names = [_name("operand", i) for i in range(count)] + [_name("number", x) for x in numbers]

    def place(x: Operand) -> int:
        return places[x] if isinstance(x, Expr) else literals[repr(float(x))]

    steps: list[tuple[Op, tuple[int, ...]]] = []
    for expr in order:
        if expr.op == "var":
            places[expr] = int(expr.operands[0])
            continue
        step = OPS[expr.op], tuple([place(x) for x in expr.operands])
        steps.append(step)
        names.append(_name(expr.op, *(names[x] for x in step[1])))
        places[expr] = len(names) - 1
    results = tuple([place(x) for x in exprs])
    return Expansion(tuple(numbers.values()), tuple(steps), results, edges, tuple(names))


@cache
def _name(*made_of: str | int) -> int:
    """The next number for what was not asked for before."""
    return next(_fresh)


_fresh = itertools.count()


def local_derivative(op: Op, index: int) -> Callable[..., float]:
    """A local derivative of a rule that cannot be traced, as a function of result and operands."""

    def partial(out: float, *operands: float) -> float:
        wanted = [i == index for i in range(len(operands))]
        return op.local_at(out, operands, wanted)[index] or 0.0

    return partial
