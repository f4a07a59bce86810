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
from autograd.engine.products import Products, times
from autograd.engine.record import RECORDERS
from autograd.engine.region import Region, refusing
from autograd.engine.shared import literals_of
from autograd.ops.expr import Expr
from autograd.ops.floats import Namespace
from autograd.ops.op import Op
from autograd.ops.partial_evaluation import folded
from autograd.ops.per_op import per_op
from autograd.ops.straight import straight

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
    needs = _needs(order, wanted)
    adjoint: dict[Any, Any] = dict(seeds)
    if products is None:
        products = Products(order, seeds.values(), forward=False)
    for node in reversed(order):
        upstream = adjoint.get(node)
        need = needs.get(node)
        if upstream is None or not need:
            continue
        if cast(Any, node.op).structural:
            cast(Any, node.op).pull(node, adjoint, products, None if wanted is None else needs)
            continue
        if _is_zero(upstream):
            continue
        choices = products.enter(node)
        operands = operands_of(node)
        for x, partial in zip(operands, _partials(node, operands, need)):
            if partial is None or (choices and products.op.selects and _is_zero(partial)):
                continue  # of inf, a sweep of numbers makes nan beside any other partial of 0
            if choices:
                part = products.product(upstream, partial, node, x)
            else:
                part = times(upstream, partial)
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
    needs = _needs(order, seeds)
    tangent: dict[Any, Any] = dict(seeds)
    still = {x for x in seeds if _is_zero(seeds[x])}  # and what is zero by its number is not
    if products is None:
        products = Products(order, seeds.values(), forward=True)
    for node in order:
        need = needs.get(node)
        if node in tangent or need is None:
            continue
        if cast(Any, node.op).structural:
            if not cast(Any, node.op).push(node, tangent, products):
                still.add(node)
            continue
        choices = products.enter(node)
        operands = operands_of(node)
        total: Any = None
        led = [
            (x, partial)
            for x, partial in zip(operands, _partials(node, operands, need))
            if partial is not None and not _is_zero(partial) and x not in still
        ]
        if not led:
            still.add(node)
        if moving is not None:
            moving.enter(node, [x for x, _ in led])
        for x, partial in led:
            if choices:
                part = products.product(tangent[x], partial, x, node)
            else:
                part = times(partial, tangent[x])
            if moving is not None:
                part = moving.kept(part, x, node)
            total = total + part if total is not None else part
        tangent[node] = 0.0 if total is None else total
    return tangent


def _needs(
    order: Iterable[Node], wanted: Iterable[Node] | None
) -> dict[Any, tuple[bool, ...] | None]:
    """For each node that these influence, by which operands it does; of no limit, by all Values."""
    needs: dict[Any, tuple[bool, ...] | None] = dict.fromkeys(wanted or ())
    for node in order:
        if wanted is None:
            need = tuple([type(x) is not float for x in operands_of(node)])
        else:
            need = tuple([type(x) is not float and x in needs for x in operands_of(node)])
        if True in need:
            needs[node] = need
    return needs


def _partials(
    node: Node, operands: tuple[Node | float, ...], need: tuple[bool, ...]
) -> Sequence[Any]:
    """A node's local derivatives as Values or floats; None where there is none or no need."""
    op: Op = node.op  # type: ignore[assignment]
    if not op.traced:
        if op.opaque:
            partials = _opaque_partials(node, operands)
        else:
            with TRACING.during(True):  # a comparison in the table's rules is recorded too
                partials = op.one_an_operand(op.partials(_XP, node, *operands), len(operands))
        return [p if wanted else None for p, wanted in zip(partials, need)]
    computed, wanted = _wanted(op, (), need)
    if computed and False in need:
        literals = literals_of(node)
        if literals:
            _, wanted = _wanted(op, literals, need)
    return wanted(node, *operands)


@per_op
def _wanted(
    op: Op, literals: tuple[tuple[str, str], ...], need: tuple[bool, ...]
) -> tuple[bool, Callable[..., tuple[Any, ...]]]:
    """The local derivatives that there is need of, as a function of a node and its operands.

    Where some of these are literals, what they decide is not recorded: nothing, unless something
    has to be computed, which sums and products do not.
    """
    known = {name: float.fromhex(x) for name, x in literals}
    exprs = [expr if wanted else None for expr, wanted in zip(op.partial_exprs, need)]
    if known:
        exprs = [None if expr is None else folded(expr, known) for expr in exprs]
    computed = any(isinstance(expr, Expr) and expr.op != "var" for expr in exprs)
    return computed, straight(exprs, ("out", *op.variables), RECORDERS)


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


def _is_zero(x: Node | float) -> bool:
    """Whether this is a literal zero, and so zero at any other inputs too."""
    return type(x) is float and x == 0.0
