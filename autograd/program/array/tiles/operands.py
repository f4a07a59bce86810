"""Where the numbers that statements read lie: addresses in the tile, or in arrays that are shared.

Next: :mod:`autograd.program.array.tiles.plan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.array.tiles.body import NotTiled
from autograd.program.array.tiles.entry import WEIGHT
from autograd.program.statements.groups import ArrayForm
from autograd.program.statements.layout import Gather, Joined, Literal, Operand, View

__all__ = ["Place", "Tile", "blocks_of", "covers"]


class Place(NamedTuple):
    """An operand: its kind (see :mod:`.elements`), its addresses or constants, its array."""

    kind: str
    table: Array
    which: int


def blocks_of(operand: Operand) -> list[int]:
    """The blocks that an operand reads."""
    if isinstance(operand, Joined):
        return [part.block for part in operand.parts]
    return [] if isinstance(operand, Literal) else [operand.block]


def covers(operand: Operand, size: int) -> bool:
    """Whether an operand reads every number of its block, each once."""
    if not isinstance(operand, (View, Gather)):
        return False
    return np.array_equal(np.sort(_local(operand).reshape(-1)), np.arange(size))


def _local(operand: View | Gather) -> Array:
    if isinstance(operand, View):
        return np.broadcast_to(operand.positions(), operand.shape)
    return operand.index


class Tile:
    """The addresses of a tile: weights, rows' own arguments, results, and copies of the rest."""

    def __init__(self, form: ArrayForm, batched: Sequence[bool]) -> None:
        self.form, self.batched = form, batched
        self.constants = len(batched)
        self.size = WEIGHT + 1
        self.copies: list[tuple[int, int, int]] = []
        self._first: dict[int, int] = {}
        for block, own in enumerate(batched):
            if own:
                self._copied(block)
        for block in self._spread():
            self._copied(block)
        for statement in form.statements:
            self._first[statement.block] = self.more(form.blocks[statement.block].size)

    def more(self, count: int) -> int:
        """So many new addresses, from the one that is returned on."""
        self.size += count
        return self.size - count

    def _copied(self, block: int) -> None:
        count = self.form.blocks[block].size
        self._first[block] = self.more(count)
        own = block < self.constants and self.batched[block]
        if count:
            self.copies.append((block, count if own else -count, self._first[block]))

    def _spread(self) -> list[int]:
        """Blocks that the batch shares and that are read in ways that need them in the tile."""
        form = self.form
        found: list[Operand] = [form.output, *([form.aux] if form.aux else [])]
        for statement in form.statements:
            joined = [x for x in statement.operands if isinstance(x, Joined)]
            found += statement.operands if statement.kind == "rows" else joined
        blocks = sorted({block for operand in found for block in blocks_of(operand)})
        return [b for b in blocks if b <= self.constants and not self._is_own(b)]

    def _is_own(self, block: int) -> bool:
        return block < self.constants and self.batched[block]

    def holds(self, block: int) -> bool:
        """Whether a block is in the tile."""
        return block in self._first

    def first(self, block: int) -> int:
        """Where it begins."""
        return self._first[block]

    def place(self, operand: Operand) -> Place:
        """Where an operand's numbers are, in its shape."""
        if isinstance(operand, Literal):
            return Place("T", np.broadcast_to(operand.values, operand.shape), 0)
        if isinstance(operand, Joined):
            table = np.empty(int(np.prod(operand.shape)), dtype=np.int64)
            for part in operand.parts:
                table[part.at] = part.index + self._first[part.block]
            return Place("L", table.reshape(operand.shape), 0)
        local = _local(operand)
        if operand.block in self._first:
            return Place("L", local + self._first[operand.block], 0)
        return Place("S", local, operand.block)

    def addresses(self, operands: Iterable[Operand]) -> Array:
        """Addresses of all that some operands read, one after the other."""
        places = [self.place(operand) for operand in operands]
        if any(place.kind != "L" for place in places):
            raise NotTiled("a result that is a constant")
        return np.concatenate([place.table.reshape(-1) for place in places])
