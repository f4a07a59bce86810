"""Functions that carry rows into a tile and out again, eight numbers of eight rows at a time.

Next: :mod:`autograd.program.array.tiles.entry`.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.program.array.tiles.body import TileBody
from autograd.program.loop.lanes.vectors import VECTOR, transposed
from autograd.program.loop.row_sums import LANES

__all__ = ["copy", "give", "spread"]


def copy() -> str:
    """Rows of an array into a tile, eight by eight."""
    body = TileBody()

    def group(g: str, _: list[str]) -> list[str]:
        numbers = _numbers(body, _rows(body, g))
        starts = [body.slot("%source", body.set(f"mul i64 {number}, %count")) for number in numbers]
        blocks = body.set("lshr i64 %count, 3")

        def block(n: str, _: list[str]) -> list[str]:
            first = body.set(f"shl i64 {n}, 3")
            places = [body.slot(start, first) for start in starts]
            vectors = [body.set(f"load {VECTOR}, ptr {place}, align 8") for place in places]
            for column, vector in enumerate(transposed(body, vectors)):
                address = body.sum_of("%first", (first, "1"), (str(column), "1"))
                body.store(vector, body.place(address, g))
            return []

        def single(n: str, _: list[str]) -> list[str]:
            item = body.set(f"add i64 {body.set(f'shl i64 {blocks}, 3')}, {n}")
            vector = "poison"
            for lane, start in enumerate(starts):
                number = body.load(start, item)
                text = f"insertelement {VECTOR} {vector}, double {number}, i64 {lane}"
                vector = body.set(text)
            body.store(vector, body.place(body.set(f"add i64 %first, {item}"), g))
            return []

        body.repeat(blocks, block)
        body.repeat(body.set("and i64 %count, 7"), single)
        return []

    body.repeat("%groups", group)
    body.do("ret void")
    return body.function(
        "void @copy(ptr %m, ptr %source, ptr %index, i64 %count, i64 %first, i64 %start, "
        "i64 %rows, i64 %groups, i64 %width)"
    )


def spread() -> str:
    """Numbers that the batch shares into a tile, the same in every row."""
    body = TileBody()

    def each(i: str, _: list[str]) -> list[str]:
        number = body.splat(body.load("%source", i))
        address = body.set(f"add i64 %first, {i}")

        def group(g: str, _: list[str]) -> list[str]:
            body.store(number, body.place(address, g))
            return []

        body.repeat("%groups", group)
        return []

    body.repeat("%count", each)
    body.do("ret void")
    return body.function(
        "void @spread(ptr %m, ptr %source, i64 %count, i64 %first, i64 %groups, i64 %width)"
    )


def give() -> str:
    """Rows of a tile into an array, from the addresses of a table."""
    body = TileBody()

    def each(r: str, _: list[str]) -> list[str]:
        row = body.set(f"add i64 %start, {r}")
        target = body.slot("%target", body.set(f"mul i64 {row}, %count"))
        inside = body.set(f"shl i64 {r}, 3")

        def item(i: str, _: list[str]) -> list[str]:
            place = body.set(f"getelementptr i64, ptr %table, i64 {i}")
            address = body.set(f"load i64, ptr {place}")
            at = body.sum_of(inside, (address, "%width"))
            source = body.set(f"getelementptr i8, ptr %m, i64 {at}")
            number = body.set(f"load double, ptr {source}")
            body.do(f"store double {number}, ptr {body.slot(target, i)}")
            return []

        body.repeat("%count", item)
        return []

    body.repeat("%here", each)
    body.do("ret void")
    return body.function(
        "void @give(ptr %m, ptr %target, ptr %table, i64 %count, i64 %start, i64 %here, i64 %width)"
    )


def _rows(body: TileBody, group: str) -> list[str]:
    """The numbers of a group's rows; the last one again beyond the end."""
    rows = []
    first = body.set(f"add i64 %start, {body.set(f'shl i64 {group}, 3')}")
    last = body.set("sub i64 %rows, 1")
    for lane in range(LANES):
        row = body.set(f"add i64 {first}, {lane}")
        row = body.set(f"call i64 @llvm.umin.i64(i64 {row}, i64 {last})")
        rows.append(row)
    return rows


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
