"""Runs of instructions that occur again and again with the same wiring: one function for each.

The grammar of the patterns gives sequences that repeat. Whether two of them are one function
depends on their wiring as well: which cells hold the same name. What is the same in few places is
taken apart again, down to single instructions. Next:
:mod:`autograd.program.loop.lanes.machine_code` writes the functions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.lanes.grammar import grammar_of
from autograd.program.loop.lanes.patterns import Instruction, Pattern

__all__ = ["Kernel", "Row", "rows_of"]


class Kernel(NamedTuple):
    """Patterns, numbers that tell the names in their cells apart, and those that need no slot."""

    patterns: tuple[Pattern, ...]
    cells: tuple[tuple[int, ...], ...]
    own: tuple[int, ...]


class Row(NamedTuple):
    """What is done, by a pattern or a kernel, to which names."""

    what: Pattern | Kernel
    names: Sequence[int]


def rows_of(
    body: Sequence[Instruction], outside: Collection[int], least: int, longest: int
) -> list[Row]:
    """The instructions in rows, up to ``longest`` at once where ``least`` places do the same.

    ``outside`` are names that the instructions do not begin, or that are read after them.
    """
    if len(body) < 2 * least:
        return [Row(*instruction) for instruction in body]
    known = {p: i for i, p in enumerate(dict.fromkeys(p for p, _ in body))}
    grammar = grammar_of(np.array([known[p] for p, _ in body]), len(known), least, longest)
    cells = [x for _, names in body for x in names]
    ends = np.cumsum([0, *(len(names) for _, names in body)])
    flat = np.array(cells, dtype=np.int64)
    uses = np.bincount(flat)
    uses[[x for x in outside if x < len(uses)]] += len(flat)  # more than any run has
    lengths = np.array(grammar.lengths)
    starts = np.cumsum(lengths[grammar.sequence]) - lengths[grammar.sequence]
    order = np.argsort(grammar.sequence, kind="stable")
    bounds = np.searchsorted(grammar.sequence[order], np.arange(len(lengths) + 1))
    waiting = [[starts[order[a:b]]] for a, b in pairwise(bounds)]
    rows: list[Row | None] = [None] * len(body)
    for symbol in range(len(lengths) - 1, grammar.alphabet - 1, -1):
        places = np.concatenate(waiting[symbol])
        left = _as_kernels(body, places, int(lengths[symbol]), flat, ends, uses, rows, least)
        first, second = grammar.pairs[symbol - grammar.alphabet]
        waiting[first].append(left)
        waiting[second].append(left + lengths[first])
    for symbol in range(grammar.alphabet):
        for place in np.concatenate(waiting[symbol]).tolist():
            rows[place] = Row(*body[place])
    return [row for row in rows if row is not None]


def _as_kernels(
    body: Sequence[Instruction],
    places: Array,
    length: int,
    flat: Array,
    ends: Array,
    uses: Array,
    rows: list[Row | None],
    least: int,
) -> Array:
    """Fill in the rows of runs that are wired alike often enough; the places of the others."""
    if len(places) < least:
        return places
    start = int(places[0])
    width = int(ends[start + length] - ends[start])
    names = flat[ends[places][:, None] + np.arange(width)]
    cells = _cells(names)
    rng = np.random.default_rng(0)
    weights = rng.integers(1, 2**62, width, dtype=np.uint64)
    _, kinds, counts = np.unique(
        (cells.astype(np.uint64) * weights).sum(axis=1), return_inverse=True, return_counts=True
    )
    kinds = kinds.reshape(-1)
    left = [places[counts[kinds] < least]]
    patterns = tuple([pattern for pattern, _ in body[start : start + length]])
    for kind in np.flatnonzero(counts >= least).tolist():
        chosen = np.flatnonzero(kinds == kind)
        same = (cells[chosen] == cells[chosen[0]]).all(axis=1)
        left.append(places[chosen[~same]])
        chosen = chosen[same]
        labels = cells[chosen[0]]
        inside = np.bincount(labels, minlength=width)
        own = (uses[names[chosen]] == inside[labels]).all(axis=0)
        seen = np.unique(labels)
        kernel = Kernel(
            patterns,
            _by_instruction(labels.tolist(), body[start : start + length]),
            tuple(seen[own[seen]].tolist()),
        )
        kept = names[np.ix_(chosen, seen[~own[seen]])].tolist()
        for place, row in zip(places[chosen].tolist(), kept):
            rows[place] = Row(kernel, row)
    return np.concatenate(left)


def _by_instruction(
    labels: Sequence[int], run: Sequence[Instruction]
) -> tuple[tuple[int, ...], ...]:
    found, start = [], 0
    for _, names in run:
        found.append(tuple(labels[start : start + len(names)]))
        start += len(names)
    return tuple(found)


def _cells(names: Array) -> Array:
    """Of each name in a row, the place where the row has it first."""
    order = np.argsort(names, axis=1, kind="stable")
    ordered = np.take_along_axis(names, order, axis=1)
    new = np.ones(names.shape, dtype=bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.maximum.accumulate(np.where(new, np.arange(names.shape[1]), 0), axis=1)
    cells = np.empty_like(order)
    np.put_along_axis(cells, order, np.take_along_axis(order, first, axis=1), axis=1)
    return cells
