"""Rows for the interpreter: steps and pulls as flat integer arrays.

Rows and their kinds are explained in :mod:`autograd.program.loop.native.rows`, what they stand for
in :mod:`autograd.program.loop.native.steps`. Going backward the order is that of the eager sweep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.native.loops import folds
from autograd.program.loop.native.rows import (
    CALL,
    EXPANDED,
    FORWARD_KINDS,
    WIDTH,
    forward_codes,
    reverse_codes,
    spreads,
)
from autograd.program.loop.native.steps import Pull, Registers, Step, Steps
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

    def __init__(self, tape: Tape) -> None:
        self.steps = steps = Steps(tape)
        self.size = max(1, steps.end + len(steps.constants))
        self._table: list[int] = []
        rows = _forward_rows(steps.steps, steps.first, self._table)
        self.rows = self._array(rows, WIDTH["forward"])
        self.table = self._array([self._table], len(self._table))
        self.outputs = self._array([steps.outputs], len(steps.outputs))
        self.constants = np.array(steps.constants, dtype=float)

    def backward(self, wanted: Sequence[int]) -> Backward:
        """The reverse pass to these registers: arguments that derivatives are taken by."""
        pulls, active, uses = self.steps.reverse(wanted)
        rows = _Reverse(self.steps, active, uses, self._table).rows_of(pulls)
        return Backward(
            self._array(rows.rows, WIDTH["reverse"]),
            self._array(rows.inner, WIDTH["forward"]),
            self._array([rows.table], len(rows.table)),
            self._array(rows.pairs, 2),
        )

    def _array(self, rows: Sequence[Sequence[int]], width: int) -> Array:
        """Rows as unsigned integers, padded with zeros, constants in their registers."""
        padded = [[*row, *[0] * (width - len(row))] for row in rows]
        array = np.array(padded, dtype=np.int64).reshape(len(rows), width)
        return np.where(array < 0, self.steps.end - 1 - array, array).astype(np.uint32)


def _forward_rows(steps: Sequence[Step], first: int, table: list[int]) -> list[list[int]]:
    """Rows of the forward pass: fast forms where they apply, two steps in one where possible."""
    codes, loops = forward_codes(), folds()
    rows: list[list[int]] = []
    waiting: tuple[str, ...] = ()  # the fast step that the last row consists of
    for register, (name, operands) in enumerate(steps, first):
        if name in FORWARD_KINDS:
            kinds, cells = _forward_form(name, operands, register - 1 if rows else None)
            if waiting:
                pair = (*waiting, name, kinds)
                rows[-1] = [codes[pair], *rows[-1][1:], *cells]
                waiting = ()
            else:
                rows.append([codes[name, kinds], *cells])
                waiting = (name, kinds)
            continue
        waiting = ()
        if name in loops:
            many = (len(operands) - len(loops[name].others)) // len(loops[name].items)
            rows.append([codes[name, ""], len(table), many])
            table += operands
        elif name == CALL:
            function, *called = operands
            rows.append([codes[name, ""], len(table), len(called), function])
            table += called
        else:
            rows.append([codes[name, "R" * len(operands)], *operands])
    rows.append([codes["halt", ""]])
    return rows


def _forward_form(name: str, operands: Registers, previous: int | None) -> tuple[str, Registers]:
    """The kinds of a fast step's operands, and those that are read from their registers."""
    if name != "sub" and operands[-1] == previous:
        operands = operands[::-1]
    kinds = "".join("P" if x == previous else "R" for x in operands)
    if kinds not in FORWARD_KINDS[name]:  # x + x or x - x: the second time from its register
        kinds = "PR"
    return kinds, tuple([x for x, kind in zip(operands, kinds) if kind == "R"])


