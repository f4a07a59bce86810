"""The two functions that Python calls: they run a program's rows at one point.

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
    "code", "table", "v", "d", "outputs", "returned", "result", "back", "inner", "pairs", "w",
    "bytes", "temporary", "weight", "wanted", "gradient", "count", "forward_ops", "reverse_ops",
    "zeros", "cleared",
)  # fmt: skip
"""What the entries are called with: 64-bit numbers in one array, pointers mostly."""
NUMBERS = {
    "weight": "double",
    **dict.fromkeys(["returned", "bytes", "count", "cleared"], "i64"),
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


def _copy(body: Body, count: str, target: str, source: str, places: str) -> None:
    """target[k] = source[places[k]], and of adjoints 0.0 + that, as sums that begin at 0.0 have."""

    def step(index: str, number: str) -> str:
        item = body.load(source, body.cells(places, index))
        if source == "%w":
            item = body.set(f"fadd double 0.0, {item}")
        body.do(f"store double {item}, ptr {body.slot(target, index)}")
        return number

    body.loop(count, step)


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


def _forward_part(body: Body) -> None:
    """Run, and take out the outputs."""
    run_forward(body, "%code", "%d", "%forward_ops")
    _copy(body, "%returned", "%result", "%v", "%outputs")


def _forward_entry() -> str:
    body = _entry_body(["%table"])
    _forward_part(body)
    body.do("ret void")
    return body.function("void @forward(ptr %frame)")


def _value_and_grad_entry() -> str:
    body = _entry_body(["%table", "%pairs", "%inner", "%temporary", "%forward_ops"])
    _forward_part(body)
    body.do("call void @llvm.memset.p0.i64(ptr %w, i8 0, i64 %bytes, i1 false)")
    body.loop("%cleared", lambda index, number: _clear(body, index, number))
    body.add_to("%w", body.cells("%outputs", "0"), "%weight")
    adjoint = body.load("%w", body.cell(1, "%back"))
    place = body.set(f"getelementptr ptr, ptr %reverse_ops, i64 {body.cells('%back', '0')}")
    target = body.set(f"load ptr, ptr {place}")
    arguments = passed("%back", adjoint).replace("%ops", "%reverse_ops")
    body.do(f"call void {target}({arguments})")
    _copy(body, "%count", "%gradient", "%w", "%wanted")
    body.do("ret void")
    return body.function("void @value_and_grad(ptr %frame)")


def _clear(body: Body, index: str, number: str) -> str:
    body.do(f"store double 0.0, ptr {body.slot('%w', body.cells('%zeros', index))}")
    return number
