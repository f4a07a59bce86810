"""Numbers of Values, and where they are refused: the error says what to write instead.

A recording would freeze the number for all inputs; a transform would lose its derivative.

The user's line is read, as far as Python tells the place in it: what stands there decides which
remedy is the one for it. Next: :mod:`autograd.engine.value`, which refuses.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Sequence
from dis import opname
from functools import lru_cache
from itertools import islice
from types import FrameType
from typing import TypeGuard

from autograd.engine.modes import ACTIVE, TRACING, user_frame, user_line
from autograd.engine.node import Node
from autograd.errors import TraceError
from autograd.ops.op import OPS

__all__ = ["data_of", "number_of", "refuse_to_freeze"]

USUAL = (
    "Use autograd.where, maximum or minimum for a choice, or a plain number for what does not "
    "depend on the inputs"
)
SEQUENCES = {"max", "min", "sorted", "sort", "sum", "median"}
PYTHON = {"math", "np", "numpy", "cmath", "statistics", "scipy", "stats", "special"}
BUILTIN = {"abs", "pow"}
SAME = {
    "sorted": "sort", "fabs": "abs", "fsum": "sum", "gamma": "lgamma", "piecewise": "where",
    "select": "where", "brentq": "root", "newton": "root", "root_scalar": "root",
}  # fmt: skip
BESIDE = {"interp", "root", "fixed_point"}
"""Functions of ours that are no primitives."""
TESTS = {"isnan": "x != x", "isinf": "abs(x) == inf", "isfinite": "abs(x) < inf"} | dict.fromkeys(
    ("isclose", "allclose"), "abs(x - y) < tolerance"
)
"""What tells the same of a recorded number."""


def number_of(value: Node, wanted: str) -> float:
    """The number of a Value, which leaves the graph; refused inside a recording or a transform.

    In a transform, only of a Value that depends on what is differentiated by.
    """
    value._leave(wanted)
    refuse_to_freeze(wanted)
    return value._data


def data_of(value: Node) -> float:
    """The number of a Value for the library's own use, in recordings and transforms too."""
    number: float = value._data
    return number


def refuse_to_freeze(wanted: str) -> None:
    """Raise TraceError inside a recording."""
    if ACTIVE and TRACING.get():
        raise TraceError(
            f"{wanted} of a recorded Value was asked while tracing, at {user_line()}: the "
            f"recording would freeze it for all inputs. {remedy()}"
        )


def remedy() -> str:
    """What the innermost of the user's lines needs in place of what it does."""
    frame = user_frame()
    if frame is None:
        return USUAL
    place = _place(frame)
    tree = _tree(frame.f_code.co_filename)
    if tree is None:
        return USUAL
    inside = [node for node in ast.walk(tree) if _covers(node, *place)]
    inside.sort(key=_extent)
    # The innermost first: what a call is an argument of matters less than the call.
    asking = [x for x in inside if isinstance(x, ast.Compare) and _asks(x, frame, inside)]
    for node in inside if not asking else ():
        found = _advice(node)
        if found:
            return found
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.If, ast.While, ast.Assert)):
            break
    return _about_comparison(asking[0]) if asking else USUAL


def _advice(node: ast.AST) -> str | None:
    """The remedy for one piece of a program, None if it is not what asked."""
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        first, *rest = [ast.unparse(part) for part in (node.left, *node.comparators)]
        signs = [
            ast.unparse(ast.Compare(node.left, [op], [node.left])).split(" ")[1] for op in node.ops
        ]
        pairs = zip([first, *rest], signs, rest)
        joined = " & ".join(f"({a} {sign} {b})" for a, sign, b in pairs)
        return f"Write a chain of comparisons as {joined}"
    if isinstance(node, ast.BoolOp):
        word, sign = ("and", "&") if isinstance(node.op, ast.And) else ("or", "|")
        joined = f" {sign} ".join(f"({ast.unparse(part)})" for part in node.values)
        return f"Join conditions with {sign} in place of '{word}': {joined}" + (
            ", or multiply them" if sign == "&" else ""
        )
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return f"For 'not', write 1 - ({ast.unparse(node.operand)}), or swap the branches of where"
    if isinstance(node, ast.While):
        return (
            "A loop that ends when a number says so cannot be recorded: use a fixed number of "
            "iterations with autograd.where, or autograd.fixed_point or autograd.root"
        )
    if isinstance(node, (ast.If, ast.IfExp)):
        return f"Use autograd.where({ast.unparse(node.test)}, …, …) for a choice. {USUAL}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Compare):
        mask = ast.unparse(node.slice)
        return f"A recorded mask selects nothing: choose number by number, as where({mask}, …, …)"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        array = ast.unparse(node.targets[0].value)
        return (
            f"If {array} is an array of floats, it cannot hold what is recorded: make it one of "
            "objects, as np.zeros(n, dtype=object), or a list"
        )
    if isinstance(node, ast.Call):
        return _about_call(node)
    return None


