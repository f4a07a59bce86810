"""Stretches of rows that repeat: one function for each.

The first row of each repetition gets that function's opcode; the cells stay as they are. What one
row computes and a later one reads, in the same repetition or the next, stays in registers. Next:
:mod:`autograd.program.loop.native.runner`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.native.backwards import is_straight, reverse_stretch
from autograd.program.loop.native.compiler import compiled_function
from autograd.program.loop.native.emit import Place
from autograd.program.loop.native.folds import operands_of, table_cells
from autograd.program.loop.native.forwards import forward_stretch
from autograd.program.loop.native.held import Shared
from autograd.program.loop.native.loops import folds
from autograd.program.loop.native.opcodes import Backward
from autograd.program.loop.native.pulls import touched
from autograd.program.loop.native.repeats import LEAST, Repeats, repeats
from autograd.program.loop.native.rows import Key, forward_codes, reverse_codes, spreads
from autograd.program.loop.native.steps import Steps
from autograd.program.loop.native.unread import read_backward, read_forward, unread

__all__ = ["Touches", "compile_forward", "compile_reverse", "shared_adjoints"]

FEW = 48
"""Cells of a row in the table that are taken one by one."""


LOOPS = "sum", "dot"
"""Folds whose own rows spread the adjoint."""


def compile_forward(rows: Array, table: Array, steps: Steps, ops: Array) -> Array:
    """The table of opcodes with more, which the rows (changed in place) make use of."""
    codes = rows[:, 0].copy()
    # The register of each row's first result: rows are steps, or two of them.
    counts = np.array([max(1, len(key) // 2) for key in forward_codes()])[codes]
    results = steps.first + np.cumsum(counts) - counts
    loops = [code for key, code in forward_codes().items() if key[0] in folds()]
    bodies = []
    for found in repeats(_told_apart(rows, table, loops, 1)):
        keys = _keys(codes, found, list(forward_codes()))
        wide, cells = _wide(rows, table.ravel(), found, [key[0] for key in keys], 1)
        bodies.append((found, _places(cells, results[found.starts]), keys, wide))
    if not bodies:
        return ops
    read = read_backward(steps)
    read |= read_forward(rows, table, read.size, [body[:2] for body in bodies])
    for found, places, keys, wide in bodies:
        many = sum(max(1, len(key) // 2) for key in keys)
        passing = unread(read, results[found.starts], many)
        text = forward_stretch(keys, places, wide, len(ops), many, passing)
        ops = _with_function(text, rows, found, ops)
    return ops


def compile_reverse(back: Backward, ends: Sequence[int], ops: Array) -> tuple[Array, Array]:
    """The same for the reverse pass; and the registers whose adjoints have to begin at zero in
    memory. ``ends`` are those at whose adjoints the pass begins or ends.
    """
    touches = Touches(back)
    stretches = []
    loops = [reverse_codes()[name, ""] for name in {*LOOPS, *spreads()}]
    for found in repeats(_told_apart(back.rows, back.table, loops, 2)):
        found = found.followed()  # backward the last one ends with arguments
        if len(found.starts) >= LEAST:
            stretches.append(touches.stretch(found))
    touches.close(stretches, ends)
    zeros = touches.read.copy()
    for stretch in stretches:
        shared, begun = shared_adjoints(touches, stretch)
        if shared is not None:
            zeros[begun] = False
            text = reverse_stretch(stretch.keys, shared, len(ops))
            ops = _with_function(text, back.rows, stretch.found, ops)
    return ops, np.flatnonzero(zeros).astype(np.uint32)


class Stretch(NamedTuple):
    """Repetitions, what their rows do, and the registers that their cells name."""

    found: Repeats
    keys: list[Key]
    wide: dict[int, range]
    """The cells after those of the rows, for rows whose operands are taken from the table."""
    registers: Array
    touched: Array
    """Of each cell, whether its row touches that adjoint."""


class Touches:
    """Which rows of a reverse pass touch the adjoints of which registers."""

    def __init__(self, back: Backward) -> None:
        self.back = back
        self.codes = back.rows[:, 0].copy()
        self.registers = back.rows.astype(int)
        self.registers[:, 0] = self.registers[:, 1] - 1  # a pair's first result
        masks = np.zeros((len(reverse_codes()), back.rows.shape[1]), dtype=bool)
        for key, code in reverse_codes().items():
            masks[code, list(touched(key))] = True
        self.cells = masks[self.codes]
        rows, cells = np.nonzero(self.cells)
        self._rows, self._touched = [rows], [self.registers[rows, cells]]

    def stretch(self, found: Repeats) -> Stretch:
        """What is to be known of repetitions."""
        keys = _keys(self.codes, found, list(reverse_codes()))
        names = [key[0] if key[0] in {*LOOPS, *spreads()} else "" for key in keys]
        wide, registers = _wide(self.registers, self.back.table.ravel(), found, names, 2)
        size = found.period * self.cells.shape[1]
        touches = np.zeros(registers.shape[1], dtype=bool)
        touches[:size] = self.cells[found.starts[0] : found.starts[0] + found.period].ravel()
        for row, cells in wide.items():
            targets = operands_of(names[row], cells)
            touches[targets] = True
            self._rows.append(np.repeat(found.starts + row, len(targets)))
            self._touched.append(registers[:, targets].ravel())
        return Stretch(found, keys, wide, registers, touches)

    def close(self, stretches: Sequence[Stretch], ends: Sequence[int]) -> None:
        """Find the rows that touch an adjoint first and last; loops and the entry may at any time,
        but for those that stretches take apart.
        """
        back, apart = self.back, np.zeros(len(self.codes), dtype=bool)
        for stretch in stretches:
            for row in stretch.wide:
                apart[stretch.found.starts + row] = True
        others = np.concatenate(
            [self._by_loops(~apart), back.pairs[:, 0], np.array(ends, dtype=int)]
        )
        rows, touched_ = np.concatenate(self._rows), np.concatenate(self._touched)
        everything = np.concatenate([others, touched_])
        # Adjoints of constants are not read: all others are of results or of arguments.
        self.read = np.zeros(1 + max(self.registers.max(), everything.max(initial=0)), dtype=bool)
        results = self.registers[:, 1]
        self.read[results] = self.read[others] = True
        self.read[self.registers[self.cells[:, 0], 0]] = True
        self.first, self.last = (np.zeros(len(self.read), dtype=int) for _ in "ab")
        order = np.argsort(rows, kind="stable")
        rows, touched_ = rows[order], touched_[order]
        self.last[touched_] = rows  # of several the last counts
        self.first[touched_[::-1]] = rows[::-1]
        self.first[others], self.last[others] = -1, len(self.codes)

    def _by_loops(self, chosen: Array) -> Array:
        """The registers that these of the rows add to in a loop over the table."""
        found = [np.empty(0, dtype=int)]
        for name in (*spreads(), *LOOPS):
            rows = self.back.rows[chosen & (self.codes == reverse_codes()[name, ""])].astype(int)
            counts = rows[:, 3] * (len(folds()[name].items) if name in folds() else 1)
            within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            found.append(self.back.table.ravel()[np.repeat(rows[:, 2], counts) + within])
        return np.concatenate(found)


def shared_adjoints(touches: Touches, stretch: Stretch) -> tuple[Shared | None, Array]:
    """What all repetitions share, and the registers whose adjoints they begin; None, if two
    adjoints of one repetition are a single one in another.
    """
    found, registers = stretch.found, stretch.registers
    cells = np.flatnonzero(stretch.touched)
    read = touches.read[registers[:, cells]].any(axis=0)
    cells = cells[read]
    # One column for each adjoint: the registers that it belongs to in the repetitions.
    columns, numbers = np.unique(registers[:, cells], axis=1, return_inverse=True)
    ordered = np.sort(columns, axis=1)
    if (ordered[:, 1:] == ordered[:, :-1]).any():
        return None, np.empty(0, int)
    adjoints = dict(zip(cells.tolist(), numbers.reshape(-1).tolist()))
    begun = (touches.first[columns] >= found.starts[:, None]).all(axis=0)
    ended = (touches.last[columns] < found.starts[:, None] + found.period).all(axis=0)
    if not is_straight(stretch.keys, stretch.wide):
        begun = ended = begun & ended  # what goes to memory in between comes back from there
    places = _places(registers, registers[:, 1])
    shared = Shared(
        adjoints,
        frozenset(np.flatnonzero(begun).tolist()),
        frozenset(np.flatnonzero(ended).tolist()),
        _handed(columns, found.in_a_row(), adjoints, places),
        places,
        stretch.wide,
    )
    return shared, columns[:, begun].ravel()


def _wide(
    rows: Array, table: Array, found: Repeats, names: Sequence[str], start: int
) -> tuple[dict[int, range], Array]:
    """The cells of each repetition: of its rows, and of the operands in the table of rows that have
    few of them; and where those are. Cell ``start`` of a row says where its part of the table
    begins, and the next one how many operands there are.
    """
    cells = rows[found.starts[:, None] + np.arange(found.period)].astype(np.int64)
    parts, end = [cells.reshape(len(cells), -1)], cells[0].size
    wide = {}
    for row, name in enumerate(names):
        if name in folds() or name in spreads():
            begin, many = cells[:, row, start], cells[:, row, start + 1]
            count = table_cells(name, int(many[0]))
            if (many == many[0]).all() and 0 < count <= FEW:
                parts.append(table[begin[:, None] + np.arange(count)].astype(np.int64))
                wide[row] = range(end, end + count)
                end += count
    return wide, np.concatenate(parts, axis=1)


def _handed(
    columns: Array, in_a_row: Array, adjoints: Mapping[int, int], places: Mapping[int, Place]
) -> dict[int, tuple[int, Place]]:
    """Which adjoints of a repetition are others of the next one, at a place that is known."""
    homes = {number: places[cell] for cell, number in adjoints.items() if cell in places}
    befores, afters = columns[:-1][in_a_row], columns[1:][in_a_row]
    if not len(befores):
        return {}
    begins = {register: number for number, register in enumerate(afters[0].tolist())}
    handed = {}
    for before, register in enumerate(befores[0].tolist()):
        after = begins.get(register)
        if after in homes and (befores[:, before] == afters[:, after]).all():
            handed[before] = after, homes[after]
    return handed


def _places(numbers: Array, base: Array) -> dict[int, Place]:
    """Cells that hold one number in all repetitions, or one at the same distance from ``base``."""
    distances = numbers - base.astype(np.int64)[:, None]
    places: dict[int, Place] = {}
    for values, relative in ((distances, True), (numbers, False)):
        same = np.flatnonzero((values == values[0]).all(axis=0))
        places |= {
            cell: Place(number, relative)
            for cell, number in zip(same.tolist(), values[0, same].tolist())
        }
    return places


def _told_apart(rows: Array, table: Array, loops: Sequence[int], start: int) -> Array:
    """Numbers of rows that tell opcodes apart, and of loops over the table how many operands there
    are and whether they are those of the row before, as where a list is sorted.
    """
    codes = rows[:, 0].astype(np.int64)
    many = np.where(np.isin(codes, loops), rows[:, start + 1], 0).astype(np.int64)
    looping, first = many > 0, np.full(len(rows), -1)
    first[looping] = table.ravel()[rows[looping, start]]
    again = np.concatenate([[False], (first[1:] == first[:-1]) & looping[1:]])
    return np.unique(np.stack([codes, many, again]), axis=1, return_inverse=True)[1].reshape(-1)


def _keys(codes: Array, found: Repeats, keys: Sequence[Any]) -> list[Any]:
    """What the rows of one repetition do."""
    start = int(found.starts[0])
    return [keys[code] for code in codes[start : start + found.period].tolist()]


def _with_function(text: str, rows: Array, found: Repeats, ops: Array) -> Array:
    rows[found.starts, 0] = len(ops)
    return np.append(ops, np.uint64(compiled_function(text, "repeated")))
