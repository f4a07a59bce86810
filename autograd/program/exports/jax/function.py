"""Export to JAX: a program as a pure function that ``jax.jit``, ``grad`` and ``vmap`` take.

It is made of the array form's statements (:mod:`autograd.program.statements.groups`), so a layer is
one matrix product there too, and a recurrence is a ``lax.scan``. Values and derivatives are the op
table's rules over JAX's functions, which also keep the engine's kinks, and zero adjoints that pass
nothing on. Next: :mod:`autograd.program.exports.jax.first_order`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from autograd.collector import uncollected
from autograd.errors import GraphError, InputValueError
from autograd.program.exports.jax.first_order import swept
from autograd.program.exports.jax.vocabulary import jax_module
from autograd.program.tape.instructions import Argument, Tape
from autograd.program.tape.repeated import ops_in
from autograd.program.tape.rolling import rolled

if TYPE_CHECKING:
    from jax import Array

    from autograd.nested import Nest

__all__ = ["to_jax"]


def to_jax(tape: Tape, dtype: str, *, tangents: bool) -> Callable[..., Any]:
    """A pure function of the tape's arguments, by position or by name; see ``Program.to_jax``."""
    jax = jax_module()
    ops = ops_in(tape.statements)
    for op in ops:
        if op.opaque and op.equation is None and not op.traced:
            raise GraphError(
                f"the partials of {op.name!r} branch or call functions of floats, which "
                "JAX cannot trace: write them with the functions of xp, and xp.where for a choice"
            )
    parameter = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [inspect.Parameter(argument.name, parameter) for argument in tape.arguments]
    )

    @cache
    @uncollected()
    def of_a_point() -> Callable[..., Any]:
        return swept(rolled(tape), dtype, tangents=tangents)

    @cache
    def runner(axes: tuple[int | None, ...]) -> Callable[..., Any]:
        """The function of arrays of which some have a batch axis, compiled as a whole."""
        run = of_a_point()
        made: Callable[..., Any] = jax.jit(jax.vmap(run, axes) if 0 in axes else run)
        return made

    def function(*args: Nest, **kwargs: Nest) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        arrays = [_checked(given[a.name], a, dtype) for a in tape.arguments]
        axes = [0 if x.ndim > len(a.shape) else None for x, a in zip(arrays, tape.arguments)]
        return runner(tuple(axes))(*arrays)

    vars(function)["__signature__"] = signature
    return function


def _checked(given: Nest, argument: Argument, dtype: str) -> Array:
    jnp = jax_module().numpy
    if dtype == "float64" and not jax_module().config.read("jax_enable_x64"):
        raise InputValueError(
            "this program computes in float64, which JAX has switched off: call "
            'jax.config.update("jax_enable_x64", True), or compile with dtype="float32"'
        )
    array: Array = jnp.asarray(given, dtype)
    shape = argument.shape
    if array.shape != shape and array.shape[1:] != shape:
        raise InputValueError(
            f"argument {argument.name!r} takes an array of shape {shape}, with or without a batch "
            f"axis in front of it, but got one of shape {array.shape}"
        )
    return array