class _Reverse:
    """Rows of a reverse pass in the making."""

    def __init__(
        self, steps: Steps, active: bytearray, uses: Counter[int], table: list[int]
    ) -> None:
        self.steps, self.active, self.uses = steps, active, uses
        self.codes = reverse_codes()
        self.rows: list[list[int]] = []
        self.inner: list[list[int]] = []
        self.table = [*table]
        self.pairs: list[list[int]] = []

    def rows_of(self, pulls: Sequence[Pull]) -> _Reverse:
        """Append the rows of these pulls, which are in the order of the sweep."""
        index = 0
        while index < len(pulls):
            pull = pulls[index]
            following = pulls[index + 1].result if index + 1 < len(pulls) else -1
            if pull.name in FORWARD_KINDS:
                first = pulls[index + 1] if following == pull.result - 1 else None
                if first is not None and first.name in FORWARD_KINDS:
                    index += 1
                    after = pulls[index + 1].result if index + 1 < len(pulls) else -1
                    self._pair(first, pull, after)
                else:
                    kinds, cells = self._form(pull, following)
                    self.rows.append([self.codes[pull.name, kinds], pull.result, *cells])
            elif pull.name in folds():
                many = len(pull.operands) // len(folds()[pull.name].items)
                self.rows.append([self.codes[pull.name, ""], pull.result, len(self.table), many])
                self.table += pull.operands
            elif pull.name in spreads():
                self._spread(pull)
            elif pull.name in EXPANDED.values():
                self._expanded(pull)
            else:
                kinds = self._plain(pull)
                self.rows.append([self.codes[pull.name, kinds], pull.result, *pull.operands])
            index += 1
        self.rows.append([self.codes["halt", ""]])
        return self

    def _plain(self, pull: Pull) -> str:
        """Kinds of a rule without fast forms: what is needed, or with three operands, all."""
        many = len(pull.operands) > 2
        return "".join(
            "A" if edge and (many or (x >= 0 and self.active[x])) else "N"
            for x, edge in zip(pull.operands, pull.edges)
        )

    def _form(self, pull: Pull, following: int) -> tuple[str, Registers]:
        """Kinds and operands of a fast rule, in the order that the interpreter has them."""
        operands = pull.operands
        if pull.name == "mul" and operands == (following,) * 2 and self.uses[following] == 2:
            return "SS", operands
        kinds = "".join(
            ("P" if x == following and self.uses[x] == 1 else "A")
            if x >= 0 and self.active[x]
            else "N"
            for x in operands
        )
        if pull.name in ("add", "mul") and (kinds[0] == "N" or kinds[1] == "P"):
            return kinds[::-1], operands[::-1]
        return kinds, operands

    def _pair(self, first: Pull, second: Pull, following: int) -> None:
        """One row for two consecutive statements."""
        first_kinds, first_cells = self._form(first, following)
        kinds, cells = self._form(second, first.result)
        key = (first.name, first_kinds.replace("N", "A"), second.name, kinds.replace("N", "A"))
        self.rows.append([self.codes[key], second.result, *(*first_cells, 0)[:2], *cells])

    def _expanded(self, pull: Pull) -> None:
        """A row that runs other rows for the partials, then adds adjoint × partial each."""
        start = WIDTH["forward"] * len(self.inner)
        targets = [
            [x, partial]
            for x, partial, edge in zip(pull.operands, pull.partials, pull.edges)
            if edge and x >= 0 and self.active[x]
        ]
        steps = self._needed(pull.steps, {partial for _, partial in targets})
        self.inner += _forward_rows(steps, self.steps.temporary, self.table)
        place = 2 * len(self.pairs)
        self.rows.append([self.codes[pull.name, ""], pull.result, start, place, len(targets)])
        self.pairs += targets

    def _spread(self, pull: Pull) -> None:
        """A row that runs others for what the partials have in common, then adds to each."""
        start = WIDTH["forward"] * len(self.inner)
        self.inner += _forward_rows(pull.steps, self.steps.temporary, self.table)
        code, place = self.codes[pull.name, ""], len(self.table)
        self.rows.append([code, pull.result, place, len(pull.operands), start])
        self.table += pull.values

    def _needed(self, steps: Sequence[Step], wanted: set[int]) -> list[Step]:
        """The steps that lead to these registers; in place of the others, which may raise, none."""
        needed = []
        for register, step in reversed([*enumerate(steps, self.steps.temporary)]):
            if register in wanted:
                wanted.update(step.operands)
                needed.append(step)
            else:
                needed.append(Step("identity", step.operands[-1:]))
        return needed[::-1]
