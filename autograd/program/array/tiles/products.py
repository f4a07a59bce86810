"""Functions for products of matrices over a tile, of any sizes: blocks of sums kept in registers.

A product of what the batch shares and a row's own numbers, such as a layer's, is a sum of numbers
times vectors of rows; there is nothing to pack, so narrow layers run near the processor's speed.
Next: :mod:`autograd.program.array.tiles.outer`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from autograd.program.array.tiles.body import GROUP, ZERO, TileBody

__all__ = ["Matrix", "blocks", "contract_functions", "nest"]

BLOCK = 8
"""Rows of a matrix whose sums are kept at once, each for two groups of a tile."""


def contract_functions(kind: str) -> list[str]:
    """``contract`` for numbers of this kind, for operands in the tile ("L") or shared ("S").

    It sets or adds ("S", "A") out[i, j] = Σ a[i, c] · b[j, c]. Every matrix is an array, if it is
    shared, a first address, and strides: of the stack, and of its two axes.
    """
    return [_contract(kind, *how) for how in product("LS", "LS", "SA")]


class Matrix:
    """A matrix among a function's numbers from ``first`` on, in the tile or in an array."""

    def __init__(self, body: TileBody, place: str, first: int, array: str = "") -> None:
        self.body, self.place, self.array = body, place, array
        self.base, *self.strides = [body.parameter(first + i) for i in range(4)]
        self.unit = "%width" if place == "L" else str(body.size)

    def start(self, stack: str, axis: int, index: str, group: str = "0") -> str:
        """Where a row (axis 1) or a column (axis 2) of it begins."""
        body = self.body
        at = body.sum_of(self.base, (stack, self.strides[0]), (index, self.strides[axis]))
        at = body.set(f"mul i64 {at}, {self.unit}")
        if self.place == "L":
            at = body.sum_of(at, (group, str(GROUP)))
        return body.further(self.array or "%m", at)

    def starts(self, stack: str, axis: int, index: str, count: int) -> list[str]:
        """Where so many of them begin, one after the other."""
        found, step = [self.start(stack, axis, index)], self.step(axis)
        for _ in range(count - 1):
            found.append(self.body.further(found[-1], step))
        return found

    def step(self, axis: int) -> str:
        """Bytes from one number to the next along an axis."""
        return self.body.set(f"mul i64 {self.strides[axis]}, {self.unit}")

    def read(self, start: str, offset: str, groups: int) -> list[str]:
        """The numbers so many bytes further on, for each of some groups."""
        place = self.body.further(start, offset)
        if self.place == "S":
            return [self.body.group_of(place)] * groups
        places = [place, self.body.further(place, str(GROUP))][:groups]
        return [self.body.group(x) for x in places]


def blocks(
    body: TileBody,
    count: str,
    sizes: Sequence[int],
    do: Callable[[str, int], None],
    start: str = "0",
) -> None:
    """``do(start, size)`` for parts of a range: as many as fit of each size, the largest first."""
    for size in sizes:
        left = body.set(f"sub i64 {count}, {start}")
        many, begin = body.set(f"udiv i64 {left}, {size}"), start

        def part(n: str, size: int = size, begin: str = begin) -> None:
            do(body.sum_of(begin, (n, str(size))), size)

        body.each(many, part)
        start = body.sum_of(begin, (many, str(size)))


def nest(body: TileBody, counts: Sequence[str], do: Callable[..., None], *found: str) -> None:
    """``do`` for all indices of some axes."""
    if not counts:
        do(*found)
        return
    body.each(counts[0], lambda index: nest(body, counts[1:], do, *found, index))


def _contract(kind: str, one: str, other: str, mode: str) -> str:
    body = TileBody(kind)
    stacks, rows, columns, length = (body.parameter(i) for i in range(4))
    arrays = [body.shared("%args", body.parameter(16 + i)) for i in range(2)]
    a = Matrix(body, one, 4, arrays[0] * (one == "S"))
    b = Matrix(body, other, 8, arrays[1] * (other == "S"))
    out = Matrix(body, "L", 12)
    steps = a.step(2), b.step(2)
    out_step = out.step(1)
    pairs = body.set("lshr i64 %groups, 1")

    def block(stack: str, column: str, start: str, size: int) -> None:
        index = [body.set(f"add i64 {start}, {i}") for i in range(size)]

        def pair(half: str) -> None:
            group = body.set(f"shl i64 {half}, 1")
            right = b.start(stack, 1, column, group)
            lefts = [a.start(stack, 1, i, group) for i in index]

            def term(c: str, sums: list[str]) -> list[str]:
                offset = body.set(f"mul i64 {c}, {steps[0]}")
                factors = b.read(right, body.set(f"mul i64 {c}, {steps[1]}"), 2)
                after: list[str] = []
                for left in lefts:
                    for own, factor in zip(a.read(left, offset, 2), factors):
                        after.append(body.fused(own, factor, sums[len(after)]))
                return after

            sums = body.repeat(length, term, [ZERO] * (2 * size), body.wide)
            target = body.sum_of(out.base, (stack, out.strides[0]), (column, out.strides[2]))
            target = body.sum_of(target, (start, out.strides[1]))
            target = body.place(target, group, body.count)
            for i in range(size):
                for second in range(2):
                    place = body.further(target, str(GROUP * second))
                    numbers = sums[2 * i + second]
                    if mode == "A":
                        numbers = body.set(f"fadd {body.wide} {body.group(place)}, {numbers}")
                    body.store_group(numbers, place)
                target = body.further(target, out_step)

        body.each(pairs, pair)

    # Rows of the first matrix outside: they are read from memory once, and stay near.
    sizes = (BLOCK, 4, 2, 1)
    nest(
        body,
        [stacks, columns],
        lambda s, j: blocks(body, rows, sizes, lambda i, size: block(s, j, i, size)),
    )
    return body.statement(f"contract.{one}{other}.{mode}")
