"""What the names in a rule mean for arrays: NumPy's functions, and elementwise calls otherwise.

Rules are expressions (:mod:`autograd.ops.expr`); :class:`Lowering` rewrites one until every name in
it is a key of ``FUNCTIONS``, an operator or a ``fold_…``. Next:
:mod:`autograd.program.array.writer`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from autograd.arrays import Array
from autograd.ops.expr import XP, Expr, Operand, bottom_up
from autograd.ops.floats import FUNCTIONS as FLOATS
from autograd.ops.ieee import IEEE
from autograd.ops.op import OPS
from autograd.program.array.error_functions import erf, erfc
from autograd.program.statements.elementwise import elementwise

__all__ = ["FUNCTIONS", "OPERATORS", "Lowering"]

OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
}  # fmt: skip


def _power(a: Array, b: Array) -> Array:
    """np.power, but for the square root that NumPy takes instead of it for exponents of ½.

    The two differ at −∞ and at −0, where IEEE's power is ∞ and 0.
    """
    powers = np.power(a, b)
    halves = np.equal(b, 0.5)
    if not halves.any():
        return powers
    other = halves & ((a == 0.0) | (a == -np.inf))
    corrected: Array = np.where(other, np.abs(a), powers)
    return corrected.astype(powers.dtype, copy=False)


def _first_at_ties(ufunc: Callable[..., Array]) -> Callable[..., Array]:
    """NumPy's maximum or minimum, but for zeros of two signs, where it gives any of them."""

    def choose(a: Array, b: Array) -> Array:
        found = ufunc(a, b)
        return found if found.all() else np.where(np.equal(a, b), a, found)

    return choose


class _Functions(dict[str, Callable[..., Array]]):
    """Functions of arrays by name; what a primitive declares is found when it is asked for.

    It is not kept: a name that was only asked for, such as a comparison's, must not become a key.
    """

    def __contains__(self, name: object) -> bool:
        op = OPS.get(str(name))
        return super().__contains__(name) or (op is not None and bool(op.ufunc or op.function))

    def __missing__(self, name: str) -> Callable[..., Array]:
        op = OPS[name]
        declared: Callable[..., Array] = getattr(np, op.ufunc) if op.ufunc else _by_element(name)
        return declared


def _by_element(name: str) -> Callable[..., Array]:
    function = IEEE[name]
    return lambda *operands: elementwise(function, *operands)


FUNCTIONS = _Functions(
    {
        "where": np.where,
        "abs": np.absolute,
        "neg": np.negative,
        "pow": _power,
        "maximum": _first_at_ties(np.maximum),
        "minimum": _first_at_ties(np.minimum),
        "erf": erf,
        "erfc": erfc,
    }
)
"""Name -> function of arrays: of these names that, of all others the ufunc that the primitive
declares; an elementary one without any is called element by element."""


class Lowering:
    """Rewrites expressions over NumPy's functions, with known variables put in and folded."""

    def __init__(self, known: Mapping[str, float]) -> None:
        self.known = known
        self._done: dict[Expr, Operand] = {}

    def of(self, expr: Operand) -> Operand:
        """An expression rewritten; shared parts stay shared."""
        return bottom_up([expr], self._step, self._done)[0]

    def _step(self, expr: Expr, operands: list[Operand]) -> Operand:
        if expr.op == "var":
            return self.known.get(expr.operands[0], expr)
        if expr.op == "where" and not isinstance(operands[0], Expr):
            return operands[1] if operands[0] else operands[2]
        if not any(isinstance(x, Expr) for x in operands):
            return FLOATS[expr.op](*operands)
        if expr.op in FUNCTIONS or expr.op in OPERATORS or expr.op.startswith("fold_"):
            return Expr(expr.op, *operands)
        return self.of(OPS[expr.op].forward(XP, *operands))
