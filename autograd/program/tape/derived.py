"""Tapes of derivatives, made by recording a tape's statements and sweeping the graph they leave.

There are no derivative rules here: the sweeps are the engine's (:mod:`autograd.engine.higher`), the
rules the op table's, and what they record is lowered like any other graph. Next:
:mod:`autograd.program.directions`, which runs these tapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

from autograd.engine.higher import recorded_tangents
from autograd.engine.modes import ANOMALY, TRACING, enable_grad
from autograd.engine.moving import Moving
from autograd.engine.order import record_of
from autograd.engine.record import RECORDERS, record
from autograd.engine.value import Value
from autograd.ops.op import OPS
from autograd.program.tape.instructions import Argument, Statement, Tape
from autograd.program.tape.lower import lower
from autograd.program.tape.repeated import Repeat, Statements

__all__ = ["DIRECTION", "WEIGHTS", "has_tips", "replayed", "tangent_tape", "weighted_tape"]

DIRECTION = "direction of {}"
WEIGHTS = "weights of the output"
"""Names of arguments that no keyword of Python can have."""


def replayed(tape: Tape, numbers: Sequence[Value | float]) -> list[Any]:
    """The outputs at these numbers and Values, by recording every statement again."""
    slots = [*numbers]
    constants = tape.constants
    for op, operands in tape.statements:
        slots.append(
            record(op, tuple([slots[x] if x >= 0 else constants[-1 - x] for x in operands]))
        )
    return [slots[x] if x >= 0 else constants[-1 - x] for x in tape.outputs]


def has_tips(tape: Tape) -> bool:
    """Whether a primitive of it has a tip, where its derivatives are a choice."""
    if not isinstance(tape.statements, Statements):
        return any(op.tip is not None for op, _ in tape.statements)
    parts = [part.step if isinstance(part, Repeat) else part for part in tape.statements.parts]
    return any(has_tips(replace(tape, statements=part)) for part in parts)


def tangent_tape(
    tape: Tape, wrt: Sequence[int], point: Sequence[float], *, choosing: bool = False
) -> Tape:
    """The derivative of the output along a direction, which is one more argument for each of wrt.

    ``point`` is any at which the tape can be run: the result does not depend on it. Zeros of a
    direction that is ``choosing`` lead nowhere; of others, nan where a local derivative is.
    """
    with TRACING.during(True), ANOMALY.during(None), enable_grad():
        leaves = [Value(x) for x in point]
        outputs = replayed(tape, leaves)[: prod(tape.output_shape)]
        arguments = {a.name: leaves[a.start : a.start + a.size] for a in tape.arguments}
        for a in [tape.arguments[i] for i in wrt]:
            arguments[DIRECTION.format(a.name)] = [Value(1.0) for _ in range(a.size)]
        seeds: dict[Any, Any] = {}
        for a in [tape.arguments[i] for i in wrt]:
            seeds.update(zip(arguments[a.name], arguments[DIRECTION.format(a.name)]))
        order, _ = record_of([y for y in outputs if isinstance(y, Value)])
        moving = (
            Moving({x: RECORDERS["ne"](d, 0.0) for x, d in seeds.items()}) if choosing else None
        )
        tangents = recorded_tangents(order, seeds, moving)
        slopes = [tangents.get(y, 0.0) if isinstance(y, Value) else 0.0 for y in outputs]
        if moving is not None:
            slopes = [
                slope if type(slope) is float else RECORDERS["where"](moving.moves(y), slope, 0.0)
                for y, slope in zip(outputs, slopes)
            ]
        lowered = lower(slopes, arguments)
    shapes = {a.name: a.shape for a in tape.arguments}
    shapes.update({DIRECTION.format(name): shape for name, shape in shapes.items()})
    placed = [Argument(a.name, shapes[a.name], a.start) for a in lowered.arguments]
    return replace(lowered, arguments=tuple(placed), output_shape=tape.output_shape)


def weighted_tape(tape: Tape) -> Tape:
    """The output's numbers, weighted by one more argument and added up: one number."""
    first, size = tape.first, prod(tape.output_shape)
    weights = range(first, first + size)

    def moved(slots: Sequence[int]) -> tuple[int, ...]:
        return tuple([x + size if x >= first else x for x in slots])

    statements = [Statement(op, moved(operands)) for op, operands in tape.statements]
    total = Statement(OPS["dot"], (*weights, *moved(tape.outputs[:size])))
    return replace(
        tape,
        arguments=(*tape.arguments, Argument(WEIGHTS, (size,), first)),
        statements=[*statements, total],
        outputs=(first + size + len(statements),),
        output_shape=(),
        aux_shape=None,
    )
