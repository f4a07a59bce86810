"""The function that Python calls: it runs a stream over the rows of a batch, eight at a time.

It is called with the address of a frame: pointers and counts in one array. Rows left over at the
end make a block with the last one repeated, whose lanes have the weight zero and are not returned.
The sums over the batch are kept for every lane. Next: :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from autograd.program.loop.lanes.machine_code import kernel
from autograd.program.loop.lanes.patterns import Pattern, all_patterns, lane_rules, used_by
from autograd.program.loop.lanes.vectors import (
    BYTES,
    VECTOR,
    everywhere,
    lane_functions,
    transposed,
)
from autograd.program.loop.native.emit import Body
from autograd.program.loop.native.symbols import declarations
from autograd.program.loop.row_sums import LANES

__all__ = ["FRAME", "OPCODE", "module"]

FRAME = (
    "shared", "code", "ops", "m", "rows", "places", "placed", "result", "outputs", "returned",
    "grads", "kept", "keeps", "total", "summed", "added", "sums", "seed", "weight", "first", "end",
)  # fmt: skip
"""64-bit numbers in one array, pointers mostly; places in ``m`` are in bytes."""
COUNTS = ("placed", "returned", "keeps", "added", "seed", "first", "end")
ZEROS = f"<{', '.join(['double 0.0'] * LANES)}>"
OPCODE = {pattern: code for code, pattern in enumerate(all_patterns())}


@cache
def module() -> str:
    """A function for each pattern, a table of them, and the entry."""
    kernels = [_single(pattern, code) for pattern, code in OPCODE.items()]
    functions = ", ".join(f"ptr @lanes.{code}" for code in OPCODE.values())
    table = f"@lanes.ops = constant [{len(OPCODE)} x ptr] [{functions}]"
    return "\n".join([*declarations(), *lane_functions(), table, *kernels, _entry()])


def _single(pattern: Pattern, code: int) -> str:
    """An instruction by itself, any two names of which may be one."""
    name, kinds = pattern
    if kinds:
        many = 1 + len(used_by(name, kinds)) + len(kinds.replace("N", ""))
    else:
        many = 1 + len(lane_rules()[name].variables) if name != "halt" else 1
    return kernel(f"internal void @lanes.{code}", [pattern], [range(many)], ())


def _at(body: Body, offset: str, lane: str | None = None) -> str:
    """A place in ``m``, or one lane of it."""
    place = body.set(f"getelementptr i8, ptr %m, i64 {offset}")
    return place if lane is None else body.slot(place, lane)


def _run(body: Body, code: str) -> None:
    place = body.set(f"getelementptr ptr, ptr %ops, i64 {body.cells(code, '0')}")
    target = body.set(f"load ptr, ptr {place}")
    body.do(f"call void {target}(ptr {code}, ptr %m, ptr %ops)")


def _row(body: Body, array: str, row: str, width: str) -> str:
    return body.slot(array, body.set(f"mul i64 {row}, {width}"))


def _entry() -> str:
    body = Body()
    for index, name in enumerate(FRAME):
        place = body.set(f"getelementptr i64, ptr %frame, i64 {index}")
        kind = "double" if name == "weight" else "i64" if name in COUNTS else "ptr"
        body.do(f"%{name} = load {kind}, ptr {place}")
    _run(body, "%shared")
    many = body.set("sub i64 %end, %first")
    blocks = body.set(f"lshr i64 {body.set(f'add i64 {many}, {LANES - 1}')}, 3")
    final = body.set("sub i64 %end, 1")

    def block(index: str, number: str) -> str:
        start = body.set(f"add i64 %first, {body.set(f'shl i64 {index}, 3')}")
        chosen = [_chosen(body, start, final, lane) for lane in range(LANES)]
        seeds = _seeds(body, start, final)
        body.do(f"store {VECTOR} {seeds}, ptr {_at(body, '%seed')}, align {BYTES}")
        _into_lanes(body, [_row(body, "%rows", row, "%placed") for row in chosen])
        _run(body, "%code")
        for array, width, places in (
            ("%result", "%returned", "%outputs"),
            ("%grads", "%keeps", "%kept"),
        ):
            targets = [_row(body, array, row, width) for row in chosen]
            _out_of_lanes(body, targets, width, places, begun=width == "%keeps")
        body.loop("%added", lambda item, unused: _sum(body, item, unused))
        return number

    body.loop("%added", lambda item, unused: _begin(body, item, unused))
    body.loop(blocks, block)
    body.loop("%added", lambda item, unused: _lane_to_lane(body, item, unused))
    body.do("ret void")
    return body.function("void @batch(ptr %frame)")


def _chosen(body: Body, start: str, final: str, lane: int) -> str:
    """The row of a lane: one of the batch, or the last again."""
    row = body.set(f"add i64 {start}, {lane}")
    exists = body.set(f"icmp ule i64 {row}, {final}")
    return body.set(f"select i1 {exists}, i64 {row}, i64 {final}")


def _seeds(body: Body, start: str, final: str) -> str:
    """The weight of each lane's output: zero where the last row is repeated."""
    left = everywhere(body, "i64", body.set(f"sub i64 {final}, {start}"))
    lanes = f"<{', '.join(f'i64 {lane}' for lane in range(LANES))}>"
    exists = body.set(f"icmp ule <{LANES} x i64> {lanes}, {left}")
    weights = everywhere(body, "double", "%weight")
    return body.set(f"select <{LANES} x i1> {exists}, {VECTOR} {weights}, {VECTOR} {ZEROS}")


