"""Tapes of derivatives of tapes whose steps repeat: they repeat too, each step derived once.

The tangents of a carry are carried beside it, and if zeros of a direction are to lead nowhere, so
is whether anything moves it (:mod:`autograd.engine.moving`). Next:
:mod:`autograd.program.directions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.engine.higher import recorded_tangents
from autograd.engine.modes import ANOMALY, TRACING, enable_grad
from autograd.engine.moving import Moving
from autograd.engine.order import record_of
from autograd.engine.value import Value
from autograd.ops.op import OPS
from autograd.program.tape.constants import Constants
from autograd.program.tape.derived import DIRECTION, WEIGHTS, replayed, tangent_tape, weighted_tape
from autograd.program.tape.instructions import Argument, Statement, Tape
from autograd.program.tape.lower import lower
from autograd.program.tape.repeated import Repeat, Statements, is_long
from autograd.program.tape.segments import Plain, Scan, chain_of

__all__ = ["tangents_of", "weighted_of"]

NONE = np.iinfo(np.int64).min
"""In place of a slot: a tangent that is zero."""


def tangents_of(
    tape: Tape, wrt: Sequence[int], point: Sequence[float], *, choosing: bool = False
) -> Tape:
    """As :func:`tangent_tape`, of any tape."""
    if is_long(tape):
        return _Tangents(tape, wrt, choosing).tape()
    return tangent_tape(tape, wrt, point, choosing=choosing)


def weighted_of(tape: Tape) -> Tape:
    """As :func:`weighted_tape`, of any tape."""
    if not isinstance(tape.statements, Statements):
        return weighted_tape(tape)
    first, size = tape.first, prod(tape.output_shape)

    def moved(slots: Array) -> Array:
        return np.where(slots >= first, slots + size, slots)

    def each(slots: Sequence[int]) -> tuple[int, ...]:
        return tuple(moved(np.array(slots, dtype=np.int64)).tolist())

    parts: list[list[Statement] | Repeat] = [
        part.moved(moved)
        if isinstance(part, Repeat)
        else [Statement(op, each(operands)) for op, operands in part]
        for part in tape.statements.parts
    ]
    total = Statement(OPS["dot"], (*range(first, first + size), *each(tape.outputs[:size])))
    return replace(
        tape,
        arguments=(*tape.arguments, Argument(WEIGHTS, (size,), first)),
        statements=Statements([*parts, [total]]),
        outputs=(first + size + len(tape.statements),),
        output_shape=(),
        aux_shape=None,
    )


class _Derived(NamedTuple):
    """Statements that compute some outputs and what is beside them, in a count of their own.

    First come, for each group of inputs, the inputs, and of those that have one, the tangents and,
    if directions are choosing, whether these are moved.
    """

    tape: Tape
    outputs: tuple[int, ...]
    beside: list[list[int | None]]
    """The outputs' tangents, and whether each is moved."""


def _derived(tape: Tape, groups: Sequence[Sequence[bool]], choosing: bool) -> _Derived:
    """The derivative of a part; ``groups`` say which inputs have tangents."""
    with TRACING.during(True), ANOMALY.during(None), enable_grad():
        leaves = [Value(0.5) for group in groups for _ in group]
        moved = [x for x, has in zip(leaves, [y for g in groups for y in g]) if has]
        seeds: dict[Any, Value] = {x: Value(1.0) for x in moved}
        flags: dict[Any, Value] = {x: Value(1.0) for x in moved} if choosing else {}
        left = iter(leaves)
        arguments: dict[str, Any] = {}
        for index, group in enumerate(groups):
            inputs = [next(left) for _ in group]
            beside = [known[x] for known in (seeds, flags) for x in inputs if x in known]
            arguments[str(index)] = [*inputs, *beside]
        outputs = replayed(tape, leaves)
        order, _ = record_of([y for y in outputs if isinstance(y, Value)])
        moving = Moving(flags) if choosing else None
        tangents = recorded_tangents(order, seeds, moving)
        found = [tangents.get(y) if isinstance(y, Value) else None for y in outputs]
        every = [found]
        if moving is not None:
            every.append([None if x is None else moving.moves(y) for x, y in zip(found, outputs)])
        lowered = lower([*outputs, *(x for row in every for x in row if x is not None)], arguments)
    slots = iter(lowered.outputs[len(outputs) :])
    placed = [[None if x is None else next(slots) for x in row] for row in every]
    return _Derived(lowered, lowered.outputs[: len(outputs)], placed)


