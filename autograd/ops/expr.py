"""Rules as expressions: what a primitive's rule becomes when it is fed symbols.

A rule is plain Python over operators and a namespace ``xp``. Called with :class:`Expr` operands it
returns a small expression graph, and everything else is made from that graph: fast functions of
floats (:func:`compile_floats`), the same numbers where those raise, arrays, recorded Values
(:func:`evaluate`), and text (:func:`show`). Next: :mod:`autograd.ops.op`.
"""

from __future__ import annotations

import linecache
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from autograd.errors import TraceError
from autograd.graph import consumers, topological_order

__all__ = [
    "XP", "Expr", "Operand", "block", "compile_source", "evaluate", "inner_exprs", "show",
    "variables_of",
]  # fmt: skip

Operand = Any
"""What flows through a rule: a float, an array, a Value or an :class:`Expr`."""

COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", **COMPARISONS}


class Expr:
    """A function's name applied to operands, each an Expr, a float, or (for "var") a name.

    >>> x = Expr("var", "x")
    >>> show(2.0 * XP.exp(-x))
    '2.0 * exp(-x)'
    """

    __hash__ = object.__hash__
    __slots__ = ("op", "operands")

    def __init__(self, op: str, *operands: Operand) -> None:
        self.op = op
        self.operands = tuple(float(x) if isinstance(x, int) else x for x in operands)

    def __neg__(self) -> Expr:
        return Expr("neg", self)

    def __abs__(self) -> Expr:
        return Expr("abs", self)

    def __add__(self, other: Operand) -> Expr:
        return Expr("add", self, other)

    def __radd__(self, other: Operand) -> Expr:
        return Expr("add", other, self)

    def __sub__(self, other: Operand) -> Expr:
        return Expr("sub", self, other)

    def __rsub__(self, other: Operand) -> Expr:
        return Expr("sub", other, self)

    def __mul__(self, other: Operand) -> Expr:
        return Expr("mul", self, other)

    def __rmul__(self, other: Operand) -> Expr:
        return Expr("mul", other, self)

    def __truediv__(self, other: Operand) -> Expr:
        return Expr("div", self, other)

    def __rtruediv__(self, other: Operand) -> Expr:
        return Expr("div", other, self)

    def __pow__(self, other: Operand) -> Expr:
        return Expr("pow", self, other)

    def __rpow__(self, other: Operand) -> Expr:
        return Expr("pow", other, self)

    def __lt__(self, other: Operand) -> Expr:
        return Expr("lt", self, other)

    def __le__(self, other: Operand) -> Expr:
        return Expr("le", self, other)

    def __gt__(self, other: Operand) -> Expr:
        return Expr("gt", self, other)

    def __ge__(self, other: Operand) -> Expr:
        return Expr("ge", self, other)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return Expr("eq", self, other)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return Expr("ne", self, other)

    def __bool__(self) -> bool:
        raise TraceError("a rule cannot branch on its operands: use xp.where(condition, a, b)")

    def __repr__(self) -> str:
        return f"Expr({show(self)!r})"


class _Symbols:
    """The namespace of symbols: every function of it only writes down that it was called."""

    def __getattr__(self, name: str) -> Callable[..., Expr]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *operands: Expr(name, *operands)


XP = _Symbols()


def evaluate(
    exprs: Sequence[Operand],
    functions: Mapping[str, Callable[..., Any]],
    variables: Mapping[str, Any],
) -> list[Any]:
    """Values of expressions when their functions and variables mean these.

    ``functions`` has to know every name in the expressions; shared parts are evaluated once.

    >>> evaluate([Expr("var", "x") / 4.0], {"div": lambda a, b: a / b}, {"x": 2.0})
    [0.5]
    """
    values: dict[Expr, Any] = {}
    for expr in topological_order((x for x in exprs if isinstance(x, Expr)), inner_exprs):
        if expr.op == "var":
            values[expr] = variables[str(expr.operands[0])]
        else:
            operands = [values[x] if isinstance(x, Expr) else x for x in expr.operands]
            values[expr] = functions[expr.op](*operands)
    return [values[x] if isinstance(x, Expr) else x for x in exprs]


def inner_exprs(expr: Expr) -> list[Expr]:
    """The operands that are expressions themselves."""
    return [x for x in expr.operands if isinstance(x, Expr)]


def variables_of(exprs: Iterable[Operand]) -> set[str]:
    """The names of the variables in some expressions."""
    order = topological_order([x for x in exprs if isinstance(x, Expr)], inner_exprs)
    return {str(expr.operands[0]) for expr in order if expr.op == "var"}


def show(expr: Operand) -> str:
    """An expression as one line of Python over plain function names."""
    return _render(expr, {}, 0)


def block(expr: Operand, deliver: str, names: Mapping[Expr, str] | None = None) -> list[str]:
    """Python statements that deliver an expression: shared parts first, then ``deliver``.

    A choice becomes an if statement, so that only the branch taken is computed. ``names`` holds
    the parts that have been computed before.

    >>> e = XP.exp(Expr("var", "x"))
    >>> block(e / (1.0 + e), "return {}")
    ['t0 = exp(x)', 'return t0 / (1.0 + t0)']
    """
    named = dict(names or {})
    if not isinstance(expr, Expr):
        return [deliver.format(_render(expr, named, 0))]
    if expr.op != "where":
        lines = _shared(expr, [expr], named)
        return [*lines, deliver.format(_render(expr, named, 0))]
    condition, *branches = expr.operands
    lines = _shared(condition, expr.operands, named)
    lines.append(f"if {_render(condition, named, 0)}:")
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
            text = _render(expr, names, 0)
            names[expr] = f"t{len(names)}"
            lines.append(f"{names[expr]} = {text}")
    return lines


_TIGHTNESS = {"where": 1, **dict.fromkeys(COMPARISONS, 2), "add": 3, "sub": 3, "mul": 4, "div": 4}


def _render(expr: Operand, names: Mapping[Expr, str], outer: int) -> str:
    """Text of an expression; ``outer`` says how tightly the place it goes to binds."""
    if not isinstance(expr, Expr):
        text = repr(float(expr))
        return f"({text})" if text.startswith("-") and outer > 4 else text
    if expr.op == "var":
        return str(expr.operands[0])
    if expr in names:
        return names[expr]
    tightness = _TIGHTNESS.get(expr.op, 5)
    if expr.op in INFIX:
        left = _render(expr.operands[0], names, tightness)
        right = _render(expr.operands[1], names, tightness + 1)
        text = f"{left} {INFIX[expr.op]} {right}"
    elif expr.op == "neg":
        text = f"-{_render(expr.operands[0], names, 6)}"
    elif expr.op == "where":
        condition, a, b = (_render(x, names, 2) for x in expr.operands)
        text = f"{a} if {condition} else {b}"
    else:
        return f"{expr.op}({', '.join(_render(x, names, 0) for x in expr.operands)})"
    return f"({text})" if outer > tightness else text


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
