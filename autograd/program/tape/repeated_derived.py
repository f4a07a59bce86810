"""Tapes of derivatives of tapes whose steps repeat: they repeat too, each step derived once.

The tangents of a carry are carried beside it. Next: :mod:`autograd.program.directions`.
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


def tangents_of(tape: Tape, wrt: Sequence[int], point: Sequence[float]) -> Tape:
    """As :func:`tangent_tape`, of any tape."""
    return _Tangents(tape, wrt).tape() if is_long(tape) else tangent_tape(tape, wrt, point)


def weighted_of(tape: Tape) -> Tape:
    """As :func:`weighted_tape`, of any tape."""
    if not is_long(tape) or not isinstance(tape.statements, Statements):
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
    """Statements that compute some outputs and their tangents, in a count of their own.

    First come, for each group of inputs, the inputs and the tangents of those that have one.
    """

    tape: Tape
    outputs: tuple[int, ...]
    tangents: tuple[int | None, ...]


def _derived(tape: Tape, groups: Sequence[Sequence[bool]]) -> _Derived:
    """The derivative of a part; ``groups`` say which inputs have tangents."""
    with TRACING.during(True), ANOMALY.during(None), enable_grad():
        leaves = [Value(0.5) for group in groups for _ in group]
        seeds: dict[Any, Value] = {
            x: Value(1.0) for x, has in zip(leaves, [y for g in groups for y in g]) if has
        }
        left = iter(leaves)
        arguments: dict[str, Any] = {}
        for index, group in enumerate(groups):
            inputs = [next(left) for _ in group]
            arguments[str(index)] = [*inputs, *(seeds[x] for x in inputs if x in seeds)]
        outputs = replayed(tape, leaves)
        order, _ = record_of([y for y in outputs if isinstance(y, Value)])
        tangents = recorded_tangents(order, seeds)
        found = [tangents.get(y) if isinstance(y, Value) else None for y in outputs]
        lowered = lower([*outputs, *(x for x in found if x is not None)], arguments)
    slots = iter(lowered.outputs[len(outputs) :])
    placed = [None if x is None else next(slots) for x in found]
    return _Derived(lowered, lowered.outputs[: len(outputs)], tuple(placed))


class _Tangents:
    """The tape in the making: where the numbers of all places are, and their tangents."""

    def __init__(self, tape: Tape, wrt: Sequence[int]) -> None:
        self._tape, self._chain = tape, chain_of(tape)
        self._constants = Constants(tape.constants)
        self._zero = self._constants.slot(0.0)
        self._parts: list[list[Statement] | Repeat] = []
        count = self._chain.size + len(tape.constants)
        self._slots = np.full(count, NONE)
        self._slots[: tape.first] = np.arange(tape.first)
        self._slots[self._chain.size :] = np.arange(-len(tape.constants), 0)
        self._tangents = np.full(count, NONE)
        self._arguments = [*tape.arguments]
        self._next = tape.first
        for a in [tape.arguments[i] for i in wrt]:
            self._arguments.append(Argument(DIRECTION.format(a.name), a.shape, self._next))
            span = slice(a.start, a.start + a.size)
            self._tangents[span] = np.arange(self._next, self._next + a.size)
            self._next += a.size

    def tape(self) -> Tape:
        """The whole tape."""
        for segment in self._chain.segments:
            if isinstance(segment, Plain):
                self._plain(segment)
            else:
                self._scan(segment)
        size = prod(self._tape.output_shape)
        outputs = self._or_zero(self._tangents[self._chain.outputs[:size]])
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
        tangents = self._tangents[segment.inputs]
        has = tangents != NONE
        made = _derived(segment.tape, [has.tolist()])
        known = [*self._slots[segment.inputs].tolist(), *tangents[has].tolist()]
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
        self._tangents[segment.outputs] = [NONE if x is None else placed(x) for x in made.tangents]

    def _scan(self, scan: Scan) -> None:
        repeat, many = scan.repeat, len(scan.first)
        body = repeat.tape(scan.constants, (*repeat.new, *scan.last, *scan.each))
        carried: Array = self._tangents[scan.first] != NONE
        varying = np.asarray((self._tangents[scan.items] != NONE).any(axis=0))
        shared = self._tangents[scan.shared] != NONE
        while True:
            made = _derived(body, [carried.tolist(), varying.tolist(), shared.tolist()])
            reached = np.array([x is not None for x in made.tangents[:many]], dtype=bool)
            if not (reached & ~carried).any():
                break
            carried = carried | reached
        step = [
            Statement(op, tuple([self._global(x, made.tape) for x in operands]))
            for op, operands in made.tape.statements
        ]
        new: list[int] = []
        after = [made.tangents[i] for i in np.flatnonzero(carried)]
        for slot in (*made.outputs[:many], *after):
            if slot is None or slot < made.tape.first or slot in new:
                # What is carried is computed by the step.
                source = self._zero if slot is None else self._global(slot, made.tape)
                step.append(Statement(OPS["identity"], (source,)))
                slot = made.tape.first + len(step) - 1
            new.append(slot)
        items = self._or_zero(self._tangents[scan.items[:, varying]])
        found = Repeat(
            tuple(step),
            repeat.count,
            self._next,
            (
                *self._slots[scan.first].tolist(),
                *self._or_zero(self._tangents[scan.first[carried]]).tolist(),
            ),
            np.concatenate([self._slots[scan.items], items], axis=1),
            (*self._slots[scan.shared].tolist(), *self._tangents[scan.shared[shared]].tolist()),
            tuple(new),
        )
        self._parts.append(found)
        self._next += len(step) * repeat.count
        self._slots[scan.outputs] = self._seen(found, scan, made, made.outputs[many:])
        self._tangents[scan.outputs] = self._seen(found, scan, made, made.tangents[many:])

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
