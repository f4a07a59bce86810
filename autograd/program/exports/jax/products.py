"""Products of the chain rule in JAX, and doubt, as :mod:`autograd.engine.products` has them.

JAX multiplies a zero tangent or adjoint with whatever it meets, and 0 × inf is nan; a mask that
keeps the inf out loses what a zero that varies should have multiplied. Here the product is a
primitive of JAX of its own, bilinear but for zeros, which pass nothing on whichever way JAX goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jax import Array

    Pair = tuple[Array, Array]

__all__ = ["doubted", "product"]


@cache
def _times() -> Any:
    """JAX's primitive: a × b, but 0 where a factor that ``silences`` is, as every adjoint does."""
    import jax
    from jax.extend.core import Primitive
    from jax.interpreters import batching, mlir

    jnp, lax, ad = jax.numpy, jax.lax, import_module("jax.interpreters.ad")
    times: Any = Primitive("chain_rule_product")

    def value(a: Array, b: Array, silences: tuple[bool, bool]) -> Array:
        made: Array = lax.mul(a, b)
        nothing = lax.full_like(a, 0.0)
        zero = [lax.eq(x, nothing) for x, silent in zip((a, b), silences) if silent]
        return lax.select(reduce(lax.bitwise_or, zero), nothing, made) if zero else made

    def tangent(primals: Pair, tangents: Pair, silences: tuple[bool, bool]) -> Any:
        (a, b), (da, db) = primals, tangents
        parts = []
        if type(da) is not ad.Zero:
            parts.append(times.bind(da, b, silences=silences))
        if type(db) is not ad.Zero:
            parts.append(times.bind(a, db, silences=silences))
        return times.bind(a, b, silences=silences), sum(parts[1:], parts[0])

    def transposed(adjoint: Array, a: Array, b: Array, silences: tuple[bool, bool]) -> Any:
        if type(adjoint) is ad.Zero:
            return [ad.Zero(x.aval) if ad.is_undefined_primal(x) else None for x in (a, b)]
        if ad.is_undefined_primal(a):
            return [times.bind(adjoint, b, silences=(True, silences[1])), None]
        return [None, times.bind(adjoint, a, silences=(True, silences[0]))]

    def batched(operands: Pair, axes: Sequence[int | None], silences: tuple[bool, bool]) -> Any:
        size = next(x.shape[axis] for x, axis in zip(operands, axes) if axis is not None)
        rows = [
            lax.broadcast(x, (size,)) if axis is None else jnp.moveaxis(x, axis, 0) if axis else x
            for x, axis in zip(operands, axes)
        ]
        return times.bind(*rows, silences=silences), 0

    times.def_impl(jax.jit(value, static_argnames="silences"))
    times.def_abstract_eval(lambda a, b, silences: a)
    ad.primitive_jvps[times] = tangent
    ad.primitive_transposes[times] = transposed
    batching.primitive_batchers[times] = batched
    mlir.register_lowering(times, mlir.lower_fun(value, multiple_results=False))
    return times


def product(running: Array, slope: Array, *, adjoint: bool, selects: bool) -> Array:
    """An adjoint or a tangent × a local derivative: 0 where the adjoint is, or a choice's slope."""
    import jax

    factors: Sequence[Array] = (running, slope)
    if jax.numpy.shape(slope) != running.shape:
        factors = jax.numpy.broadcast_arrays(running, slope)
    made: Array = _times().bind(*factors, silences=(adjoint, selects))
    return made


def doubted(y: Array, x: Array, condition: Array) -> Array:
    """y, whose derivative by x is nan where the condition holds, if x varies at all."""
    import jax

    jnp = jax.numpy

    @jax.custom_jvp
    def unknown(x: Array, condition: Array) -> Array:
        # 0, along each batch axis of either: the derivative has these axes too.
        return jnp.where(condition & (x == 0.0), 0.0, jnp.zeros_like(x))

    @unknown.defjvp
    def move(primals: tuple[Array, Array], tangents: tuple[Array, Array]) -> tuple[Array, Array]:
        (x, condition), (dx, _) = primals, tangents
        # Masked twice, so that elsewhere neither dx nor what is transposed meets nan.
        unclear = jnp.where(condition, jnp.nan * jnp.where(condition, dx, 0.0), 0.0)
        return unknown(x, condition), unclear

    shape = jnp.broadcast_shapes(jnp.shape(x), jnp.shape(condition))
    return y + unknown(jnp.broadcast_to(x, shape), jnp.broadcast_to(condition, shape))
