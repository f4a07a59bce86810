"""Grouping: statements of one primitive at one depth become one statement over arrays.

The array form is what :mod:`autograd.program.array.forward` and
:mod:`autograd.program.array.reverse` write NumPy source for. Next:
:mod:`autograd.program.statements.layout` for how operands are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from math import prod
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.collector import uncollected
from autograd.ops.op import OPS, Op
from autograd.program.statements.families import families
from autograd.program.statements.layout import Block, Literal, Operand, operand, split
from autograd.program.tape.instructions import Shape, Tape

__all__ = ["ArrayForm", "ArrayStatement", "group"]

WORTH_SPLITTING = 4
"""Least mean size of parts for which a statement over mixed blocks is cut up by block."""


@dataclass(frozen=True)
class ArrayStatement:
    """One primitive over arrays; its result is a whole block.

    kind "map": element by element, operands of ``shape``. kind "rows": an n-ary primitive along
    the last axis of one operand of shape ``shape + (k,)``, or of two for dot. kind "product": two
    operands (p, k) and (q, k), contracted over k to ``shape`` (p, q); or a stack of such.
    """

    kind: str
    op: Op
    shape: Shape
    operands: tuple[Operand, ...]
    block: int


@dataclass(frozen=True)
class ArrayForm:
    """Blocks, array statements in order of execution, and where output and auxiliary data are.

    The first blocks are the arguments, the next one the constants.
    """

    blocks: tuple[Block, ...]
    constants: Array
    statements: tuple[ArrayStatement, ...]
    output: Operand
    aux: Operand | None = None


@uncollected()
def group(tape: Tape) -> ArrayForm:
    """The array form of a tape."""
    return _Grouping(tape).result()


class _Grouping:
    """The array form while it grows, level by level."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        first, constants = tape.first, len(tape.constants)
        self.blocks = [Block(a.name, a.start, a.size) for a in tape.arguments]
        self.blocks.append(Block("constants", first, constants))
        self.constants = np.array(tape.constants, dtype=np.float64)
        self.constant_block = len(self.blocks) - 1
        self._start_array = np.zeros(64, dtype=np.int64)
        self._started = 0
        self.statements: list[ArrayStatement] = []
        self.end = first + constants
        # Address of each slot; constants have negative slots, so they count from the end.
        self.address = np.empty(first + len(tape.statements) + constants, dtype=np.int64)
        self.address[:first] = np.arange(first)
        self.address[first + len(tape.statements) :] = np.arange(first, self.end)[::-1]

    def result(self) -> ArrayForm:
        for op, slots, operands in self._levels():
            addresses = self.address[operands]
            for chosen in self._by_block(addresses):
                self._add(op, slots[chosen], addresses[chosen])
        outputs = self.address[np.array(self.tape.outputs, dtype=np.int64)]
        proper = prod(self.tape.output_shape)
        return ArrayForm(
            tuple(self.blocks),
            self.constants,
            tuple(self.statements),
            self._read(outputs[:proper]),
            None if self.tape.aux_shape is None else self._read(outputs[proper:]),
        )

    def _levels(self) -> Any:
        """(primitive, slots, their operands as a matrix), those first that others depend on."""
        first, statements = self.tape.first, self.tape.statements
        depth = [0] * (first + len(statements) + len(self.tape.constants))
        levels: dict[int, dict[Any, list[int]]] = {}
        power = OPS["pow"]
        for slot, (op, operands) in enumerate(statements, first):
            here = depth[slot] = 1 + max([depth[x] for x in operands])
            pattern: Any = len(operands)
            if op.arity is not None:
                pattern = tuple([x < 0 for x in operands])
                if op is power and operands[1] < 0:
                    pattern = self.tape.constants[-1 - operands[1]]
            levels.setdefault(here, {}).setdefault((op, pattern), []).append(slot)
        for _, groups in sorted(levels.items()):
            for (op, _), slots in groups.items():
                rows = [statements[slot - first].operands for slot in slots]
                matrix = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
                yield op, np.array(slots), matrix.reshape(len(slots), -1)

    def _starts(self) -> Array:
        """Where each block starts; kept in an array that grows, for every operand asks."""
        count = len(self.blocks)
        while count > len(self._start_array):
            self._start_array = np.concatenate(
                [self._start_array, np.zeros_like(self._start_array)]
            )
        for i in range(self._started, count):
            self._start_array[i] = self.blocks[i].start
        self._started = count
        return self._start_array[:count]

    def _by_block(self, addresses: Array) -> list[Any]:
        """Parts of a group that read the same blocks, if these are large enough on average."""
        if len(addresses) < 2 * WORTH_SPLITTING:
            return [slice(None)]
        owners: Array = np.searchsorted(self._starts(), addresses, "right")
        if (owners == owners[0]).all():
            return [slice(None)]
        patterns, which = np.unique(owners, axis=0, return_inverse=True)
        which = which.reshape(-1)
        if len(addresses) < WORTH_SPLITTING * len(patterns):
            return [slice(None)]
        return [np.flatnonzero(which == i) for i in range(len(patterns))]

    def _add(self, op: Op, slots: Array, addresses: Array) -> None:
        """Append the statements for one group."""
        k = addresses.shape[1]
        if op is OPS["dot"]:
            half = k // 2
            for family in families(addresses[:, :half], addresses[:, half:]):
                self._append_product(op, slots, *family)
        elif op.arity is None and not op.opaque and self._is_long(addresses):
            shape = split([addresses[:, 0]]) if len(slots) > 1 else ()
            rows = self._read(addresses.reshape(*shape, k))
            self._append("rows", op, shape, (rows,), slots)
        else:
            shape = split(list(addresses.T))
            columns = tuple([self._read(addresses[:, i].reshape(shape)) for i in range(k)])
            self._append("map", op, shape, columns, slots)

    def _append_product(
        self, op: Op, slots: Array, left: Array, right: Array, members: Array
    ) -> None:
        stack, p, q = members.shape
        ordered = slots[members.reshape(-1)]
        if p == q == 1 and stack > 1:
            shape = split([left[:, 0, 0], right[:, 0, 0]])
            k = left.shape[2]
            sides = tuple([self._read(side.reshape(*shape, k)) for side in (left, right)])
            self._append("rows", op, shape, sides, ordered)
        else:
            if stack == 1:
                left, right, members = left[0], right[0], members[0]
            sides = (self._read(left), self._read(right))
            self._append("product", op, members.shape, sides, ordered)

    def _is_long(self, addresses: Array) -> bool:
        """Whether an n-ary group is better reduced along an axis than written out."""
        owners = np.searchsorted(self._starts(), addresses, "right")
        return addresses.shape[1] > 3 or bool((owners == owners.flat[0]).all())

    def _append(
        self, kind: str, op: Op, shape: Shape, operands: tuple[Operand, ...], slots: Array
    ) -> None:
        self.address[slots] = np.arange(self.end, self.end + len(slots))
        block = len(self.blocks)
        self.blocks.append(Block(f"r{block}", self.end, len(slots)))
        self.end += len(slots)
        self.statements.append(ArrayStatement(kind, op, shape, operands, block))

    def _read(self, addresses: Array) -> Operand:
        constants = (self.constant_block, self.constants)
        return operand(addresses, self.blocks, self._starts(), constants)


def literals(statement: ArrayStatement) -> dict[str, float]:
    """Operands of a map that are one and the same constant everywhere, by variable."""
    return {
        f"x{i}": float(operand.values.item())
        for i, operand in enumerate(statement.operands)
        if isinstance(operand, Literal) and operand.values.size == 1
    }
