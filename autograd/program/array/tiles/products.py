"""Functions for products of matrices over a tile, of any sizes: blocks of sums kept in registers.

A product of what the batch shares and a row's own numbers, such as a layer's, is a sum of numbers
times vectors of rows; there is nothing to pack, so narrow layers run near the processor's speed.
Next: :mod:`autograd.program.array.tiles.compiler`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from autograd.program.array.tiles.body import ZERO, TileBody
from autograd.program.loop.lanes.vectors import BYTES, VECTOR
from autograd.program.loop.row_sums import LANES

__all__ = ["product_functions"]

BLOCK = 8
"""Rows of a matrix whose sums are kept at once, each for two groups of a tile."""
SUMS = 16
"""Sums of a gradient that are kept at once."""


def product_functions() -> list[str]:
    """The functions, by kinds of operands ("L" in the tile, "S" shared) and what the result does.

    ``contract`` sets or adds ("S", "A") out[i, j] = Σ a[i, c] · b[j, c]; ``outer`` adds
    Σ d[i, c] · x[c, k] to the gradient of a shared matrix, summed over the rows. Every matrix is an
    array, if it is shared, a first address, and strides: of the stack, and of its two axes.
    """
    functions = [_contract(a, b, mode) for a, b, mode in product("LS", "LS", "SA")]
    return [*functions, _outer("L"), _outer("S")]


class _Matrix:
    """A matrix among a function's numbers from ``first`` on."""

    def __init__(self, body: TileBody, kind: str, first: int, array: str = "") -> None:
        self.body, self.kind, self.array = body, kind, array
        self.base, *self.strides = [body.parameter(first + i) for i in range(4)]
        self.unit = "%width" if kind == "L" else "8"

    def start(self, stack: str, axis: int, index: str, group: str = "0") -> str:
        """Where a row (axis 1) or a column (axis 2) of it begins."""
        body = self.body
        at = body.sum_of(self.base, (stack, self.strides[0]), (index, self.strides[axis]))
        at = body.set(f"mul i64 {at}, {self.unit}")
        if self.kind == "L":
            at = body.set(f"add i64 {at}, {body.set(f'shl i64 {group}, 6')}")
        return body.set(f"getelementptr i8, ptr {self.array or '%m'}, i64 {at}")

    def step(self, axis: int) -> str:
        """Bytes from one number to the next along an axis."""
        return self.body.set(f"mul i64 {self.strides[axis]}, {self.unit}")

    def read(self, start: str, offset: str, groups: int) -> list[str]:
        """The numbers so many bytes further on, for each of some groups."""
        body = self.body
        place = body.set(f"getelementptr i8, ptr {start}, i64 {offset}")
        if self.kind == "S":
            return [body.splat(body.set(f"load double, ptr {place}"))] * groups
        places = [place, body.set(f"getelementptr i8, ptr {place}, i64 {BYTES}")][:groups]
        return [body.vector(x) for x in places]


def _blocks(
    body: TileBody, count: str, sizes: Sequence[int], do: Callable[[str, int], None]
) -> None:
    """``do(start, size)`` for parts of a range: as many as fit of each size, the largest first."""
    start = "0"
    for size in sizes:
        left = body.set(f"sub i64 {count}, {start}")
        many, begin = body.set(f"udiv i64 {left}, {size}"), start

        def part(n: str, _: list[str], size: int = size, begin: str = begin) -> list[str]:
            do(body.set(f"add i64 {begin}, {body.set(f'mul i64 {n}, {size}')}"), size)
            return []

        body.repeat(many, part)
        start = body.set(f"add i64 {begin}, {body.set(f'mul i64 {many}, {size}')}")


def _contract(kind: str, other: str, mode: str) -> str:
    body = TileBody()
    stacks, rows, columns, length = (body.parameter(i) for i in range(4))
    arrays = [body.shared("%args", body.parameter(16 + i)) for i in range(2)]
    a = _Matrix(body, kind, 4, arrays[0] * (kind == "S"))
    b = _Matrix(body, other, 8, arrays[1] * (other == "S"))
    out = _Matrix(body, "L", 12)
    steps = a.step(2), b.step(2)
    out_step = out.step(1)
    pairs = body.set("lshr i64 %groups, 1")

    def block(stack: str, column: str, start: str, size: int) -> None:
        index = [body.set(f"add i64 {start}, {i}") for i in range(size)]

        def pair(half: str, _: list[str]) -> list[str]:
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

            sums = body.repeat(length, term, [ZERO] * (2 * size))
            target = body.sum_of(out.base, (stack, out.strides[0]), (column, out.strides[2]))
            target = body.place(body.sum_of(target, (start, out.strides[1])), group)
            for i in range(size):
                for second in range(2):
                    place = body.set(f"getelementptr i8, ptr {target}, i64 {BYTES * second}")
                    number = sums[2 * i + second]
                    body.store(number, place) if mode == "S" else body.add_at(place, number)
                target = body.set(f"getelementptr i8, ptr {target}, i64 {out_step}")
            return []

        body.repeat(pairs, pair)

    # Rows of the first matrix outside: they are read from memory once, and stay near.
    sizes = (BLOCK, 4, 2, 1)
    _nest(
        body,
        [stacks, columns],
        lambda s, j: _blocks(body, rows, sizes, lambda i, size: block(s, j, i, size)),
    )
    return body.statement(f"contract.{kind}{other}.{mode}")


