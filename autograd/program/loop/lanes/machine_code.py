"""Machine code for instructions over lanes: one function for each pattern, or for a run of them.

A function reads places from its row of ``%code``, works on ``%m``, where the numbers of all slots
are, and ends with a jump to the next row's function. Within a run what one instruction computes and
a later one reads stays in a register of the processor, and a name that nothing else reads needs no
slot at all. An adjoint of zero passes nothing on, in its lane. Next:
:mod:`autograd.program.loop.lanes.entry`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby

from autograd.ops.expr import Expr, Operand
from autograd.program.loop.lanes.patterns import FIRST, Pattern, lane_rules, used_by
from autograd.program.loop.lanes.vectors import LaneBody
from autograd.program.loop.native.loops import folds
from autograd.program.loop.native.rows import Rule
from autograd.program.loop.native.weighing import added, is_settled, unless_zero, weighted

__all__ = ["SIGNATURE", "kernel"]

SIGNATURE = "ptr noalias %code, ptr %m, ptr noalias %ops"


def kernel(
    head: str, patterns: Sequence[Pattern], cells: Sequence[Sequence[int]], own: Collection[int]
) -> str:
    """The function of a run of instructions.

    ``cells`` are numbers that tell names apart, for each instruction; a row has the places of all
    names in the order of these numbers, but for those in ``own``, which have none.
    """
    if patterns[0][0] == "halt":
        return f"define {head}({SIGNATURE}) nounwind {{\n  ret void\n}}"
    run = _Run(patterns, cells, own)
    for guard, rows in groupby(enumerate(zip(patterns, cells)), lambda row: _guard(*row[1])):
        if guard is not None:
            run.guarded(guard, [(index, pattern[0], names) for index, (pattern, names) in rows])
            continue
        for index, (pattern, names) in rows:
            if pattern[1]:
                run.back(index, pattern, names)
            else:
                run.forward(index, pattern[0], names)
    body = run.body
    following = body.set(f"getelementptr i32, ptr %code, i64 {1 + len(run.places)}")
    body.jump(body.cells(following, "0"), f"ptr {following}, ptr %m, ptr %ops")
    return body.function(f"{head}({SIGNATURE})")


class _Run:
    """Instructions in the making, and the numbers that are in registers."""

    def __init__(
        self, patterns: Sequence[Pattern], cells: Sequence[Sequence[int]], own: Collection[int]
    ) -> None:
        self.body = LaneBody()
        self.numbers: dict[int, str] = {}
        self.nonzero: dict[int, str] = {}  # of adjoints, in which lanes they are not zero
        named = sorted({name for names in cells for name in names} - {*own})
        self.places = {name: cell for cell, name in enumerate(named, 1)}
        self.last: dict[int, int] = {}  # instruction that writes a name
        for index, (pattern, names) in enumerate(zip(patterns, cells)):
            for name in _written(pattern, names):
                self.last[name] = index

    def place(self, name: int) -> str:
        """The address of a name's numbers."""
        offset = self.body.cell(self.places[name])
        return self.body.set(f"getelementptr i8, ptr %m, i64 {offset}")

    def read(self, name: int) -> str:
        """The numbers of a name."""
        if name not in self.numbers:
            self.numbers[name] = self.body.vector(self.place(name))
        return self.numbers[name]

    def write(self, index: int, name: int, number: str) -> None:
        """What a name is from here on; it goes to memory with the last instruction that writes."""
        self.numbers[name] = number
        if self.last[name] == index and name in self.places:
            self.body.store(number, self.place(name))

    def forward(self, index: int, name: str, cells: Sequence[int]) -> None:
        """A rule applied."""
        result, *operands = cells
        variables = zip(lane_rules()[name].variables, map(self.read, operands))
        self.write(index, result, self._value(name, dict(variables)))

    def guarded(self, guard: int, rows: Sequence[tuple[int, str, Sequence[int]]]) -> None:
        """Terms of folds that are needed unless all lanes of the guard are 1."""
        before = {**self.numbers, guard: self.read(guard)}

        def step() -> list[str]:
            for _, name, (result, *operands) in rows:
                variables = zip(lane_rules()[name].variables, map(self.read, operands))
                self.numbers[result] = self._value(name, dict(variables))
            return [self.numbers[cells[0]] for _, _, cells in rows]

        found = self.body.unless(before[guard], step)
        self.numbers = before  # what only some of them have read is not known here
        for (index, _, cells), number in zip(rows, found):
            self.write(index, cells[0], number)

    def _value(self, name: str, variables: dict[str, str]) -> str:
        return self.body.exprs([lane_rules()[name].value], variables)[0]

    def back(self, index: int, pattern: Pattern, cells: Sequence[int]) -> None:
        """An adjoint spread over operands."""
        name, kinds = pattern
        rule, body = lane_rules()[name], self.body
        used = used_by(name, kinds)
        adjoint, values, targets = cells[0], cells[1 : 1 + len(used)], cells[1 + len(used) :]
        names = ("out", *rule.variables)
        variables = {names[i]: self.read(value) for i, value in zip(used, values)}
        variables["g"] = self.read(adjoint)
        partials = rule.wanted(kinds)
        products = [_product(x, rule) for x in partials]
        if rule.selects and len(targets) == 1 and "A" in kinds:
            variables["before"] = self.read(targets[0])
            total = body.exprs([added(Expr("var", "before"), products[0])], variables)[0]
            self.write(index, targets[0], total)
            return
        numbers = body.exprs(products, variables)
        for own, (kind, target) in enumerate(zip(kinds.replace("N", ""), targets)):
            product = numbers[own]
            if not rule.selects and not is_settled(partials[own]):
                product = body.select(self._some(adjoint), product, body.literal(0.0))
            if kind == "A":
                # Two targets of one pattern may be one slot: read after the write before it.
                before = self.read(target)
                product = body.set(f"fadd {body.number} {before}, {product}")
            self.write(index, target, product)

    def _some(self, adjoint: int) -> str:
        """In which lanes an adjoint is not zero."""
        if adjoint not in self.nonzero:
            self.nonzero[adjoint] = self._differs(self.numbers[adjoint])
        return self.nonzero[adjoint]

    def _differs(self, number: str) -> str:
        body = self.body
        return body.set(f"fcmp une {body.number} {number}, {body.literal(0.0)}")


def _guard(pattern: Pattern, cells: Sequence[int]) -> int | None:
    """The name that is 1 where an instruction is not needed, if it has one."""
    fold = None if pattern[1] else folds().get(pattern[0].removesuffix(FIRST))
    return cells[-1] if fold is not None and fold.guard is not None else None


def _product(partial: Operand, rule: Rule) -> Operand:
    """What an operand's adjoint gains; of rules that select, zero where the adjoint is."""
    product = weighted(partial, rule.selects)
    return unless_zero(product) if rule.selects and not is_settled(partial) else product


def _written(pattern: Pattern, cells: Sequence[int]) -> Sequence[int]:
    """The names that an instruction begins or adds to."""
    count = len(pattern[1].replace("N", ""))
    return cells[len(cells) - count :] if count else cells[:1]
