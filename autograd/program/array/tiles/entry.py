"""The function that Python calls: it takes a batch tile by tile through a list of statements.

It is called with the address of a frame: pointers and counts in one array. Rows left over at the
end make a tile with the last one repeated, whose weight is zero and which nobody gets to see.
Next: :mod:`autograd.program.array.tiles.compiler`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd.program.array.tiles.body import ZERO, TileBody
from autograd.program.loop.lanes.vectors import VECTOR
from autograd.program.loop.row_sums import LANES

__all__ = ["FRAME", "WEIGHT", "entry_functions"]

WEIGHT = 0
"""The address of each row's weight."""
FRAME = (
    "args", "grads", "results", "m", "index", "copies", "code", "outs", "rows", "tile", "copied",
    "coded", "returned", "weight",
)  # fmt: skip
"""64-bit numbers in one array: pointers, counts, and a float at last. A copy is a row of three (the
array, how many numbers, their first address; negative counts for what is shared), a statement of
two (a function and its numbers), an output of two (how many numbers, and the table of addresses).
"""
COUNTS = ("rows", "tile", "copied", "coded", "returned")


def entry_functions() -> list[str]:
    """The entry, and what programs use whatever their primitives."""
    return [_seed(), _fill(), _copy(), _spread(), _give(), _run()]


def _seed() -> str:
    """Add the rows' weights to adjoints: so many, their table."""
    body = TileBody()
    count, table = body.parameter(0), body.parameter(1, "ptr")

    def each(i: str, _: list[str]) -> list[str]:
        place = body.set(f"getelementptr i64, ptr {table}, i64 {i}")
        address = body.set(f"load i64, ptr {place}")

        def group(g: str, _: list[str]) -> list[str]:
            body.add_at(body.place(address, g), body.lanes(str(WEIGHT), g))
            return []

        body.repeat("%groups", group)
        return []

    body.repeat(count, each)
    return body.statement("seed")


def _fill() -> str:
    """Zeros: how many, from which address."""
    body = TileBody()
    count, first = body.parameter(0), body.parameter(1)

    def each(i: str, _: list[str]) -> list[str]:
        address = body.set(f"add i64 {first}, {i}")

        def group(g: str, _: list[str]) -> list[str]:
            body.store(ZERO, body.place(address, g))
            return []

        body.repeat("%groups", group)
        return []

    body.repeat(count, each)
    return body.statement("fill")


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


def _copy() -> str:
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
            for column, vector in enumerate(_transposed(body, vectors)):
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


def _transposed(body: TileBody, rows: list[str]) -> list[str]:
    """Eight vectors as columns: halves change places, then quarters, then neighbours."""
    for step in (4, 2, 1):
        rows = list(rows)
        for i in (i for i in range(LANES) if not i & step):
            a, b = rows[i], rows[i + step]
            lows = [x if not x & step else LANES + x - step for x in range(LANES)]
            highs = [x + step if not x & step else LANES + x for x in range(LANES)]
            for place, picked in ((i, lows), (i + step, highs)):
                mask = ", ".join(f"i32 {x}" for x in picked)
                text = f"shufflevector {VECTOR} {a}, {VECTOR} {b}, <{LANES} x i32> <{mask}>"
                rows[place] = body.set(text)
    return rows


def _spread() -> str:
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


def _give() -> str:
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


def _table(body: TileBody, array: str, *kinds: str) -> Callable[[str], list[str]]:
    """A reader of rows of an array."""

    def read(index: str) -> list[str]:
        first = body.set(f"mul i64 {index}, {len(kinds)}")
        found = []
        for i, kind in enumerate(kinds):
            at = body.set(f"add i64 {first}, {i}")
            place = body.set(f"getelementptr i64, ptr {array}, i64 {at}")
            found.append(body.set(f"load {kind}, ptr {place}"))
        return found

    return read


def _run() -> str:
    body = TileBody()
    for i, name in enumerate(FRAME):
        place = body.set(f"getelementptr i64, ptr %frame, i64 {i}")
        kind = "double" if name == "weight" else "i64" if name in COUNTS else "ptr"
        body.do(f"%{name} = load {kind}, ptr {place}")
    copies = _table(body, "%copies", "i64", "i64", "i64")
    code, outs = _table(body, "%code", "ptr", "ptr"), _table(body, "%outs", "i64", "ptr")

    def tile(n: str, _: list[str]) -> list[str]:
        start = body.set(f"mul i64 {n}, %tile")
        left = body.set(f"sub i64 %rows, {start}")
        here = body.set(f"call i64 @llvm.umin.i64(i64 {left}, i64 %tile)")
        groups = body.set(f"lshr i64 {body.set(f'add i64 {here}, 15')}, 4")
        groups = body.set(f"shl i64 {groups}, 1")
        width = body.set(f"shl i64 {groups}, 6")
        size = f"i64 {groups}, i64 {width}"

        def weigh(r: str, _: list[str]) -> list[str]:
            inside = body.set(f"icmp ult i64 {r}, {here}")
            weight = body.set(f"select i1 {inside}, double %weight, double 0.0")
            place = body.set(f"getelementptr double, ptr %m, i64 {r}")  # of address 0
            body.do(f"store double {weight}, ptr {place}")
            return []

        def copied(i: str, _: list[str]) -> list[str]:
            which, count, first = copies(i)
            own, same, after = body.label(), body.label(), body.label()
            source = body.shared("%args", which)
            has_rows = body.set(f"icmp sgt i64 {count}, 0")
            body.do(f"br i1 {has_rows}, label %{own}, label %{same}")
            body.start(own)
            body.do(
                f"call void @copy(ptr %m, ptr {source}, ptr %index, i64 {count}, i64 {first}, "
                f"i64 {start}, i64 %rows, {size})"
            )
            body.do(f"br label %{after}")
            body.start(same)
            many = body.set(f"sub i64 0, {count}")
            call = f"call void @spread(ptr %m, ptr {source}, i64 {many}, i64 {first}, {size})"
            body.do(call)
            body.do(f"br label %{after}")
            body.start(after)
            return []

        def statement(i: str, _: list[str]) -> list[str]:
            function, numbers = code(i)
            body.do(f"call void {function}(ptr {numbers}, ptr %m, ptr %args, ptr %grads, {size})")
            return []

        def given(i: str, _: list[str]) -> list[str]:
            count, table = outs(i)
            target = body.shared("%results", i)
            body.do(
                f"call void @give(ptr %m, ptr {target}, ptr {table}, i64 {count}, i64 {start}, "
                f"i64 {here}, i64 {width})"
            )
            return []

        body.repeat(body.set(f"shl i64 {groups}, 3"), weigh)
        body.repeat("%copied", copied)
        body.repeat("%coded", statement)
        body.repeat("%returned", given)
        return []

    most = body.set(f"add i64 %rows, {body.set('sub i64 %tile, 1')}")
    body.repeat(body.set(f"udiv i64 {most}, %tile"), tile)
    body.do("ret void")
    return "declare i64 @llvm.umin.i64(i64, i64)\n" + body.function("void @run(ptr %frame)")
