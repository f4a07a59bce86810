"""Statements in another order, as arrays: a statement is made when somebody asks for it.

Next: :mod:`autograd.program.tape.recurrences`, which looks through many orders of many statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np

from autograd.arrays import Array
from autograd.ops.op import Op
from autograd.program.tape.instructions import Statement

__all__ = ["Reordered"]


class Reordered(Sequence[Statement]):
    """Statements; ``codes`` of the same primitive, of as many operands, are the same.

    ``read`` are the operands of all of them, those of each from one of the ``ends`` to the next.

    >>> from autograd.ops.op import OPS
    >>> rows = Reordered.of([Statement(OPS["add"], (0, -1)), Statement(OPS["neg"], (1,))])
    >>> [slots for _, slots in rows.chosen(np.array([1, 0]), np.array([5, 6]))]
    [(6,), (5, -1)]
    """

    def __init__(self, ops: Sequence[Op], codes: Array, ends: Array, read: Array) -> None:
        self._ops, self.codes, self.ends, self.read = ops, codes, ends, read
        self._made: dict[int, Statement] = {}

    @classmethod
    def of(cls, statements: Sequence[Statement]) -> Reordered:
        """The statements as they are."""
        kinds: dict[tuple[Op, int], int] = {}
        codes = [kinds.setdefault((op, len(read)), len(kinds)) for op, read in statements]
        counts = np.array([len(read) for _, read in statements], dtype=int)
        return cls(
            [op for op, _ in kinds],
            np.array(codes, dtype=np.uint8 if len(kinds) < 256 else np.int32),
            np.concatenate([[0], np.cumsum(counts)]),
            np.array([slot for _, read in statements for slot in read], dtype=int),
        )

    def chosen(self, indices: Array, slots: Array) -> Reordered:
        """Some of them in this order, each slot in place of which another stands in ``slots``."""
        ends = np.concatenate([[0], np.cumsum(np.diff(self.ends)[indices])])
        read = self.read_by(indices)
        read = np.where(read < 0, read, slots[np.maximum(read, 0)])
        return Reordered(self._ops, self.codes[indices], ends, read)

    def read_by(self, indices: Array) -> Array:
        """The operands of some of them."""
        counts = np.diff(self.ends)[indices]
        shift = self.ends[indices] - np.cumsum(counts) + counts
        found: Array = self.read[np.repeat(shift, counts) + np.arange(counts.sum())]
        return found

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> Statement: ...
    @overload
    def __getitem__(self, index: slice) -> list[Statement]: ...
    def __getitem__(self, index: int | slice) -> Statement | list[Statement]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        made = self._made.get(index)
        if made is None:
            read = self.read[self.ends[index] : self.ends[index + 1]]
            made = self._made[index] = Statement(self._ops[self.codes[index]], tuple(read.tolist()))
        return made
