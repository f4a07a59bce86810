"""Rows that repeat: the body of the user's loop becomes one function of its own.

A recurrence of a thousand steps is a thousand times the same few rows. Where a stretch of rows
repeats like that, one function for all of it is compiled, and the first row of each repetition gets
that function's opcode; the cells stay as they are. What one row computes and a later one reads
then stays in registers, and there is one jump for the whole stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.native.compiler import compiled_function
from autograd.program.loop.native.emit import Place
from autograd.program.loop.native.interpreter import forward_function
from autograd.program.loop.native.opcodes import Backward
from autograd.program.loop.native.pulls import Shared, reverse_function, touched
from autograd.program.loop.native.rows import WIDTH, forward_codes, reverse_codes

__all__ = ["Repeats", "compile_forward", "compile_reverse", "repeats", "shared_adjoints"]

LONGEST = 64
"""Rows in a stretch, at most."""
ENOUGH = 24
"""A shorter stretch is taken several times over until it has so many rows."""
LEAST = 16
"""Repetitions that are worth compiling a function, which takes some hundredths of a second."""


class Repeats(NamedTuple):
    """Where the repetitions begin, and how many rows each has."""

    starts: Array
    period: int


def repeats(codes: Array) -> Repeats | None:
    """The repetitions that cover most of a list of opcodes, if any cover half of it.

    >>> repeats(np.array([7, *[1, 2] * 500, 8]))[1]
    24
    """
    best = (len(codes) // 2, 0, 0)
    for period in range(1, min(LONGEST, len(codes) // LEAST) + 1):
        same = codes[period:] == codes[:-period]
        breaks = np.flatnonzero(np.concatenate([[True], ~same, [True]]))
        run = int(np.diff(breaks).argmax())
        length = int(breaks[run + 1] - breaks[run] - 1) + period
        if length > best[0] + period:  # a multiple of a shorter period is no better
            best = (length, period, int(breaks[run]))
    length, period, start = best
    if not period:
        return None
    period *= -(-ENOUGH // period)
    count = length // period
    if count < LEAST:
        return None
    return Repeats(start + period * np.arange(count), period)


def compile_forward(rows: Array, first: int, ops: Array) -> Array:
    """The table of opcodes with one more, which the rows (changed in place) make use of."""
    found = repeats(rows[:, 0])
    if found is None:
        return ops
    keys = _keys(rows, found, list(forward_codes()))
    # The register of each row's first result: rows are steps, or two of them.
    counts = np.array([max(1, len(key) // 2) for key in forward_codes()])[rows[:, 0]]
    results = first + np.cumsum(counts) - counts
    known = {}
    made = 0
    for row, key in enumerate(keys):
        for cell in range(1, WIDTH["forward"]):
            distance = rows[found.starts + row, cell].astype(np.int64) - results[found.starts]
            if 0 <= distance[0] < made and (distance == distance[0]).all():
                known[row * WIDTH["forward"] + cell] = int(distance[0])
        made += max(1, len(key) // 2)
    places = _places(rows, found, results[found.starts])
    text = forward_function("void @repeated", keys, known, places)
    return _with_function(text, rows, found, ops)


def compile_reverse(back: Backward, ends: Sequence[int], ops: Array) -> tuple[Array, Array | None]:
    """The same for the reverse pass; and the registers whose adjoints have to begin at zero in
    memory, None for all. ``ends`` are those at whose adjoints the pass begins or ends.
    """
    found = repeats(back.rows[:, 0])
    if found is None:
        return ops, None
    keys = _keys(back.rows, found, list(reverse_codes()))
    shared, zeros = shared_adjoints(back, found, ends)
    text = reverse_function("void @repeated", keys, shared)
    return _with_function(text, back.rows, found, ops), zeros


def shared_adjoints(
    back: Backward, found: Repeats, ends: Sequence[int]
) -> tuple[Shared | None, Array | None]:
    """What all repetitions share, and the registers whose adjoints are in memory; None, twice, if
    two adjoints of one repetition are a single one in another.
    """
    registers, touches = _touches(back.rows)
    others = np.concatenate([back.table.ravel(), back.pairs.ravel(), np.array(ends, dtype=int)])
    # Adjoints of constants are not read: all others are of results or of arguments.
    read = np.zeros(1 + max(registers.max(), others.max(initial=0)), dtype=bool)
    read[registers[:, 1]] = read[registers[touches[:, 0], 0]] = read[others] = True
    everywhere = np.bincount(registers[touches], minlength=len(read))
    everywhere += np.bincount(others, minlength=len(read))
    stretch = found.starts[:, None] + np.arange(found.period)
    cells = np.flatnonzero(touches[stretch[0]])
    named = registers[stretch].reshape(len(stretch), -1)[:, cells]
    cells, named = cells[read[named].any(axis=0)], named[:, read[named].any(axis=0)]
    # One column for each adjoint: the registers that it belongs to in the repetitions.
    columns, numbers = np.unique(named, axis=1, return_inverse=True)
    ordered = np.sort(columns, axis=1)
    if (ordered[:, 1:] == ordered[:, :-1]).any():
        return None, None
    numbers = numbers.reshape(-1)
    private = np.flatnonzero((everywhere[columns] == np.bincount(numbers)).all(axis=0))
    read[everywhere == 0] = read[columns[:, private]] = False
    shared = Shared(
        dict(zip(cells.tolist(), numbers.tolist())),
        frozenset(private.tolist()),
        _places(back.rows, found, back.rows[found.starts, 1]),
    )
    return shared, np.flatnonzero(read).astype(np.uint32)


def _touches(rows: Array) -> tuple[Array, Array]:
    """The registers that the cells of rows name, and of which of them a row touches the adjoint."""
    registers = rows.astype(int)
    registers[:, 0] = registers[:, 1] - 1  # a pair's first result
    masks = np.zeros((len(reverse_codes()), rows.shape[1]), dtype=bool)
    for key, code in reverse_codes().items():
        masks[code, list(touched(key))] = True
    return registers, masks[rows[:, 0]]


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


def _keys(rows: Array, found: Repeats, keys: Sequence[Any]) -> list[Any]:
    """What the rows of one repetition do."""
    start = int(found.starts[0])
    return [keys[code] for code in rows[start : start + found.period, 0].tolist()]


def _with_function(text: str, rows: Array, found: Repeats, ops: Array) -> Array:
    rows[found.starts, 0] = len(ops)
    return np.append(ops, np.uint64(compiled_function(text, "repeated")))
