"""Rules as expressions: what a primitive's rule becomes when it is fed symbols.

A rule is plain Python over operators and a namespace ``xp``. Called with :class:`Expr` operands it
returns a small expression graph, and everything else is made from that graph: numbers, arrays and
recorded Values (:func:`evaluate`), other expressions (:func:`bottom_up`), and text (:func:`show`).
Next: :mod:`autograd.ops.source`, which makes functions of floats from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from autograd.errors import TraceError
from autograd.graph import topological_order
from autograd.ops.rules import Number

__all__ = [
    "COMPARISONS", "INFIX", "XP", "Expr", "Operand", "bottom_up", "evaluate", "inner_exprs",
    "interned", "parts_in", "render", "show", "variables_of",
]  # fmt: skip

Operand: TypeAlias = "Expr | float"
"""What an expression is applied to, and what a rule makes of symbols."""
T = TypeVar("T")
Literal = TypeVar("Literal", bound="float | None")

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

    def __init__(self, op: str, *operands: Number | int | str) -> None:
        self.op = op
        self.operands: tuple[Any, ...] = tuple(
            float(x) if isinstance(x, int) else x for x in operands
        )

    def __neg__(self) -> Expr:
        return Expr("neg", self)

    def __abs__(self) -> Expr:
        return Expr("abs", self)

    def __add__(self, other: Number) -> Expr:
        return Expr("add", self, other)

    def __radd__(self, other: Number) -> Expr:
        return Expr("add", other, self)

    def __sub__(self, other: Number) -> Expr:
        return Expr("sub", self, other)

    def __rsub__(self, other: Number) -> Expr:
        return Expr("sub", other, self)

    def __mul__(self, other: Number) -> Expr:
        return Expr("mul", self, other)

    def __rmul__(self, other: Number) -> Expr:
        return Expr("mul", other, self)

    def __truediv__(self, other: Number) -> Expr:
        return Expr("div", self, other)

    def __rtruediv__(self, other: Number) -> Expr:
        return Expr("div", other, self)

    def __pow__(self, other: Number) -> Expr:
        return Expr("pow", self, other)

    def __rpow__(self, other: Number) -> Expr:
        return Expr("pow", other, self)

    def __lt__(self, other: Number) -> Expr:
        return Expr("lt", self, other)

    def __le__(self, other: Number) -> Expr:
        return Expr("le", self, other)

    def __gt__(self, other: Number) -> Expr:
        return Expr("gt", self, other)

    def __ge__(self, other: Number) -> Expr:
        return Expr("ge", self, other)

    def __eq__(self, other: Number) -> Expr:  # type: ignore[override]
        return Expr("eq", self, other)

    def __ne__(self, other: Number) -> Expr:  # type: ignore[override]
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


def bottom_up(
    exprs: Sequence[Expr | Literal],
    step: Callable[[Expr, list[T | float]], T],
    done: dict[Expr, T] | None = None,
) -> list[T | Literal]:
    """What a step makes of each expression, from what it made of the operands.

    ``step(expr, operands)`` is called once for each part, shared parts too, variables first. Pass
    the same ``done`` again to remember across calls. No depth of nesting is too deep.

    >>> x = Expr("var", "x")
    >>> bottom_up(
    ...     [x * x + 1.0],
    ...     lambda expr, parts: Expr("var", "y") if expr is x else Expr(expr.op, *parts),
    ... )
    [Expr('y * y + 1.0')]
    """
    made = {} if done is None else done

    def missing(expr: Expr) -> list[Expr]:
        return [x for x in expr.operands if isinstance(x, Expr) and x not in made]

    roots = [x for x in exprs if isinstance(x, Expr) and x not in made]
    for expr in topological_order(roots, missing):
        made[expr] = step(expr, [made[x] if isinstance(x, Expr) else x for x in expr.operands])
    return [made[x] if isinstance(x, Expr) else x for x in exprs]


def interned(formulas: Sequence[Operand]) -> list[Operand]:
    """The same, with equal parts made one."""
    known: dict[Any, Expr] = {}

    def step(part: Expr, operands: list[Operand]) -> Expr:
        key = (part.op, *(id(x) if isinstance(x, Expr) else repr(x) for x in operands))
        return known.setdefault(key, Expr(part.op, *operands))

    return bottom_up(formulas, step)


def evaluate(
    exprs: Sequence[Operand | None],
    functions: Mapping[str, Callable[..., T]],
    variables: Mapping[str, T],
) -> list[Any]:
    """Values of expressions when their functions and variables mean these.

    ``functions`` has to know every name in the expressions; shared parts are evaluated once. Who
    evaluates the same ones often has a function for it: :func:`autograd.ops.straight.straight`.

    >>> evaluate([Expr("var", "x") / 4.0], {"div": lambda a, b: a / b}, {"x": 2.0})
    [0.5]
    """

    made: dict[Expr, T] = {}
    for expr in parts_in(exprs):
        made[expr] = (
            variables[expr.operands[0]]
            if expr.op == "var"
            else functions[expr.op](*[made[x] if type(x) is Expr else x for x in expr.operands])
        )
    return [made[x] if isinstance(x, Expr) else x for x in exprs]


def parts_in(exprs: Iterable[Operand | None]) -> list[Expr]:
    """All that some expressions are made of, variables first, each part once."""
    return topological_order([x for x in exprs if isinstance(x, Expr)], inner_exprs)


def inner_exprs(expr: Expr) -> list[Expr]:
    """The operands that are expressions themselves."""
    return [x for x in expr.operands if isinstance(x, Expr)]


def variables_of(exprs: Iterable[Operand]) -> set[str]:
    """The names of the variables in some expressions."""
    order = parts_in(exprs)
    return {str(expr.operands[0]) for expr in order if expr.op == "var"}


def show(expr: Operand) -> str:
    """An expression as one line of Python over plain function names."""
    return render(expr, {}, 0)


_TIGHTNESS = {"where": 1, **dict.fromkeys(COMPARISONS, 2), "add": 3, "sub": 3, "mul": 4, "div": 4}


def render(expr: Operand, names: Mapping[Expr, str], outer: int) -> str:
    """Text of an expression: parts that have names by those, the rest in full.

    ``outer`` says how tightly the place it goes to binds.
    """
    if not isinstance(expr, Expr):
        text = repr(float(expr))
        return f"({text})" if text.startswith("-") and outer > 4 else text
    if expr.op == "var":
        return str(expr.operands[0])
    if expr in names:
        return names[expr]
    tightness = _TIGHTNESS.get(expr.op, 5)
    if expr.op in INFIX:
        left = render(expr.operands[0], names, tightness)
        right = render(expr.operands[1], names, tightness + 1)
        text = f"{left} {INFIX[expr.op]} {right}"
    elif expr.op == "neg":
        text = f"-{render(expr.operands[0], names, 6)}"
    elif expr.op == "where":
        condition, a, b = (render(x, names, 2) for x in expr.operands)
        text = f"{a} if {condition} else {b}"
    else:
        return f"{expr.op}({', '.join(render(x, names, 0) for x in expr.operands)})"
    return f"({text})" if outer > tightness else text
