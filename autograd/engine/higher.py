"""Sweeps that record what they compute, so that derivatives can be differentiated again.

They hold Values where :mod:`autograd.engine.sweep` holds numbers, and never look at a number to
decide what to record: a recorded derivative stays right when it is recomputed elsewhere.
The products of the chain rule are in :mod:`autograd.engine.products`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from autograd.engine.modes import TRACING
from autograd.engine.moving import Ways
from autograd.engine.order import operands_of
from autograd.engine.products import Products
from autograd.engine.record import RECORDERS
from autograd.engine.region import Region, refusing
from autograd.engine.shared import literals_of
from autograd.ops.expr import Expr, evaluate, parts_in
from autograd.ops.floats import Namespace
from autograd.ops.op import Op
from autograd.ops.partial_evaluation import folded
from autograd.ops.per_op import per_op

if TYPE_CHECKING:
    from autograd.engine.node import Node

__all__ = ["recorded_adjoints", "recorded_tangents"]

_XP = Namespace(RECORDERS)


def recorded_adjoints(
    order: Sequence[Node],
    seeds: Mapping[Node, Node | float],
    wanted: Iterable[Node] | None = None,
    products: Products | None = None,
    passed: Callable[[Any, Node, Node], Any] | None = None,
) -> dict[Any, Any]:
    """Adjoint of every node that the seeds reach, as a Value, or a float where it is constant.

    ``wanted`` limits the sweep to the paths that lead from these nodes to the seeds. ``products``
    may know of what has come into the seeds. What goes from one node to another is what ``passed``
    makes of it.
    """
    needed = None if wanted is None else _descendants(order, wanted)
    adjoint: dict[Any, Any] = dict(seeds)
    if products is None:
        products = Products(order, seeds.values(), forward=False)
    for node in reversed(order):
        upstream = adjoint.get(node)
        if upstream is None or (needed is not None and node not in needed):
            continue
        if cast(Any, node.op).structural:
            cast(Any, node.op).pull(node, adjoint, products, needed)
            continue
        operands = operands_of(node)
        if not operands or _is_zero(upstream):
            continue
        products.enter(node)
        for x, partial in zip(operands, _partials(node, operands, needed)):
            if partial is None or (products.op.selects and _is_zero(partial)):
                continue  # of inf, a sweep of numbers makes nan beside any other partial of 0
            part = products.product(upstream, partial, source=node, target=x)
            if passed is not None:
                part = passed(part, node, x)
            adjoint[x] = adjoint[x] + part if x in adjoint else part
    return adjoint


def recorded_tangents(
    order: Sequence[Node],
    seeds: Mapping[Node, Node | float],
    moving: Ways | None = None,
    products: Products | None = None,
) -> dict[Any, Any]:
    """Directional derivative of every node that depends on the seeds, by one forward sweep.

    With ``moving``, seeds that turn out to be 0 lead as little further as literal zeros do.
    ``products`` may know of what has come into the seeds.
    """
    needed = _descendants(order, seeds)
    tangent: dict[Any, Any] = dict(seeds)
    still = {x for x in seeds if _is_zero(seeds[x])}  # and what is zero by its number is not
    if products is None:
        products = Products(order, seeds.values(), forward=True)
    for node in order:
        if node in tangent or node not in needed:
            continue
        if cast(Any, node.op).structural:
            if not cast(Any, node.op).push(node, tangent, products):
                still.add(node)
            continue
        products.enter(node)
        operands = operands_of(node)
        total: Any = None
        led = [
            (x, partial)
            for x, partial in zip(operands, _partials(node, operands, needed))
            if partial is not None and not _is_zero(partial) and x not in still
        ]
        if not led:
            still.add(node)
        if moving is not None:
            moving.enter(node, [x for x, _ in led])
        for x, partial in led:
            part = products.product(tangent[x], partial, source=x, target=node)
            if moving is not None:
                part = moving.kept(part, x, node)
            total = total + part if total is not None else part
        tangent[node] = 0.0 if total is None else total
    return tangent


def _descendants(order: Iterable[Node], wanted: Iterable[Node]) -> set[Any]:
    """The nodes through which these influence anything, themselves included."""
    needed = set(wanted)
    for node in order:
        if any(type(x) is not float and x in needed for x in operands_of(node)):
            needed.add(node)
    return needed


def _partials(
    node: Node, operands: tuple[Node | float, ...], needed: set[Node] | None
) -> list[Any]:
    """A node's local derivatives as Values or floats; None where there is none or no need."""
    op: Op = node.op  # type: ignore[assignment]
    need = [type(x) is not float and (needed is None or x in needed) for x in operands]
    if not op.traced:
        if op.opaque:
            partials = _opaque_partials(node, operands)
        else:
            with TRACING.during(True):  # a comparison in the table's rules is recorded too
                partials = op.one_an_operand(op.partials(_XP, node, *operands), len(operands))
        return [p if wanted else None for p, wanted in zip(partials, need)]
    places = _places(op)
    if places is not None:
        found = (*operands, node)
        return [
            (found[place] if type(place) is int else place) if wanted else None
            for place, wanted in zip(places, need)
        ]
    variables = {"out": node, **dict(zip(op.variables, operands))}
    exprs, order = _wanted(op, literals_of(node), tuple(need))
    return evaluate(exprs, RECORDERS, variables, order)


@per_op
def _wanted(
    op: Op, literals: tuple[tuple[str, str], ...], need: tuple[bool, ...]
) -> tuple[list[Any], list[Expr]]:
    """The local derivatives that there is need of, and all that they are made of, in order."""
    known = _at_literals(op, literals) if literals else op.partial_exprs
    exprs = [expr if wanted else None for expr, wanted in zip(known, need)]
    return exprs, parts_in(exprs)


@per_op
def _places(op: Op) -> tuple[int | float | None, ...] | None:
    """Of sums and products, which are most of a graph: each local derivative is there already.

    It is a number, or the place of an operand; the node itself stands behind these, at -1.
    """
    places: list[int | float | None] = []
    for partial in op.partial_exprs:
        if not isinstance(partial, Expr):
            places.append(partial)
        elif partial.op == "var":
            places.append(("out", *op.variables).index(str(partial.operands[0])) - 1)
        else:
            return None
    return tuple(places)


def _opaque_partials(node: Node, operands: tuple[Node | float, ...]) -> tuple[Any, ...]:
    """What a user's rule returns: it may branch on a Value, but not take its number."""
    op = cast(Op, node.op)  # computed
    remedy = (
        f"the rule is to be differentiated again, and the partials of {op.name!r} would be "
        "constants. Write them with the functions of xp, as xp.cos(a) for math.cos(a)"
    )
    region = Region([node, *node.parents], refusing(remedy))
    rule = region.run(lambda: op.partials(_XP, node, *operands))
    partials: tuple[Any, ...] = op.one_an_operand(rule, len(operands))
    return partials


@per_op
def _at_literals(op: Op, literals: tuple[tuple[str, str], ...]) -> tuple[Any, ...]:
    """Local derivatives where some operands are literals: what these decide is not recorded."""
    known = {name: float.fromhex(x) for name, x in literals}
    return tuple(None if x is None else folded(x, known) for x in op.partial_exprs)


def _is_zero(x: Node | float) -> bool:
    """Whether this is a literal zero, and so zero at any other inputs too."""
    return type(x) is float and x == 0.0
