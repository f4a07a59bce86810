"""The function that Python calls: it runs a stream over the rows of a batch, eight at a time.

It is called with the address of a frame: pointers and counts in one array. Rows left over at the
end make a block with the last one repeated, whose lanes have the weight zero and are not returned.
The sums over the batch are kept for every lane. Next: :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

from functools import cache

from autograd.program.loop.lanes.machine_code import kernel
from autograd.program.loop.lanes.patterns import Pattern, all_patterns, lane_rules, used_by
from autograd.program.loop.lanes.vectors import (
    BYTES,
    VECTOR,
    lane_functions,
)
from autograd.program.loop.native.emit import Body, declarations
from autograd.program.loop.row_sums import LANES

__all__ = ["FRAME", "OPCODE", "module"]

FRAME = (
    "shared", "code", "ops", "m", "rows", "places", "placed", "result", "outputs", "returned",
    "grads", "kept", "keeps", "total", "summed", "sums", "seed", "weight", "first", "end",
)  # fmt: skip
"""64-bit numbers in one array, pointers mostly; places in ``m`` are in bytes."""
COUNTS = ("placed", "returned", "keeps", "sums", "seed", "first", "end")
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
        left = body.set(f"sub i64 %end, {start}")
        full = body.set(f"icmp ult i64 {left}, {LANES}")
        count = body.set(f"select i1 {full}, i64 {left}, i64 {LANES}")
        body.loop(str(LANES), lambda lane, unused: _lane_in(body, start, final, lane, unused))
        _run(body, "%code")
        body.loop(count, lambda lane, unused: _lane_out(body, start, lane, unused))
        body.loop("%sums", lambda item, unused: _sum(body, item, unused))
        return number

    body.loop(blocks, block)
    body.do("ret void")
    return body.function("void @batch(ptr %frame)")


def _lane_in(body: Body, start: str, final: str, lane: str, number: str) -> str:
    """Put one row's arguments into its lane, and the weight of its output."""
    row = body.set(f"add i64 {start}, {lane}")
    exists = body.set(f"icmp ule i64 {row}, {final}")
    row = body.set(f"select i1 {exists}, i64 {row}, i64 {final}")
    weight = body.set(f"select i1 {exists}, double %weight, double 0.0")
    body.do(f"store double {weight}, ptr {_at(body, '%seed', lane)}")
    source = _row(body, "%rows", row, "%placed")

    def copy(item: str, unused: str) -> str:
        place = _at(body, body.cells("%places", item), lane)
        body.do(f"store double {body.load(source, item)}, ptr {place}")
        return unused

    body.loop("%placed", copy)
    return number


def _lane_out(body: Body, start: str, lane: str, number: str) -> str:
    """Take out one row's outputs and the gradients of its own arguments."""
    row = body.set(f"add i64 {start}, {lane}")
    for array, width, places in (
        ("%result", "%returned", "%outputs"),
        ("%grads", "%keeps", "%kept"),
    ):
        target = _row(body, array, row, width)

        def copy(
            item: str, unused: str, target: str = target, places: str = places, width: str = width
        ) -> str:
            source = _at(body, body.cells(places, item), lane)
            found = body.set(f"load double, ptr {source}")
            if width == "%keeps":  # as if it had begun at 0.0
                found = body.set(f"fadd double {found}, 0.0")
            body.do(f"store double {found}, ptr {body.slot(target, item)}")
            return unused

        body.loop(width, copy)
    return number


def _sum(body: Body, item: str, number: str) -> str:
    """Add a shared argument's adjoint to its sums, lane by lane."""
    source = _at(body, body.cells("%summed", item))
    place = body.set(f"getelementptr {VECTOR}, ptr %total, i64 {item}")
    before = body.set(f"load {VECTOR}, ptr {place}, align {BYTES}")
    found = body.set(f"load {VECTOR}, ptr {source}, align {BYTES}")
    after = body.set(f"fadd {VECTOR} {before}, {found}")
    body.do(f"store {VECTOR} {after}, ptr {place}, align {BYTES}")
    return number
