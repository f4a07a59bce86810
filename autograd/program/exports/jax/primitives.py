"""Primitives over JAX's arrays, with the op table's derivatives.

Each has its own rules in JAX, whose derivatives of the same expressions would have other kinks and
cancelled tails. For reverse mode it is a ``jax.custom_vjp``, around a ``jax.custom_jvp`` that
differentiates it further, or stands alone for forward mode: JAX allows a function only one of them.
Next: :mod:`autograd.program.exports.jax.function`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.extras import needed
from autograd.ops.expr import XP, Expr, Operand, evaluate
from autograd.ops.op import OPS, Op
from autograd.ops.partial_evaluation import folded, tip_of
from autograd.ops.per_op import per_op
from autograd.program.exports.jax.branches import evaluate_apart, passing, settled
from autograd.program.exports.jax.products import doubted, product
from autograd.program.statements.elementwise import elementwise
from autograd.program.statements.reroll import rolled, rolled_tip

if TYPE_CHECKING:
    from jax import Array

__all__ = ["along_rows", "jax_module", "primitive"]


_ARITHMETIC = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative",
    "abs": "abs", "pow": "power", "where": "where", "lt": "less", "le": "less_equal",
    "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip


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
            return evaluate_apart([rule], self, variables)[0]

        return by_rule


@cache
def jax_module() -> Any:
    """The module jax, imported when first needed."""
    return needed("jax", "to_jax")


@cache
def _functions() -> _Functions:
    """What the names in rules mean for JAX's arrays."""
    jnp, special = jax_module().numpy, import_module("jax.scipy.special")
    reductions = {"add": "sum", "mul": "prod", "maximum": "max", "minimum": "min"}
    return _Functions(
        {name: getattr(jnp, numpy) for name, numpy in _ARITHMETIC.items()}
        | {
            f"fold_{name}": partial(getattr(jnp, numpy), axis=-1, keepdims=True)
            for name, numpy in reductions.items()
        }
        | {"polygamma": lambda n, x: special.polygamma(jnp.asarray(n).astype("int32"), x)}
    )


def _declared(op: Op) -> Callable[..., Any]:
    """JAX's own form of an elementary function if its declaration names one, or calls back."""
    jnp = jax_module().numpy
    if not _is_called_back(op):
        module, _, function = (op.jax or f"numpy.{op.ufunc}").rpartition(".")
        found: Callable[..., Any] = getattr(import_module(f"jax.{module}"), function)
        return found

    def called(*operands: Array) -> Array:
        dtype = jnp.result_type(*operands)
        arrays = jnp.broadcast_arrays(*[jnp.asarray(x, dtype) for x in operands])
        return primitive(op, len(arrays), (), True)(*arrays)

    return called


def _is_called_back(op: Op) -> bool:
    """Whether JAX has to call a function of floats, number by number."""
    if op.opaque:
        return True
    return op.function is not None and not (op.jax or op.ufunc or op.name in _functions())


@per_op
def primitive(
    op: Op, count: int, known: tuple[tuple[int, str], ...], tangents: bool, turns: bool = False
) -> Callable[..., Array]:
    """A primitive over arrays of one shape, operands ``known`` put in, with the table's rules.

    One that ``turns`` takes one operand more, see :func:`_with_rule`.
    """
    constants = {i: float(text) for i, text in known}
    names = [f"x{i}" for i in range(count) if i not in constants]
    # Put in afterwards, as Python's own arithmetic raises where a float is divided by zero.
    put_in = {f"x{i}": x for i, x in constants.items()}
    symbols = [Expr("var", f"x{i}") for i in range(count)]
    partials = op.one_an_operand(op.partials(XP, Expr("var", "out"), *symbols), count)
    wanted = [folded(partials[i], put_in) for i in range(count) if i not in constants]
    value = None if _is_called_back(op) else folded(op.forward(XP, *symbols), put_in)
    constant = all(isinstance(x, float) and isfinite(x) for x in wanted)
    if constant and isinstance(value, Expr) and value.op in _ARITHMETIC and value.op != "where":
        # JAX's own derivatives are the same but of a choice, and XLA has less to compile.
        return lambda *operands: evaluate([value], _functions(), dict(zip(names, operands)))[0]

    def forward(*operands: Array) -> Array:
        if value is None:
            return _called_back(op, [constants.get(i) for i in range(count)], operands)
        made: Array = evaluate([value], _functions(), dict(zip(names, operands)))[0]
        return made

    def local(variables: Mapping[str, Array]) -> list[Array]:
        return evaluate_apart(wanted, _functions(), variables)

    def plain(variables: Mapping[str, Array]) -> list[Array]:
        return evaluate(wanted, _functions(), variables)

    direct = all(not isinstance(x, Expr) or x.op == "var" for x in wanted)
    tip = tip_of(op, [f"x{i}" for i in range(count)], put_in)
    return _with_rule(
        op, forward, local, plain, _at_tip(tip), names, tangents, turns, direct=direct
    )


def _at_tip(tip: Operand | None) -> Callable[[Mapping[str, Array]], Array] | None:
    """Where the operands are at the primitive's tip."""
    if tip is None:
        return None
    return lambda variables: evaluate_apart([tip], _functions(), variables)[0] == 0.0


@per_op
def along_rows(op: Op, tangents: bool, turns: bool = False) -> Callable[..., Array]:
    """A regular n-ary primitive along the last axis."""
    formula = rolled(op)
    assert formula is not None
    value, partials = formula

    def forward(x: Array) -> Array:
        made: Array = evaluate([value], _functions(), {"x": x})[0]
        return made

    def local(variables: Mapping[str, Array]) -> list[Array]:
        return evaluate_apart([partials], _functions(), variables)

    def plain(variables: Mapping[str, Array]) -> list[Array]:
        return evaluate([partials], _functions(), variables)

    tip = _at_tip(rolled_tip(op))
    rule = _with_rule(op, forward, local, plain, tip, ["x"], tangents, turns)
    return lambda *operands: rule(*operands)[..., 0]


def _with_rule(
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
) -> Callable[..., Array]:
    """The function with the table's derivatives in place of those that JAX would find.

    ``direct`` says that they are operands and constants, nothing to differentiate further. At the
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
            value = passing(out, kept, True) if _is_called_back(op) else pushed(*apart)
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


def _called_back(op: Op, constants: Sequence[float | None], operands: Sequence[Array]) -> Array:
    """A user's function of floats, called by JAX for each element."""
    jax = jax_module()

    def call(*arrays: Array) -> Any:
        left = iter(arrays)
        chosen = [next(left) if x is None else x for x in constants]
        return elementwise(op.evaluate, *map(np.asarray, chosen)).astype(arrays[0].dtype)

    result = jax.ShapeDtypeStruct(operands[0].shape, operands[0].dtype)
    made: Array = jax.pure_callback(call, result, *operands, vmap_method="broadcast_all")
    return made
