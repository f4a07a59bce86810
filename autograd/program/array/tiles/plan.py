"""What a call runs: statements over tiles, each a function and the numbers it is called with.

Next: :mod:`autograd.program.array.tiles.runner`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.program.array.forward import formulas
from autograd.program.array.tiles.body import NotTiled
from autograd.program.array.tiles.operands import Place, Tile, blocks_of, covers
from autograd.program.array.tiles.texts import elementwise, identity, lengthwise
from autograd.program.statements.groups import ArrayForm, ArrayStatement, literals
from autograd.program.statements.layout import Operand, strides_of

__all__ = ["Plan"]

KNOWN = {"add", "sub", "mul", "div"}
"""Primitives for which a constant is a number like others, and not part of the function."""


class Plan:
    """The statements for these batched arguments and this ``wrt``.

    Raises:
        NotTiled: Something in the program is not done tile by tile.
    """

    def __init__(
        self,
        form: ArrayForm,
        batched: Sequence[bool],
        wrt: tuple[int, ...] | None,
        style: str,
        numbers: str,
    ) -> None:
        self.form, self.style, self.numbers = form, style, numbers
        self.wrt = wrt or ()
        self.tile = tile = Tile(form, batched)
        self.constants: list[Array] = [form.constants]
        self.code: list[tuple[str, list[Any]]] = []
        """Each statement: the text of its function, or a common one's name; and its numbers."""
        results = [form.output, *([form.aux] if form.aux is not None else [])]
        self.outs = [tile.addresses(results)]
        self.far = 0
        """How far from its number an adjoint lies: as far as the tile is long, once it is known."""
        self._temporary: dict[int, Place] = {}
        for statement in form.statements:
            self._forward(statement)
        if wrt is None:
            return
        self.far = tile.size
        self._needed = set(self.wrt)
        for statement in form.statements:
            if any(self._matters(operand) for operand in statement.operands):
                self._needed.add(statement.block)
        self._started: set[int] = set()
        self._seed()
        for statement in reversed(form.statements):
            if statement.block in self._started:
                self._back(statement)
        self._finish(batched)

    def _matters(self, operand: Operand) -> bool:
        return any(block in self._needed for block in blocks_of(operand))

    def _do(self, function: str, *numbers: int | Array) -> None:
        self.code.append((function, list(numbers)))

    # Forward

    def _forward(self, statement: ArrayStatement) -> None:
        if statement.kind == "product":
            self._product(statement)
        else:
            self._many(statement, "")

    def _many(self, statement: ArrayStatement, modes: str) -> None:
        """A map, or a reduction along an axis."""
        op, operands = statement.op, statement.operands
        places = [self.tile.place(operand) for operand in operands]
        kinds = "".join(place.kind for place in places)
        if statement.kind == "map":
            numbers = literals(statement)
            known = {} if op.name in KNOWN else numbers
            fixed = tuple((name, repr(x)) for name, x in known.items())
            text = elementwise(op, len(operands), fixed, kinds, modes, self.style, self.numbers)
            length = 1
        else:
            text = lengthwise(op, kinds, modes, self.style, self.numbers)
            length = operands[0].shape[-1]
        if not text:
            raise NotTiled(op.name)
        count = int(np.prod(statement.shape))
        tables = [x for place in places for x in (place.table, place.which)]
        self._do(text, count, self.tile.first(statement.block), self.far, length, *tables)

    def _moved(self, place: Place, first: int, modes: str) -> None:
        """Numbers into the tile from wherever they are; with modes, their adjoints back."""
        text = identity(place.kind, modes, self.numbers)
        self._do(text, place.table.size, first, self.far, 1, place.table, place.which)

    def _matrices(self, statement: ArrayStatement) -> list[tuple[Place, list[int]]]:
        """The sides of a product, with their first addresses and strides."""
        found = []
        for operand in statement.operands:
            place = self._temporary.get(id(operand))
            if place is None:
                place = self._evenly(self.tile.place(operand))
                self._temporary[id(operand)] = place
            table = place.table.reshape(-1, *place.table.shape[-2:])
            found.append((place, [int(table.flat[0]), *(strides_of(table) or ())]))
        return found

    def _evenly(self, place: Place) -> Place:
        """The same numbers with even strides: where they are, or moved."""
        if place.kind == "T":
            self.constants.append(np.ascontiguousarray(place.table))
            table = np.arange(place.table.size).reshape(place.table.shape)
            return Place("S", table, self.tile.constants + len(self.constants) - 1)
        if strides_of(place.table) is not None:
            return place
        first = self.tile.more(place.table.size)
        self._moved(place, first, "")
        table = np.arange(first, first + place.table.size).reshape(place.table.shape)
        return Place("L", table, 0)

    def _result(self, statement: ArrayStatement) -> tuple[list[int], list[int]]:
        """Stack, rows and columns of a product; its first address and strides."""
        *stack, p, q = statement.shape
        stacks = int(np.prod(stack))
        return [stacks, p, q], [self.tile.first(statement.block), p * q, q, 1]

    def _product(self, statement: ArrayStatement) -> None:
        (left, a), (right, b) = self._matrices(statement)
        sizes, out = self._result(statement)
        length = statement.operands[0].shape[-1]
        self._contract(sizes, length, (left, a), (right, b), out, "S")

    def _contract(
        self,
        sizes: list[int],
        length: int,
        left: tuple[Place, list[int]],
        right: tuple[Place, list[int]],
        out: list[int],
        mode: str,
    ) -> None:
        """out[i, j] = Σ left[i, c] · right[j, c]; the longer side is done in blocks."""
        stacks, rows, columns = sizes
        if rows < columns:
            left, right, rows, columns = right, left, columns, rows
            out = [out[0], out[1], out[3], out[2]]
        name = f"contract.{left[0].kind}{right[0].kind}.{mode}"
        numbers = [*left[1], *right[1], *out, left[0].which, right[0].which]
        self._do(name, stacks, rows, columns, length, *numbers)

    # Reverse

    def _seed(self) -> None:
        table = self.tile.addresses([self.form.output])
        for block in blocks_of(self.form.output):
            if block in self._needed:
                self._begin(block)
        self._do("seed", table.size, table + self.far)

    def _begin(self, block: int) -> None:
        """Zeros as adjoints, unless something has been added to them."""
        if block not in self._started:
            self._started.add(block)
            self._do("fill", self.form.blocks[block].size, self.tile.first(block) + self.far)

    def _modes(self, operands: Sequence[Operand], wanted: Sequence[bool]) -> str:
        """What each operand's adjoint gets: the first to come sets it, if nothing is left out."""
        modes = []
        blocks = [blocks_of(x) if want else [] for x, want in zip(operands, wanted)]
        for operand, own in zip(operands, blocks):
            inside = [block for block in own if self.tile.holds(block)]
            new = [block for block in inside if block not in self._started]
            alone = new and sum(new[0] in others for others in blocks) == 1
            if alone and covers(operand, self.form.blocks[new[0]].size):
                self._started.add(new[0])
                modes.append("S")
                continue
            for block in new:
                if block in self._needed:
                    self._begin(block)
            modes.append("A" if own else "N")
        return "".join(modes)

    def _back(self, statement: ArrayStatement) -> None:
        wanted = [self._matters(operand) for operand in statement.operands]
        op = statement.op
        if statement.kind == "map":
            numbers = {} if op.name in KNOWN else literals(statement)
            _, partials = formulas(op, len(wanted), numbers, style=self.style)
            wanted = [want and partial is not None for want, partial in zip(wanted, partials)]
        if any(wanted):
            if statement.kind == "product":
                self._pull_product(statement, wanted)
            else:
                self._many(statement, self._modes(statement.operands, wanted))

    def _pull_product(self, statement: ArrayStatement, wanted: Sequence[bool]) -> None:
        sizes, out = self._result(statement)
        (stacks, p, q), length = sizes, statement.operands[0].shape[-1]
        (left, a), (right, b) = self._matrices(statement)
        first, stack, row, column = out
        upstream = [first + self.far, stack, row, column]
        turned = [first + self.far, stack, column, row]
        other = (right, b), (left, a)
        for i, (place, at) in enumerate(((left, a), (right, b))):
            if not wanted[i]:
                continue
            operand = statement.operands[i]
            rows, inner = (p, q) if i == 0 else (q, p)
            d = upstream if i == 0 else turned
            factor, f = other[i]
            if place.kind == "S":
                numbers = [*d, f[0], f[1], f[2], f[3], *at, factor.which, place.which]
                self._do(f"outer.{factor.kind}", stacks, rows, length, inner, *numbers)
                continue
            moved = self.tile.place(operand)
            is_moved = moved.table.flat[0] != at[0] or strides_of(moved.table) is None
            own = [x == i for x in range(2)]
            mode = "S" if is_moved else self._modes(statement.operands, own)[i]
            # Σ over the result's other axis: factor[c, k] · upstream[row, c] for every k.
            turned_factor = factor, [f[0], f[1], f[3], f[2]]
            to = [at[0] + self.far, at[1], at[3], at[2]]
            lanes = Place("L", place.table, 0), d
            self._contract([stacks, length, rows], inner, turned_factor, lanes, to, mode)
            if is_moved:
                mode = self._modes([operand], [True])
                self._moved(moved, at[0], mode)

    def _finish(self, batched: Sequence[bool]) -> None:
        """Gradients out of the tile: sums over the rows, or rows."""
        for i in self.wrt:
            if not self.tile.holds(i):
                continue
            self._begin(i)
            first, count = self.tile.first(i), self.form.blocks[i].size
            if batched[i]:
                self.outs.append(np.arange(first, first + count) + self.far)
            else:
                self._moved(Place("S", np.arange(count), i), first, "A")
