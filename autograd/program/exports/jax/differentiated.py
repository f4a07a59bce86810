"""Functions of JAX's arrays with the op table's derivatives in place of those that JAX would find.

For reverse mode such a function is a ``jax.custom_vjp``, around a ``jax.custom_jvp`` that
differentiates it further, or stands alone for forward mode: JAX allows a function only one of them.
Next: :mod:`autograd.program.exports.jax.primitives`, which makes them of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.extras import needed
from autograd.ops.op import Op
from autograd.program.exports.jax.branches import passing, settled
from autograd.program.exports.jax.products import doubted, product
from autograd.program.statements.elementwise import elementwise

if TYPE_CHECKING:
    from jax import Array

__all__ = ["called_back", "jax_module", "with_rule"]


@cache
def jax_module() -> Any:
    """The module jax, imported when first needed."""
    return needed("jax", "to_jax")


def with_rule(
    op: Op,
    forward: Callable[..., Array],
    local: Callable[[Mapping[str, Array]], list[Array]],
    plain: Callable[[Mapping[str, Array]], list[Array]],
    at_tip: Callable[[Mapping[str, Array]], Array] | None,
    names: Sequence[str],
    tangents: bool,
    turns: bool,
    *,
    direct: bool = False,
    called: bool = False,
) -> Callable[..., Array]:
    """The function with the table's derivatives in place of those that JAX would find.

    ``direct`` says that they are operands and constants, nothing to differentiate further, and
    ``called`` that a function of floats is. At the
    primitive's tip they are a choice, and have no derivatives of their own: a function that
    ``turns`` is told by one operand more what its operands come from, a number that varies as they
    do.
    """
    jnp = jax_module().numpy
    count = len(names)
    pushed: Any = jax_module().custom_jvp(lambda *operands: forward(*operands[:count]))

    def slopes(out: Array, operands: Sequence[Array]) -> list[Array | None]:
        variables = {"out": out, **dict(zip(names, operands))}
        found: list[Any] = local(variables)
        if at_tip is None or not turns:
            return found
        there, origin = at_tip(variables), operands[-1]
        return [s if s is None else doubted(s, origin, there) for s in found]

    @pushed.defjvp  # type: ignore[untyped-decorator]
    def push(operands: Sequence[Array], moves: Sequence[Array]) -> tuple[Array, Array]:
        out = pushed(*operands)
        total = jnp.zeros_like(out)
        for move, slope in zip(moves, slopes(out, operands)):
            if slope is not None:
                part = product(move, slope, adjoint=False, selects=op.selects)
                total += part.sum(-1, keepdims=True) if part.shape != out.shape else part
        return out, total

    def careful(out: Array, g: Array, *operands: Array) -> tuple[Array, ...]:
        """The adjoints of the operands, to be differentiated by JAX."""
        grads, apart, value = [], list(operands), out
        lost: Array | None = None
        if not direct:
            # What an adjoint of zero multiplies may not be differentiated again where that is not
            # finite; elsewhere it must be: an adjoint that is zero here may vary.
            kept = (g != 0.0) | settled(lambda *xs: slopes(pushed(*xs), xs), operands)
            apart = [passing(x, kept, True) for x in operands]
            # Computed from them again (XLA sees that it is the same), the value is kept apart too.
            value = passing(out, kept, True) if called else pushed(*apart)
            lost = ~kept
        tip = None if at_tip is None else at_tip({"out": out, **dict(zip(names, operands))})
        for x, slope in zip(operands, slopes(value, apart)):
            if slope is None:
                grads.append(jnp.zeros_like(x))
                continue
            if lost is not None:
                for y in operands[:count]:
                    slope = doubted(slope, y, lost, backward=False)
            part = jnp.broadcast_to(product(g, slope, adjoint=True, selects=op.selects), x.shape)
            grads.append(part if tip is None else doubted(part, g, tip))
        return (*grads, *map(jnp.zeros_like, operands[count:]))

    @jax_module().custom_jvp  # type: ignore[untyped-decorator]
    def pulled(out: Array, g: Array, *operands: Array) -> tuple[Array, ...]:
        """The same numbers, by as few statements as there may be: XLA compiles each."""
        grads = []
        found: list[Any] = plain({"out": out, **dict(zip(names, operands))})
        for x, slope in zip(operands, found):
            silent = g == 0.0
            if op.selects and slope is not None:
                silent |= slope == 0.0
            part = jnp.zeros_like(x) if slope is None else jnp.where(silent, 0.0, g * slope)
            grads.append(jnp.broadcast_to(part, x.shape))
        return (*grads, *map(jnp.zeros_like, operands[count:]))

    def move(primals: tuple[Array, ...], tangents: tuple[Any, ...]) -> Any:
        # What does not vary is left out: at a tip, even a tangent of 0 would give nan.
        still = jax_module().custom_derivatives.SymbolicZero
        varying = [i for i, x in enumerate(tangents) if not isinstance(x, still)]

        def of_varying(*some: Array) -> tuple[Array, ...]:
            given = dict(zip(varying, some))
            return careful(*[given.get(i, x) for i, x in enumerate(primals)])

        return jax_module().jvp(
            of_varying, [primals[i] for i in varying], [tangents[i] for i in varying]
        )

    pulled.defjvp(move, symbolic_zeros=True)
    function: Any = jax_module().custom_vjp(pushed)

    def remember(*operands: Array) -> tuple[Array, Any]:
        out = pushed(*operands)
        return out, (out, operands)

    def pull(kept: Any, g: Array) -> tuple[Array, ...]:
        out, operands = kept
        made: tuple[Array, ...] = pulled(out, g, *operands)
        return made

    function.defvjp(remember, pull)
    made: Callable[..., Array] = pushed if tangents else function
    return made


def called_back(op: Op, constants: Sequence[float | None], operands: Sequence[Array]) -> Array:
    """A user's function of floats, called by JAX for each element."""
    jax = jax_module()

    def call(*arrays: Array) -> Any:
        left = iter(arrays)
        chosen = [next(left) if x is None else x for x in constants]
        return elementwise(op.evaluate, *map(np.asarray, chosen)).astype(arrays[0].dtype)

    result = jax.ShapeDtypeStruct(operands[0].shape, operands[0].dtype)
    made: Array = jax.pure_callback(call, result, *operands, vmap_method="broadcast_all")
    return made
