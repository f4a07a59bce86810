"""Functions of the reverse pass: each takes an adjoint and spreads it over operands.

A row's function finds the adjoints in memory. One for a stretch of rows
(:mod:`autograd.program.loop.native.repeats`) keeps those that its rows share in machine registers:
in a deep graph the way through memory is what takes the time. Next:
:mod:`autograd.program.loop.native.interpreter`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from autograd.ops.expr import variables_of
from autograd.program.loop.native.emit import Body, Place
from autograd.program.loop.native.entries import passed
from autograd.program.loop.native.folds import expanded, fold_back, spread, weighted
from autograd.program.loop.native.rows import (
    EXPANDED,
    WIDTH,
    Key,
    loops,
    reverse_codes,
    rules,
    spreads,
)

__all__ = ["Shared", "reverse_function", "touched"]

REVERSE = "ptr noalias %code, ptr noalias %v, ptr noalias %w, ptr %ctx, ptr noalias %ops, double %g"
CELLS = WIDTH["reverse"]
HANDED = frozenset("PS")
ZERO = "0.0"


class Shared(NamedTuple):
    """Which cells of a stretch of rows name the same register, whatever registers those are."""

    adjoints: Mapping[int, int]
    """Of a cell, counted from the first row, the number of its adjoint, if anything reads it."""
    private: frozenset[int]
    """Adjoints that no other row touches, and memory need not see: they begin at zero."""
    places: Mapping[int, Place]
    """What is known of cells, relative to the first row's result."""


def touched(key: Key) -> tuple[int, ...]:
    """Cells of a row whose adjoints it reads or adds to; 0 stands for a pair's first result.

    >>> touched(("mul", "PA", "add", "AA")), touched(("mul", "AA", "add", "PA"))
    ((1, 0, 3, 4, 5), (1, 2, 3, 5))
    """
    results = [1] if len(key) == 2 or HANDED & {*key[3]} else [1, 0]
    kinds = "".join(kinds.ljust(2) for kinds in key[1::2])
    return (*results, *(2 + i for i, kind in enumerate(kinds) if kind == "A"))


def reverse_function(name: str, keys: Sequence[Key], shared: Shared | None = None) -> str:
    """The function of some consecutive rows; without ``shared`` all adjoints stay in memory."""
    body = Body()
    following = body.set(f"getelementptr i32, ptr %code, i64 {len(keys) * CELLS}")
    if shared is not None:
        body.base, body.places = body.cell(1), shared.places
    adjoint: str | None = "%g"
    rows = _Rows(body, keys, shared)
    for row, key in enumerate(keys):
        if key[0] == "halt":
            body.do("ret void")
            return body.function(f"{name}({REVERSE})")
        adjoint = rows.row(row, key, adjoint)
    rows.finish()
    if adjoint is None:
        adjoint = body.load("%w", body.cells(following, "1"))
    body.jump(body.cells(following, "0"), passed(following, adjoint))
    if rows.straight:
        body.start(rows.slow)
        rows.clear()
        body.jump(str(reverse_codes()[keys[0]]), passed("%code", "%g"))
    return body.function(f"{name}({REVERSE})")


def _often_zero(key: Key) -> bool:
    """Whether a row's adjoints go where zeros are common, or through memory."""
    return any(name in loops() or rules()[name].selects for name in key[::2])


