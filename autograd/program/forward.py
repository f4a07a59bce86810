"""Forward source: each array statement as a line or a few of NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.expr import XP, Expr, Operand
from autograd.op import OPS, Op
from autograd.program.groups import ArrayStatement
from autograd.program.layout import Literal
from autograd.program.numpy_names import FUNCTIONS, elementwise, lowered
from autograd.program.reroll import rolled
from autograd.program.source import Writer

__all__ = ["formulas", "literals", "map_names", "write_forward"]


@lru_cache(maxsize=1024)
def _traced(op: Op, count: int) -> tuple[Operand, tuple[Operand | None, ...]]:
    """Value and local derivatives as expressions of "out" and "x0", "x1" …"""
    xs = [Expr("var", f"x{i}") for i in range(count)]
    if op.name in FUNCTIONS and OPS.get(op.name) is op:
        value: Operand = Expr(op.name, *xs)
    else:
        value = None if op.opaque else op.forward(XP, *xs)
    if op.opaque and not op.traced:
        return value, ()
    partials = op.partials(XP, Expr("var", "out"), *xs)
    return value, tuple(partials)


def literals(statement: ArrayStatement) -> dict[str, float]:
    """Operands of a map that are one and the same constant everywhere, by variable."""
    return {
        f"x{i}": float(operand.values.item())
        for i, operand in enumerate(statement.operands)
        if isinstance(operand, Literal) and operand.values.size == 1
    }


def formulas(op: Op, count: int, known: Mapping[str, float]) -> tuple[Operand, list[Any]]:
    """Value and local derivatives over NumPy's functions, with these variables put in.

    The value of a user's primitive is None, and the list is empty if its rule cannot be traced.
    """
    value, partials = _traced(op, count)
    shared = lowered_all([value, *partials], known)
    return shared[0], shared[1:]


def lowered_all(exprs: list[Any], known: Mapping[str, float]) -> list[Any]:
    """Several expressions lowered; None stays None."""
    return [None if expr is None else lowered(expr, known) for expr in exprs]


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
    if op.opaque:
        apply = writer.constant(elementwise, "apply")
        text = f"{apply}({writer.constant(op.evaluate, 'f')}, {', '.join(names.values())})"
    else:
        value, _ = formulas(op, len(operands), literals(statement))
        (text,) = writer.expressions([value], names)
        if text in names.values():
            text = f"np.ascontiguousarray({text})"
    shapes = [operand_shape(operand) for operand in operands]
    if np.broadcast_shapes(*shapes) != statement.shape:
        text = f"np.broadcast_to({text}, {writer.shape(statement.shape, batched)})"
    return writer.reshaped(text, (int(np.prod(statement.shape)),), batched, len(statement.shape))


def operand_shape(operand: Any) -> tuple[int, ...]:
    """The shape in which an operand is read."""
    if isinstance(operand, Literal):
        return tuple(operand.values.shape)
    return tuple(getattr(operand, "own_shape", operand.shape))


def _rows(writer: Writer, statement: ArrayStatement) -> str:
    op, shape = statement.op, statement.shape
    batched = writer.is_batched[statement.block]
    arrays = [writer.read(operand, whole=True) for operand in statement.operands]
    size = (int(np.prod(shape)),)
    if op is OPS["dot"]:
        text = f"np.einsum('...k,...k->...', {', '.join(arrays)})"
        return writer.reshaped(text, size, batched, len(shape))
    if op is OPS["sum"]:
        return writer.reshaped(f"fold_add({arrays[0]}, -1)", size, batched, len(shape))
    formula = rolled(op)
    if formula is None:
        value, _ = formulas(op, statement.operands[0].shape[-1], {})
        names = {f"x{i}": f"{arrays[0]}[..., {i}]" for i in range(statement.operands[0].shape[-1])}
        (text,) = writer.expressions([value], names)
        return writer.reshaped(text, size, batched, len(shape))
    (text,) = writer.expressions([lowered(formula[0], {})], {"x": arrays[0]})
    return writer.reshaped(text, size, batched)


def _product(writer: Writer, statement: ArrayStatement) -> str:
    stack, p, q = statement.shape
    left, right = statement.operands
    batched = writer.is_batched[statement.block]
    size = (stack * p * q,)
    a, b = matrix(writer, left), matrix(writer, right)
    if stack > 1:
        text = f"matmul({a}, {b}.swapaxes(-1, -2))"
    elif p == q == 1 and writer.varies(left) and writer.varies(right):
        text = f"np.einsum('...k,...k->...', {a}, {b})"
    elif p == 1 and writer.varies(right) and not writer.varies(left):
        text = f"matmul({merged(writer, b, q, right.shape[2])}, {a}[0])"
    elif writer.varies(right):
        text = f"matmul({a}, {b}.swapaxes(-1, -2))"
    elif writer.varies(left):
        text = f"matmul({merged(writer, a, p, left.shape[2])}, {b}.T)"
        if p == 1:
            return text
    else:
        text = f"matmul({a}, {b}.T)"
    return writer.reshaped(text, size, batched)


def matrix(writer: Writer, operand: Any) -> str:
    """A name for one side of a product: (p, k) if it is not stacked, with steps BLAS can take."""
    text = writer.read(operand, whole=True)
    if operand.shape[0] == 1:
        text = writer.once(f"{text}{'[:, 0]' if writer.varies(operand) else '[0]'}")
    steps = getattr(operand, "strides", None)
    if steps is not None and steps[2] not in (0, 1) and (steps[1] != 1 or writer.varies(operand)):
        text = writer.once(f"np.ascontiguousarray({text})")
    return text


def merged(writer: Writer, text: str, rows: int, k: int) -> str:
    """A batch of (rows, k) matrices as one matrix."""
    return writer.once(f"{text}.reshape(-1, {k})") if k else f"{text}.reshape(batch * {rows}, 0)"
