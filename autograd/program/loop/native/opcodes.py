"""Rows for the interpreter: steps and pulls as flat integer arrays.

Rows and their kinds are explained in :mod:`autograd.program.loop.native.rows`, what they stand for
in :mod:`autograd.program.loop.native.steps`. Going backward the order is that of the eager sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.collector import uncollected
from autograd.program.loop.native.loops import folds
from autograd.program.loop.native.rows import (
    CALL,
    FORWARD_KINDS,
    WIDTH,
    forward_codes,
    reverse_codes,
    rules,
    spreads,
)
from autograd.program.loop.native.spreading import Pull, Registers
from autograd.program.loop.native.steps import Steps
from autograd.program.tape.instructions import Tape

__all__ = ["Backward", "Code"]


class Backward(NamedTuple):
    """Rows of the reverse pass; those that compute partials; the latter's operands and results."""

    rows: Array
    inner: Array
    table: Array
    pairs: Array


class Code:
    """A tape in the form that the interpreter runs; ``backward`` gives its reverse passes."""

    @uncollected()
    def __init__(self, tape: Tape) -> None:
        self.steps = steps = Steps(tape)
        self.size = max(1, steps.end + len(steps.constants))
        self._table: list[int] = []
        rows = _forward_rows(steps.steps, steps.first, self._table)
        self.rows = self._array(rows, WIDTH["forward"])
        self.table = self._array(self._table)
        self.outputs = self._array(steps.outputs)
        self.constants = np.array(steps.constants, dtype=float)

    @uncollected()
    def backward(self, wanted: Sequence[int]) -> Backward:
        """The reverse pass to these registers: arguments that derivatives are taken by."""
        results, active, uses = self.steps.reverse(wanted)
        rows = _Reverse(self.steps, active, uses, self._table).rows_of(results)
        return Backward(
            self._array(rows.rows, WIDTH["reverse"]),
            self._array(rows.inner, WIDTH["forward"]),
            self._array(rows.table),
            self._array(rows.pairs, 2),
        )

    def _array(self, cells: Sequence[int], width: int = 0) -> Array:
        """Rows of so many cells as unsigned integers, constants in their registers."""
        array = np.array(cells, dtype=np.int64).reshape((-1, width) if width else (1, -1))
        return np.where(array < 0, self.steps.end - 1 - array, array).astype(np.uint32)


Fast = tuple[str, str]
PADDING = {count: (0,) * count for count in range(7)}


def _forward_rows(
    steps: Sequence[tuple[str, Registers]], first: int, table: list[int]
) -> list[int]:
    """Rows of the forward pass: fast forms where they apply, two steps in one where possible."""
    codes, loops, width = forward_codes(), folds(), WIDTH["forward"]
    cells: list[int] = []
    waiting: Fast | tuple[()] = ()  # the fast step that the last row consists of
    start = 0
    for register, (name, operands) in enumerate(steps, first):
        if name in FORWARD_KINDS:
            kinds, own = _forward_form(name, operands, register - 1 if cells else None)
            if waiting:
                pair = (*waiting, name, kinds)
                cells[-width] = codes[pair]
                cells[start : start + len(own)] = own
                waiting = ()
            else:
                waiting = (name, kinds)
                cells += codes[waiting], *own, *PADDING[width - 1 - len(own)]
                start = len(cells) - width + 1 + len(own)
            continue
        waiting = ()
        if name in loops:
            many = (len(operands) - len(loops[name].others)) // len(loops[name].items)
            cells += codes[name, ""], len(table), many, 0, 0
            table += operands
        elif name == CALL:
            function, *called = operands
            cells += codes[name, ""], len(table), len(called), function, 0
            table += called
        else:
            cells += (
                codes[name, "R" * len(operands)],
                *operands,
                *PADDING[width - 1 - len(operands)],
            )
    cells += codes["halt", ""], *PADDING[width - 1]
    return cells


def _forward_form(name: str, operands: Registers, previous: int | None) -> tuple[str, Registers]:
    """The kinds of a fast step's operands, and those that are read from their registers."""
    if previous not in operands:
        return "RR"[: len(operands)], operands
    if len(operands) == 1:
        return "P", ()
    a, b = operands
    if name != "sub" and b == previous:
        a, b = b, a
    if a == b:  # x + x or x - x: the second time from its register
        return ("PP", ()) if name == "mul" else ("PR", (b,))
    return ("PR", (b,)) if a == previous else ("RP", (a,))


