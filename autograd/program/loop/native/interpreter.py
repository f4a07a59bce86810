"""The interpreter of instruction rows in LLVM's language, written from the op table.

Each opcode of :mod:`autograd.program.loop.native.rows` is one small function that ends with a jump
to the next row's (``musttail``), so that every kind of row has a branch of its own to predict, and
results and adjoints stay in a machine register from row to row. All bodies are the primitives'
declared expressions. Next: :mod:`autograd.program.loop.native.compiler` compiles and calls it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from autograd.program.loop.native.emit import Body, Place, called, declarations, library
from autograd.program.loop.native.entries import entry_functions
from autograd.program.loop.native.folds import call, fold
from autograd.program.loop.native.forms import forms
from autograd.program.loop.native.loops import folds
from autograd.program.loop.native.pulls import reverse_function
from autograd.program.loop.native.rows import (
    CALL,
    WIDTH,
    Key,
    Rule,
    forward_codes,
    reverse_codes,
    rules,
)
from autograd.program.loop.native.translation import translations

__all__ = ["forward_function", "module", "special_functions"]

COPYSIGN = "declare double @llvm.copysign.f64(double, double)"

FORWARD = "ptr noalias %code, ptr %v, ptr %d, ptr %ctx, ptr noalias %ops, double %r"


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
        reverse_function(f"internal void @reverse.{code}", [key])
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
    return forward_function(f"internal void @forward.{code}", [key], {}, {})


def forward_function(
    name: str, keys: Sequence[Key], known: Mapping[int, int], places: Mapping[int, Place]
) -> str:
    """The function of some consecutive rows.

    ``known`` says of cells, counted from the first row, that they hold the register of one of the
    function's own results, and which: those need not be read from memory. ``places`` says what is
    known of others, relative to the register of the first result.
    """
    body = Body()
    if places:
        start, end = [body.set(f"ptrtoint ptr %{x} to i64") for x in "vd"]
        body.base = body.set(f"ashr i64 {body.set(f'sub i64 {end}, {start}')}, 3")
        body.places = places
    results: list[str] = []
    slot, result = "%d", "%r"
    for row, key in enumerate(keys):
        if key[0] == "halt":
            body.do("ret void")
            return body.function(f"{name}({FORWARD})")
        body.offset = row * WIDTH["forward"]
        cell = 1
        for rule, kinds in zip(key[::2], key[1::2]):
            if rule in folds():
                result = fold(body, rule)
            elif rule == CALL:
                result = call(body)
            else:
                result, cell = _apply(body, rules()[rule], kinds, cell, result, results, known)
            results.append(result)
            body.do(f"store double {result}, ptr {slot}")
            slot = body.set(f"getelementptr double, ptr {slot}, i64 1")
    following = body.set(f"getelementptr i32, ptr %code, i64 {len(keys) * WIDTH['forward']}")
    passed = f"ptr {following}, ptr %v, ptr {slot}, ptr %ctx, ptr %ops, double {result}"
    body.jump(body.cells(following, "0"), passed)
    return body.function(f"{name}({FORWARD})")


def _apply(
    body: Body,
    rule: Rule,
    kinds: str,
    cell: int,
    previous: str,
    results: Sequence[str],
    known: Mapping[int, int],
) -> tuple[str, int]:
    """The result of a rule, and the next free cell of the row."""
    variables = {}
    for variable, kind in zip(rule.variables, kinds):
        variables[variable] = previous
        if kind == "R":
            own = known.get(body.offset + cell)
            variables[variable] = (
                results[own] if own is not None else body.load("%v", body.cell(cell))
            )
            cell += 1
    return body.exprs([rule.value], variables)[0], cell