def _into_lanes(body: Body, sources: Sequence[str]) -> None:
    """Put the arguments of each row into its lane."""

    def several(item: str) -> None:
        found = transposed(body, [_numbers(body, source, item) for source in sources])
        for index, numbers in enumerate(found):
            place = _at(body, _place_of(body, "%places", item, index))
            body.do(f"store {VECTOR} {numbers}, ptr {place}, align {BYTES}")

    def one(item: str) -> None:
        place = body.cells("%places", item)
        for lane, source in enumerate(sources):
            number = body.load(source, item)
            body.do(f"store double {number}, ptr {_at(body, place, str(lane))}")

    _by_eights(body, "%placed", several, one)


def _out_of_lanes(
    body: Body, targets: Sequence[str], width: str, places: str, *, begun: bool
) -> None:
    """Take each row's numbers out of its lane, and where they are sums as if ``begun`` at 0.0.

    Lanes are written from the last to the first: one that repeats the last row comes before it.
    """

    def read(item: str, index: int) -> str:
        place = _at(body, _place_of(body, places, item, index))
        numbers = body.set(f"load {VECTOR}, ptr {place}, align {BYTES}")
        return body.set(f"fadd {VECTOR} {numbers}, {ZEROS}") if begun else numbers

    def several(item: str) -> None:
        found = transposed(body, [read(item, index) for index in range(LANES)])
        for target, numbers in zip(reversed(targets), reversed(found)):
            body.do(f"store {VECTOR} {numbers}, ptr {body.slot(target, item)}, align 8")

    def one(item: str) -> None:
        numbers = read(item, 0)
        for lane, target in reversed([*enumerate(targets)]):
            number = body.set(f"extractelement {VECTOR} {numbers}, i32 {lane}")
            body.do(f"store double {number}, ptr {body.slot(target, item)}")

    _by_eights(body, width, several, one)


def _by_eights(
    body: Body, count: str, several: Callable[[str], None], one: Callable[[str], None]
) -> None:
    """Go through so many items, as many as there are lanes at a time, the last of them singly."""
    times = body.set(f"udiv i64 {count}, {LANES}")
    done = body.set(f"mul i64 {times}, {LANES}")

    def some(index: str, unused: str) -> str:
        several(body.set(f"mul i64 {index}, {LANES}"))
        return unused

    def last(index: str, unused: str) -> str:
        one(body.set(f"add i64 {done}, {index}"))
        return unused

    body.loop(times, some)
    body.loop(body.set(f"sub i64 {count}, {done}"), last)


def _numbers(body: Body, array: str, item: str) -> str:
    """Consecutive numbers of an array, as many as there are lanes."""
    return body.set(f"load {VECTOR}, ptr {body.slot(array, item)}, align 8")


def _place_of(body: Body, places: str, item: str, index: int) -> str:
    return body.cells(places, body.set(f"add i64 {item}, {index}"))


def _total(body: Body, item: str) -> str:
    return body.set(f"getelementptr {VECTOR}, ptr %total, i64 {item}")


def _begin(body: Body, item: str, number: str) -> str:
    body.do(f"store {VECTOR} {ZEROS}, ptr {_total(body, item)}, align {BYTES}")
    return number


def _sum(body: Body, item: str, number: str) -> str:
    """Add a shared argument's adjoint to its sums, lane by lane."""
    source, place = _at(body, body.cells("%summed", item)), _total(body, item)
    before = body.set(f"load {VECTOR}, ptr {place}, align {BYTES}")
    found = body.set(f"load {VECTOR}, ptr {source}, align {BYTES}")
    after = body.set(f"fadd {VECTOR} {before}, {found}")
    body.do(f"store {VECTOR} {after}, ptr {place}, align {BYTES}")
    return number


def _lane_to_lane(body: Body, item: str, number: str) -> str:
    """The sum of the lanes, as :func:`autograd.program.loop.row_sums.lane_to_lane` has it."""
    total, result = _total(body, item), "0.0"
    for lane in range(LANES):
        result = body.set(f"fadd double {result}, {body.load(total, str(lane))}")
    body.do(f"store double {result}, ptr {body.slot('%sums', item)}")
    return number
