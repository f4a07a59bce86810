"""A tape as a function of JAX, stage by stage: array statements, and ``lax.scan`` for recurrences.

XLA takes milliseconds for each statement of a deep graph. The recurrences in it
(:mod:`autograd.program.tape.recurrences`) are loops there too, each body compiled once. Next:
:mod:`autograd.program.exports.jax.statements`, what a stage without a loop is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arrays import Array
from autograd.program.exports.jax.primitives import jax_module
from autograd.program.exports.jax.statements import function_of
from autograd.program.tape.instructions import Argument, Shape, Statement, Tape
from autograd.program.tape.passes import SUMS, simplified
from autograd.program.tape.recurrences import Recurrence, Stage, stages

if TYPE_CHECKING:
    from jax import Array as JaxArray

__all__ = ["staged"]

Compiler = Callable[[Tape], Callable[..., Any]]


def staged(tape: Tape, dtype: str, *, tangents: bool) -> Callable[..., Any]:
    """The function of one point's arrays that gives the output, or it and what is aside."""

    def function(part: Tape) -> Callable[..., Any]:
        return function_of(part, dtype, tangents=tangents)

    # Repetitions are found as they were written: what they share is computed once in its stage.
    tape = simplified(tape, SUMS)
    parts = stages(tape.statements, tape.first)
    if not any(isinstance(part, Recurrence) for part in parts):
        return function(simplified(tape))
    known = _Known(tape)
    last_read = _last_read(parts, tape)
    steps = []
    for index, part in enumerate(parts):
        if isinstance(part, Recurrence):
            later = [max(last_read.get(slot, 0) for slot in row) for row in part.slots.T.tolist()]
            kept = part.slots[:, np.array(later) > index]
            steps.append(_scan(known, part, kept[0].tolist(), function))
            known.add(kept.reshape(-1), range(kept.size))
        else:
            needed = [slot for slot in part if last_read.get(slot, 0) > index]
            computing = simplified(known.computing(part, needed))
            # What is the same in all repetitions is one number now, and kept once.
            place = {slot: i for i, slot in enumerate(dict.fromkeys(computing.outputs))}
            known.add(needed, [place[slot] for slot in computing.outputs])
            shape = (len(place),)
            steps.append(function(replace(computing, outputs=tuple(place), output_shape=shape)))
    finish = function(known.reading(tape.outputs, tape.output_shape, tape.aux_shape))

    def run(*arrays: JaxArray) -> Any:
        blocks = list(arrays)
        for step in steps:
            blocks.append(step(*blocks))
        return finish(*blocks)

    return run


def _last_read(parts: Sequence[Stage], tape: Tape) -> dict[int, int]:
    """The last stage that reads each slot; the output is one more."""
    last: dict[int, int] = {}
    for index, part in enumerate(parts):
        if isinstance(part, Recurrence):
            read: Iterable[int] = part.operands.reshape(-1).tolist()
        else:
            rows = [tape.statements[slot - tape.first].operands for slot in part]
            read = chain.from_iterable(rows)
        last.update(dict.fromkeys(read, index))
    last.update(dict.fromkeys(tape.outputs, len(parts)))
    return last


