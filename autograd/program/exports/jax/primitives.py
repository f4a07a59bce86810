"""Primitives over JAX's arrays, with the op table's derivatives.

Each has its own rules in JAX, whose derivatives of the same expressions would have other kinks and
cancelled tails. Next: :mod:`autograd.program.exports.jax.function`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.ops.expr import XP, Expr, Operand, evaluate
from autograd.ops.op import OPS, Op
from autograd.ops.partial_evaluation import folded, tip_of
from autograd.ops.per_op import per_op
from autograd.program.exports.jax.branches import evaluate_apart
from autograd.program.exports.jax.differentiated import called_back, jax_module, with_rule
from autograd.program.statements.reroll import rolled, rolled_tip

if TYPE_CHECKING:
    from jax import Array

__all__ = [
    "Rule",
    "along_rows",
    "functions",
    "is_called_back",
    "jax_module",
    "primitive",
    "rule_of",
]


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
def functions() -> _Functions:
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
    if not is_called_back(op):
        module, _, function = (op.jax or f"numpy.{op.ufunc}").rpartition(".")
        found: Callable[..., Any] = getattr(import_module(f"jax.{module}"), function)
        return found

    def called(*operands: Array) -> Array:
        dtype = jnp.result_type(*operands)
        arrays = jnp.broadcast_arrays(*[jnp.asarray(x, dtype) for x in operands])
        return primitive(op, len(arrays), (), True)(*arrays)

    return called


def is_called_back(op: Op) -> bool:
    """Whether JAX has to call a function of floats, number by number."""
    if op.opaque:
        return True
    return op.function is not None and not (op.jax or op.ufunc or op.name in functions())


class Rule(NamedTuple):
    """Names of the operands, value and local derivatives as formulas, and operands put in."""

    names: list[str]
    value: Operand | None
    """None if JAX has to call back."""
    partials: list[Operand | None]
    put_in: dict[str, float]


@per_op
def rule_of(op: Op, count: int, known: tuple[tuple[int, str], ...]) -> Rule:
    """The rule of a primitive of so many operands, of which some are ``known``."""
    constants = {i: float(text) for i, text in known}
    names = [f"x{i}" for i in range(count) if i not in constants]
    # Put in afterwards, as Python's own arithmetic raises where a float is divided by zero.
    put_in = {f"x{i}": x for i, x in constants.items()}
    symbols = [Expr("var", f"x{i}") for i in range(count)]
    partials = op.one_an_operand(op.partials(XP, Expr("var", "out"), *symbols), count)
    wanted: list[Operand | None] = [
        folded(partials[i], put_in) for i in range(count) if i not in constants
    ]
    value = None if is_called_back(op) else folded(op.forward(XP, *symbols), put_in)
    return Rule(names, value, wanted, put_in)


@per_op
def primitive(
    op: Op, count: int, known: tuple[tuple[int, str], ...], tangents: bool, turns: bool = False
) -> Callable[..., Array]:
    """A primitive over arrays of one shape, operands ``known`` put in, with the table's rules.

    One that ``turns`` takes one operand more, see :func:`with_rule`.
    """
    constants = {i: float(text) for i, text in known}
    names, value, wanted, put_in = rule_of(op, count, known)
    constant = all(isinstance(x, float) and isfinite(x) for x in wanted)
    if constant and isinstance(value, Expr) and value.op in _ARITHMETIC and value.op != "where":
        # JAX's own derivatives are the same but of a choice, and XLA has less to compile.
        return lambda *operands: evaluate([value], functions(), dict(zip(names, operands)))[0]

    def forward(*operands: Array) -> Array:
        if value is None:
            return called_back(op, [constants.get(i) for i in range(count)], operands)
        made: Array = evaluate([value], functions(), dict(zip(names, operands)))[0]
        return made

    def local(variables: Mapping[str, Array]) -> list[Array]:
        return evaluate_apart(wanted, functions(), variables)

    def plain(variables: Mapping[str, Array]) -> list[Array]:
        return evaluate(wanted, functions(), variables)

    direct = all(not isinstance(x, Expr) or x.op == "var" for x in wanted)
    tip = tip_of(op, [f"x{i}" for i in range(count)], put_in)
    return with_rule(
        op, forward, local, plain, _at_tip(tip), names, tangents, turns,
        direct=direct, called=value is None,
    )  # fmt: skip


def _at_tip(tip: Operand | None) -> Callable[[Mapping[str, Array]], Array] | None:
    """Where the operands are at the primitive's tip."""
    if tip is None:
        return None
    return lambda variables: evaluate_apart([tip], functions(), variables)[0] == 0.0


@per_op
def along_rows(op: Op, tangents: bool, turns: bool = False) -> Callable[..., Array]:
    """A regular n-ary primitive along the last axis."""
    formula = rolled(op)
    assert formula is not None
    value, partials = formula

    def forward(x: Array) -> Array:
        made: Array = evaluate([value], functions(), {"x": x})[0]
        return made

    def local(variables: Mapping[str, Array]) -> list[Array]:
        return evaluate_apart([partials], functions(), variables)

    def plain(variables: Mapping[str, Array]) -> list[Array]:
        return evaluate([partials], functions(), variables)

    tip = _at_tip(rolled_tip(op))
    rule = with_rule(op, forward, local, plain, tip, ["x"], tangents, turns)
    return lambda *operands: rule(*operands)[..., 0]
