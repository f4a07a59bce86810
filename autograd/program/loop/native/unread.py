"""Results that nobody reads from memory: a body that repeats has them in machine registers only.

Next: :mod:`autograd.program.loop.native.stretches`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np

from autograd.arrays import Array
from autograd.ops.expr import variables_of
from autograd.program.loop.native.emit import Place
from autograd.program.loop.native.repeats import Repeats
from autograd.program.loop.native.rows import WIDTH, forward_codes, rules
from autograd.program.loop.native.steps import Steps

__all__ = ["read_backward", "read_forward", "unread"]


def read_backward(steps: Steps) -> Array:
    """Of every register, whether outputs or the derivatives of any statement need its number."""
    found = {x for x in steps.outputs if x >= 0}
    for pull in steps.expanded.values():
        found.update(pull.operands, pull.partials, pull.values, [pull.result])
        for _, operands in pull.steps:
            found.update(operands)
    for result in steps.results:
        if result not in steps.expanded:
            name, operands = steps.steps[result - steps.first]
            used, own = _used(name)
            if own:
                found.add(result)
            if used is None:
                found.update(operands)
            else:
                found.update([operands[i] for i in used])
    read = np.zeros(steps.end + len(steps.constants) + 1, dtype=bool)
    read[[x for x in found if x >= 0]] = True
    return read


@cache
def _used(name: str) -> tuple[tuple[int, ...] | None, bool]:
    """Which operands the local derivatives of a step need, None for all; and if its result."""
    rule = rules().get(name)
    if rule is None:
        return (() if name == "sum" else None), False
    used = variables_of([x for x in rule.partials if x is not None])
    return tuple([i for i, x in enumerate(rule.variables) if x in used]), "out" in used


def read_forward(
    rows: Array, table: Array, size: int, bodies: Iterable[tuple[Repeats, Mapping[int, Place]]]
) -> Array:
    """Of every register, whether rows read its number from memory: all but what a body has itself,
    at a place that is known.
    """
    cells = _operand_cells()[rows[:, 0]]
    for found, places in bodies:
        for cell, place in places.items():
            row, column = divmod(cell, WIDTH["forward"])
            if place.relative and place.number >= 0 and row < found.period:
                cells[found.starts + row, column] = False
    read = np.zeros(size, dtype=bool)
    read[rows[cells]] = True
    read[table.ravel()] = True
    return read


def _operand_cells() -> Array:
    """Of each opcode, the cells that name registers."""
    cells = np.zeros((len(forward_codes()), WIDTH["forward"]), dtype=bool)
    for key, code in forward_codes().items():
        cells[code, 1 : 1 + sum(kinds.count("R") for kinds in key[1::2])] = True
    return cells


def unread(read: Array, starts: Array, many: int) -> frozenset[int]:
    """Which of so many results, counted from the first, are read in no repetition."""
    return frozenset(np.flatnonzero(~read[starts[:, None] + np.arange(many)].any(axis=0)).tolist())
