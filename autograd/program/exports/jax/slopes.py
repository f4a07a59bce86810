"""Formulas over JAX's arrays that JAX differentiates by the op table, to any order.

JAX's own derivatives of what a formula is made of have other kinks and cancelled tails, and where a
choice was not taken they multiply the zero that comes back with whatever is there. Here the
derivative of a formula is a formula, and what it is multiplied with is a product of
:mod:`autograd.program.exports.jax.products`. Next: :mod:`autograd.program.exports.jax.primitives`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from autograd.ops.expr import (
    COMPARISONS,
    XP,
    Expr,
    Operand,
    bottom_up,
    evaluate,
    parts_in,
    variables_of,
)
from autograd.ops.op import OPS
from autograd.ops.partial_evaluation import folded
from autograd.program.exports.jax.products import product
from autograd.program.exports.jax.vocabulary import functions, jax_module

if TYPE_CHECKING:
    from jax import Array
    from jax.custom_derivatives import SymbolicZero

__all__ = ["derivative", "differentiable"]

FOLD = "fold_"


def derivative(expr: Operand, name: str) -> Operand:
    """The derivative of an expression by one of its variables.

    >>> derivative(XP.sin(Expr("var", "x")) * 2.0, "x")
    Expr('2.0 * cos(x)')
    """

    def step(part: Expr, pairs: list[tuple[Expr, Operand] | float]) -> tuple[Expr, Operand]:
        return part, _moved(part, [x if isinstance(x, tuple) else (x, 0.0) for x in pairs], name)

    found: Any = bottom_up([expr], step)[0]
    return folded(found[1], {}) if isinstance(found, tuple) else 0.0


def _moved(part: Expr, operands: Sequence[tuple[Operand, Operand]], name: str) -> Operand:
    """The derivative of one application, of its operands and theirs."""
    values, moves = [x for x, _ in operands], [x for _, x in operands]
    if part.op == "var":
        return float(values[0] == name)
    if part.op in COMPARISONS or not any(map(_is_more, moves)):
        return 0.0
    if part.op == "where":
        first, second = moves[1:]
        return XP.where(values[0], first, second) if _is_more(first) or _is_more(second) else 0.0
    if part.op == "div":  # XLA computes each quotient apart: there is one of the divisor
        rise = _difference(moves[0], _times(part, moves[1]))
        return _times(XP.div(1.0, values[1]), rise)
    op = OPS[part.op]
    total: Operand = 0.0
    slopes = op.one_an_operand(op.partials(XP, part, *values), len(values))
    for slope, move in zip(slopes, moves):
        if slope is None or not _is_more(slope) or not _is_more(move):
            continue
        term = slope * move if _is_more(slope - 1.0) else move
        if op.selects and isinstance(slope, Expr):
            term = XP.where(slope == 0.0, 0.0, term)
        total = total + term if _is_more(total) else term
    return total


def _times(a: Expr, b: Operand) -> Operand:
    return 0.0 if not _is_more(b) else a if isinstance(b, float) and b == 1.0 else a * b


def _difference(a: Operand, b: Operand) -> Operand:
    return a if not _is_more(b) else a - b if _is_more(a) else -b


def _is_more(x: Operand) -> bool:
    """Whether it is not the number 0."""
    return isinstance(x, Expr) or x != 0.0


def differentiable(exprs: Sequence[Operand | None], variables: Mapping[str, Array]) -> list[Any]:
    """The values of expressions, which JAX may differentiate.

    What a reduction, ``fold_…``, gives is one more variable: that JAX differentiates itself.
    """
    known, places = dict(variables), dict[Expr, Expr]()
    for part in parts_in(exprs):
        if part.op.startswith(FOLD):
            name = f"{FOLD}{len(places)}"
            row = _evaluated(_put_in(part.operands, places), known)
            known[name] = functions()[part.op](*row)
            places[part] = Expr("var", name)
    return _evaluated(_put_in(exprs, places) if places else exprs, known)


def _put_in(exprs: Sequence[Operand | None], places: Mapping[Expr, Expr]) -> list[Operand | None]:
    """The expressions with parts of them replaced."""

    def step(part: Expr, operands: list[Expr | float]) -> Expr:
        if part in places:
            return places[part]
        return part if part.op == "var" else Expr(part.op, *operands)

    return [*bottom_up(exprs, step)]


def _evaluated(exprs: Sequence[Operand | None], variables: Mapping[str, Array]) -> list[Any]:
    """The same of what has no reductions."""
    some = tuple([x for x in exprs if isinstance(x, Expr) and x.op != "var"])
    left: Iterator[Any] = iter(())
    if some:
        used = variables_of(some)
        names = tuple([name for name in variables if name in used])
        left = iter(_function(some, names)(*[variables[name] for name in names]))
    found = [
        variables[x.operands[0]] if isinstance(x, Expr) and x.op == "var" else x for x in exprs
    ]
    return [next(left) if isinstance(x, Expr) else x for x in found]


@lru_cache(maxsize=1024)
def _function(exprs: tuple[Expr, ...], names: tuple[str, ...]) -> Callable[..., list[Array]]:
    """Expressions as a function of their variables, differentiated by formulas."""
    jax = jax_module()
    jnp, still = jax.numpy, jax.custom_derivatives.SymbolicZero
    moves = {name: [derivative(expr, name) for expr in exprs] for name in names}

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def function(*arrays: Array) -> list[Array]:
        return [*map(jnp.asarray, evaluate(exprs, functions(), dict(zip(names, arrays))))]

    def pushed(arrays: Sequence[Array], tangents: Sequence[Array | SymbolicZero]) -> Any:
        found = function(*arrays)
        varying: dict[str, Any] = {
            name: x for name, x in zip(names, tangents) if not isinstance(x, still)
        }
        slopes = [slope for name in varying for slope in moves[name]]
        left = iter(_evaluated(slopes, dict(zip(names, arrays))))
        totals: list[Any] = [None for _ in exprs]
        for tangent in varying.values():
            for i, out in enumerate(found):
                slope = next(left)
                if isinstance(slope, float) and slope == 0.0:
                    continue
                part = product(tangent, slope, adjoint=False, selects=False)
                if part.shape != out.shape:
                    part = jnp.broadcast_to(part, out.shape)
                totals[i] = part if totals[i] is None else totals[i] + part
        return found, [jnp.zeros_like(x) if t is None else t for x, t in zip(found, totals)]

    function.defjvp(pushed, symbolic_zeros=True)
    made: Callable[..., list[Array]] = function
    return made
