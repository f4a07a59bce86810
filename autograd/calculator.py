"""Expressions typed as text: read with :mod:`ast`, and only arithmetic is let through.

Nothing is executed. Names are variables, constants or the functions of this package; every other
piece of Python is refused, with its place in the text.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from autograd.engine.elementwise import exposed
from autograd.engine.node import Node
from autograd.engine.record import record
from autograd.errors import AutogradError
from autograd.functions import distances, ordering, sequences
from autograd.functions import elementary as functions
from autograd.ops import TABLE
from autograd.ops.op import OPS

__all__ = ["FUNCTIONS", "ExpressionError", "evaluate_text"]

MAX_LENGTH = 10_000
MAX_DEPTH = 400  # well below Python's own limit, which would end in a RecursionError

CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(functions, name) for name in OPS if hasattr(functions, name)},
    **{name: getattr(sequences, name) for name in ["sum", "mean", "prod", "logsumexp", "dot"]},
    **{name: getattr(distances, name) for name in ["norm", "var", "std"]},
    **{name: getattr(ordering, name) for name in ["max", "min", "median"]},
    "abs": abs,
}
"""What an expression may call."""


def _recorded(name: str) -> Callable[..., Any]:
    """A primitive of numbers and Values: on numbers too it has IEEE results, never an exception."""
    return lambda *operands: record(OPS[name], operands)


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _recorded("add"),
    ast.Sub: _recorded("sub"),
    ast.Mult: _recorded("mul"),
    ast.Div: _recorded("div"),
    ast.Pow: _recorded("pow"),
    ast.Mod: _recorded("mod"),
    ast.FloorDiv: _recorded("floor_divide"),
    ast.USub: _recorded("neg"),
    ast.UAdd: operator.pos,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class ExpressionError(AutogradError, ValueError):
    """A text is no expression of arithmetic and known functions."""


def evaluate_text(text: str, variables: Mapping[str, Node]) -> Any:
    """The value of an expression: a Value if it has a variable in it, otherwise a float.

    Args:
        text: Numbers, variables, ``pi`` and ``e``, + - * / // % ** and parentheses, comparisons
            (for ``where``), calls of :data:`FUNCTIONS`, and lists for those that take a sequence.
        variables: Name -> Value.

    Raises:
        ExpressionError: The text is anything else; the message shows where.

    >>> from autograd import Value
    >>> evaluate_text("2*x + dot([x, 1], [3, 4])", {"x": Value(5.0)})
    Value(29.0)
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text)} characters; {MAX_LENGTH} are the limit"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # `1(2)` is refused below, with a reason
            tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        place = (error.offset or 1) - 1
        raise ExpressionError(
            _pointed(text.strip(), place, f"no expression: {error.msg}")
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"the expression cannot be read: {error}") from None
    _require_shallow(tree)
    result = _Reader(text.strip(), variables).number(tree)
    return result if isinstance(result, Node) else float(result)


def _require_shallow(tree: ast.AST) -> None:
    """Refuse what would need deep recursion to evaluate."""
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ExpressionError(
                f"the expression nests deeper than {MAX_DEPTH} levels: group it with parentheses, "
                "or use sum([...])"
            )
        level = [child for node in level for child in ast.iter_child_nodes(node)]


class _Reader:
    """Evaluates one parsed expression."""

    def __init__(self, text: str, variables: Mapping[str, Node]) -> None:
        self.text = text
        self.variables = variables

    def number(self, node: ast.expr) -> Any:
        """Value of a part that has to be a number."""
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            try:
                return float(node.value)  # type: ignore[arg-type]
            except OverflowError:
                return math.inf  # as 1e999 is
        if isinstance(node, ast.Name):
            return self.name(node)
        if isinstance(node, (ast.BinOp, ast.UnaryOp)) and type(node.op) in _OPERATORS:
            parts = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.operand]
            return self.apply(node, _OPERATORS[type(node.op)], [self.number(x) for x in parts])
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPERATORS:
            parts = [self.number(node.left), self.number(node.comparators[0])]
            return float(self.apply(node, _OPERATORS[type(node.ops[0])], parts))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.call(node, node.func.id)
        raise self.refused(node, f"{type(node).__name__} is not allowed in an expression")

    def name(self, node: ast.Name) -> Any:
        """Value of a variable or constant."""
        if node.id in self.variables:
            return self.variables[node.id]
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        known = ", ".join(self.variables) or "none"
        raise self.refused(
            node, f"no value given for {node.id!r} (given: {known}); add {node.id}=…"
        )

    def call(self, node: ast.Call, name: str) -> Any:
        """Value of a function call."""
        function = FUNCTIONS.get(name)
        if function is None and name in OPS and OPS[name] not in TABLE:
            function = exposed(OPS[name])  # a program may declare more
        if function is None:
            raise self.refused(node, f"no function {name!r}; there are: {', '.join(FUNCTIONS)}")
        if node.keywords:
            raise self.refused(node, f"{name} takes no keyword arguments here")
        operands = [
            [self.number(x) for x in argument.elts]
            if isinstance(argument, ast.List)
            else self.number(argument)
            for argument in node.args
        ]
        result = self.apply(node, function, operands)
        if isinstance(result, list):
            raise self.refused(node, f"{name} of a list is a list, but an expression is one number")
        return result

    def apply(self, node: ast.expr, function: Callable[..., Any], operands: list[Any]) -> Any:
        """Call with operands; what goes wrong is told with its place."""
        try:
            return function(*operands)
        except (AutogradError, TypeError) as error:
            raise self.refused(node, str(error)) from None

    def refused(self, node: ast.expr, reason: str) -> ExpressionError:
        """The error for a part of the text."""
        return ExpressionError(_pointed(self.text, node.col_offset, reason))


def _pointed(text: str, place: int, reason: str) -> str:
    """A reason, and under it the text with a mark below the place."""
    start = max(0, place - 60)
    return f"{reason}\n  {text[start : start + 75]}\n  {' ' * (place - start)}^"
