"""Expressions as Python source: statements for a function, and the function made of them.

Next: :mod:`autograd.ops.floats`, which evaluates a primitive's rules for floats with them.
"""

from __future__ import annotations

import linecache
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from autograd.graph import consumers, topological_order
from autograd.ops.expr import Expr, Operand, inner_exprs, render

__all__ = ["block", "compile_source"]


def block(expr: Operand, deliver: str, names: Mapping[Expr, str] | None = None) -> list[str]:
    """Python statements that deliver an expression: shared parts first, then ``deliver``.

    A choice becomes an if statement, so that only the branch taken is computed. ``names`` holds
    the parts that have been computed before.

    >>> e = Expr("exp", Expr("var", "x"))
    >>> block(e / (1.0 + e), "return {}")
    ['t0 = exp(x)', 'return t0 / (1.0 + t0)']
    """
    named = dict(names or {})
    if not isinstance(expr, Expr):
        return [deliver.format(render(expr, named, 0))]
    if expr.op != "where":
        lines = _shared(expr, [expr], named)
        return [*lines, deliver.format(render(expr, named, 0))]
    condition, *branches = expr.operands
    lines = _shared(condition, expr.operands, named)
    lines.append(f"if {render(condition, named, 0)}:")
    lines += [f"    {line}" for line in block(branches[0], deliver, named)]
    lines.append("else:")
    lines += [f"    {line}" for line in block(branches[1], deliver, named)]
    return lines


def _shared(part: Operand, whole: Sequence[Operand], names: dict[Expr, str]) -> list[str]:
    """Assignments of those pieces of a part that occur more than once in the whole."""
    roots = [x for x in whole if isinstance(x, Expr)]
    uses = consumers(topological_order(roots, inner_exprs), inner_exprs) + Counter(roots)
    lines = []
    for expr in topological_order([part] if isinstance(part, Expr) else [], inner_exprs):
        if uses[expr] > 1 and expr.op != "var" and expr not in names:
            text = render(expr, names, 0)
            names[expr] = f"t{len(names)}"
            lines.append(f"{names[expr]} = {text}")
    return lines


_numbers = count(1)


def compile_source(name: str, lines: Iterable[str], variables: Mapping[str, Any]) -> Any:
    """Execute generated source and return what it binds to ``name``; debuggers can show it."""
    source = "\n".join(lines) + "\n"
    filename = f"<autograd {name} {next(_numbers)}>"
    scope = dict(variables)
    exec(compile(source, filename, "exec"), scope)
    made = scope.pop(name)  # no cycle: the function is freed with its last user
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    weakref.finalize(made, linecache.cache.pop, filename, None).atexit = False
    return made
