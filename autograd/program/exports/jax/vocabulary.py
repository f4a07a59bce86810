"""What the names in the op table's formulas mean for JAX's arrays.

Next: :mod:`autograd.program.exports.jax.slopes`, which JAX differentiates.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.extras import needed
from autograd.ops.expr import XP, Expr, evaluate
from autograd.ops.op import OPS, Op
from autograd.program.statements.elementwise import elementwise

if TYPE_CHECKING:
    from jax import Array

__all__ = ["called_back", "functions", "is_called_back", "jax_module"]

_ARITHMETIC = {
    "add": ("add", "add"), "sub": ("subtract", "sub"), "mul": ("multiply", "mul"),
    "div": ("divide", "div"), "neg": ("negative", "neg"), "abs": ("abs", "abs"),
    "where": ("where", "select"), "lt": ("less", "lt"), "le": ("less_equal", "le"),
    "gt": ("greater", "gt"), "ge": ("greater_equal", "ge"), "eq": ("equal", "eq"),
    "ne": ("not_equal", "ne"),
}  # fmt: skip
"""The names in jax.numpy, and in jax.lax, which takes arrays of one shape only."""


@cache
def jax_module() -> Any:
    """The module jax, imported when first needed."""
    return needed("jax", "to_jax")


class _Functions(dict[str, Callable[..., Any]]):
    """Names in rules -> JAX's functions, declared with the primitive; its own rule otherwise.

    An elementary function that JAX lacks is called back, number by number.
    """

    def __missing__(self, name: str) -> Callable[..., Any]:
        op = OPS[name]
        if op.function is not None:
            return _declared(op)

        def by_rule(*operands: Array) -> Any:
            variables = {f"x{i}": x for i, x in enumerate(operands)}
            rule = op.forward(XP, *(Expr("var", x) for x in variables))
            return evaluate([rule], self, variables)[0]

        return by_rule


@cache
def functions() -> _Functions:
    """JAX's functions by the names of the table."""
    jnp, special = jax_module().numpy, import_module("jax.scipy.special")
    reductions = {"add": "sum", "mul": "prod", "maximum": "max", "minimum": "min"}
    return _Functions(
        {name: _arithmetic(*names) for name, names in _ARITHMETIC.items()}
        | {"pow": jnp.power}
        | {
            f"fold_{name}": partial(getattr(jnp, numpy), axis=-1, keepdims=True)
            for name, numpy in reductions.items()
        }
        | {"polygamma": lambda n, x: special.polygamma(jnp.asarray(n).astype("int32"), x)}
    )


def _arithmetic(numpy: str, lax: str) -> Callable[..., Array]:
    """A function of arrays and numbers; of what has one shape by the quick way.

    The other way JAX traces more than twice as long.
    """
    jax = jax_module()
    general, quick = getattr(jax.numpy, numpy), getattr(jax.lax, lax)

    def function(*operands: Array | float) -> Array:
        chosen = operands[1:] if numpy == "where" else operands
        like = next((x for x in chosen if isinstance(x, jax.Array)), None)
        found: Array
        if (
            like is None
            or not all(
                type(x) is float if not isinstance(x, jax.Array) else x.dtype == like.dtype
                for x in chosen
            )
            or not all(x.shape == like.shape for x in operands if isinstance(x, jax.Array))
            or (len(chosen) < len(operands) and not isinstance(operands[0], jax.Array))
        ):
            found = general(*operands)
        else:
            found = quick(
                *[jax.lax.full_like(like, x) if type(x) is float else x for x in operands]
            )
        return found

    return function


def _declared(op: Op) -> Callable[..., Any]:
    """JAX's own form of an elementary function if its declaration names one, or calls back."""
    if is_called_back(op):
        return partial(called_back, op)
    module, _, function = (op.jax or f"numpy.{op.ufunc}").rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"jax.{module}"), function)
    return found


def is_called_back(op: Op) -> bool:
    """Whether JAX has to call a function of floats, number by number."""
    if op.opaque:
        return True
    return op.function is not None and not (op.jax or op.ufunc or op.name in functions())


def called_back(op: Op, *operands: Array | float) -> Array:
    """A function of floats, called by JAX for each element."""
    jax = jax_module()
    dtype = jax.numpy.result_type(*operands)
    arrays = jax.numpy.broadcast_arrays(*[jax.numpy.asarray(x, dtype) for x in operands])

    def call(*given: Array) -> Any:
        return elementwise(op.evaluate, *map(np.asarray, given)).astype(dtype)

    result = jax.ShapeDtypeStruct(arrays[0].shape, dtype)
    made: Array = jax.pure_callback(call, result, *arrays, vmap_method="broadcast_all")
    return made
