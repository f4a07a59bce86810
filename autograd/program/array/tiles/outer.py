"""Gradients of matrices that the batch shares, such as a layer's weights: sums over a tile's rows.

Where many rows of the gradient are wanted, the numbers that the tile has lane by lane are turned
first, so that a vector holds what lies side by side in the gradient: then nothing is left to be
summed across lanes. Next: :mod:`autograd.program.array.tiles.entry`.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from autograd.program.array.tiles.body import GROUP, MOST_ROWS, ZERO, TileBody
from autograd.program.array.tiles.products import Matrix, blocks, nest
from autograd.program.loop.lanes.vectors import transposed

__all__ = ["outer_functions"]

SUMS = 16
"""Sums of lanes that are kept at once."""
HEIGHT, WIDTH = 8, 2
"""Rows and groups of the gradient whose sums are kept at once, where numbers are turned."""


def outer_functions(kind: str) -> list[str]:
    """``outer`` adds Σ d[i, c] · x[c, k], summed over the rows too, to a gradient.

    For numbers of this kind, and x in the tile ("L") or shared ("S").
    """
    return [_outer(kind, place) for place in "LS"]


class _Outer(NamedTuple):
    """What the function is called with."""

    body: TileBody
    rows: str
    columns: str
    length: str
    d: Matrix
    x: Matrix
    gradient: Matrix

    def place(self, stack: str, i: str, k: str) -> str:
        """Where a number of the gradient lies."""
        column = self.body.set(f"mul i64 {k}, {self.gradient.step(2)}")
        return self.body.further(self.gradient.start(stack, 1, i), column)


def _outer(kind: str, place: str) -> str:
    body = TileBody(kind)
    body.do(f"%panel = alloca [{MOST_ROWS * WIDTH} x {body.wide}], align {GROUP}")
    stacks, rows, columns, length = (body.parameter(i) for i in range(4))
    array = body.shared("%args", body.parameter(16))
    d, x = Matrix(body, "L", 4), Matrix(body, place, 8, array * (place == "S"))
    gradient = Matrix(body, "S", 12, body.shared("%grads", body.parameter(17)))
    outer = _Outer(body, rows, columns, length, d, x, gradient)
    if place == "L":  # it is turned where it is read often enough
        pays = body.set(f"icmp uge i64 {outer.rows}, {body.set('shl i64 %groups, 1')}")
        turned = body.set(f"select i1 {pays}, i64 {outer.columns}, i64 0")
        turned = body.set(f"and i64 {turned}, {-body.count}")
    else:
        turned = "0"

    def layer(stack: str) -> None:
        if place == "L":
            _turned(outer, stack, turned)
        blocks(
            body, outer.columns, (8, 4, 2, 1), lambda k, n: _by_lanes(outer, stack, k, n), turned
        )

    nest(body, [stacks], layer)
    return body.statement(f"outer.{place}")


def _turned(outer: _Outer, stack: str, columns: str) -> None:
    """The gradient's columns up to a number that groups fill."""
    body = outer.body

    def panels(k: str, width: int) -> None:
        def panel(c: str) -> None:
            _fill(outer, stack, c, k, width // body.count)
            blocks(
                body, outer.rows, (HEIGHT, 4, 2, 1),
                lambda i, height: _from_panel(outer, stack, c, i, height, k, width // body.count),
            )  # fmt: skip

        nest(body, [outer.length], panel)

    blocks(body, columns, (WIDTH * body.count, body.count), panels)


def _fill(outer: _Outer, stack: str, c: str, k: str, width: int) -> None:
    """The panel: of each row of the tile, the numbers of some columns of x side by side."""
    body, x = outer.body, outer.x
    across = body.set(f"mul i64 {c}, {x.step(1)}")

    def group(g: str) -> None:
        for part in range(width):
            place = x.start(stack, 2, body.set(f"add i64 {k}, {part * body.count}"), g)
            place, columns = body.further(place, across), []
            for _ in range(body.count):
                columns.append(body.group(place))
                place = body.further(place, x.step(2))
            for row, numbers in enumerate(transposed(body, columns, body.kind)):
                first = body.set(f"mul i64 {g}, {GROUP * body.count * width}")
                to = body.set(f"add i64 {first}, {GROUP * (row * width + part)}")
                body.store_group(numbers, body.further("%panel", to))

    body.each("%groups", group)


def _from_panel(outer: _Outer, stack: str, c: str, i: str, height: int, k: str, width: int) -> None:
    """Some rows of the gradient, of the panel's columns."""
    body = outer.body
    inner = body.set(f"mul i64 {c}, {outer.d.step(2)}")
    starts = [body.further(x, inner) for x in outer.d.starts(stack, 1, i, height)]

    def row(r: str, sums: list[str]) -> list[str]:
        first = body.set(f"mul i64 {r}, {GROUP * width}")
        factors = [
            body.group(body.further("%panel", body.set(f"add i64 {first}, {GROUP * part}")))
            for part in range(width)
        ]
        own = [body.group_of(body.slot(start, r)) for start in starts]
        pairs = enumerate(product(own, factors))
        return [body.fused(*pair, sums[n]) for n, pair in pairs]

    rows = body.set(f"mul i64 %groups, {body.count}")
    sums = body.repeat(rows, row, [ZERO] * (height * width), body.wide)
    places = [
        outer.place(stack, body.set(f"add i64 {i}, {n // width}"), k) for n in range(len(sums))
    ]
    side_by_side = body.set(f"icmp eq i64 {outer.gradient.strides[2]}, 1")
    whole, each, after = body.label(), body.label(), body.label()
    body.do(f"br i1 {side_by_side}, label %{whole}, label %{each}")
    body.start(whole)
    for n, numbers in enumerate(sums):
        place = body.further(places[n], str(GROUP * (n % width)))
        before = body.group(place, aligned=False)
        total = body.set(f"fadd {body.wide} {before}, {numbers}")
        body.store_group(total, place, aligned=False)
    body.do(f"br label %{after}")
    body.start(each)
    for n, numbers in enumerate(sums):
        for lane in range(body.count):
            step = body.set(f"mul i64 {outer.gradient.step(2)}, {body.count * (n % width) + lane}")
            _add(body, body.further(places[n], step), numbers, lane)
    body.do(f"br label %{after}")
    body.start(after)


def _by_lanes(outer: _Outer, stack: str, k: str, width: int) -> None:
    """Some columns of the gradient: sums lane by lane, which are added up in the end."""
    sizes = (min(8, SUMS // width), 1)
    blocks(outer.body, outer.rows, sizes, lambda i, n: _sums_of_lanes(outer, stack, i, n, k, width))


def _sums_of_lanes(outer: _Outer, stack: str, i: str, height: int, k: str, width: int) -> None:
    body, d, x = outer.body, outer.d, outer.x
    lefts, tops = d.starts(stack, 1, i, height), x.starts(stack, 2, k, width)

    def group(g: str, sums: list[str]) -> list[str]:
        at = body.set(f"mul i64 {g}, {GROUP}")

        def term(c: str, sums: list[str]) -> list[str]:
            offset = body.sum_of(at, (c, d.step(2)))
            other = body.sum_of(at if x.place == "L" else "0", (c, x.step(1)))
            own = [d.read(left, offset, 1)[0] for left in lefts]
            factors = [x.read(top, other, 1)[0] for top in tops]
            pairs = enumerate(product(own, factors))
            return [body.fused(*pair, sums[n]) for n, pair in pairs]

        return body.repeat(outer.length, term, sums, body.wide)

    sums = body.repeat("%groups", group, [ZERO] * (height * width), body.wide)
    for first in range(0, len(sums), body.count):
        some = sums[first : first + body.count]
        totals = _totals(body, [*some, *[ZERO] * (body.count - len(some))])
        for lane in range(len(some)):
            row, column = divmod(first + lane, width)
            at = (body.set(f"add i64 {i}, {row}"), body.set(f"add i64 {k}, {column}"))
            _add(body, outer.place(stack, *at), totals, lane)


def _add(body: TileBody, place: str, numbers: str, lane: int) -> None:
    """Add one number of a group to a number of the gradient."""
    number = body.set(f"extractelement {body.wide} {numbers}, i64 {lane}")
    total = body.set(f"fadd {body.kind} {body.set(f'load {body.kind}, ptr {place}')}, {number}")
    body.do(f"store {body.kind} {total}, ptr {place}")


def _totals(body: TileBody, sums: list[str]) -> str:
    """The sums of the lanes of a square of numbers as one group: neighbours are added, in turns."""
    vector = body.wide
    while len(sums) > 1:
        halves = []
        for a, b in zip(sums[::2], sums[1::2]):
            parts = []
            for odd in (0, 1):
                picked = ", ".join(f"i32 {2 * i + odd}" for i in range(body.count))
                mask = f"<{body.count} x i32> <{picked}>"
                parts.append(body.set(f"shufflevector {vector} {a}, {vector} {b}, {mask}"))
            halves.append(body.set(f"fadd {vector} {parts[0]}, {parts[1]}"))
        sums = halves
    return sums[0]
