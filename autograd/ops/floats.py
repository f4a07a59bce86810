"""A primitive's rules evaluated for floats: fast, and with IEEE 754's results where that raises.

An expression becomes one Python function over the fast functions of :mod:`autograd.ops.ieee`. Where
it raises, the expression is evaluated again, part by part, by functions that never do. Next:
:mod:`autograd.ops.op`, the declaration of a primitive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from autograd.errors import RuleError
from autograd.ops.expr import XP, Expr, Operand, evaluate
from autograd.ops.ieee import ARITHMETIC_ERRORS, FAST, IEEE
from autograd.ops.source import block, compile_source

if TYPE_CHECKING:
    from autograd.ops.rules import Number

__all__ = [
    "FUNCTIONS",
    "Namespace",
    "Rule",
    "compile_floats",
    "evaluate_directly",
    "float_scope",
    "known_functions",
    "unknown_function",
]

Rule = Callable[..., Any]
"""A function of a namespace ``xp`` and operands of any one kind."""

INFINITY, NAN = float("inf"), float("nan")


class _Functions(dict[str, Callable[..., float]]):
    """Functions of floats by name; that of a declared primitive is made when it is asked for."""

    def __init__(self) -> None:
        self.declared: dict[str, Callable[[], Callable[..., float]]] = {}

    def __missing__(self, name: str) -> Callable[..., float]:
        function = IEEE[name] if name in IEEE else self.declared[name]()
        self[name] = function
        return function


FUNCTIONS = _Functions()
"""Name -> function of floats that never raises: an elementary one, or a primitive's own rule."""


class Namespace:
    """An ``xp`` made of a mapping from names to functions."""

    def __init__(self, functions: Mapping[str, Callable[..., Number]]) -> None:
        self._functions = functions
        self.__dict__.update(functions)  # found without a call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        try:
            return self._functions[name]  # a mapping may make functions when asked
        except KeyError:
            raise unknown_function(name) from None


def known_functions() -> set[str]:
    """The names that a rule may ask of its namespace."""
    return {*IEEE, *FUNCTIONS.declared}


def unknown_function(name: str) -> RuleError:
    """The error for a name that a rule has wrong."""
    known = ", ".join(sorted(known_functions()))
    return RuleError(f"no elementary function is named {name!r}; there are {known}")


class _FastFunctions(dict[str, Callable[..., float]]):
    """The fast functions by name, and of what has no such form the one that never raises."""

    def __missing__(self, name: str) -> Callable[..., float]:
        return FAST[name] if name in FAST else FUNCTIONS[name]


_FAST_XP = Namespace(_FastFunctions({**IEEE, **FAST}))


def evaluate_directly(rule: Rule, operands: tuple[float, ...]) -> Any:
    """Call a rule with floats; where that raises, trace it for so many operands and use IEEE."""
    try:
        return rule(_FAST_XP, *operands)
    except ARITHMETIC_ERRORS:
        names = [str(i) for i in range(len(operands))]
        result = rule(XP, *(Expr("var", name) for name in names))
        many = isinstance(result, (tuple, list))
        values = evaluate(result if many else [result], FUNCTIONS, dict(zip(names, operands)))
        return values if many else values[0]


def compile_floats(name: str, parameters: tuple[str, ...], expr: Operand) -> Callable[..., float]:
    """A function of floats: the expression as Python source, and IEEE where that raises.

    >>> reciprocal = compile_floats("reciprocal", ("a",), 1.0 / Expr("var", "a"))
    >>> reciprocal(4.0), reciprocal(0.0)
    (0.25, inf)
    """

    def careful(*operands: float) -> float:
        return float(evaluate([expr], FUNCTIONS, dict(zip(parameters, operands)))[0])

    source = [
        f"def {name}({', '.join(parameters)}):",
        "    try:",
        *(f"        {line}" for line in block(expr, "return {}")),
        "    except errors:",
        f"        return careful({', '.join(parameters)})",
    ]
    scope = {**float_scope([expr]), "careful": careful, "errors": ARITHMETIC_ERRORS}
    function: Callable[..., float] = compile_source(name, source, scope)
    return function


def float_scope(exprs: list[Operand]) -> dict[str, Any]:
    """The global names that the Python source of these expressions needs."""
    scope: dict[str, Any] = {"inf": INFINITY, "nan": NAN}
    pending = [expr for expr in exprs if isinstance(expr, Expr)]
    while pending:
        expr = pending.pop()
        if expr.op in FAST:
            scope[expr.op] = FAST[expr.op]
        elif expr.op in FUNCTIONS.declared and expr.op not in IEEE:
            scope[expr.op] = FUNCTIONS[expr.op]
        pending.extend(x for x in expr.operands if isinstance(x, Expr))
    return scope
