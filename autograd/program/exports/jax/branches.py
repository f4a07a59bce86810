"""Rules over JAX's arrays, with each branch of a choice kept apart for JAX's own derivatives.

JAX differentiates the table's rules itself for higher orders, and multiplies the zero that comes
back from a branch not taken with whatever is in it: 0 × inf is nan. Here a branch sees variables of
its own, which pass nothing on where it was not taken, in either direction. Next:
:mod:`autograd.program.exports.jax.primitives`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.graph import topological_order
from autograd.ops.expr import Expr, Operand, inner_exprs

if TYPE_CHECKING:
    from jax import Array

__all__ = ["evaluate_apart", "passing", "settled"]


def evaluate_apart(
    exprs: Sequence[Operand | None],
    functions: Mapping[str, Callable[..., Array]],
    variables: Mapping[str, Array],
) -> list[Any]:
    """What :func:`autograd.ops.expr.evaluate` gives, to be differentiated by JAX."""
    made: dict[Expr, Any] = {}
    for expr in topological_order([x for x in exprs if isinstance(x, Expr)], _outside_branches):
        if expr.op == "var":
            made[expr] = variables[str(expr.operands[0])]
        elif expr.op == "where":
            test, *branches = expr.operands
            condition = made[test] if isinstance(test, Expr) else test
            first, second = [
                _in_branch(branch, functions, variables, condition, taken)
                for branch, taken in zip(branches, (True, False))
            ]
            made[expr] = functions["where"](condition, first, second)
        else:
            operands = [made[x] if isinstance(x, Expr) else x for x in expr.operands]
            made[expr] = functions[expr.op](*operands)
    return [made[x] if isinstance(x, Expr) else x for x in exprs]


def _outside_branches(expr: Expr) -> list[Expr]:
    """The parts that are evaluated before it; the branches of a choice are not."""
    return inner_exprs(expr) if expr.op != "where" else inner_exprs(expr)[: _tested(expr)]


def _tested(expr: Expr) -> int:
    return int(isinstance(expr.operands[0], Expr))


def _in_branch(
    branch: Operand,
    functions: Mapping[str, Callable[..., Array]],
    variables: Mapping[str, Array],
    condition: Array | float,
    taken: bool,
) -> Any:
    if not isinstance(branch, Expr):
        return branch
    own = {name: passing(x, condition, taken) for name, x in variables.items()}
    return evaluate_apart([branch], functions, own)[0]


def passing(x: Array, condition: Array | float, taken: bool) -> Array:
    """A variable, as a constant wherever the condition is not so."""
    import jax

    jnp = jax.numpy
    if jnp.broadcast_shapes(jnp.shape(x), jnp.shape(condition)) != jnp.shape(x):
        return x
    constant = jax.lax.stop_gradient(x)
    return jnp.where(condition, x, constant) if taken else jnp.where(condition, constant, x)


def settled(slopes: Callable[..., Sequence[Array | None]], operands: Sequence[Array]) -> Array:
    """Whether slopes have finite first and second derivatives: those of third order need them."""
    import jax

    jnp = jax.numpy

    def found(*xs: Array) -> list[Array]:
        return [slope for slope in slopes(*xs) if slope is not None]

    xs = tuple(jax.lax.stop_gradient(jnp.asarray(x)) for x in operands)
    ones = tuple(map(jnp.ones_like, xs))
    (values, first), (_, second) = jax.jvp(lambda *xs: jax.jvp(found, xs, ones), xs, ones)
    finite = [jnp.isfinite(slope) for slope in (*values, *first, *second)]
    return jnp.stack(jnp.broadcast_arrays(*finite, True)).all(0)
