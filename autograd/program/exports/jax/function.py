"""Export to JAX: a program as a pure function that ``jax.jit``, ``grad`` and ``vmap`` take.

It is made of the array form's statements (:mod:`autograd.program.statements.groups`), so a layer is
one matrix product there too. Values and derivatives are the op table's rules over JAX's functions:
each primitive is a ``jax.custom_vjp`` whose backward rule is the table's, which also keeps the
engine's kinks, and zero adjoints that pass nothing on. This is reverse mode, and forward mode over
it (``jax.hessian``). For forward mode by itself it is a ``jax.custom_jvp``; JAX transposes that for
reverse mode too, but multiplies zero adjoints like any others.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import GraphError, InputValueError
from autograd.ops.op import OPS
from autograd.program.exports.jax.primitives import along_rows, jax_module, primitive
from autograd.program.statements.groups import ArrayForm, ArrayStatement, group
from autograd.program.statements.layout import Gather, Literal, Operand, View
from autograd.program.statements.reroll import rolled
from autograd.program.tape.instructions import Argument, Tape
from autograd.program.tape.passes import simplified

if TYPE_CHECKING:
    from jax import Array

    from autograd.engine.nests import Nest

__all__ = ["to_jax"]


def to_jax(tape: Tape, dtype: str, *, tangents: bool) -> Callable[..., Any]:
    """A pure function of the tape's arguments, by position or by name; see ``Program.to_jax``."""
    jax = jax_module()
    form = group(simplified(tape))
    for statement in form.statements:
        if statement.op.opaque and not statement.op.traced:
            raise GraphError(
                f"the partials of {statement.op.name!r} branch or call functions of floats, which "
                "JAX cannot trace: write them with the functions of xp, and xp.where for a choice"
            )
    parameter = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [inspect.Parameter(argument.name, parameter) for argument in tape.arguments]
    )

    @cache
    def runner(axes: tuple[int | None, ...]) -> Callable[..., Any]:
        """The function of arrays of which some have a batch axis, compiled as a whole."""
        run = _runner(form, tape, dtype, tangents)
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


def _runner(form: ArrayForm, tape: Tape, dtype: str, tangents: bool) -> Callable[..., Any]:
    """The function of one point: all blocks in turn, then the output, or it and what is aside."""
    jnp = jax_module().numpy

    def run(*arrays: Array) -> Any:
        blocks = [array.reshape(-1) for array in arrays]
        blocks.append(jnp.asarray(form.constants, dtype))
        for statement in form.statements:
            blocks.append(_block(statement, blocks, dtype, tangents).reshape(-1))
        output = _whole(form.output, blocks, dtype).reshape(tape.output_shape)
        if form.aux is None:
            return output
        return output, _whole(form.aux, blocks, dtype).reshape(tape.aux_shape)

    return run


def _whole(operand: Operand, blocks: Sequence[Array], dtype: str) -> Array:
    """The numbers of an operand, in its own shape."""
    made: Array = jax_module().numpy.broadcast_to(_read(operand, blocks, dtype), operand.shape)
    return made


def _block(statement: ArrayStatement, blocks: Sequence[Array], dtype: str, tangents: bool) -> Array:
    """The result of an array statement."""
    jnp = jax_module().numpy
    op, shape = statement.op, statement.shape
    if statement.kind == "map":
        known = {}
        for i, operand in enumerate(statement.operands):
            if isinstance(operand, Literal) and operand.values.size == 1:
                known[i] = repr(float(operand.values.item()))
        operands = [
            jnp.broadcast_to(_read(operand, blocks, dtype), shape)
            for i, operand in enumerate(statement.operands)
            if i not in known
        ]
        count = len(statement.operands)
        return primitive(op, count, tuple(known.items()), tangents)(*operands)
    arrays = [_whole(operand, blocks, dtype) for operand in statement.operands]
    if statement.kind == "product":
        made: Array = jnp.matmul(arrays[0], jnp.swapaxes(arrays[1], -1, -2))
        return made
    if op is OPS["dot"]:
        return (arrays[0] * arrays[1]).sum(-1)
    if op is OPS["sum"]:
        return arrays[0].sum(-1)
    if rolled(op) is not None:
        return along_rows(op, tangents)(arrays[0])
    columns = [arrays[0][..., i] for i in range(arrays[0].shape[-1])]
    return primitive(op, len(columns), (), tangents)(*columns)


def _read(operand: Operand, blocks: Sequence[Array], dtype: str) -> Array:
    """The numbers of an operand, in a shape that broadcasts to its own."""
    jnp = jax_module().numpy
    if isinstance(operand, Literal):
        made: Array = jnp.asarray(operand.values, dtype)
        return made
    if isinstance(operand, Gather):
        return blocks[operand.block][operand.index]
    if isinstance(operand, View):
        return _view(blocks[operand.block], operand)
    numbers: Array = jnp.concatenate([blocks[part.block][part.index] for part in operand.parts])
    order = np.argsort(np.concatenate([part.at for part in operand.parts]))
    return numbers[order].reshape(operand.shape)


def _view(block: Array, view: View) -> Array:
    """Consecutive numbers as a slice, which costs JAX less than a gather."""
    positions = view.positions()
    first, count = view.offset, positions.size
    if np.array_equal(positions.reshape(-1), np.arange(first, first + count)):
        return block[first : first + count].reshape(positions.shape)
    return block[positions]
