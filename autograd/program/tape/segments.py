"""A tape with scans as a chain of segments, over one row of numbers that go from one to another.

Its arguments have the first places in that row; then comes every result that another segment or
the output reads; last the constants, so that their negative slots index the row's end. Next:
:mod:`autograd.program.scans.scan_executor`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.program.tape.instructions import Argument, Statement, Tape
from autograd.program.tape.repeated import Repeat, Statements

__all__ = ["Chain", "Plain", "Scan", "chain_of", "listed"]


@dataclass(frozen=True, eq=False)
class Plain:
    """Statements as a tape of their own, of one argument; where it and the outputs have places."""

    tape: Tape
    inputs: Array
    outputs: Array


@dataclass(frozen=True, eq=False)
class Scan:
    """A repeated step, with places for slots, and what of its results others read."""

    repeat: Repeat
    constants: tuple[float, ...]
    first: Array
    items: Array
    shared: Array
    last: tuple[int, ...]
    """Results, in the step's own count, of which only the last run's is read."""
    each: tuple[int, ...]
    """Results of which every run's is read."""
    distinct: bool
    """Whether no two numbers of the first carry and of what is shared have one place."""
    outputs: Array
    """Places: of ``last``, then for each run those of ``each``."""

    @property
    def inputs(self) -> Array:
        """All places that it reads."""
        return np.concatenate([self.first, self.items.reshape(-1), self.shared])


@dataclass(frozen=True, eq=False)
class Chain:
    """Segments in order; how many places are no constants; the constants; places of the output."""

    segments: list[Plain | Scan]
    size: int
    constants: Array
    outputs: Array


def chain_of(tape: Tape) -> Chain:
    """The segments of a tape."""
    statements = tape.statements
    parts = statements.parts if isinstance(statements, Statements) else [list(statements)]
    starts, start = [], tape.first
    for part in parts:
        starts.append(start)
        start += len(part.step) * part.count if isinstance(part, Repeat) else len(part)
    starts.append(start)
    reads = [_reads(part, first) for part, first in zip(parts, starts)]
    seen = np.zeros(start, dtype=bool)
    for slots in (*reads, np.array(tape.outputs, dtype=np.int64)):
        seen[slots[slots >= tape.first]] = True
    crossing = np.flatnonzero(seen)
    exposed: list[Any] = []
    found = []
    for part, first, end in zip(parts, starts, starts[1:]):
        inside = crossing[(crossing >= first) & (crossing < end)]
        if isinstance(part, Repeat):
            slots, last, each = _exposed(part, inside)
        else:
            slots, last, each = inside, (), ()
        exposed.append(slots)
        found.append((last, each))
    size = tape.first + sum(len(slots) for slots in exposed)
    # Slot -> place; that of a constant counts from the end.
    places = np.full(start + len(tape.constants), -1, dtype=np.int64)
    places[: tape.first] = np.arange(tape.first)
    places[start:] = size + np.arange(len(tape.constants))
    next_place = tape.first
    for slots in exposed:
        places[slots] = next_place + np.arange(len(slots))
        next_place += len(slots)
    segments: list[Plain | Scan] = []
    for part, first, read, slots, (last, each) in zip(parts, starts, reads, exposed, found):
        if not len(slots):  # derived tapes have parts that nothing reads
            continue
        if isinstance(part, Repeat):
            ends = [x for x in (*part.first, *part.shared) if x >= 0]
            segments.append(
                Scan(
                    part, tape.constants, places[list(part.first)], places[part.items],
                    places[list(part.shared)], last, each, len({*ends}) == len(ends), places[slots],
                )
            )  # fmt: skip
        else:
            segments.append(_plain(part, first, read, slots, places, tape.constants))
    constants = np.array(tape.constants[::-1], dtype=float)
    return Chain(segments, size, constants, places[list(tape.outputs)])


def _reads(part: list[Statement] | Repeat, first: int) -> Array:
    """The slots before it that a part reads."""
    if isinstance(part, Repeat):
        slots = np.concatenate([part.first, part.items.reshape(-1), part.shared])
        return slots.astype(np.int64)
    seen = {x for _, operands in part for x in operands if 0 <= x < first}
    return np.array(sorted(seen), dtype=np.int64)


def _exposed(part: Repeat, inside: Array) -> tuple[Array, tuple[int, ...], tuple[int, ...]]:
    """The slots that others can read, and which results they are: the last run's, every run's."""
    runs, results = np.divmod(inside - part.start, len(part.step))
    every = set(results[runs < part.count - 1].tolist())
    last = tuple(sorted({*results[runs == part.count - 1].tolist()} - every))
    each = tuple(sorted(every))
    starts = part.start + np.arange(part.count) * len(part.step)
    whole = (starts[:, None] + np.array(each, dtype=np.int64)).reshape(-1)
    slots = np.concatenate([starts[-1] + np.array(last, dtype=np.int64), whole])
    own = part.inputs
    return slots, tuple([x + own for x in last]), tuple([x + own for x in each])


def _plain(
    part: Sequence[Statement],
    first: int,
    read: Array,
    slots: Array,
    places: Array,
    constants: tuple[float, ...],
) -> Plain:
    """A part as a tape whose argument is what it reads."""
    known = {slot: i for i, slot in enumerate(read.tolist())}
    shift = len(known) - first

    def moved(operands: Sequence[int]) -> tuple[int, ...]:
        return tuple([x if x < 0 else x + shift if x >= first else known[x] for x in operands])

    statements = [Statement(op, moved(operands)) for op, operands in part]
    argument = Argument("numbers", (len(known),), 0)
    outputs = moved(slots.tolist())
    tape = Tape((argument,), constants, statements, outputs, (len(outputs),))
    return Plain(tape, places[read], places[slots])


def listed(scan: Scan, native: bool, step: Sequence[str] | None) -> list[str]:
    """The step, once: a few lines for people; its own, if it has loops."""
    repeat = scan.repeat
    sizes = len(repeat.first), repeat.items.shape[1], len(repeat.shared)
    tape = repeat.tape(scan.constants, repeat.new)
    how = "one loop of machine code" if native else "run by run"
    read = "carry: {}, item: {}, shared: {}".format(*sizes)
    lines = str(tape).split("\n")[3:] if step is None else step
    return [f"scan × {repeat.count} ({read}), {how}:", *(f"    {line}" for line in lines)]
