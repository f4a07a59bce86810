"""Formulas as text: Python source to paste and run.

Next: :mod:`autograd.testing.properties`.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.functions import elementary
from autograd.ops.expr import INFIX

__all__ = ["formula_source", "imports_of"]

_OWN = {"neg": "-{}", "abs": "abs({})", "pow": "{} ** {}", "floor_divide": "{} // {}"}
_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
_SEQUENCES = ("sum", "norm", "logsumexp", "max", "min")


def formula_source(inputs: int, steps: Sequence[tuple[str, tuple[int | float, ...]]]) -> str:
    """A function ``f`` of Python that computes these steps with the public names.

    >>> print(formula_source(1, [("sin", (0,)), ("mul", (1, 2.0))]))
    def f(x0):
        t1 = autograd.sin(x0)
        t2 = t1 * 2.0
        return t2
    """
    names = [f"x{i}" for i in range(inputs)]
    lines = [f"def f({', '.join(names)}):"]
    for op, operands in steps:
        shown = [names[x] if isinstance(x, int) else repr(x) for x in operands]
        names.append(f"t{len(names)}")
        lines.append(f"    {names[-1]} = {_call(op, shown)}")
    return "\n".join([*lines, f"    return {names[-1]}"])


def _call(op: str, operands: Sequence[str]) -> str:
    if op in _COMPARISONS:
        return f"float({operands[0]} {INFIX[op]} {operands[1]})"
    if op in INFIX:
        return f"{operands[0]} {INFIX[op]} {operands[1]}"
    if op in _OWN:
        return _OWN[op].format(*operands)
    if op in _SEQUENCES:
        return f"autograd.{op}([{', '.join(operands)}])"
    if op == "dot":
        half = len(operands) // 2
        first, second = ", ".join(operands[:half]), ", ".join(operands[half:])
        return f"autograd.dot([{first}], [{second}])"
    if not hasattr(elementary, op):  # no public function records it by itself
        return f"record(OPS[{op!r}], ({', '.join(operands)},))"
    return f"autograd.{op}({', '.join(operands)})"


def imports_of(source: str) -> str:
    """The import lines that such source needs."""
    lines = ["import autograd"]
    if "record(" in source:
        lines += ["from autograd.ops.op import OPS", "from autograd.engine.record import record"]
    return "\n".join(lines)
