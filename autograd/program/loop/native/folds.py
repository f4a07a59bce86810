"""Rows of primitives with any number of operands: loops over them, and partials from other rows.

Next: :mod:`autograd.program.loop.native.interpreter`, which writes all other rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd.ops.expr import XP, Expr, Operand, variables_of
from autograd.ops.op import OPS
from autograd.program.loop.native.emit import Body
from autograd.program.loop.native.entries import context, run_forward
from autograd.program.loop.native.loops import folds, is_item, loops_of_spreads
from autograd.program.loop.native.rows import Rule
from autograd.program.loop.native.weighing import weighted

__all__ = [
    "call", "expanded", "fold", "fold_back", "fold_of", "index_of", "operands_of", "spread",
    "spread_of", "table_cells",
]  # fmt: skip


def fold(body: Body, name: str) -> str:
    """The result of a loop that takes in one term after the other."""
    found = folds()[name]
    table, count, places, others = _sequences(body, len(found.items), found.others, 1)

    def term(index: str) -> str:
        numbers = dict(others)
        for variable, place in zip(found.items, places):
            slot = body.cells(table, body.set(f"add i64 {index}, {place}"))
            numbers[variable] = body.load("%v", slot)
        return body.exprs([found.term], numbers)[0]

    def step(index: str, number: str) -> str:
        if found.start is None:
            index = body.set(f"add i64 {index}, 1")
        variables = {"r": number, "t": term(index)}
        return body.exprs([Expr(found.step, Expr("var", "r"), Expr("var", "t"))], variables)[0]

    if found.start is not None:
        return body.loop(count, step, body.literal(found.start))
    others_left = body.set(f"sub i64 {count}, 1")
    if found.guard is not None:
        needed = body.set(f"fcmp ule double {others[found.guard]}, 0.0")
        others_left = body.set(f"select i1 {needed}, i64 {others_left}, i64 0")
    return body.loop(others_left, step, term("0"))


def fold_of(body: Body, name: str, numbers: Sequence[str]) -> str:
    """The same of numbers that are in registers of the processor."""
    found = folds()[name]
    count = (len(numbers) - len(found.others)) // len(found.items)
    others = dict(zip(found.others, numbers[count * len(found.items) :]))

    def result() -> str:
        number = None if found.start is None else body.literal(found.start)
        for index in range(count):
            variables = dict(zip(found.items, numbers[index::count]))
            (term,) = body.exprs([found.term], {**others, **variables})
            step = Expr(found.step, Expr("var", "r"), Expr("var", "t"))
            number = term if number is None else body.exprs([step], {"r": number, "t": term})[0]
        assert number is not None
        return number

    return (
        result() if found.guard is None else body.unless(others[found.guard], lambda: [result()])[0]
    )


def index_of(body: Body, cell: int, wide: Mapping[int, range], width: int, start: int) -> str:
    """The register that a cell of a stretch names, as an index.

    Cells of ``wide`` rows are those of the table, from where cell ``start`` of the row says.
    """
    for row, cells in wide.items():
        if cell in cells and cell not in body.places:
            first = body.cell(row * width + start - body.offset)
            at = body.set(f"add i64 {first}, {cell - cells.start}")
            return body.cells(context(body, "table"), at)
    return body.cell(cell - body.offset)


def table_cells(name: str, many: int) -> int:
    """How many cells a row of so many operands has in the table."""
    if name in folds():
        return many * len(folds()[name].items) + len(folds()[name].others)
    loops = loops_of_spreads()[name]
    return many * len(loops.spread.items) + len(loops.spread.others) + len(loops.needs)


def operands_of(name: str, cells: range) -> range:
    """Those cells of a row that name the operands its adjoint is spread over."""
    if name in folds():
        return cells
    sizes = [table_cells(name, many) for many in (1, 2)]
    many = 1 + (len(cells) - sizes[0]) // (sizes[1] - sizes[0])
    return cells[:many]


def spread_of(
    body: Body, rule: Rule, columns: Sequence[Sequence[str]], singles: Sequence[str], adjoint: str
) -> list[str]:
    """What each operand's adjoint gains, of numbers that are in registers of the processor: those
    of each operand, and the single ones that they need.
    """
    loops = loops_of_spreads()[rule.name]
    items, others = loops.spread.items, dict(zip(loops.needs, singles))
    each = [dict(zip(items, column)) for column in columns]
    for stage in loops.backward:
        own = {x: others[x] for x in stage.others}
        if stage.kind == "fold":
            read = [numbers[x] for x in stage.items for numbers in each]
            others[stage.name] = fold_of(body, stage.name, [*read, *own.values()])
        elif stage.kind == "once":
            others[stage.name] = body.exprs([stage.rule], own)[0]
        else:
            for numbers in each:
                numbers[stage.name] = body.exprs([stage.rule], {**numbers, **own})[0]
    product = weighted(loops.spread.rule, rule.selects)
    return [body.exprs([product], {**others, **numbers, "g": adjoint})[0] for numbers in each]


def _sequences(
    body: Body, sequences: int, others: Sequence[str], cell: int
) -> tuple[str, str, list[str], dict[str, str]]:
    """The table of operands, how many a sequence has, where each sequence starts in it, and the
    numbers that stand after them.
    """
    table = context(body, "table")
    place, count = body.cell(cell), body.cell(cell + 1)
    places = [place]
    for _ in range(sequences):
        places.append(body.set(f"add i64 {places[-1]}, {count}"))
    numbers = {}
    for index, other in enumerate(others):
        slot = body.cells(table, body.set(f"add i64 {places[-1]}, {index}"))
        numbers[other] = body.load("%v", slot)
    return table, count, places[:sequences], numbers


def call(body: Body) -> str:
    """The result of a function of Python's: its address is in a register, as a number's bits."""
    operands = body.set(f"getelementptr i32, ptr {context(body, 'table')}, i64 {body.cell(1)}")
    function = body.set(f"load ptr, ptr {body.slot('%v', body.cell(3))}")
    return body.set(f"call double {function}(ptr %v, ptr {operands}, i64 {body.cell(2)})")


def fold_back(body: Body, name: str, adjoint: str) -> None:
    """Backward, sequence after sequence, as the eager sweep goes through the operands."""
    variables = folds()[name].items
    table, count, places, _ = _sequences(body, len(variables), (), 2)
    partials = OPS[name].partials(XP, None, *(Expr("var", x) for x in variables))
    for own, partial in enumerate(partials):

        def step(index: str, number: str, own: int = own, partial: Operand = partial) -> str:
            slots = [body.cells(table, body.set(f"add i64 {index}, {place}")) for place in places]
            used = variables_of([partial])
            numbers = {x: body.load("%v", s) for x, s in zip(variables, slots) if x in used}
            (product,) = body.exprs([weighted(partial)], {**numbers, "g": adjoint})
            body.add_to("%w", slots[own], product)
            return number

        body.loop(count, step)


def spread(body: Body, rule: Rule, adjoint: str) -> None:
    """Run the rows for what the partials have in common, then add to each operand's adjoint."""
    _inner(body, 4)
    items = [x for x in rule.variables if is_item(x)]
    others = rule.variables[len(items) :]
    table, count, places, numbers = _sequences(body, len(items), others, 2)
    product = weighted(rule.wanted("A")[0], rule.selects)
    used = variables_of([product])

    def step(index: str, number: str) -> str:
        slots = [body.cells(table, body.set(f"add i64 {index}, {place}")) for place in places]
        own = {x: body.load("%v", s) for x, s in zip(items, slots) if x in used}
        body.add_to("%w", slots[0], body.exprs([product], {**numbers, **own, "g": adjoint})[0])
        return number

    body.loop(count, step)


def _inner(body: Body, cell: int) -> None:
    """Run the rows that compute into the temporary registers."""
    inner = body.set(f"getelementptr i32, ptr {context(body, 'inner')}, i64 {body.cell(cell)}")
    run_forward(body, inner, context(body, "temporary"), context(body, "forward_ops"))


def expanded(body: Body, adjoint: str, *, selects: bool) -> None:
    """Run the rows that compute the partials, then add adjoint × partial to each operand's."""
    pairs, product = context(body, "pairs"), weighted(Expr("var", "partial"), selects)
    _inner(body, 2)
    place = body.cell(3)

    def step(index: str, number: str) -> str:
        at = body.set(f"add i64 {place}, {body.set(f'shl i64 {index}, 1')}")
        operand, partial = (
            body.cells(pairs, body.set(f"add i64 {at}, {offset}")) for offset in (0, 1)
        )
        variables = {"g": adjoint, "partial": body.load("%v", partial)}
        body.add_to("%w", operand, body.exprs([product], variables)[0])
        return number

    body.loop(body.cell(4), step)
