"""The listing of an array form: one short line an array statement, for people.

Next: :mod:`autograd.program.array.numpy_executor`.
"""

from __future__ import annotations

from autograd.program.statements.groups import ArrayForm, ArrayStatement
from autograd.program.statements.layout import Joined, Literal, Operand, View

__all__ = ["listed"]


def listed(form: ArrayForm) -> list[str]:
    """A line for each array statement: its result's shape, what it does, and what it reads.

    ``rows`` run along the last axis of their operands, ``product`` is a matrix product. A view is
    written as its shape, where it starts and how far apart its numbers are.
    """
    lines = [_statement(form, statement) for statement in form.statements]
    outputs = [form.output] if form.aux is None else [form.output, form.aux]
    return [*lines, f"return {', '.join(_operand(form, output) for output in outputs)}"]


def _statement(form: ArrayForm, statement: ArrayStatement) -> str:
    verb = {"map": "", "rows": " of rows", "product": " product"}[statement.kind]
    operands = ", ".join(_operand(form, operand) for operand in statement.operands)
    name, shape = form.blocks[statement.block].name, _shape(statement.shape)
    return f"{name} {shape} = {statement.op}{verb} {operands}"


def _operand(form: ArrayForm, operand: Operand) -> str:
    if isinstance(operand, Literal):
        if operand.values.size == 1:
            return repr(float(operand.values.item()))
        return f"constants {_shape(operand.values.shape)}"
    if isinstance(operand, Joined):
        names = [form.blocks[part.block].name for part in operand.parts]
        return f"{_shape(operand.shape)} from {' and '.join(names)}"
    block = form.blocks[operand.block]
    if not isinstance(operand, View):
        return f"{_shape(operand.shape)} at indices of {block.name}"
    index = operand.positions().reshape(-1).tolist()
    if index == list(range(block.size)):
        return block.name
    if len(index) == 1:
        return f"{block.name}[{index[0]}]"
    steps = ", ".join(map(str, operand.strides))
    return f"{block.name}[{_shape(operand.shape)} from {operand.offset} by {steps}]"


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"
