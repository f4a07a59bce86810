"""Translation: functions of floats, written in plain Python, as JavaScript.

It knows the Python that numerical functions are made of: assignments, branches, loops over ranges
and tuples, arithmetic, :mod:`math`, and other such functions of the same module. So a function that
JavaScript lacks has one text, and a page computes with the same operations in the same order.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import math
import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import Any

from autograd.drawing.page.literals import literal
from autograd.errors import InputTypeError

__all__ = ["translated"]

MATH = {"isinf": "is_inf", "isnan": "isNaN", "isfinite": "isFinite", "fabs": "Math.abs"}
MATH |= {"copysign": "copysign", "fmod": "fmod", "pow": "pow", "erf": "erf", "erfc": "erfc"}
"""What :mod:`math` has under another name; the helpers stand in ``program.js``."""
BUILTINS = {"abs": "Math.abs", "int": "Math.trunc", "float": "", "max": "Math.max"}
BUILTINS |= {"min": "Math.min"}
BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARE = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "===", ast.NotEq: "!==",
}  # fmt: skip


def translated(function: FunctionType, found: dict[str, str]) -> str:
    """The name of a function in JavaScript; its text, and those of what it calls, go in ``found``.

    Raises:
        InputTypeError: It is made of more than this knows; the message names what, and the remedy.

    >>> from autograd.ops.ieee import FAST
    >>> found = {}
    >>> translated(FAST["cbrt"], found)
    'cbrt_'
    """
    name = f"{function.__name__.lstrip('_')}_"
    if name not in found:
        tree = _definition(function)
        found[name] = ""  # a function may call itself
        found[name] = _Translator(function, found).function(name, tree)
    return name


def _definition(function: FunctionType) -> ast.FunctionDef:
    """The text of a function, which a lambda or one that was typed into a prompt does not have."""
    with contextlib.suppress(OSError, SyntaxError):  # of a lambda, the line need not be a statement
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        if isinstance(tree, ast.FunctionDef):
            return tree
    raise InputTypeError(
        f"{function.__name__} cannot be written in JavaScript: it is no def in a file; write it as "
        "one, or name a JavaScript form in the declaration, javascript=…"
    )


class _Translator:
    """Translates one function."""

    def __init__(self, function: FunctionType, found: dict[str, str]) -> None:
        self.python = function
        self.found = found
        self.scope = function.__globals__
        self.locals: set[str] = set()

    def function(self, name: str, tree: ast.FunctionDef) -> str:
        arguments = [a.arg for a in tree.args.args]
        defaults: list[ast.expr | None] = [None] * (len(arguments) - len(tree.args.defaults))
        defaults += tree.args.defaults
        self.locals = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        own = sorted(self.locals - set(arguments))
        self.locals |= set(arguments)
        parameters = ",".join(
            a if default is None else f"{a}={self.text(default)}"
            for a, default in zip(arguments, defaults)
        )
        declared = f"let {','.join(own)};" if own else ""
        return f"function {name}({parameters}){{{declared}{self.block(tree.body)}}}"

    def block(self, body: list[ast.stmt]) -> str:
        return "".join(map(self.statement, body))

    def statement(self, node: ast.stmt) -> str:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return ""  # a docstring
        if isinstance(node, ast.Return) and node.value is not None:
            return f"return {self.text(node.value)};"
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            return f"{self.text(node.targets[0])}={self.text(node.value)};"
        if isinstance(node, ast.AugAssign):
            target = ast.Name(id=ast.unparse(node.target), ctx=ast.Load())
            value = ast.BinOp(left=target, op=node.op, right=node.value)
            return f"{self.text(node.target)}={self.text(value)};"
        if isinstance(node, ast.If):
            other = f"else{{{self.block(node.orelse)}}}" if node.orelse else ""
            return f"if({self.text(node.test)}){{{self.block(node.body)}}}{other}"
        if isinstance(node, ast.While) and not node.orelse:
            return f"while({self.text(node.test)}){{{self.block(node.body)}}}"
        if isinstance(node, ast.For) and not node.orelse:
            items = self.text(node.iter)
            return f"for({self.text(node.target)} of {items}){{{self.block(node.body)}}}"
        if isinstance(node, (ast.Break, ast.Continue)):
            return f"{type(node).__name__.lower()};"
        raise self.unknown(node)

    def text(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return literal(float(node.value))  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            if node.id in self.locals:
                return node.id
            return self.outside({**vars(builtins), **self.scope}[node.id], node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self.outside(getattr(self.scope[node.value.id], node.attr), node)
        if isinstance(node, ast.Tuple):
            return f"[{','.join(map(self.text, node.elts))}]"
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            return f"{self.text(node.value)}[{self.text(node.slice)}]"
        if isinstance(node, ast.UnaryOp):
            sign = {ast.USub: "-", ast.Not: "!", ast.UAdd: "+"}.get(type(node.op))
            if sign:
                return f"({sign}{self.text(node.operand)})"
        if isinstance(node, ast.BoolOp):
            sign = "&&" if isinstance(node.op, ast.And) else "||"
            return f"({sign.join(map(self.text, node.values))})"
        if isinstance(node, ast.BinOp):
            return self.arithmetic(node)
        if isinstance(node, ast.Compare) and all(type(op) in COMPARE for op in node.ops):
            sides = [self.text(side) for side in (node.left, *node.comparators)]
            pairs = zip(sides, node.ops, sides[1:])
            return f"({'&&'.join(f'{a}{COMPARE[type(op)]}{b}' for a, op, b in pairs)})"
        if isinstance(node, ast.IfExp):
            return f"({self.text(node.test)}?{self.text(node.body)}:{self.text(node.orelse)})"
        if isinstance(node, ast.Call) and not node.keywords:
            arguments = ",".join(map(self.text, node.args))
            return f"{self.text(node.func)}({arguments})"
        raise self.unknown(node)

    def arithmetic(self, node: ast.BinOp) -> str:
        left, right = self.text(node.left), self.text(node.right)
        if type(node.op) in BINARY:
            return f"({left}{BINARY[type(node.op)]}{right})"
        if isinstance(node.op, ast.Pow):
            return f"pow({left},{right})"
        if isinstance(node.op, ast.FloorDiv):
            return f"Math.floor({left}/{right})"
        if isinstance(node.op, ast.Mod):
            return f"modulo({left},{right})"
        raise self.unknown(node)

    def outside(self, thing: Any, node: ast.expr) -> str:
        """What a name that is no local one stands for."""
        if isinstance(thing, (int, float)):
            return literal(float(thing))
        if isinstance(thing, (tuple, list)):
            return f"[{','.join(self.outside(x, node) for x in thing)}]"
        if isinstance(thing, FunctionType):
            return translated(thing, self.found)
        name = getattr(thing, "__name__", "")
        if thing is range:
            return "range"
        if getattr(math, name, None) is thing:
            return MATH.get(name, f"Math.{name}")
        if name in BUILTINS and isinstance(thing, Callable):  # type: ignore[arg-type]
            return BUILTINS[name]
        raise self.unknown(node)

    def unknown(self, node: ast.AST) -> InputTypeError:
        return InputTypeError(
            f"{self.python.__qualname__} cannot be written in JavaScript: "
            f"{ast.unparse(node)[:60]!r} is more than the translation knows; write it with "
            "arithmetic, math, loops over range or tuples, or name a JavaScript form for it"
        )
