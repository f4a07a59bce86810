"""The function that Python calls: it takes a batch tile by tile through a list of statements.

It is called with the address of a frame: pointers and counts in one array. Rows left over at the
end make a tile with the last one repeated, whose weight is zero and which nobody gets to see.
Next: :mod:`autograd.program.array.tiles.compiler`.
"""

from __future__ import annotations

from collections.abc import Callable

from autograd.program.array.tiles.body import ZERO, TileBody
from autograd.program.array.tiles.carrying import copy, give, spread

__all__ = ["FRAME", "WEIGHT", "entry_functions"]

WEIGHT = 0
"""The address of each row's weight."""
FRAME = (
    "args", "grads", "results", "m", "index", "copies", "code", "outs", "rows", "tile", "copied",
    "coded", "returned", "checked", "sums", "summed", "finite", "weight",
)  # fmt: skip
"""64-bit numbers in one array: pointers, counts, and a float at last. A copy is a row of three (the
array, how many numbers, their first address; negative counts for what is shared), a statement of
two (a function and its numbers), an output of two (how many numbers, and the table of addresses), a
sum over the rows of two (the array, how many numbers). Afterwards "finite" says whether all sums
and the first of the outputs are, those that are "checked".
"""
NUMBERS = ("rows", "tile", "copied", "coded", "returned", "checked", "summed", "finite")


def entry_functions(kind: str) -> list[str]:
    """The entry, and what programs in numbers of this kind use whatever their primitives."""
    return [_seed(kind), _fill(kind), copy(kind), spread(kind), give(kind), _run(kind)]


def _seed(kind: str) -> str:
    """Add the rows' weights to adjoints: so many, their table."""
    body = TileBody(kind)
    count, table = body.parameter(0), body.parameter(1, "ptr")

    def one(i: str) -> None:
        place = body.set(f"getelementptr i64, ptr {table}, i64 {i}")
        address = body.set(f"load i64, ptr {place}")
        body.each(
            body.eights(), lambda e: body.add_at(body.place(address, e), body.lanes(str(WEIGHT), e))
        )

    body.each(count, one)
    return body.statement("seed")


def _fill(kind: str) -> str:
    """Zeros: how many, from which address."""
    body = TileBody(kind)
    count, first = body.parameter(0), body.parameter(1)

    def one(i: str) -> None:
        address = body.set(f"add i64 {first}, {i}")
        body.each(body.eights(), lambda e: body.store(ZERO, body.place(address, e)))

    body.each(count, one)
    return body.statement("fill")


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


def _run(kind: str) -> str:
    body = TileBody(kind)
    for i, name in enumerate(FRAME):
        place = body.set(f"getelementptr i64, ptr %frame, i64 {i}")
        what = "double" if name == "weight" else "i64" if name in NUMBERS else "ptr"
        body.do(f"%{name} = load {what}, ptr {place}")
    copies = _table(body, "%copies", "i64", "i64", "i64")
    code, outs = _table(body, "%code", "ptr", "ptr"), _table(body, "%outs", "i64", "ptr")

    def tile(n: str) -> None:
        start = body.set(f"mul i64 {n}, %tile")
        left = body.set(f"sub i64 %rows, {start}")
        here = body.set(f"call i64 @llvm.umin.i64(i64 {left}, i64 %tile)")
        both = 2 * body.count
        pairs = body.set(f"udiv i64 {body.set(f'add i64 {here}, {both - 1}')}, {both}")
        groups, width = body.set(f"shl i64 {pairs}, 1"), body.set(f"shl i64 {pairs}, 7")
        size = f"i64 {groups}, i64 {width}"

        def weigh(r: str) -> None:
            inside = body.set(f"icmp ult i64 {r}, {here}")
            weight = body.set(f"select i1 {inside}, double %weight, double 0.0")
            place = body.slot("%m", r)  # of address 0
            body.do(f"store {kind} {body.narrowed(weight, 'double')}, ptr {place}")

        def copied(i: str) -> None:
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

        def statement(i: str) -> None:
            function, numbers = code(i)
            body.do(f"call void {function}(ptr {numbers}, ptr %m, ptr %args, ptr %grads, {size})")

        def given(i: str) -> None:
            count, table = outs(i)
            target = body.shared("%results", i)
            body.do(
                f"call void @give(ptr %m, ptr {target}, ptr {table}, i64 {count}, i64 {start}, "
                f"i64 {here}, i64 {width})"
            )

        body.each(body.set(f"mul i64 {groups}, {body.count}"), weigh)
        body.each("%copied", copied)
        body.each("%coded", statement)
        body.each("%returned", given)

    most = body.set(f"add i64 %rows, {body.set('sub i64 %tile, 1')}")
    body.each(body.set(f"udiv i64 {most}, %tile"), tile)
    _check(body)
    body.do("ret void")
    return "declare i64 @llvm.umin.i64(i64, i64)\n" + body.function("void @run(ptr %frame)")


def _check(body: TileBody) -> None:
    """Whether results are finite: then their products with 0 add up to 0."""
    outs, sums = _table(body, "%outs", "i64", "ptr"), _table(body, "%sums", "i64", "i64")

    def result(i: str, totals: list[str]) -> list[str]:
        count = body.set(f"mul i64 {outs(i)[0]}, %rows")
        return [_plus(body, totals[0], body.products(body.shared("%results", i), count, ZERO))]

    def gradient(i: str, totals: list[str]) -> list[str]:
        which, count = sums(i)
        return [_plus(body, totals[0], body.products(body.shared("%grads", which), count, ZERO))]

    totals = body.repeat("%checked", result, ["0.0"], "double")
    totals = body.repeat("%summed", gradient, totals, "double")
    good = body.set(f"fcmp oeq double {totals[0]}, 0.0")
    place = body.set(f"getelementptr i64, ptr %frame, i64 {FRAME.index('finite')}")
    body.do(f"store i64 {body.set(f'zext i1 {good} to i64')}, ptr {place}")


def _plus(body: TileBody, a: str, b: str) -> str:
    return body.set(f"fadd double {a}, {b}")
