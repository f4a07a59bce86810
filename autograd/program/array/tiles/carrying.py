"""Functions that carry rows into a tile and out again, a group of numbers at a time.

Next: :mod:`autograd.program.array.tiles.entry`.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.program.array.tiles.body import TileBody
from autograd.program.loop.lanes.vectors import transposed

__all__ = ["copy", "give", "spread"]


def copy(kind: str) -> str:
    """Rows of an array into a tile, as many at once as a group has numbers."""
    body = TileBody(kind)

    def group(g: str) -> None:
        numbers = _numbers(body, _rows(body, g))
        starts = [body.slot("%source", body.set(f"mul i64 {number}, %count")) for number in numbers]
        squares = body.set(f"udiv i64 %count, {body.count}")
        whole = body.set(f"mul i64 {squares}, {body.count}")

        def square(n: str) -> None:
            first = body.set(f"mul i64 {n}, {body.count}")
            rows = [body.group(body.slot(start, first), aligned=False) for start in starts]
            for column, numbers in enumerate(transposed(body, rows, kind)):
                address = body.sum_of("%first", (first, "1"), (str(column), "1"))
                body.store_group(numbers, body.place(address, g, body.count))

        def single(n: str) -> None:
            item = body.set(f"add i64 {whole}, {n}")
            numbers = "poison"
            for lane, start in enumerate(starts):
                number = body.set(f"load {kind}, ptr {body.slot(start, item)}")
                text = f"insertelement {body.wide} {numbers}, {kind} {number}, i64 {lane}"
                numbers = body.set(text)
            address = body.set(f"add i64 %first, {item}")
            body.store_group(numbers, body.place(address, g, body.count))

        body.each(squares, square)
        body.each(body.set(f"sub i64 %count, {whole}"), single)

    body.each("%groups", group)
    body.do("ret void")
    return body.function(
        "void @copy(ptr %m, ptr %source, ptr %index, i64 %count, i64 %first, i64 %start, "
        "i64 %rows, i64 %groups, i64 %width)"
    )


def spread(kind: str) -> str:
    """Numbers that the batch shares into a tile, the same in every row."""
    body = TileBody(kind)

    def one(i: str) -> None:
        numbers = body.group_of(body.slot("%source", i))
        address = body.set(f"add i64 %first, {i}")
        body.each(
            "%groups", lambda g: body.store_group(numbers, body.place(address, g, body.count))
        )

    body.each("%count", one)
    body.do("ret void")
    return body.function(
        "void @spread(ptr %m, ptr %source, i64 %count, i64 %first, i64 %groups, i64 %width)"
    )


def give(kind: str) -> str:
    """Rows of a tile into an array, from the addresses of a table."""
    body = TileBody(kind)

    def row(r: str) -> None:
        target = body.slot("%target", body.sum_of("0", (r, "%count"), ("%start", "%count")))

        def item(i: str) -> None:
            place = body.set(f"getelementptr i64, ptr %table, i64 {i}")
            address = body.set(f"load i64, ptr {place}")
            number = body.set(f"load {kind}, ptr {body.place(address, r, 1)}")
            body.do(f"store {kind} {number}, ptr {body.slot(target, i)}")

        body.each("%count", item)

    body.each("%here", row)
    body.do("ret void")
    return body.function(
        "void @give(ptr %m, ptr %target, ptr %table, i64 %count, i64 %start, i64 %here, i64 %width)"
    )


def _rows(body: TileBody, group: str) -> list[str]:
    """The numbers of a group's rows; the last one again beyond the end."""
    first = body.sum_of("%start", (group, str(body.count)))
    last = body.set("sub i64 %rows, 1")
    rows = [body.set(f"add i64 {first}, {lane}") for lane in range(body.count)]
    return [body.set(f"call i64 @llvm.umin.i64(i64 {row}, i64 {last})") for row in rows]


def _numbers(body: TileBody, rows: Sequence[str]) -> list[str]:
    """Where these rows are: as an index says, if there is one."""
    given, after = body.label(), body.label()
    exists = body.set("icmp ne ptr %index, null")
    before = body.block
    body.do(f"br i1 {exists}, label %{given}, label %{after}")
    body.start(given)
    found = []
    for row in rows:
        place = body.set(f"getelementptr i64, ptr %index, i64 {row}")
        found.append(body.set(f"load i64, ptr {place}"))
    body.do(f"br label %{after}")
    body.start(after)
    return [
        body.set(f"phi i64 [ {row}, %{before} ], [ {number}, %{given} ]")
        for row, number in zip(rows, found)
    ]