def _about_comparison(node: ast.Compare) -> str:
    """Of one that asks for truths itself, of each number in a container."""
    x, xs = ast.unparse(node.left), ast.unparse(node.comparators[0])
    if isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return f"In place of {xs}, compare with each number in it: ({x} == a) | ({x} == b)"
    return f"Of arrays and lists, compare number by number, as [where(v > 0, v, 0) for v in {x}]"


def _asks(node: ast.Compare, frame: FrameType, inside: Sequence[ast.AST]) -> bool:
    """Whether a comparison itself asks for truths, and not whoever makes it a condition.

    Python may do both in one: then it is the condition.
    """
    doing = opname[frame.f_code.co_code[frame.f_lasti]]
    conditions: list[ast.AST] = []
    for around in inside:
        parts = [getattr(around, name, None) for name in ("test", "operand", "slice")]
        conditions += [part for part in parts if part]
        conditions += around.values if isinstance(around, ast.BoolOp) else []
        for generator in getattr(around, "generators", []):
            conditions += generator.ifs
    return doing == "CONTAINS_OP" or (doing == "COMPARE_OP" and node not in conditions)


def _about_call(node: ast.Call) -> str | None:
    *module, name = ast.unparse(node.func).rsplit(".", 1)
    if name in ("int", "range", "round", "floor"):
        return (
            f"{name} needs a number that is known: make it a static argument, or use "
            "autograd.floor, or autograd.take for a place in a table"
        )
    if name in ("any", "all"):
        return f"Join the conditions one by one with {'|' if name == 'any' else '&'}"
    if name.startswith("bisect") or name == "searchsorted":
        return "Use autograd.interp or autograd.take to look up a table"
    if name in ("max", "min") and len(node.args) == 2:
        return f"Use autograd.{name}imum({', '.join(map(ast.unparse, node.args))})"
    known = SAME.get(name, name)
    options = {keyword.arg for keyword in node.keywords}
    if known in SEQUENCES and "key" in options:
        return (
            "A key decides by numbers that are recorded: choose one of two at a time, as "
            "where(key(a) < key(b), a, b)"
        )
    if known == "sort" and "reverse" in options:
        return f"Use autograd.sort(…)[::-1] in place of {'.'.join([*module, name])}"
    if known in TESTS:
        return f"Compare in place of {'.'.join([*module, name])}: {TESTS[known]}"
    if known in SEQUENCES:
        return f"Use autograd.{known} in place of {'.'.join([*module, name])}"
    if module and module[0].partition(".")[0] in PYTHON:
        if known in BUILTIN:
            return f"Use {known} in place of {module[0]}.{name}: Python's own is recorded"
        if known in OPS or known in BESIDE:
            return f"Use autograd.{known} in place of {module[0]}.{name}"
        return (
            f"{module[0]}.{name} takes plain numbers: use the functions of autograd, or custom_op"
        )
    return None


def _place(frame: FrameType) -> tuple[int, int, int]:
    """Line and columns of what is being executed; columns 0 and -1 where Python does not tell."""
    positions = getattr(frame.f_code, "co_positions", None)
    if positions is not None:
        found = next(islice(positions(), frame.f_lasti // 2, None), None)
        if found is not None and None not in found and found[0] == found[1]:
            return found[0], found[2], found[3]
    return frame.f_lineno, 0, -1


@lru_cache(maxsize=16)
def _parsed(source: str) -> ast.AST | None:
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def _tree(filename: str) -> ast.AST | None:
    """The program in a file or notebook cell."""
    source = "".join(linecache.getlines(filename))
    return _parsed(source) if source else None


def _covers(node: ast.AST, line: int, start: int, end: int) -> TypeGuard[ast.expr | ast.stmt]:
    """Whether a piece of a program holds this place, or lies on its line where that is all."""
    if not isinstance(node, (ast.expr, ast.stmt)):
        return False
    last = node.end_lineno or node.lineno
    if end < 0:
        return node.lineno <= line <= last
    first = (node.lineno, node.col_offset)
    return first <= (line, start) and (line, end) <= (last, node.end_col_offset or 0)


def _extent(node: ast.expr | ast.stmt) -> tuple[int, int, int]:
    """The size of a piece, to sort by."""
    lines = (node.end_lineno or node.lineno) - node.lineno
    return lines, (node.end_col_offset or 0) - node.col_offset if not lines else 0, -node.lineno
