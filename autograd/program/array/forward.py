"""Forward source: each array statement as a line or a few of NumPy.

Next: :mod:`autograd.program.array.reverse`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.ops.expr import XP, Expr, variables_of
from autograd.ops.op import OPS, Op
from autograd.ops.per_op import per_op
from autograd.program.array import kernels
from autograd.program.array.names import FUNCTIONS, Lowering
from autograd.program.array.tidying import Tidy
from autograd.program.array.writer import Style, Writer
from autograd.program.statements.elementwise import elementwise
from autograd.program.statements.groups import ArrayStatement, literals
from autograd.program.statements.layout import Operand, View, operand_shape
from autograd.program.statements.reroll import rolled

__all__ = ["for_arrays", "formulas", "map_names", "matrix", "rows", "write_forward"]


@per_op
def _traced(op: Op, count: int) -> tuple[Any, tuple[Any, ...]]:
    """Value and local derivatives as expressions of "out" and "x0", "x1" …"""
    xs = [Expr("var", f"x{i}") for i in range(count)]
    if op.name in FUNCTIONS and OPS.get(op.name) is op:
        value: Any = Expr(op.name, *xs)
    else:
        value = None if op.opaque else op.forward(XP, *xs)
    if op.opaque and not op.traced:
        return value, ()
    partials = op.partials(XP, Expr("var", "out"), *xs)
    return value, tuple(partials)


def formulas(
    op: Op, count: int, known: Mapping[str, float], *, style: Style
) -> tuple[Any, list[Any]]:
    """Value and local derivatives over NumPy's functions, with these variables put in.

    The value of a user's primitive is None, and the list is empty if its rule cannot be traced.
    """
    # repr, because 0.0 and -0.0 are equal as keys, and no two NaN are
    return _formulas(op, count, tuple([(name, repr(x)) for name, x in known.items()]), style)


@per_op
def _formulas(
    op: Op, count: int, known: tuple[tuple[str, str], ...], style: Style
) -> tuple[Any, list[Any]]:
    value, partials = _traced(op, count)
    numbers = {name: float(x) for name, x in known}
    made = for_arrays([value, *partials], numbers, style=style)
    return made[0], made[1:]


def for_arrays(
    exprs: Sequence[Expr | float | None], known: Mapping[str, float], *, style: Style
) -> list[Any]:
    """Expressions over NumPy's functions, tidied as the style says; None stays None."""
    lowering = Lowering(known)
    made = [None if expr is None else lowering.of(expr) for expr in exprs]
    if style == "careful":
        return made
    tidy = Tidy(finite=style == "finite")
    return [None if expr is None else tidy.of(expr) for expr in made]


def map_names(writer: Writer, statement: ArrayStatement) -> dict[str, str]:
    """Variable -> text, for the operands of a map."""
    return {f"x{i}": writer.read(operand) for i, operand in enumerate(statement.operands)}


def write_forward(writer: Writer, statement: ArrayStatement) -> None:
    """Write the lines that compute a statement's block."""
    kinds = {"map": _map, "rows": _rows, "product": _product}
    text = kinds[statement.kind](writer, statement)
    writer.line(f"b{statement.block} = {text}")


def _map(writer: Writer, statement: ArrayStatement) -> str:
    op, operands = statement.op, statement.operands
    batched = writer.is_batched[statement.block]
    names = map_names(writer, statement)
    if op.equation is not None:
        text = f"{writer.constant(kernels.Solution(op), 'solve')}({', '.join(names.values())})"
    elif op.opaque:
        apply = writer.constant(elementwise, "apply")
        text = f"{apply}({writer.constant(op.evaluate, 'f')}, {', '.join(names.values())})"
    else:
        value, _ = formulas(op, len(operands), literals(statement), style=writer.style)
        (text,) = writer.expressions([value], names)
        read = variables_of([value])
        operands = tuple([x for name, x in zip(names, operands) if name in read])
        if text in names.values():  # as of x * 1.0: results are handed out, so they are no views
            text = f"np.array({text}, order='C', ndmin=1)"
    # A formula may need fewer operands than the primitive has: chain(a, 0.0) reads none.
    shape = np.broadcast_shapes(*map(operand_shape, operands))
    if shape != statement.shape or batched != any(map(writer.varies, operands)):
        text = f"np.full({writer.shape(statement.shape, batched)}, {text}, dtype)"
    return writer.reshaped(text, (int(np.prod(statement.shape)),), batched, statement.shape)


def _rows(writer: Writer, statement: ArrayStatement) -> str:
    op, shape = statement.op, statement.shape
    batched = writer.is_batched[statement.block]
    arrays = [writer.read(operand, whole=True) for operand in statement.operands]
    size = (int(np.prod(shape)),)
    if op is OPS["dot"]:
        return writer.reshaped(row_dots(writer, *arrays), size, batched, shape)
    column = (*shape, 1)
    if op is OPS["sum"]:
        text = f"fold_add({arrays[0]}, -1, keepdims=True)"
        return writer.reshaped(text, size, batched, column)
    formula = rolled(op)
    if formula is None:
        value, _ = formulas(op, statement.operands[0].shape[-1], {}, style=writer.style)
        n = statement.operands[0].shape[-1]
        names = {f"x{i}": f"{arrays[0]}[..., {i}:{i + 1}]" for i in range(n)}
        (text,) = writer.expressions([value], names)
        return writer.reshaped(text, size, batched, column)
    value = for_arrays([formula[0]], {}, style=writer.style)
    (text,) = writer.expressions(value, {"x": arrays[0]})
    return writer.reshaped(text, size, batched, column)


def row_dots(writer: Writer, a: str, b: str) -> str:
    """Text of the dot products of rows with rows."""
    writer.scope["row_dot"] = kernels.row_dot
    return f"row_dot({a}, {b})"


def _product(writer: Writer, statement: ArrayStatement) -> str:
    left, right = statement.operands
    *stack, p, q = statement.shape
    batched = writer.is_batched[statement.block]
    left_varies, right_varies = writer.varies(left), writer.varies(right)
    size = (int(np.prod(statement.shape)),)
    if not stack and p == q == 1 and left_varies and right_varies:
        return row_dots(writer, rows(writer, left), rows(writer, right)) + "[:, None]"
    if not stack and left_varies and not right_varies:
        text = f"matmul({rows(writer, left)}, {matrix(writer, right)}.T)"
        return text if p == 1 else writer.reshaped(text, size, batched)
    if not stack and p == 1 and right_varies and not left_varies:
        text = f"matmul({rows(writer, right)}, {matrix(writer, left)}[0])"
    else:
        transposed = "T" if not (stack or batched) else "swapaxes(-1, -2)"
        text = f"matmul({matrix(writer, left)}, {matrix(writer, right)}.{transposed})"
    return writer.reshaped(text, size, batched)


def matrix(writer: Writer, operand: Operand) -> str:
    """A name for one side of a product, with steps that BLAS can take."""
    text = writer.read(operand, whole=True)
    steps = operand.strides[-2:] if isinstance(operand, View) else (0, 1)
    if steps[1] not in (0, 1) and (steps[0] != 1 or writer.varies(operand)):
        text = writer.once(f"np.ascontiguousarray({text})")
    return text


def rows(writer: Writer, operand: Operand) -> str:
    """A name for a batch of (p, k) matrices as one matrix with all of their rows."""
    p, k = operand.shape
    if p == 1 and isinstance(operand, View) and operand.strides[1] == 1:
        return writer.read(View((k,), operand.block, operand.offset, (1,)))
    return writer.once(f"{matrix(writer, operand)}.reshape(batch * {p}, {k})")
