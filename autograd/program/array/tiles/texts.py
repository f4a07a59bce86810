"""The texts of the functions that statements over tiles are.

Next: :mod:`autograd.program.array.tiles.plan` calls them.
"""

from __future__ import annotations

from autograd.ops.expr import Expr
from autograd.ops.op import OPS, Op
from autograd.ops.per_op import per_op
from autograd.program.array.forward import for_arrays, formulas
from autograd.program.array.tiles.compiler import NAME
from autograd.program.array.tiles.elements import Elementwise, Lengthwise
from autograd.program.statements.reroll import rolled

__all__ = ["elementwise", "identity", "lengthwise"]

X, Y = Expr("var", "x"), Expr("var", "y")


@per_op
def elementwise(
    op: Op,
    count: int,
    known: tuple[tuple[str, str], ...],
    kinds: str,
    modes: str,
    style: str,
    numbers: str,
) -> str:
    """The text of the function; none if there is none."""
    if op.opaque:
        return ""
    fixed = {name: float(x) for name, x in known}
    value, partials = formulas(op, count, fixed, style=style)
    return Elementwise(value, tuple(partials), kinds, modes, numbers).text(NAME)


@per_op
def lengthwise(op: Op, kinds: str, modes: str, style: str, numbers: str) -> str:
    """The same along an axis: of sums, dot products and rules that are loops."""
    if op is OPS["dot"]:
        return Lengthwise(Expr("fold_add", X * Y), (Y, X), kinds, modes, numbers).text(NAME)
    if op is OPS["sum"]:
        return Lengthwise(Expr("fold_add", X), (1.0,), kinds, modes, numbers).text(NAME)
    formula = None if op.opaque else rolled(op)
    if formula is None:
        return ""
    value, partial = for_arrays([*formula], {}, style=style)
    return Lengthwise(value, (partial,), kinds, modes, numbers).text(NAME)


def identity(kind: str, modes: str, numbers: str) -> str:
    """The same of what is copied."""
    return Elementwise(Expr("var", "x0"), (1.0,), kind, modes, numbers).text(NAME)