class _Tangents:
    """The tape in the making: where the numbers of all places are, and what is beside them."""

    def __init__(self, tape: Tape, wrt: Sequence[int], choosing: bool) -> None:
        self._tape, self._chain = tape, chain_of(tape)
        self._constants = Constants(tape.constants)
        self._zero = self._constants.slot(0.0)
        self._parts: list[list[Statement] | Repeat] = []
        count = self._chain.size + len(tape.constants)
        self._slots = np.full(count, NONE)
        self._slots[: tape.first] = np.arange(tape.first)
        self._slots[self._chain.size :] = np.arange(-len(tape.constants), 0)
        self._choosing = choosing
        self._beside = np.full((1 + choosing, count), NONE)
        self._tangents = self._beside[0]
        self._arguments = [*tape.arguments]
        self._next = tape.first
        for a in [tape.arguments[i] for i in wrt]:
            self._arguments.append(Argument(DIRECTION.format(a.name), a.shape, self._next))
            span = slice(a.start, a.start + a.size)
            self._tangents[span] = np.arange(self._next, self._next + a.size)
            self._next += a.size
        if choosing:
            seeds = np.flatnonzero(self._tangents != NONE)
            self._parts.append(
                [Statement(OPS["ne"], (x, self._zero)) for x in self._tangents[seeds].tolist()]
            )
            self._beside[1, seeds] = np.arange(self._next, self._next + len(seeds))
            self._next += len(seeds)

    def tape(self) -> Tape:
        """The whole tape."""
        for segment in self._chain.segments:
            if isinstance(segment, Plain):
                self._plain(segment)
            else:
                self._scan(segment)
        size = prod(self._tape.output_shape)
        slopes, *moves = self._or_zero(self._beside[:, self._chain.outputs[:size]])
        outputs = slopes
        if moves:
            choices = zip(moves[0].tolist(), slopes.tolist())
            self._parts.append([Statement(OPS["where"], (c, x, self._zero)) for c, x in choices])
            outputs = np.arange(self._next, self._next + size)
        return Tape(
            tuple(self._arguments),
            tuple(self._constants.numbers),
            Statements(self._parts),
            tuple(outputs.tolist()),
            self._tape.output_shape,
        )

    def _or_zero(self, slots: Array) -> Array:
        found: Array = np.where(slots == NONE, self._zero, slots)
        return found

    def _global(self, slot: int, tape: Tape) -> int:
        """A slot of a part's tape, if it is a constant's, in the whole one."""
        return slot if slot >= 0 else self._constants.slot(tape.constants[-1 - slot])

    def _plain(self, segment: Plain) -> None:
        beside = self._beside[:, segment.inputs]
        has = beside[0] != NONE
        made = _derived(segment.tape, [has.tolist()], self._choosing)
        known = [*self._slots[segment.inputs].tolist(), *beside[:, has].reshape(-1).tolist()]
        shift = self._next - len(known)

        def placed(slot: int) -> int:
            if 0 <= slot < len(known):
                return int(known[slot])
            return slot + shift if slot >= 0 else self._global(slot, made.tape)

        statements = [
            Statement(op, tuple(map(placed, operands))) for op, operands in made.tape.statements
        ]
        self._parts.append(statements)
        self._next += len(statements)
        self._slots[segment.outputs] = [placed(x) for x in made.outputs]
        self._beside[:, segment.outputs] = [
            [NONE if x is None else placed(x) for x in row] for row in made.beside
        ]

    def _scan(self, scan: Scan) -> None:
        repeat, many = scan.repeat, len(scan.first)
        body = repeat.tape(scan.constants, (*repeat.new, *scan.last, *scan.each))
        carried: Array = self._tangents[scan.first] != NONE
        varying = np.asarray((self._tangents[scan.items] != NONE).any(axis=0))
        shared = self._tangents[scan.shared] != NONE
        while True:
            groups = [carried.tolist(), varying.tolist(), shared.tolist()]
            made = _derived(body, groups, self._choosing)
            reached = np.array([x is not None for x in made.beside[0][:many]], dtype=bool)
            if not (reached & ~carried).any():
                break
            carried = carried | reached
        step = [
            Statement(op, tuple([self._global(x, made.tape) for x in operands]))
            for op, operands in made.tape.statements
        ]
        new: list[int] = []
        after = [row[i] for row in made.beside for i in np.flatnonzero(carried)]
        for slot in (*made.outputs[:many], *after):
            if slot is None or slot < made.tape.first or slot in new:
                # What is carried is computed by the step.
                source = self._zero if slot is None else self._global(slot, made.tape)
                step.append(Statement(OPS["identity"], (source,)))
                slot = made.tape.first + len(step) - 1
            new.append(slot)
        items = [self._or_zero(row[scan.items[:, varying]]) for row in self._beside]
        first = self._or_zero(self._beside[:, scan.first[carried]])
        found = Repeat(
            tuple(step),
            repeat.count,
            self._next,
            (*self._slots[scan.first].tolist(), *first.reshape(-1).tolist()),
            np.concatenate([self._slots[scan.items], *items], axis=1),
            (
                *self._slots[scan.shared].tolist(),
                *self._beside[:, scan.shared[shared]].reshape(-1).tolist(),
            ),
            tuple(new),
        )
        self._parts.append(found)
        self._next += len(step) * repeat.count
        self._slots[scan.outputs] = self._seen(found, scan, made, made.outputs[many:])
        self._beside[:, scan.outputs] = [
            self._seen(found, scan, made, row[many:]) for row in made.beside
        ]

    def _seen(
        self, repeat: Repeat, scan: Scan, made: _Derived, outputs: Sequence[int | None]
    ) -> Array:
        """The slots of what others read of a scan, in the order of its outputs."""
        columns = [
            np.full(repeat.count, NONE) if x is None else repeat.column(self._global(x, made.tape))
            for x in outputs
        ]
        last = [column[-1] for column in columns[: len(scan.last)]]
        each = np.array(columns[len(scan.last) :], dtype=np.int64).T.reshape(-1)
        return np.concatenate([np.array(last, dtype=np.int64), each])
