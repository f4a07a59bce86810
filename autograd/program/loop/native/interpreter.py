"""The interpreter of instruction rows in LLVM's language, written from the op table.

Each opcode of :mod:`autograd.program.loop.native.rows` is one small function that ends with a jump
to the next row's (``musttail``), so that every kind of row has a branch of its own to predict, and
results and adjoints stay in a machine register from row to row. All bodies are the primitives'
declared expressions. Next: :mod:`autograd.program.loop.native.compiler` compiles and calls it.
"""

from __future__ import annotations

from functools import cache

from autograd.program.loop.native.emit import Body
from autograd.program.loop.native.entries import entry_functions
from autograd.program.loop.native.forms import forms
from autograd.program.loop.native.forwards import FORWARD, forward_rows
from autograd.program.loop.native.pulls import reverse_function
from autograd.program.loop.native.rows import (
    WIDTH,
    Key,
    forward_codes,
    reverse_codes,
)
from autograd.program.loop.native.symbols import called, declarations, library
from autograd.program.loop.native.translation import translations

__all__ = ["module", "special_functions"]

COPYSIGN = "declare double @llvm.copysign.f64(double, double)"


@cache
def special_functions() -> dict[str, str]:
    """The primitives' functions that are Python, translated, by their names."""
    functions = {library(op): op.function for op in called() if not op.native}
    return translations({name: f for name, f in functions.items() if f is not None})


@cache
def module() -> str:
    """The whole interpreter: a function for each opcode, two tables of them, and the entries."""
    forward = [_forward(key, code) for key, code in forward_codes().items()]
    reverse = [
        reverse_function(f"internal void @reverse.{code}", key)
        for key, code in reverse_codes().items()
    ]
    tables = [_table("forward", len(forward)), _table("reverse", len(reverse))]
    memset = "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)"
    special = special_functions()
    own = [*declarations(special), *forms(1), *special.values(), COPYSIGN, memset]
    return "\n".join([*own, *tables, *forward, *reverse, *entry_functions()])


def _table(name: str, count: int) -> str:
    functions = ", ".join(f"ptr @{name}.{code}" for code in range(count))
    return f"@{name}.ops = constant [{count} x ptr] [{functions}]"


def _forward(key: Key, code: int) -> str:
    """The function of one row, or of two steps."""
    name, body = f"internal void @forward.{code}", Body()
    if key[0] == "halt":
        body.do("ret void")
        return body.function(f"{name}({FORWARD})")
    results = forward_rows(body, [key], lambda cell, _: body.load("%v", body.cell(cell)))
    following = body.set(f"getelementptr i32, ptr %code, i64 {WIDTH['forward']}")
    slot = body.slot("%d", str(len(results)))
    passed = f"ptr {following}, ptr %v, ptr {slot}, ptr %ctx, ptr %ops, double {results[-1]}"
    body.jump(body.cells(following, "0"), passed)
    return body.function(f"{name}({FORWARD})")
