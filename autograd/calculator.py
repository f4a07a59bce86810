"""Expressions typed as text: read with :mod:`ast`, and only arithmetic is let through.

Nothing is executed. Names are variables, constants or the functions of this package; every other
piece of Python is refused, with its place in the text.
"""

from __future__ import annotations

import ast
import math
import operator
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.elementwise import exposed
from autograd.engine.node import Node
from autograd.engine.record import record
from autograd.errors import AutogradError
from autograd.functions import distances, ordering, sequences
from autograd.functions import elementary as functions
from autograd.ops import TABLE
from autograd.ops.op import OPS

if TYPE_CHECKING:
    from autograd.engine.value import Operand

__all__ = ["FUNCTIONS", "ExpressionError", "evaluate_text", "normalized"]

MAX_LENGTH = 10_000

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


_INSTEAD: dict[type[ast.AST], str] = {
    ast.BitXor: ": a power is written **, as in x**2",
    ast.IfExp: ": a choice is where(condition, a, b)",
    ast.BoolOp: ": multiply conditions, as in where((0 < x)*(x < 1), a, b)",
    ast.Compare: ": multiply conditions, as in where((0 < x)*(x < 1), a, b)",
    ast.Attribute: ": call a function, as in sin(x)",
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
    known = {normalized(name): x for name, x in variables.items()}
    result = _Reader(text.strip(), known).number(tree)
    return result if isinstance(result, Node) else float(result)


def normalized(name: str) -> str:
    """A name as Python's parser spells it: the micro sign µ is the Greek letter μ.

    >>> normalized("\\u00b5") == "\\u03bc"
    True
    """
    return unicodedata.normalize("NFKC", name)


def _function(name: str) -> Any:
    """What an expression calls by a name; None if there is nothing."""
    if name not in FUNCTIONS and name in OPS and OPS[name] not in TABLE:
        return exposed(OPS[name])  # a program may declare more
    return FUNCTIONS.get(name)


class _Reader:
    """Evaluates one parsed expression."""

    def __init__(self, text: str, variables: Mapping[str, Node]) -> None:
        self.text = text
        self.variables = variables

    def number(self, tree: ast.expr) -> Any:
        """The value of an expression, however deep: parts first, from left to right."""
        order = []
        pending = [tree]
        while pending:
            node = pending.pop()
            order.append(node)
            pending += self.parts(node)
        values: dict[ast.expr, Any] = {}
        for node in reversed(order):
            values[node] = self.value(node, values)
        return values[tree]

    def parts(self, node: ast.expr) -> list[ast.expr]:
        """The numbers that a part is made of; what is not arithmetic is refused here."""
        if isinstance(node, ast.Name):
            return []
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return []
        if isinstance(node, (ast.BinOp, ast.UnaryOp)) and type(node.op) in _OPERATORS:
            return [node.left, node.right] if isinstance(node, ast.BinOp) else [node.operand]
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPERATORS:
            return [node.left, node.comparators[0]]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            if _function(name) is None:
                raise self.refused(node, f"no function {name!r}; there are: {', '.join(FUNCTIONS)}")
            if node.keywords:
                raise self.refused(node, f"{name} takes no keyword arguments here")
            return [x for argument in node.args for x in _items(argument)]
        remedy = _INSTEAD.get(type(node.op if isinstance(node, ast.BinOp) else node), "")
        raise self.refused(node, f"{type(node).__name__} is not allowed in an expression{remedy}")

    def value(self, node: ast.expr, values: Mapping[ast.expr, Operand]) -> Any:
        """The value of a part, from those of its own parts."""
        if isinstance(node, ast.Constant):
            try:
                return float(node.value)  # type: ignore[arg-type]
            except OverflowError:
                return math.inf  # as 1e999 is
        if isinstance(node, ast.Name):
            return self.name(node)
        operands = [values[x] for x in self.parts(node)]
        if isinstance(node, (ast.BinOp, ast.UnaryOp)):
            return self.apply(node, _OPERATORS[type(node.op)], operands)
        if isinstance(node, ast.Compare):
            return float(self.apply(node, _OPERATORS[type(node.ops[0])], operands))
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        given = [
            [values[x] for x in _items(argument)]
            if isinstance(argument, ast.List)
            else values[argument]
            for argument in node.args
        ]
        result = self.apply(node, _function(name), given)
        if isinstance(result, list):
            raise self.refused(node, f"{name} of a list is a list, but an expression is one number")
        return result

    def name(self, node: ast.Name) -> Any:
        """Value of a variable or constant."""
        if node.id in self.variables:
            return self.variables[node.id]
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        if _function(node.id) is not None:
            raise self.refused(node, f"{node.id} is a function: {node.id}(…)")
        known = ", ".join(self.variables) or "none"
        raise self.refused(
            node, f"no value given for {node.id!r} (given: {known}); add {node.id}=…"
        )

    def apply(
        self,
        node: ast.expr,
        function: Callable[..., Operand],
        operands: Sequence[Operand | list[Operand]],
    ) -> Any:
        """Call with operands; what goes wrong is told with its place."""
        try:
            return function(*operands)
        except (AutogradError, TypeError) as error:
            raise self.refused(node, str(error)) from None

    def refused(self, node: ast.expr, reason: str) -> ExpressionError:
        """The error for a part of the text."""
        return ExpressionError(_pointed(self.text, node.col_offset, reason))


def _items(argument: ast.expr) -> list[ast.expr]:
    """The numbers in an argument: those of a list, or the argument itself."""
    return argument.elts if isinstance(argument, ast.List) else [argument]


def _pointed(text: str, place: int, reason: str) -> str:
    """A reason, and under it the text with a mark below the place."""
    start = max(0, place - 60)
    return f"{reason}\n  {text[start : start + 75]}\n  {' ' * (place - start)}^"
