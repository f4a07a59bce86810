"""Stretches of rows that repeat: one function for each.

The first row of each repetition gets that function's opcode; the cells stay as they are. What one
row computes and a later one reads, in the same repetition or the next, stays in registers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.native.backwards import Shared, is_straight, reverse_stretch
from autograd.program.loop.native.compiler import compiled_function
from autograd.program.loop.native.emit import Place
from autograd.program.loop.native.forwards import forward_stretch
from autograd.program.loop.native.opcodes import Backward
from autograd.program.loop.native.pulls import touched
from autograd.program.loop.native.repeats import LEAST, Repeats, repeats
from autograd.program.loop.native.rows import forward_codes, reverse_codes

__all__ = ["compile_forward", "compile_reverse", "shared_adjoints"]


def compile_forward(rows: Array, first: int, ops: Array) -> Array:
    """The table of opcodes with more, which the rows (changed in place) make use of."""
    codes = rows[:, 0].copy()
    # The register of each row's first result: rows are steps, or two of them.
    counts = np.array([max(1, len(key) // 2) for key in forward_codes()])[codes]
    results = first + np.cumsum(counts) - counts
    for found in repeats(codes):
        keys = _keys(codes, found, list(forward_codes()))
        places = _places(rows, found, results[found.starts])
        many = sum(max(1, len(key) // 2) for key in keys)
        text = forward_stretch(keys, places, len(ops), many)
        ops = _with_function(text, rows, found, ops)
    return ops


def compile_reverse(back: Backward, ends: Sequence[int], ops: Array) -> tuple[Array, Array]:
    """The same for the reverse pass; and the registers whose adjoints have to begin at zero in
    memory. ``ends`` are those at whose adjoints the pass begins or ends.
    """
    touches = Touches(back, ends)
    zeros = touches.read.copy()
    for found in repeats(back.rows[:, 0]):
        found = found.followed()  # backward the last one ends with arguments
        if len(found.starts) < LEAST:
            continue
        keys = _keys(touches.codes, found, list(reverse_codes()))
        shared, begun = shared_adjoints(touches, found, straight=is_straight(keys))
        if shared is not None:
            zeros[begun] = False
            text = reverse_stretch(keys, shared, len(ops))
            ops = _with_function(text, back.rows, found, ops)
    return ops, np.flatnonzero(zeros).astype(np.uint32)


class Touches:
    """Which rows of a reverse pass touch the adjoints of which registers."""

    def __init__(self, back: Backward, ends: Sequence[int]) -> None:
        self.codes = back.rows[:, 0].copy()
        self.registers = back.rows.astype(int)
        self.registers[:, 0] = self.registers[:, 1] - 1  # a pair's first result
        masks = np.zeros((len(reverse_codes()), back.rows.shape[1]), dtype=bool)
        for key, code in reverse_codes().items():
            masks[code, list(touched(key))] = True
        self.cells = masks[self.codes]
        """Of each cell, whether its row touches that adjoint."""
        others = np.concatenate([back.table.ravel(), back.pairs.ravel(), np.array(ends, dtype=int)])
        # Adjoints of constants are not read: all others are of results or of arguments.
        self.read = np.zeros(1 + max(self.registers.max(), others.max(initial=0)), dtype=bool)
        self.read[self.registers[:, 1]] = self.read[others] = True
        self.read[self.registers[self.cells[:, 0], 0]] = True
        # The rows that touch an adjoint first and last; loops and the entry may at any time.
        self.first, self.last = (np.zeros(len(self.read), dtype=int) for _ in "ab")
        rows, cells = np.nonzero(self.cells)
        self.last[self.registers[rows, cells]] = rows  # of several the last counts
        self.first[self.registers[rows, cells][::-1]] = rows[::-1]
        self.first[others], self.last[others] = -1, len(self.codes)


def shared_adjoints(
    touches: Touches, found: Repeats, *, straight: bool
) -> tuple[Shared | None, Array]:
    """What all repetitions share, and the registers whose adjoints they begin; None, if two
    adjoints of one repetition are a single one in another.
    """
    stretch = found.starts[:, None] + np.arange(found.period)
    cells = np.flatnonzero(touches.cells[stretch[0]])
    named = touches.registers[stretch].reshape(len(stretch), -1)[:, cells]
    read = touches.read[named].any(axis=0)
    # One column for each adjoint: the registers that it belongs to in the repetitions.
    columns, numbers = np.unique(named[:, read], axis=1, return_inverse=True)
    ordered = np.sort(columns, axis=1)
    if (ordered[:, 1:] == ordered[:, :-1]).any():
        return None, np.empty(0, int)
    adjoints = dict(zip(cells[read].tolist(), numbers.reshape(-1).tolist()))
    begun = (touches.first[columns] >= stretch[:, :1]).all(axis=0)
    ended = (touches.last[columns] <= stretch[:, -1:]).all(axis=0)
    if not straight:  # what goes to memory in between comes back from there
        begun = ended = begun & ended
    places = _places(touches.registers, found, touches.registers[found.starts, 1])
    shared = Shared(
        adjoints,
        frozenset(np.flatnonzero(begun).tolist()),
        frozenset(np.flatnonzero(ended).tolist()),
        _handed(columns, found.in_a_row(), adjoints, places),
        places,
    )
    return shared, columns[:, begun].ravel()


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


def _places(rows: Array, found: Repeats, base: Array) -> dict[int, Place]:
    """Cells that hold one number in all repetitions, or one at the same distance from ``base``."""
    numbers = rows[found.starts[:, None] + np.arange(found.period)].astype(np.int64)
    numbers = numbers.reshape(len(numbers), -1)
    distances = numbers - base.astype(np.int64)[:, None]
    places: dict[int, Place] = {}
    for values, relative in ((distances, True), (numbers, False)):
        same = np.flatnonzero((values == values[0]).all(axis=0))
        places |= {
            cell: Place(number, relative)
            for cell, number in zip(same.tolist(), values[0, same].tolist())
        }
    return places


def _keys(codes: Array, found: Repeats, keys: Sequence[Any]) -> list[Any]:
    """What the rows of one repetition do."""
    start = int(found.starts[0])
    return [keys[code] for code in codes[start : start + found.period].tolist()]


def _with_function(text: str, rows: Array, found: Repeats, ops: Array) -> Array:
    rows[found.starts, 0] = len(ops)
    return np.append(ops, np.uint64(compiled_function(text, "repeated")))