def _outer(kind: str) -> str:
    body = TileBody()
    stacks, rows, columns, length = (body.parameter(i) for i in range(4))
    array = body.shared("%args", body.parameter(16))
    gradient = body.shared("%grads", body.parameter(17))
    d = _Matrix(body, "L", 4)
    x = _Matrix(body, kind, 8, array * (kind == "S"))
    g_base, g_stack, g_row, g_column = (body.parameter(12 + i) for i in range(4))
    row_step, inner, column_step, across = d.step(1), d.step(2), x.step(2), x.step(1)
    contiguous = body.set(f"icmp eq i64 {g_column}, 1")

    def block(stack: str, i: str, height: int, k: str, width: int) -> None:
        lefts, tops = [d.start(stack, 1, i)], [x.start(stack, 2, k)]
        for _ in range(height - 1):
            lefts.append(body.set(f"getelementptr i8, ptr {lefts[-1]}, i64 {row_step}"))
        for _ in range(width - 1):
            tops.append(body.set(f"getelementptr i8, ptr {tops[-1]}, i64 {column_step}"))

        def group(g: str, sums: list[str]) -> list[str]:
            at = body.set(f"shl i64 {g}, 6")

            def term(c: str, sums: list[str]) -> list[str]:
                offset = body.sum_of(at, (c, inner))
                other = body.sum_of(at if kind == "L" else "0", (c, across))
                own = [d.read(left, offset, 1)[0] for left in lefts]
                factors = [x.read(top, other, 1)[0] for top in tops]
                pairs = enumerate(product(own, factors))
                return [body.fused(*pair, sums[n]) for n, pair in pairs]

            return body.repeat(length, term, sums)

        sums = body.repeat("%groups", group, [ZERO] * (height * width))
        base = body.sum_of(g_base, (stack, g_stack), (i, g_row), (k, g_column))
        rows = [body.sum_of(base, (str(r), g_row)) for r in range(height)]
        addresses = [body.sum_of(row, (str(c), g_column)) for row in rows for c in range(width)]
        _add_sums(body, gradient, addresses, sums, contiguous if width == LANES else None)

    def by_width(s: str, k: str, width: int) -> None:
        _blocks(body, rows, (min(8, SUMS // width), 1), lambda i, n: block(s, i, n, k, width))

    _nest(
        body,
        [stacks],
        lambda s: _blocks(body, columns, (8, 4, 2, 1), lambda k, w: by_width(s, k, w)),
    )
    return body.statement(f"outer.{kind}")


def _nest(body: TileBody, counts: Sequence[str], do: Callable[..., None]) -> None:
    """``do`` for all indices of some axes."""

    def inside(found: list[str]) -> None:
        if len(found) == len(counts):
            do(*found)
            return

        def step(index: str, _: list[str]) -> list[str]:
            inside([*found, index])
            return []

        body.repeat(counts[len(found)], step)

    inside([])


def _add_sums(
    body: TileBody,
    gradient: str,
    addresses: Sequence[str],
    sums: Sequence[str],
    contiguous: str | None,
) -> None:
    """Add the sums of all lanes to numbers of a gradient, eight of which may lie side by side."""
    for first in range(0, len(sums), LANES):
        some = list(sums[first : first + LANES])
        totals = _totals(body, [*some, *[ZERO] * (LANES - len(some))])
        each, whole, after = body.label(), body.label(), body.label()
        if contiguous is not None:
            body.do(f"br i1 {contiguous}, label %{whole}, label %{each}")
            body.start(whole)
            place = body.slot(gradient, addresses[first])
            before = body.set(f"load {VECTOR}, ptr {place}, align 8")
            body.do(f"store {VECTOR} {body.plus(before, totals)}, ptr {place}, align 8")
            body.do(f"br label %{after}")
            body.start(each)
        for lane in range(len(some)):
            number = body.set(f"extractelement {VECTOR} {totals}, i64 {lane}")
            body.add_to(gradient, addresses[first + lane], number)
        if contiguous is not None:
            body.do(f"br label %{after}")
            body.start(after)


def _totals(body: TileBody, sums: list[str]) -> str:
    """The sums of the lanes of eight vectors as one vector: neighbours are added, three times."""
    while len(sums) > 1:
        halves = []
        for a, b in zip(sums[::2], sums[1::2]):
            parts = []
            for odd in (0, 1):
                picked = ", ".join(f"i32 {2 * i + odd}" for i in range(LANES))
                text = f"shufflevector {VECTOR} {a}, {VECTOR} {b}, <{LANES} x i32> <{picked}>"
                parts.append(body.set(text))
            halves.append(body.plus(*parts))
        sums = halves
    return sums[0]