class _Reverse:
    """Rows of a reverse pass in the making."""

    def __init__(
        self, steps: Steps, active: bytearray, uses: Sequence[int], table: list[int]
    ) -> None:
        self.steps, self.active, self.uses = steps, active, uses
        self.codes = reverse_codes()
        self.rows: list[int] = []
        self.inner: list[int] = []
        self.table = [*table]
        self.pairs: list[int] = []

    def rows_of(self, results: Sequence[int]) -> _Reverse:
        """Append the rows that spread the adjoints of these, in the order of the sweep."""
        steps, first, expanded = self.steps.steps, self.steps.first, self.steps.expanded
        loops = folds()
        index, count = 0, len(results)
        while index < count:
            result = results[index]
            index += 1
            if result in expanded:
                self._of_steps(expanded[result])
                continue
            name, operands = steps[result - first]
            following = results[index] if index < count else -1
            if name in FORWARD_KINDS:
                before = steps[following - first][0] if following == result - 1 else ""
                if before in FORWARD_KINDS and following not in expanded:
                    index += 1
                    self._pair(following, result, results[index] if index < count else -1)
                else:
                    kinds, cells = self._form(name, operands, following)
                    self._row(self.codes[name, kinds], result, cells)
            elif name in loops:
                many = len(operands) // len(loops[name].items)
                self._row(self.codes[name, ""], result, (len(self.table), many))
                self.table += operands
            else:
                self._row(self.codes[name, self._plain(name, operands)], result, operands)
        self._row(self.codes["halt", ""], 0, ())
        return self

    def _row(self, code: int, result: int, cells: Sequence[int]) -> None:
        self.rows += code, result, *cells, *PADDING[WIDTH["reverse"] - 2 - len(cells)]

    def _of_steps(self, pull: Pull) -> None:
        if pull.name in spreads():
            self._spread(pull)
        else:
            self._expanded(pull)

    def _plain(self, name: str, operands: Registers) -> str:
        """Kinds of a rule without fast forms: what is needed, or of more than two edges, all."""
        partials = rules()[name].partials
        many = sum(partial is not None for partial in partials) > 2
        return "".join(
            [
                "A" if edge is not None and (many or self.active[x]) else "N"
                for x, edge in zip(operands, partials)
            ]
        )

    def _form(self, name: str, operands: Registers, following: int) -> tuple[str, Registers]:
        """Kinds and operands of a fast rule, in the order that the interpreter has them."""
        kinds = ""
        for x in operands:
            # A constant's negative register reads that it is not active.
            if not self.active[x]:
                kinds += "N"
            else:
                kinds += "P" if x == following and self.uses[x] == 1 else "A"
        if name in ("add", "mul"):
            if kinds == "AA" and name == "mul" and operands == (following,) * 2:
                return ("SS" if self.uses[following] == 2 else kinds), operands
            if kinds[0] == "N" or kinds[1] == "P":
                return kinds[::-1], operands[::-1]
        return kinds, operands

    def _pair(self, first: int, second: int, following: int) -> None:
        """One row for two consecutive statements."""
        steps, start = self.steps.steps, self.steps.first
        name, operands = steps[first - start]
        first_kinds, first_cells = self._form(name, operands, following)
        after, operands = steps[second - start]
        kinds, cells = self._form(after, operands, first)
        key = (name, first_kinds.replace("N", "A"), after, kinds.replace("N", "A"))
        self._row(self.codes[key], second, (*(*first_cells, 0)[:2], *cells))

    def _expanded(self, pull: Pull) -> None:
        """A row that runs other rows for the partials, then adds adjoint × partial each."""
        start = len(self.inner)
        targets = [
            (x, partial)
            for x, partial, edge in zip(pull.operands, pull.partials, pull.edges)
            if edge and self.active[x]
        ]
        steps = self._needed(pull.steps, {partial for _, partial in targets})
        self.inner += _forward_rows(steps, self.steps.temporary, self.table)
        place = len(self.pairs)
        self._row(self.codes[pull.name, ""], pull.result, (start, place, len(targets)))
        self.pairs += [x for target in targets for x in target]

    def _spread(self, pull: Pull) -> None:
        """A row that runs others for what the partials have in common, then adds to each."""
        start = len(self.inner)
        self.inner += _forward_rows(pull.steps, self.steps.temporary, self.table)
        code, place = self.codes[pull.name, ""], len(self.table)
        self._row(code, pull.result, (place, len(pull.operands), start))
        self.table += pull.values

    def _needed(
        self, steps: Sequence[tuple[str, Registers]], wanted: set[int]
    ) -> list[tuple[str, Registers]]:
        """The steps that lead to these registers; in place of the others, which may raise, none."""
        needed: list[tuple[str, Registers]] = []
        for register, (name, operands) in reversed([*enumerate(steps, self.steps.temporary)]):
            if register in wanted:
                wanted.update(operands)
                needed.append((name, operands))
            else:
                needed.append(("identity", operands[-1:]))
        return needed[::-1]
