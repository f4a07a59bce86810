"""Statements as they are written from recorded nodes: one each, and the step of a scan once.

Next: :mod:`autograd.program.tape.lower`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arrays import Array
from autograd.engine.order import operands_of
from autograd.errors import GraphError
from autograd.functions.repetition import Repetition
from autograd.functions.scan_nodes import COLUMN, ITEM, PLACE
from autograd.program.tape.instructions import Statement
from autograd.program.tape.repeated import Repeat, Statements, step_of

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Writing"]

new = tuple.__new__


class Writing:
    """Statements in the making: where each node's number is, and what is written so far."""

    def __init__(
        self, slots: dict[Value, int], literal: Callable[[float], int], start: int
    ) -> None:
        self.slots, self._literal = slots, literal
        self._next = start
        self._parts: list[list[Statement] | Repeat] = []
        self._plain: list[Statement] = []
        self._results: dict[Any, list[int]] = {}
        """Of a scan, the slots of its results in order."""
        self._columns: dict[Any, list[Array]] = {}
        """Of a scan, the slots in all runs of what is kept of its step."""

    def write(self, order: Sequence[Any]) -> None:
        """Append the statements of these nodes, operands first."""
        slots, literal, plain = self.slots, self._literal, self._plain
        for node in order:
            op, operands = node.op, operands_of(node)
            if op is ITEM:
                scan, number = operands
                slots[node] = self._results[scan][int(number)]
                continue
            if type(op) is Repetition:
                self._repeat(node, op, operands)
                continue
            if op is COLUMN:
                continue
            if len(operands) == 2:
                x, y = operands
                places: tuple[int, ...] = (
                    slots[x] if type(x) is not float else literal(x),
                    slots[y] if type(y) is not float else literal(y),
                )
            else:
                places = tuple([slots[x] if type(x) is not float else literal(x) for x in operands])
            if op is PLACE:
                raise GraphError(
                    "a Value of one step of scan was kept and used outside of it, where every step "
                    "has another: return it from the step, as part of its output"
                )
            slots[node] = self._next
            plain.append(new(Statement, (op, places)))
            self._next += 1

    def statements(self) -> Sequence[Statement]:
        """All that is written."""
        if not self._parts:
            return self._plain
        self._close()
        return Statements(self._parts)

    def _close(self) -> None:
        """End the plain statements, if there are some, as a part."""
        if self._plain:
            self._parts.append([*self._plain])
            self._plain.clear()

    def _slots(self, operands: Sequence[Any]) -> list[int]:
        return [self._literal(x) if type(x) is float else self.slots[x] for x in operands]

    def _column(self, node: Value) -> Array:
        """The slots of a column."""
        scan, kept, flipped = operands_of(node)
        column = self._columns[scan][int(kept)]
        return column[::-1] if flipped else column

    def _repeat(self, node: Value, op: Repetition, operands: Sequence[Any]) -> None:
        """Append a scan: ``operands`` are the first carry, all items, what is shared, columns."""
        body, count = op.body, op.count
        many, width = len(body.carries), len(body.xs)
        first, rows = many + count * width, many + count * width + len(body.shared)
        items = np.array(self._slots(operands[many:first]), dtype=np.int64).reshape(count, width)
        table = np.column_stack([items, *map(self._column, operands[rows:])])
        width += len(body.columns)
        own = (*body.carries, *body.xs, *body.columns)
        inner: dict[Any, int] = dict(zip(own, range(many + width)))
        shared: dict[int, int] = {}  # slot -> its place among them
        for x, slot in zip(body.shared, self._slots(operands[first:rows])):
            if slot >= 0:
                shared.setdefault(slot, many + width + len(shared))
            inner[x] = shared.get(slot, slot)
        step = Writing(inner, self._literal, many + width + len(shared))
        step.write(body.order)
        new = tuple([inner[x] for x in body.new])
        self._close()
        repeat = Repeat(
            step_of(step.statements()),
            count,
            self._next,
            tuple(self._slots(operands[:many])),
            table,
            tuple(shared),
            new,
        )
        self._parts.append(repeat)
        last = [int(repeat.column(slot)[-1]) for slot in new]
        ys = [inner[y] if type(y) is not float else self._literal(y) for y in body.ys]
        outputs = np.array([repeat.column(slot) for slot in ys], dtype=np.int64)
        self._results[node] = [*last, *outputs.T.reshape(-1).tolist()]
        self._columns[node] = [repeat.column(inner[x]) for x in op.kept]
        self._next += len(repeat.step) * count
