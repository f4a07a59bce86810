"""Functions of the reverse pass: each takes an adjoint and spreads it over operands.

A row's function finds the adjoints in memory. Next:
:mod:`autograd.program.loop.native.held`, where those of a stretch of rows stay in machine
registers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from autograd.ops.expr import Operand, variables_of
from autograd.program.loop.native.emit import Body
from autograd.program.loop.native.entries import passed
from autograd.program.loop.native.folds import expanded, fold_back, spread
from autograd.program.loop.native.rows import EXPANDED, WIDTH, Key, Rule, loops, rules, spreads
from autograd.program.loop.native.weighing import weighted

__all__ = ["CELLS", "REVERSE", "ZERO", "Pulls", "reverse_function", "touched"]

REVERSE = "ptr noalias %code, ptr noalias %v, ptr noalias %w, ptr %ctx, ptr noalias %ops, double %g"
CELLS = WIDTH["reverse"]
HANDED = frozenset("PS")
ZERO = "0.0"


def touched(key: Key) -> tuple[int, ...]:
    """Cells of a row whose adjoints it reads or adds to; 0 stands for a pair's first result.

    >>> touched(("mul", "PA", "add", "AA")), touched(("mul", "AA", "add", "PA"))
    ((1, 0, 3, 4, 5), (1, 2, 3, 5))
    """
    results = [1] if len(key) == 2 or HANDED & {*key[3]} else [1, 0]
    kinds = "".join(kinds.ljust(2) for kinds in key[1::2])
    return (*results, *(2 + i for i, kind in enumerate(kinds) if kind == "A"))


def reverse_function(name: str, key: Key) -> str:
    """The function of one row, or of two steps."""
    body = Body()
    if key[0] == "halt":
        body.do("ret void")
        return body.function(f"{name}({REVERSE})")
    following = body.set(f"getelementptr i32, ptr %code, i64 {CELLS}")
    adjoint = Pulls(body).row(0, key, "%g")
    if adjoint is None:
        adjoint = body.load("%w", body.cells(following, "1"))
    body.jump(body.cells(following, "0"), passed(following, adjoint))
    return body.function(f"{name}({REVERSE})")


class Pulls:
    """The code of rows in the making; adjoints are in memory."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.held: dict[int, str] = {}
        """Adjoints in registers, if any are."""

    def row(self, start: int, key: Key, adjoint: str | None) -> str | None:
        """Spread the adjoint of the result of a row, whose cells begin at ``start``; the adjoint
        that is handed on, if any.
        """
        if adjoint is None:
            adjoint = self.taken(start + 1)
        if key[0] in loops():
            self.unless_zero(adjoint, partial(self.loop, key[0], start, adjoint))
            return None
        own = start + 1
        if len(key) == 4:
            second = partial(self._spread, key[2], key[3], own, start + 4, adjoint)
            handed = self.unless_zero(adjoint, second)
            adjoint, own = self.taken(start) if handed is None else handed, start
        return self.unless_zero(
            adjoint, partial(self._spread, key[0], key[1], own, start + 2, adjoint)
        )

    def register(self, cell: int) -> str:
        """The register that a cell names, as an index."""
        if cell % CELLS:
            return self.body.cell(cell)
        return self.body.set(f"sub i64 {self.body.cell(cell + 1)}, 1")

    def taken(self, cell: int) -> str:
        """The adjoint of a result: complete, so that nothing touches it any more."""
        return self.body.load("%w", self.register(cell))

    def add(self, cell: int, register: str, product: str) -> None:
        """Add to the adjoint that a cell names."""
        self.body.add_to("%w", register, product)

    def passed(self, rule: Rule, partial: Operand, adjoint: str, product: str) -> str:
        """What an operand's adjoint gains by this partial: the product, if that is all."""
        return product

    def unless_zero(self, number: str, step: Callable[[], str | None]) -> str | None:
        """What ``step`` gives, or zero where this number is: a node of adjoint zero passes nothing
        on. The adjoints held come out as they are after the step, or as they were before it.
        """
        if number == ZERO:
            return None
        body, before = self.body, {**self.held}
        some, after = body.label(), body.label()
        truth = body.set(f"fcmp une double {number}, 0.0")
        start = body.block
        body.do(f"br i1 {truth}, label %{some}, label %{after}")
        body.start(some)
        result = step()
        last = body.block
        body.do(f"br label %{after}")
        body.start(after)

        def joined(new: str, old: str) -> str:
            return body.set(f"phi double [ {new}, %{last} ], [ {old}, %{start} ]")

        for adjoint, value in self.held.items():
            if value != before.get(adjoint):
                self.held[adjoint] = joined(value, before.get(adjoint, ZERO))
        return None if result is None else joined(result, ZERO)

    def loop(self, name: str, start: int, adjoint: str) -> None:
        """Spread the adjoint of a row that goes through memory, operand by operand."""
        self.body.offset = start
        if name in spreads():
            spread(self.body, spreads()[name], adjoint)
        elif name in EXPANDED.values():
            expanded(self.body, adjoint, selects=name == EXPANDED[True])
        else:
            fold_back(self.body, name, adjoint)
        self.body.offset = 0

    def _spread(self, name: str, kinds: str, own: int, first: int, adjoint: str) -> str | None:
        """Spread the adjoint of a result over the operands; the adjoint handed on, if any.

        The result's cell is ``own``, the operands' begin at ``first``; one that an adjoint is
        handed to has no cell in a pair, where it is the result before.
        """
        body, rule = self.body, rules()[name]
        cells = [
            own - 1 if kind in HANDED and first % CELLS == 4 else first + i
            for i, kind in enumerate(kinds)
        ]
        edges = [(kind, cell) for kind, cell in zip(kinds, cells) if kind != "N"]
        partials = rule.wanted(kinds)
        used = variables_of(partials)
        registers = {cell: self.register(cell) for cell in cells}
        variables = {
            x: body.load("%v", registers[cell])
            for x, cell in zip(rule.variables, cells)
            if x in used
        }
        variables["g"] = adjoint
        if "out" in used:
            variables["out"] = body.load("%v", self.register(own))
        products = body.exprs([weighted(x, rule.selects) for x in partials], variables)
        handed: list[str] = []
        for (kind, cell), local, product in zip(edges, partials, products):
            if kind in HANDED:
                handed.append(product)
            else:
                self.add(cell, registers[cell], self.passed(rule, local, adjoint, product))
        if len(handed) == 2:
            return body.set(f"fadd double {', '.join(handed)}")
        return handed[0] if handed else None
