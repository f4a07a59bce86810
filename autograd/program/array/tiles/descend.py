"""Many steps in one call: value and gradient of a program, then a rule over what it was taken by.

Both run as the entry runs them; here are the rows of each step, the rule's rate, and the end where
something is not finite: then what the rule moves is as it was before that step.
Next: :mod:`autograd.program.array.tiles.compiler`.
"""

from __future__ import annotations

from autograd.program.array.tiles.body import ZERO, TileBody
from autograd.program.array.tiles.entry import FRAME
from autograd.program.loop.lanes.vectors import VECTOR
from autograd.program.loop.native.symbols import INTRINSICS
from autograd.program.loop.row_sums import LANES

__all__ = ["DESCENT", "descend"]

DESCENT = (
    "loss", "rule", "index", "sizes", "rates", "values", "grad", "memories", "norm", "argument",
    "steps", "params", "outputs", "done",
)  # fmt: skip
"""64-bit numbers in one array. ``memories`` has the addresses of parameters and of what the rule
remembers, now and after the step; they change places. The rule's arguments are data, gradient, rate
and memory, its results new data and memory; the loss has its parameters in place ``argument``.
Where there is an address ``norm``, the gradient's norm goes there, and is one more argument.
"""
SQRT = INTRINSICS["sqrt"]
POINTERS = DESCENT[:9]
DONE = DESCENT.index("done")


def descend() -> str:
    """The function, called with the address of such an array."""
    body = TileBody()
    for i, name in enumerate(DESCENT):
        place = body.set(f"getelementptr i64, ptr %frame, i64 {i}")
        body.do(f"%{name} = load {'ptr' if name in POINTERS else 'i64'}, ptr {place}")
    fields = {(f, name): _field(body, f, name) for f in ("loss", "rule") for name in FRAME}
    args, rule_args, results = (
        body.set(f"load ptr, ptr {fields[key]}")
        for key in (("loss", "args"), ("rule", "args"), ("rule", "results"))
    )
    loss_results = body.set(f"load ptr, ptr {fields['loss', 'results']}")
    slots = [body.set(f"getelementptr i64, ptr %memories, i64 {i}") for i in range(4)]
    head, again, ends, after = (body.label() for _ in range(4))
    body.do(f"br label %{head}")
    body.start(head)
    step, row, next_step, next_row = (body.name() for _ in range(4))
    body.do(f"{step} = phi i64 [ 0, %entry ], [ {next_step}, %{ends} ]")
    body.do(f"{row} = phi i64 [ 0, %entry ], [ {next_row}, %{ends} ]")
    body.do(f"store i64 {step}, ptr {body.set(f'getelementptr i64, ptr %frame, i64 {DONE}')}")
    left = body.set(f"icmp ult i64 {step}, %steps")
    body.do(f"br i1 {left}, label %{again}, label %{after}")
    body.start(again)
    size = body.set(f"load i64, ptr {body.set(f'getelementptr i64, ptr %sizes, i64 {step}')}")
    data, memory, new_data, new_memory = (body.set(f"load ptr, ptr {slot}") for slot in slots)

    # Value and gradient of the mean over the step's rows.
    values = body.slot("%values", body.set(f"mul i64 {row}, %outputs"))
    weight = body.set(f"fdiv double 1.0, {body.set(f'uitofp i64 {size} to double')}")
    index = body.set(f"getelementptr i64, ptr %index, i64 {row}")
    body.do(f"store ptr {index}, ptr {fields['loss', 'index']}")
    body.do(f"store i64 {size}, ptr {fields['loss', 'rows']}")
    body.do(f"store double {weight}, ptr {fields['loss', 'weight']}")
    body.do(f"store ptr {data}, ptr {body.set(f'getelementptr ptr, ptr {args}, i64 %argument')}")
    body.do(f"store ptr {values}, ptr {loss_results}")
    _clear(body)
    body.do("call void @run(ptr %loss)")

    # The rule, from the one place to the other.
    rate = body.set(f"getelementptr double, ptr %rates, i64 {step}")
    for i, array in enumerate((data, "%grad", rate, memory)):
        place = body.set(f"getelementptr ptr, ptr {rule_args}, i64 {i}")
        body.do(f"store ptr {array}, ptr {place}")
    _store_norm(body, rule_args)
    for i, array in enumerate((new_data, new_memory)):
        place = body.set(f"getelementptr ptr, ptr {results}, i64 {i}")
        body.do(f"store ptr {array}, ptr {place}")
    body.do("call void @run(ptr %rule)")
    flags = [body.set(f"load i64, ptr {fields[f, 'finite']}") for f in ("loss", "rule")]
    good = body.set(f"icmp ne i64 {body.set(f'and i64 {flags[0]}, {flags[1]}')}, 0")
    body.do(f"br i1 {good}, label %{ends}, label %{after}")
    body.start(ends)
    for slot, array in zip(slots, (new_data, new_memory, data, memory)):
        body.do(f"store ptr {array}, ptr {slot}")
    body.do(f"{next_step} = add i64 {step}, 1")
    body.do(f"{next_row} = add i64 {row}, {size}")
    body.do(f"br label %{head}")
    body.start(after)
    body.do("ret void")
    return body.function("void @descend(ptr %frame)")


def _field(body: TileBody, frame: str, name: str) -> str:
    return body.set(f"getelementptr i64, ptr %{frame}, i64 {FRAME.index(name)}")


def _clear(body: TileBody) -> None:
    """Zeros as gradient, whose array has room for seven numbers more."""

    def block(n: str, _: list[str]) -> list[str]:
        place = body.slot("%grad", body.set(f"shl i64 {n}, 3"))
        body.do(f"store {VECTOR} {ZERO}, ptr {place}, align 8")
        return []

    body.repeat(body.set(f"lshr i64 {body.set(f'add i64 %params, {LANES - 1}')}, 3"), block)


def _store_norm(body: TileBody, rule_args: str) -> None:
    """The gradient's norm, if it is asked for."""
    asked, after = body.label(), body.label()
    body.do(f"br i1 {body.set('icmp ne ptr %norm, null')}, label %{asked}, label %{after}")
    body.start(asked)
    squares = body.products("%grad", "%params")
    body.do(f"store double {body.set(f'call double @{SQRT}(double {squares})')}, ptr %norm")
    body.do(f"store ptr %norm, ptr {body.set(f'getelementptr ptr, ptr {rule_args}, i64 4')}")
    body.do(f"br label %{after}")
    body.start(after)