class _Known:
    """The numbers computed so far, one array a stage, as arguments of the stages that follow."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.arguments = tape.arguments
        self.size = tape.first
        self.place = np.arange(tape.first + len(tape.statements))

    def add(self, slots: Sequence[int] | Array, places: Sequence[int]) -> None:
        """The results of the next stage, and where each slot is among them."""
        count = max(places, default=-1) + 1
        name = f"stage {len(self.arguments) - len(self.tape.arguments)}"
        self.arguments = (*self.arguments, Argument(name, (count,), self.size))
        self.place[slots] = self.size + np.array(places, dtype=int)
        self.size += count

    def places(self, slots: Array) -> Array:
        """Where numbers are; constants stay what they are."""
        return np.where(slots < 0, slots, self.place[slots])

    def computing(self, slots: Sequence[int], results: Sequence[int]) -> Tape:
        """The statements with these slots, over what is known."""
        place = self.place.copy()
        place[list(slots)] = np.arange(self.size, self.size + len(slots))
        rows = [self.tape.statements[slot - self.tape.first] for slot in slots]
        moved = [Statement(op, _places(operands, place)) for op, operands in rows]
        outputs = _places(results, place)
        return replace(
            self.tape,
            arguments=self.arguments,
            statements=moved,
            outputs=outputs,
            output_shape=(len(outputs),),
            aux_shape=None,
        )

    def reading(self, slots: Any, shape: Shape, aux_shape: Shape | None = None) -> Tape:
        """Numbers that are known, as an array."""
        found = self.computing((), np.reshape(slots, -1).tolist())
        return replace(found, output_shape=shape, aux_shape=aux_shape)


def _places(slots: Sequence[int], place: Array) -> tuple[int, ...]:
    return tuple([int(place[slot]) if slot >= 0 else slot for slot in slots])


class _Body:
    """The body of a recurrence while it grows into a tape: its arguments and where operands are."""

    def __init__(self, known: _Known, loop: Recurrence) -> None:
        self.known, self.loop = known, loop
        self.arguments: list[Argument] = []
        self.size = 0
        self.operands = loop.operands[0].copy()  # constants that are always the same stay so

    def add(self, cells: Array, columns: Array) -> Array:
        """One more argument, for these operands: the columns that differ, once each."""
        columns, which = np.unique(columns, axis=1, return_inverse=True)
        self.operands[cells] = self.size + which.reshape(-1)
        count = columns.shape[1]
        self.arguments.append(Argument(f"x{len(self.arguments)}", (count,), self.size))
        self.size += count
        return columns

    def inputs(self) -> tuple[Tape, Tape]:
        """What reads the numbers that all repetitions share, and those of each, row by row."""
        loop = self.loop
        outside = np.flatnonzero(loop.lags < 0)
        read = self.known.places(loop.operands[:, outside])
        same = (read == read[0]).all(axis=0)
        shared = outside[same & (self.operands[outside] >= 0)]
        common = self.add(shared, loop.operands[:1, shared])
        each = self.add(outside[~same], loop.operands[:, outside[~same]])
        return self.known.reading(common, (common.shape[1],)), self.known.reading(each, each.shape)

    def states(self) -> Iterator[tuple[Tape, list[int]]]:
        """By age: what reads the first states, the oldest last, and the slots of the next ones."""
        loop = self.loop
        for lag in sorted({lag for lag in loop.lags.tolist() if lag > 0}):
            mine = np.flatnonzero(loop.lags == lag)
            states = self.add(mine, loop.operands[: lag + 1, mine])
            shape = (lag, states.shape[1])
            yield self.known.reading(states[:lag][::-1], shape), states[lag].tolist()

    def tape(self, *results: list[int]) -> Tape:
        """The body, when all arguments are known; results are slots of the first repetition."""
        loop = self.loop
        place = {slot: self.size + i for i, slot in enumerate(loop.slots[0].tolist())}
        for cell in np.flatnonzero(loop.lags == 0):
            self.operands[cell] = place[int(self.operands[cell])]
        cells = iter(self.operands.tolist())
        rows = [Statement(op, tuple([next(cells) for _ in old])) for op, old in loop.body]
        outputs = tuple([place[slot] for slot in chain.from_iterable(results)])
        constants = self.known.tape.constants
        return simplified(Tape(tuple(self.arguments), constants, rows, outputs, (len(outputs),)))


def _scan(
    known: _Known, loop: Recurrence, results: list[int], function: Compiler
) -> Callable[..., JaxArray]:
    """A recurrence as a function of what is known before it: the results, repetition by repetition.

    ``results`` are slots of its first repetition.
    """
    body = _Body(known, loop)
    read_common, read_each = [function(tape) for tape in body.inputs()]
    states = list(body.states())
    starts = [function(tape) for tape, _ in states]
    following = [slots for _, slots in states]
    step = function(body.tape(*following, results))
    cuts = np.cumsum([len(slots) for slots in following])

    def run(*blocks: JaxArray) -> JaxArray:
        jax = jax_module()
        common = read_common(*blocks)

        def repeat(queues: list[JaxArray], each: JaxArray) -> tuple[list[JaxArray], JaxArray]:
            # A queue for each age of states: the row that comes out last is as old.
            *made, kept = jax.numpy.split(step(common, each, *[q[-1] for q in queues]), cuts)
            moved = [jax.numpy.concatenate([row[None], q[:-1]]) for row, q in zip(made, queues)]
            return moved, kept

        # Computing a repetition twice costs less than keeping every number of it.
        repeat = jax.checkpoint(repeat, prevent_cse=False)
        begin = [start(*blocks) for start in starts]
        rows: JaxArray = jax.lax.scan(repeat, begin, read_each(*blocks))[1]
        return rows.reshape(-1)

    return run