class _Rows:
    """The rows of a function in the making, and the adjoints that it holds in registers."""

    def __init__(self, body: Body, keys: Sequence[Key], shared: Shared | None) -> None:
        self.body = body
        self.in_memory = shared is None
        self.straight = shared is not None and not any(_often_zero(key) for key in keys)
        self.slow = body.label()
        self.nonzero: set[str] = set()
        self.adjoints, self.private, _ = shared or Shared({}, frozenset(), {})
        self.held: dict[int, str] = {}
        self.cells: dict[int, int] = {}  # that named an adjoint last
        self.last: dict[int, int] = {}  # row that touches an adjoint
        for row, key in enumerate(keys):
            self.last.update(dict.fromkeys(self._named(row, key), row))

    def row(self, row: int, key: Key, adjoint: str | None) -> str | None:
        """Spread the adjoint of a row's result; the adjoint that is handed on, if any."""
        start = row * CELLS
        named = self._named(row, key)
        if adjoint is not None:
            named.pop(self.adjoints.get(start + 1, -1), None)
        if key[0] in loops():  # a loop adds to memory
            self._store([*self.held])
        self.cells.update(named)
        for number, cell in named.items():
            if number not in self.held and number not in self.private:
                self.held[number] = self.body.load("%w", self._register(cell))
        if adjoint is None:
            adjoint = self._taken(start + 1)
        if key[0] in loops():
            self._unless_zero(adjoint, partial(self._loop, key[0], start, adjoint))
            return None
        own = start + 1
        if len(key) == 4:
            second = partial(self._spread, key[2], key[3], own, start + 4, adjoint)
            handed = self._unless_zero(adjoint, second)
            adjoint, own = self._taken(start) if handed is None else handed, start
        first = partial(self._spread, key[0], key[1], own, start + 2, adjoint)
        handed = self._unless_zero(adjoint, first)
        if not self.straight:
            self._store([number for number in named if self.last[number] == row])
        return handed

    def finish(self) -> None:
        """Write back what is still held."""
        self._store([*self.held])

    def clear(self) -> None:
        """Begin private adjoints in memory: the rows go there now, one by one."""
        for number in sorted(self.private & {*self.cells}):
            place = self.body.slot("%w", self._register(self.cells[number]))
            self.body.do(f"store double {ZERO}, ptr {place}")

    def _named(self, row: int, key: Key) -> dict[int, int]:
        """The adjoints that a row touches, each with a cell that names it."""
        cells = [row * CELLS + cell for cell in touched(key)]
        return {self.adjoints[cell]: cell for cell in cells if cell in self.adjoints}

    def _register(self, cell: int) -> str:
        """The register that a cell names, as an index."""
        if cell % CELLS:
            return self.body.cell(cell)
        return self.body.set(f"sub i64 {self.body.cell(cell + 1)}, 1")

    def _taken(self, cell: int) -> str:
        """The adjoint of a result: complete, so that nothing touches it any more."""
        if self.in_memory:
            return self.body.load("%w", self._register(cell))
        return self.held.pop(self.adjoints.get(cell, -1), ZERO)

    def _add(self, cell: int, register: str, product: str) -> None:
        """Add to the adjoint that a cell names."""
        if self.in_memory:
            self.body.add_to("%w", register, product)
        elif cell in self.adjoints:
            number = self.adjoints[cell]
            before = self.held.get(number)
            # A private one begins with its first term; 0.0 + term could differ only if that is
            # -0.0, and a zero of either sign passes nothing on.
            self.held[number] = (
                product if before is None else self.body.set(f"fadd double {before}, {product}")
            )

    def _store(self, numbers: Sequence[int]) -> None:
        """Write adjoints back and hold them no longer; private ones stay."""
        for number in numbers:
            if number in self.held and number not in self.private:
                place = self.body.slot("%w", self._register(self.cells[number]))
                self.body.do(f"store double {self.held.pop(number)}, ptr {place}")

    def _unless_zero(self, number: str, step: Callable[[], str | None]) -> str | None:
        """What ``step`` gives, or zero where this number is: a node of adjoint zero passes nothing
        on. The adjoints held come out as they are after the step, or as they were before it.
        """
        if number == ZERO:
            return None
        body, before = self.body, {**self.held}
        if self.straight:
            if number not in self.nonzero:
                some = body.label()
                # Equal, or NaN: one branch where the exact question takes two.
                truth = body.set(f"fcmp ueq double {number}, 0.0")
                body.do(f"br i1 {truth}, label %{self.slow}, label %{some}")
                body.start(some)
                self.nonzero.add(number)
            return step()
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

    def _loop(self, name: str, start: int, adjoint: str) -> None:
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
        registers = {cell: self._register(cell) for cell in cells}
        variables = {
            x: body.load("%v", registers[cell])
            for x, cell in zip(rule.variables, cells)
            if x in used
        }
        variables["g"] = adjoint
        if "out" in used:
            variables["out"] = body.load("%v", self._register(own))
        wanted = [*(partials if rule.selects else []), *map(weighted, partials)]
        numbers = body.exprs(wanted, variables)
        handed: list[str] = []
        for index, ((kind, cell), local) in enumerate(zip(edges, partials)):
            product = numbers[index - len(edges)]
            if isinstance(local, float) and abs(local) == 1.0:
                self.nonzero.add(product)
            if kind in HANDED:
                handed.append(product)
            elif rule.selects:
                self._unless_zero(
                    numbers[index], partial(self._add, cell, registers[cell], product)
                )
            else:
                self._add(cell, registers[cell], product)
        if len(handed) == 2:
            return body.set(f"fadd double {', '.join(handed)}")
        return handed[0] if handed else None
