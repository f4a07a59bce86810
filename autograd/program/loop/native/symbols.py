"""Words of LLVM's language: instructions, and what expressions call, the processor's own functions,
forms, libraries.

Next: :mod:`autograd.program.loop.native.emit`.
"""

from __future__ import annotations

from collections.abc import Collection

from autograd.ops import TABLE
from autograd.ops.op import Op
from autograd.program.loop.native.forms import BOUNDS, form_symbol

__all__ = [
    "ARITHMETIC", "COMPARISONS", "INTRINSICS", "RARELY", "USUALLY", "called", "declarations",
    "library", "symbol",
]  # fmt: skip

ARITHMETIC = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
COMPARISONS = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "ne": "une"}
RARELY = ', !prof !{!"branch_weights", i32 1, i32 2000}'
"""Of a branch, that its first side is rare: its code is kept out of the way."""
USUALLY = ', !prof !{!"branch_weights", i32 2000, i32 1}'

INTRINSICS = {
    "abs": "llvm.fabs.f64",
    "sqrt": "llvm.sqrt.f64",
    "floor": "llvm.floor.f64",
    "ceil": "llvm.ceil.f64",
}


def declarations(defined: Collection[str] = ()) -> list[str]:
    """The functions that expressions call, as declared; their own forms are not among them, nor
    what is ``defined``.
    """
    lines = [f"declare double @{name}(double)" for name in INTRINSICS.values()]
    for op in called():
        operands = ", ".join(["double"] * len(op.variables))
        if library(op) not in defined:
            lines.append(f"declare double @{library(op)}({operands})")
    return lines


def called() -> list[Op]:
    """The primitives whose functions the interpreter calls by name; it has INTRINSICS itself."""
    functions = [op for op in TABLE if op.function is not None or op.native]
    return [op for op in functions if op.name not in INTRINSICS]


def library(op: Op) -> str:
    """The name of a primitive's function in the C library, or of Python's."""
    return op.native or f"scalar_autograd_{op.name}"


def symbol(op: Op) -> str:
    """The name that a primitive's function is called by."""
    if op.name in BOUNDS:
        return form_symbol(op.name, 1)
    return INTRINSICS.get(op.name) or library(op)
