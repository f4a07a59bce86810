"""The two functions that Python calls: they run a program's rows over the rows of a batch.

Both are called with the address of a frame: pointers and counts in one array. Next:
:mod:`autograd.program.loop.native.runner` fills it.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.program.loop.native.emit import Body

__all__ = ["FRAME", "context", "entry_functions", "passed", "run_forward"]

CONTEXT = ("table", "pairs", "inner", "temporary", "forward_ops")
"""What rows without fixed operands look up: arrays, by their places in ``%ctx``."""

FRAME = (
    "code", "table", "v", "d", "rows", "places", "placed", "outputs", "returned", "result", "many",
    "back", "inner", "pairs", "w", "bytes", "temporary", "weight",
    "batched", "kept", "row_grads", "shared", "summed", "total", "forward_ops", "reverse_ops",
    "zeros", "cleared",
)  # fmt: skip
"""What the entries are called with: 64-bit numbers in one array, pointers mostly."""
NUMBERS = {
    "weight": "double",
    **dict.fromkeys(["placed", "returned", "many", "bytes", "kept", "summed", "cleared"], "i64"),
}


def context(body: Body, name: str) -> str:
    """One of the arrays that rows without fixed operands look up."""
    place = body.set(f"getelementptr ptr, ptr %ctx, i64 {CONTEXT.index(name)}")
    return body.set(f"load ptr, ptr {place}")


def run_forward(body: Body, code: str, slot: str, ops: str) -> None:
    """Call the function of the first row; it comes back from the halting one."""
    place = body.set(f"getelementptr ptr, ptr {ops}, i64 {body.cells(code, '0')}")
    target = body.set(f"load ptr, ptr {place}")
    arguments = f"ptr {code}, ptr %v, ptr {slot}, ptr %ctx, ptr {ops}, double 0.0"
    body.do(f"call void {target}({arguments})")


def passed(following: str, adjoint: str) -> str:
    """The arguments of a row's function going backward."""
    return f"ptr {following}, ptr %v, ptr %w, ptr %ctx, ptr %ops, double {adjoint}"


def entry_functions() -> list[str]:
    """The text of both."""
    return [_forward_entry(), _value_and_grad_entry()]


def _copy(body: Body, count: str, target: str, source: str, *, to: str = "", of: str = "") -> None:
    """target[to[k]] = source[of[k]], or [k] where no places are given."""

    def step(index: str, number: str) -> str:
        item = body.load(source, body.cells(of, index) if of else index)
        place = body.slot(target, body.cells(to, index) if to else index)
        body.do(f"store double {item}, ptr {place}")
        return number

    body.loop(count, step)


def _row(body: Body, array: str, index: str, width: str) -> str:
    return body.slot(array, body.set(f"mul i64 {index}, {width}"))


def _entry_body(context: Sequence[str]) -> Body:
    """A body that begins with the frame read and the context filled in."""
    body = Body()
    for index, name in enumerate(FRAME):
        place = body.set(f"getelementptr i64, ptr %frame, i64 {index}")
        body.do(f"%{name} = load {NUMBERS.get(name, 'ptr')}, ptr {place}")
    body.do(f"%ctx = alloca ptr, i64 {len(CONTEXT)}")
    for index, array in enumerate(context):
        place = body.set(f"getelementptr ptr, ptr %ctx, i64 {index}")
        body.do(f"store ptr {array}, ptr {place}")
    return body


def _forward_row(body: Body, index: str) -> None:
    """Put the arguments of a row of the batch into registers, run, and take out the outputs."""
    _copy(body, "%placed", "%v", _row(body, "%rows", index, "%placed"), to="%places")
    run_forward(body, "%code", "%d", "%forward_ops")
    _copy(body, "%returned", _row(body, "%result", index, "%returned"), "%v", of="%outputs")


def _forward_entry() -> str:
    body = _entry_body(["%table"])

    def step(index: str, number: str) -> str:
        _forward_row(body, index)
        return number

    body.loop("%many", step)
    body.do("ret void")
    return body.function("void @forward(ptr %frame)")


def _value_and_grad_entry() -> str:
    body = _entry_body(["%table", "%pairs", "%inner", "%temporary", "%forward_ops"])
    body.loop("%summed", lambda index, number: _clear(body, "%total", index, number))

    def step(index: str, number: str) -> str:
        _forward_row(body, index)
        body.do("call void @llvm.memset.p0.i64(ptr %w, i8 0, i64 %bytes, i1 false)")
        body.loop("%cleared", lambda i, x: _clear(body, "%w", body.cells("%zeros", i), x))
        body.add_to("%w", body.cells("%outputs", "0"), "%weight")
        adjoint = body.load("%w", body.cell(1, "%back"))
        place = body.set(f"getelementptr ptr, ptr %reverse_ops, i64 {body.cells('%back', '0')}")
        target = body.set(f"load ptr, ptr {place}")
        arguments = passed("%back", adjoint).replace("%ops", "%reverse_ops")
        body.do(f"call void {target}({arguments})")
        _copy(body, "%kept", _row(body, "%row_grads", index, "%kept"), "%w", of="%batched")

        def add(item: str, unused: str) -> str:
            body.add_to("%total", item, body.load("%w", body.cells("%shared", item)))
            return unused

        body.loop("%summed", add)
        return number

    body.loop("%many", step)
    body.do("ret void")
    return body.function("void @value_and_grad(ptr %frame)")


def _clear(body: Body, array: str, index: str, number: str) -> str:
    body.do(f"store double 0.0, ptr {body.slot(array, index)}")
    return number
