"""Rows of the reverse pass that share adjoints: those are in machine registers.

In a deep graph the way through memory is what takes the time. Next:
:mod:`autograd.program.loop.native.backwards`, which makes functions of such rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograd.ops.expr import XP, Expr, variables_of
from autograd.ops.op import OPS
from autograd.program.loop.native.emit import Body, Place
from autograd.program.loop.native.folds import (
    index_of,
    operands_of,
    spread_of,
)
from autograd.program.loop.native.loops import folds, is_item, loops_of_spreads
from autograd.program.loop.native.pulls import CELLS, ZERO, Pulls, touched
from autograd.program.loop.native.rows import Key, loops, spreads
from autograd.program.loop.native.weighing import weighted

__all__ = ["Held", "Shared"]


class Shared(NamedTuple):
    """Which cells of a stretch of rows name the same register, whatever registers those are."""

    adjoints: Mapping[int, int]
    """Of a cell, counted from the first row, the number of its adjoint, if anything reads it."""
    begun: frozenset[int]
    """Adjoints that no row before touches: they begin at zero, whatever is in memory."""
    ended: frozenset[int]
    """Adjoints that no row touches afterwards."""
    handed: Mapping[int, tuple[int, Place]]
    """Adjoints that a repetition hands to the next one: which it is there, and its register."""
    places: Mapping[int, Place]
    """What is known of cells, relative to the first row's result."""
    wide: Mapping[int, range]
    """The cells of operands that stand in the table, of rows where they are taken one by one."""


class Held(Pulls):
    """Rows in the making, and the adjoints that are in registers."""

    def __init__(self, body: Body, keys: Sequence[Key], shared: Shared) -> None:
        super().__init__(body)
        self.keys, self.shared = keys, shared
        self.cells: dict[int, int] = {}  # that named an adjoint last
        self.last: dict[int, int] = {}  # row that touches an adjoint
        for row, key in enumerate(keys):
            self.last.update(dict.fromkeys(self._named(row, key), row))

    def all(self) -> str | None:
        """Spread the adjoints of all rows; the one that is handed on, if any."""
        adjoint: str | None = "%g"
        for row, key in enumerate(self.keys):
            named = self._named(row, key)
            if adjoint is not None:
                named.pop(self.shared.adjoints.get(row * CELLS + 1, -1), None)
            self.begin(row, named)
            adjoint = self.row(row * CELLS, key, adjoint)
            self.end(row, named)
        return adjoint

    def begin(self, row: int, named: Mapping[int, int]) -> None:
        """Before a row: bring the adjoints that it touches, each with a cell that names it."""
        if self.keys[row][0] in loops() and row not in self.shared.wide:  # it adds to memory
            self.store([*self.held])
        self.cells.update(named)
        for number, cell in named.items():
            if number not in self.held and number not in self.shared.begun:
                self.held[number] = self.brought(number, cell)

    def brought(self, number: int, cell: int) -> str:
        """An adjoint that is not in a register yet."""
        return self.body.load("%w", self.register(cell))

    def end(self, row: int, named: Mapping[int, int]) -> None:
        """After a row."""
        self.store([number for number in named if self.last[number] == row])

    def _named(self, row: int, key: Key) -> dict[int, int]:
        """The adjoints that a row touches, each with a cell that names it."""
        cells = [row * CELLS + cell for cell in touched(key)]
        cells += self.shared.wide.get(row, ())
        adjoints = self.shared.adjoints
        return {adjoints[cell]: cell for cell in cells if cell in adjoints}

    def register(self, cell: int) -> str:
        """The register that a cell names, as an index."""
        if cell < len(self.keys) * CELLS:
            return super().register(cell)
        return index_of(self.body, cell, self.shared.wide, CELLS, 2)

    def loop(self, name: str, start: int, adjoint: str) -> None:
        """Spread the adjoint of a row over operands one by one, if they are in registers."""
        cells = self.shared.wide.get(start // CELLS)
        if cells is None:
            super().loop(name, start, adjoint)
        elif name in spreads():
            self._spread_wide(name, cells, adjoint)
        else:
            self._fold_back_wide(name, cells, adjoint)

    def _spread_wide(self, name: str, cells: range, adjoint: str) -> None:
        """Where the partials have something in common, that is computed in registers too."""
        targets, rule = operands_of(name, cells), spreads()[name]
        (local,) = rule.wanted("A")
        many, needs = len(targets), len(loops_of_spreads()[name].needs)
        numbers = [self.body.load("%v", self.register(cell)) for cell in cells]
        items = numbers[: many * sum(map(is_item, rule.variables))]
        columns = [items[i::many] for i in range(many)]
        singles = numbers[len(numbers) - needs :]
        for cell, product in zip(targets, spread_of(self.body, rule, columns, singles, adjoint)):
            self.add(cell, "", self.passed(rule, local, adjoint, product))

    def _fold_back_wide(self, name: str, cells: range, adjoint: str) -> None:
        many, variables = len(cells) // len(folds()[name].items), folds()[name].items
        partials = OPS[name].partials(XP, None, *(Expr("var", x) for x in variables))
        for own, local in enumerate(partials):
            used = variables_of([local])
            for index in range(many):
                places = zip(variables, cells[index::many])
                numbers = {
                    x: self.body.load("%v", self.register(c)) for x, c in places if x in used
                }
                (product,) = self.body.exprs([weighted(local)], {**numbers, "g": adjoint})
                cell = cells[own * many + index]
                self.add(cell, "", product)

    def taken(self, cell: int) -> str:
        """The adjoint of a result: complete, so that nothing touches it any more."""
        return self.held.pop(self.shared.adjoints.get(cell, -1), ZERO)

    def add(self, cell: int, register: str, product: str) -> None:
        """Add to the adjoint that a cell names."""
        if cell in self.shared.adjoints:
            number = self.shared.adjoints[cell]
            before = self.held.get(number)
            # It may begin with its first term; 0.0 + term could differ only if that is -0.0, and a
            # zero of either sign passes nothing on.
            self.held[number] = (
                product if before is None else self.body.set(f"fadd double {before}, {product}")
            )

    def store(self, numbers: Sequence[int]) -> None:
        """Write adjoints back and hold them no longer, unless nobody reads them."""
        for number in numbers:
            if number in self.held and number not in self.shared.ended:
                place = self.body.slot("%w", self.register(self.cells[number]))
                self.body.do(f"store double {self.held.pop(number)}, ptr {place}")
