"""Rows of primitives with any number of operands: loops over them, and partials from other rows.

Next: :mod:`autograd.program.loop.native.interpreter`, which writes all other rows.
"""

from __future__ import annotations

from autograd.ops.expr import XP, Expr, Operand, variables_of
from autograd.ops.op import OPS
from autograd.program.loop.native.emit import Body
from autograd.program.loop.native.entries import context, run_forward
from autograd.program.loop.native.rows import FOLDS

__all__ = ["call", "expanded", "fold", "fold_back", "weighted"]

G = Expr("var", "g")


def weighted(partial: Operand) -> Operand:
    """g × a local derivative."""
    if isinstance(partial, Expr):
        return G * partial
    return {1.0: G, -1.0: -G}.get(partial, G * partial)


def fold(body: Body, name: str) -> str:
    """The rule traced over one element is 0.0 + term: one step adds the term to the result."""
    variables = "ab"[: FOLDS[name]]
    start, term = OPS[name].forward(XP, *(Expr("var", x) for x in variables)).operands
    assert start == 0.0
    table, count, places = _sequences(body, name, 1)

    def step(index: str, number: str) -> str:
        numbers = {"r": number}
        for variable, place in zip(variables, places):
            slot = body.cells(table, body.set(f"add i64 {index}, {place}"))
            numbers[variable] = body.load("%v", slot)
        return body.exprs([Expr("var", "r") + term], numbers)[0]

    return body.loop(count, step)


def _sequences(body: Body, name: str, cell: int) -> tuple[str, str, list[str]]:
    """The table of operands, how many a sequence has, and where each sequence starts in it."""
    table = context(body, "table")
    first, count = body.cell(cell), body.cell(cell + 1)
    return table, count, [first, body.set(f"add i64 {first}, {count}")][: FOLDS[name]]


def call(body: Body) -> str:
    """The result of a function of Python's: its address is in a register, as a number's bits."""
    operands = body.set(f"getelementptr i32, ptr {context(body, 'table')}, i64 {body.cell(1)}")
    function = body.set(f"load ptr, ptr {body.slot('%v', body.cell(3))}")
    return body.set(f"call double {function}(ptr %v, ptr {operands}, i64 {body.cell(2)})")


def fold_back(body: Body, name: str, adjoint: str) -> None:
    """Backward, sequence after sequence, as the eager sweep goes through the operands."""
    variables = "ab"[: FOLDS[name]]
    table, count, places = _sequences(body, name, 2)
    for own, partial in enumerate(
        OPS[name].partials(XP, None, *(Expr("var", x) for x in variables))
    ):

        def step(index: str, number: str, own: int = own, partial: Operand = partial) -> str:
            slots = [body.cells(table, body.set(f"add i64 {index}, {place}")) for place in places]
            used = variables_of([partial])
            numbers = {x: body.load("%v", s) for x, s in zip(variables, slots) if x in used}
            (product,) = body.exprs([weighted(partial)], {**numbers, "g": adjoint})
            body.add_to("%w", slots[own], product)
            return number

        body.loop(count, step)


def expanded(body: Body, adjoint: str) -> None:
    """Run the rows that compute the partials, then add adjoint × partial to each operand's."""
    pairs, temporary = context(body, "pairs"), context(body, "temporary")
    inner = body.set(f"getelementptr i32, ptr {context(body, 'inner')}, i64 {body.cell(2)}")
    run_forward(body, inner, temporary, context(body, "forward_ops"))
    place = body.cell(3)

    def step(index: str, number: str) -> str:
        at = body.set(f"add i64 {place}, {body.set(f'shl i64 {index}, 1')}")
        operand, partial = (
            body.cells(pairs, body.set(f"add i64 {at}, {offset}")) for offset in (0, 1)
        )
        product = body.set(f"fmul double {adjoint}, {body.load('%v', partial)}")
        body.add_to("%w", operand, product)
        return number

    body.loop(body.cell(4), step)
