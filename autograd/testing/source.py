"""Formulas and graphs as text: Python source to paste, and a listing with the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.expr import INFIX
from autograd.sweep import operands_of, record_of

__all__ = ["formula_source", "graph_listing"]

_OWN = {"neg": "-{}", "abs": "abs({})", "identity": "+{}", "pow": "{} ** {}"}
_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
_SEQUENCES = ("sum", "norm", "logsumexp")
_INTERNAL = ("chain", "polygamma", "identity")
LONGEST = 40


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
    if op in _INTERNAL:  # not public: no function of autograd records them by themselves
        return f"record(OPS[{op!r}], ({', '.join(operands)},))"
    if op in _OWN:
        return _OWN[op].format(*operands)
    if op in _SEQUENCES:
        return f"autograd.{op}([{', '.join(operands)}])"
    if op == "dot":
        half = len(operands) // 2
        first, second = ", ".join(operands[:half]), ", ".join(operands[half:])
        return f"autograd.dot([{first}], [{second}])"
    return f"autograd.{op}({', '.join(operands)})"


def imports_of(source: str) -> str:
    """The import lines that such source needs."""
    lines = ["import autograd"]
    if "record(" in source:
        lines += ["from autograd.op import OPS", "from autograd.record import record"]
    return "\n".join(lines)


def graph_listing(root: Any, names: dict[Any, str]) -> str:
    """The recorded graph of a Value, a line for each node: what it is, its number, its adjoint.

    ``names`` gives the leaves' names; call ``backward`` first if adjoints shall be shown.

    >>> from autograd import Value, sin
    >>> x = Value(0.0)
    >>> y = sin(x) * 2.0
    >>> y.backward()
    >>> print(graph_listing(y, {x: "x"}))
    x = 0                adjoint 2
    n1 = sin(x) = 0      adjoint 2
    n2 = mul(n1, 2) = 0  adjoint 1
    """
    order, reached = record_of([root])
    names = {leaf: names.get(leaf) or leaf.name or "a leaf" for leaf in reached if leaf.op is None}
    rows = [(f"{name} = {leaf.data:.6g}", _adjoint(leaf)) for leaf, name in names.items()]
    for number, node in enumerate(order, 1):
        operands = [f"{x:.6g}" if type(x) is float else names[x] for x in operands_of(node)]
        names[node] = node.name or f"n{number}"
        call = f"{node.op}({', '.join(operands)})"
        rows.append((f"{names[node]} = {call} = {node.data:.6g}", _adjoint(node)))
    if len(rows) > LONGEST:
        rows = [*rows[: LONGEST // 2], ("…", ""), *rows[-LONGEST // 2 :]]
    width = max(len(text) for text, _ in rows)
    return "\n".join(f"{text:{width}}  {adjoint}".rstrip() for text, adjoint in rows)


def _adjoint(node: Any) -> str:
    return f"adjoint {float(node.grad):.6g}" if node.grad_computed else ""
