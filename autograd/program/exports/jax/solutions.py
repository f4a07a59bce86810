"""Roots and fixed points in JAX: iteration as long as it takes, and the derivative of the equation.

The iteration is the eager one in ``lax.while_loop``; JAX differentiates the equation at the
solution, as :mod:`autograd.transforms.equations` does. JAX cannot raise: where nothing is found,
the number is nan. Next: :mod:`autograd.program.exports.jax.swept_statements`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from autograd.program.exports.jax.vocabulary import jax_module
from autograd.program.solving import recorded

if TYPE_CHECKING:
    from jax import Array

    from autograd.ops.op import Op
    from autograd.program.tape.instructions import Tape
    from autograd.transforms.equations import Equation

__all__ = ["solution"]

SHORTEST = 1e-10
"""Of Newton's step, the part that is tried last."""


def solution(
    op: Op, count: int, function_of: Callable[[Tape], Callable[..., Array]]
) -> Callable[..., Array]:
    """One number that solves an equation, of arrays of its parameters, of one shape."""
    equation, index = op.equation
    compute = function_of(recorded(equation, "values", count))

    def of_numbers(*params: Array) -> Array:
        jax = jax_module()
        jnp = jax.numpy
        p = jnp.stack(params)

        def residual(x: Array) -> Array:
            made: Array = compute(x, p).reshape(-1) - equation.shift * x
            return made

        start = jnp.asarray(equation.start, p.dtype)
        solve = _repeated if equation.shift else _newton
        found: Array = jax.lax.custom_root(
            residual, start, lambda f, x: solve(equation, f, x), _linear
        )
        return found[index]

    def of_arrays(*params: Array) -> Array:
        jax = jax_module()
        flat = [x.reshape(-1) for x in params]
        made: Array = jax.vmap(of_numbers)(*flat).reshape(params[0].shape)
        return made

    return of_arrays


def _linear(f: Callable[[Array], Array], y: Array) -> Array:
    """The x with f(x) = y, of a linear f."""
    jax = jax_module()
    made: Array
    if y.shape == (1,):
        made = y / f(jax.numpy.ones_like(y))
    else:
        made = jax.numpy.linalg.solve(jax.jacfwd(f)(y), y)
    return made


def _repeated(equation: Equation, f: Callable[[Array], Array], start: Array) -> Array:
    """x ← x + f(x), until it changes no more."""
    jax = jax_module()
    jnp = jax.numpy

    def going(state: tuple[Array, ...]) -> Array:
        _, change, steps = state
        return (change > equation.tolerance) & (steps < equation.iterations)

    def once(state: tuple[Array, ...]) -> tuple[Array, ...]:
        x, _, steps = state
        new = x + f(x)
        return new, (abs(new - x) / jnp.maximum(abs(x), 1.0)).max(initial=0.0), steps + 1

    x, change, _ = jax.lax.while_loop(going, once, (start, jnp.asarray(jnp.inf, start.dtype), 0))
    made: Array = jnp.where(change <= equation.tolerance, x, jnp.nan)
    return made


def _newton(equation: Equation, f: Callable[[Array], Array], start: Array) -> Array:
    """Newton's method, with shorter steps where a whole one would not bring f nearer to zero."""
    jax = jax_module()
    jnp = jax.numpy

    def size(residual: Array) -> Array:
        largest = abs(residual).max(initial=0.0)
        made: Array = jnp.where(jnp.isnan(largest), jnp.inf, largest)
        return made

    def going(state: tuple[Array, ...]) -> Array:
        _, residual, steps, ended, failed = state
        return (size(residual) != 0.0) & (steps < equation.iterations) & ~ended & ~failed

    def once(state: tuple[Array, ...]) -> tuple[Array, ...]:
        x, residual, steps, _, _ = state
        step = _linear(jax.linearize(f, x)[1], residual)

        def too_long(tried: tuple[Array, ...]) -> Array:
            scale, _, found = tried
            return (scale > SHORTEST) & ~(size(found) < size(residual))

        def shorter(tried: tuple[Array, ...]) -> tuple[Array, ...]:
            scale = tried[0] / 2.0
            return scale, x - scale * step, f(x - scale * step)

        tried = jnp.ones((), x.dtype), x - step, f(x - step)
        scale, new, found = jax.lax.while_loop(too_long, shorter, tried)
        ended = (abs(step) / jnp.maximum(abs(x), 1.0)).max(initial=0.0) <= equation.tolerance
        nearer = size(found) < size(residual)
        failed = ~ended & ~(scale > SHORTEST)
        new, found = jnp.where(nearer, new, x), jnp.where(nearer, found, residual)
        return new, found, steps + 1, ended, failed

    state = start, f(start), 0, jnp.zeros((), bool), jnp.zeros((), bool)
    x, residual, _, ended, _ = jax.lax.while_loop(going, once, state)
    made: Array = jnp.where(ended | (size(residual) == 0.0), x, jnp.nan)
    return made
