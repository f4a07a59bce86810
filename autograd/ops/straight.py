"""Straight: a function that computes expressions by calls one after another.

Sweeps that are recorded ask a primitive for its local derivatives at every node, and a call is what
records. Next: :mod:`autograd.engine.higher`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from autograd.ops.expr import Expr, Operand, parts_in
from autograd.ops.rules import Number
from autograd.ops.source import compile_source

__all__ = ["straight"]


def straight(
    exprs: Sequence[Operand | None],
    variables: Iterable[str],
    functions: Mapping[str, Callable[..., Number]],
) -> Callable[..., tuple[Any, ...]]:
    """The function of these variables that gives these expressions; None stays None.

    ``functions`` has to know every name in the expressions; shared parts are computed once.

    >>> x = Expr("var", "x")
    >>> straight([x / 4.0, x, None], "x", {"div": lambda a, b: a / b})(2.0)
    (0.5, 2.0, None)
    """
    given: list[Any] = []
    names: dict[Expr, str] = {}

    def word(x: Operand | Callable[..., Number] | None) -> str:
        if isinstance(x, Expr):
            return names[x]
        given.append(x)
        return f"given{len(given)}"

    lines = []
    for i, part in enumerate(parts_in(exprs)):
        if part.op == "var":
            names[part] = str(part.operands[0])
        else:
            operands = ", ".join(map(word, part.operands))
            lines.append(f"made{i} = {word(functions[part.op])}({operands})")
            names[part] = f"made{i}"
    lines.append(f"return {', '.join(map(word, exprs))},")
    made: Callable[..., tuple[Any, ...]] = _maker(tuple(variables), tuple(lines), len(given))(
        *given
    )
    return made


@lru_cache(maxsize=1024)
def _maker(variables: tuple[str, ...], lines: tuple[str, ...], count: int) -> Callable[..., Any]:
    """What makes functions of one text, whatever numbers are in it."""
    source = [
        f"def maker({', '.join(f'given{i + 1}' for i in range(count))}):",
        f"    def straight({', '.join(variables)}):",
        *(f"        {line}" for line in lines),
        "    return straight",
    ]
    maker: Callable[..., Any] = compile_source("maker", source, {})
    return maker
