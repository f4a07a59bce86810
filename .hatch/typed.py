"""Typed source written from the table of primitives: operators, steps and new evaluations.

The writer of the generated engine gives the lines; here they get types, in terms of C doubles, and
functions that mypyc calls in C. What is the same for every primitive stands in :mod:`passes`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from passes import MANY, PASSES

from autograd.engine.generated import OPERATORS, SIGNS

HEAD = """from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from mypy_extensions import i64, mypyc_attr
    from autograd.engine.nodes import at, begun, checked, committed, count, dated, ended, epoch
    from autograd.engine.nodes import fit, forked, gain, held, install, is_node, item, listed, made
    from autograd.engine.nodes import number, reached_adjoint
    from autograd.engine.nodes import of_numbers, plain, refreshed, renewed, restored, seed, swept
    from autograd.engine.nodes import swept_list, track, tracked, unchanged, waiting, walked
"""
ACTIVE_MODES = """
from autograd.engine.switches import ACTIVE
ACTIVE_MODES: Final[dict[object, object]] = ACTIVE
"""
IMPORTS = f"""import math
import os
from autograd.engine.modes import ANOMALY, RECORDING
from autograd.engine.node import EPOCH
from autograd.ops.floats import FUNCTIONS
from autograd.ops.ieee import FAST
from autograd.ops.op import OPS
{ACTIVE_MODES}
ANOMALIES: Final[dict[object, object]] = ANOMALY.on
NO_GRADS: Final[dict[object, object]] = RECORDING.on
"""
DECLARED = re.compile(r"t\d+: float$")
NATIVE_MATH = frozenset({"exp", "log", "pow", "sqrt", "sin", "cos", "tan", "tanh", "atan", "fabs"})
"""Functions of the module math that are called in C: mypyc's, or ``hook.teach_mypyc``'s."""


def table() -> Any:
    """The primitives, by the interpreted package that is being built."""
    from autograd.ops.op import OPS

    return OPS


class Writer:
    """Expressions as typed Python: which names they need, and their lines."""

    def __init__(self) -> None:
        self.constants: dict[str, str] = {}

    def lines(self, expr: Any, deliver: str) -> list[str]:
        """Statements that deliver an expression, with the types of shared parts."""
        from autograd.ops.floats import float_scope
        from autograd.ops.source import block

        lines = block(expr, deliver)
        for name in float_scope([expr]):
            if name in ("inf", "nan"):
                self.constants[name] = f"{name}: Final[float] = float({name!r})"
                continue
            lines = [re.sub(rf"\b{name}\(", f"{self.function(name)}(", line) for line in lines]
        lines = [as_number(line) for line in lines]
        shared = sorted({m for line in lines for m in re.findall(r"^\s*(t\d+) =", line)})
        return [f"{part}: float" for part in shared] + lines

    def function(self, name: str) -> str:
        """What a function of the table's rules is called here."""
        if name in NATIVE_MATH:
            return f"math.{name}"
        if name == "abs":
            return "abs"
        self.constants[f"F_{name}"] = (
            f"F_{name}: Final[Any] = FAST[{name!r}] if {name!r} in FAST else FUNCTIONS[{name!r}]"
        )
        return f"F_{name}"


def as_number(line: str) -> str:
    """An assignment of a truth as one of 1.0 or 0.0, which is what its type says."""
    indent, target, value = re.fullmatch(r"(\s*)(?:([\w.]+) = )?(.*)", line).groups()  # type: ignore[union-attr]
    if target and isinstance(ast.parse(value, mode="eval").body, ast.Compare):
        return f"{indent}{target} = 1.0 if {value} else 0.0"
    return line


def careful_lines(writer: Writer, expr: Any, deliver: str, otherwise: str) -> list[str]:
    """Statements that deliver an expression, or what never raises where that does."""
    lines = writer.lines(expr, deliver)
    declared = [x for x in lines if DECLARED.match(x)]
    lines = [x for x in lines if not DECLARED.match(x)]
    if not any(re.search(r"[/(]", x.replace("abs(", "")) for x in lines):
        return [*declared, *lines]
    return [
        *declared,
        "try:",
        *(f"    {x}" for x in lines),
        "except (ValueError, ArithmeticError):",
        f"    {deliver.format(otherwise)}",
    ]


def value_lines(writer: Writer, name: str, target: str) -> list[str]:
    """Lines that compute a primitive's value, as the pure engine does."""
    op = table()[name]
    careful = f"EVALUATE_{name}"
    writer.constants[careful] = f"{careful}: Final[Any] = OPS[{name!r}].evaluate"
    otherwise = f"{careful}({', '.join(op.variables)})"
    lines = careful_lines(writer, op.value_expr, f"{target} = {{}}", otherwise)
    return [f"{target}: float", *lines]


def number_lines(variable: str, operand: str, otherwise: list[str]) -> list[str]:
    """Lines that bind a variable to the number of an operand of any type."""
    return [
        f"{variable}: float",
        f"if plain({operand}):",
        f"    {variable} = number({operand})",
        # What fits into a machine's integer; all else is looked at with care.
        f"elif type({operand}) is int and -EXACT < cast(int, {operand}) < EXACT:",
        f"    {variable} = float(cast(int, {operand}))",
        f"    {operand} = {variable}",
        "else:",
        *(f"    {line}" for line in otherwise),
        f"    {variable} = {operand}",
    ]


def methods_of_one() -> dict[str, str]:
    """Method -> primitive, for what takes no operand beside the Value itself."""
    from autograd.engine.methods import Methods, Unary

    methods = {k: v.name for k, v in _plain_methods(Methods, Unary)}
    return {**methods, **SIGNS}


def _plain_methods(methods: type, unary: type) -> Iterable[tuple[str, Any]]:
    from autograd.engine.generated import plain

    with plain():
        return [(k, v) for k, v in vars(methods).items() if isinstance(v, unary)]


def operators_source() -> tuple[str, Writer]:
    """The operators and methods of Value, and the writer that knows what they need."""
    writer, lines = Writer(), []
    for method, name in OPERATORS.items():
        for reflected in (False, True):
            first, second = ("b", "a") if reflected else ("a", "b")
            left, right = ("other", "self") if reflected else ("self", "other")
            refusal = [
                "kind = type(other)",
                "other = operand(other)",
                "if type(other) is not float:",
                f"    return refused(kind) if other is NotImplemented else "
                f"record(OP_{name}, ({left}, {right}))",
            ]
            ternary = name == "pow" and not reflected  # Python gives pow alone a third operand
            lines += [
                f"def __{'r' if reflected else ''}{method}__"
                f"(self, other: Any{', modulus: Any = None' if ternary else ''}) -> Any:",
                *(["    require_no_modulus(modulus)"] if ternary else []),
                f"    {first} = self._data",
                *(f"    {x}" for x in number_lines(second, "other", refusal)),
                "    if ACTIVE_MODES and (ANOMALIES or NO_GRADS):",
                f"        return record(OP_{name}, ({left}, {right}))",
                *(f"    {x}" for x in value_lines(writer, name, "data")),
                f"    return made(OP_{name}, {left}, {right}, data)",
            ]
    for method, name in methods_of_one().items():
        lines += [
            f"def {method}(self) -> Any:",
            "    if type(self) is not Value or (ACTIVE_MODES and (ANOMALIES or NO_GRADS)):",
            f"        return record(OP_{name}, (self,))",
            "    a = self._data",
            *(f"    {x}" for x in value_lines(writer, name, "data")),
            f"    return made(OP_{name}, self, None, data)",
        ]
    names = dict.fromkeys([*OPERATORS.values(), *methods_of_one().values()])
    writer.constants |= {f"OP_{x}": f"OP_{x}: Final[Any] = OPS[{x!r}]" for x in names}
    writer.constants["EXACT"] = EXACT
    return "\n".join(lines), writer


EXACT = "EXACT: Final = 1 << 53"


def function_source(writer: Writer, op: Any) -> list[str]:
    """A primitive of a few operands as a function of them.

    It gives None for what is the plain function's: containers, numbers only, and most modes.
    """
    operands = OPERANDS[: op.arity]
    numbers = " and ".join(f"type({x}) is float" for x in operands)
    body = [
        line
        for variable, x in zip(op.variables, operands)
        for line in number_lines(
            variable, x, [f"{x} = operand({x})", f"if type({x}) is not float:", "    return None"]
        )
    ]
    places = f"({', '.join(operands)}), None" if op.arity > 2 else ", ".join(operands)
    return [
        f"def function_{op.name}({', '.join(f'{x}: Any' for x in operands)}) -> Any:",
        *(f"    {x}" for x in body),
        f"    if {numbers} or (ACTIVE_MODES and (ANOMALIES or NO_GRADS)):",
        "        return None",
        *(f"    {x}" for x in value_lines(writer, op.name, "data")),
        f"    return made(OP_{op.name}, {places}, data)",
    ]


OPERANDS = "xyz"
"""What the operands of a node are called; their numbers are the variables a, b and c."""


def operand_lines(op: Any, read: str, used: Iterable[str]) -> list[str]:
    """Lines that bind a primitive's variables to its operands' numbers."""
    return [f"{x}: float = {read}(node, {i})" for i, x in enumerate(op.variables) if x in used]


def names_in(lines: Iterable[str]) -> set[str]:
    """The words in some lines."""
    return {word for line in lines for word in re.findall(r"\w+", line)}


def step_source(writer: Writer, op: Any) -> list[str]:
    """The chain rule at one node of a primitive of a few operands."""
    body: list[str] = []
    declared: set[str] = set()
    for index, expr in enumerate(op.partial_exprs):
        if expr is None:
            continue
        careful = f"CAREFUL_{op.name}_{index}"
        writer.constants[careful] = (
            f"{careful}: Final[Any] = OPS[{op.name!r}].partial_functions[{index}]"
        )
        lines = careful_lines(writer, expr, "p = {}", f"{careful}(out, {', '.join(op.variables)})")
        fresh = {x for x in lines if DECLARED.match(x)} - declared
        declared |= fresh
        add = f"gain(node, {index}, g * p)"
        body += [
            *sorted(fresh),
            f"if is_node(node, {index}):",
            *(f"    {x}" for x in lines if not DECLARED.match(x)),
            *(["    if p != 0.0:", f"        {add}"] if op.selects else [f"    {add}"]),
        ]
    return [
        f"def step_{op.name}(node: Value, g: float) -> None:",
        "    out = node._data",
        *(f"    {x}" for x in operand_lines(op, "at", names_in(body))),
        "    p: float",
        *(f"    {x}" for x in body),
    ]


def fresh_source(writer: Writer, op: Any) -> list[str]:
    """What a node of a primitive of a few operands holds if these hold their adjoints."""
    lines = value_lines(writer, op.name, "value")
    return [
        f"def fresh_{op.name}(node: Value) -> float:",
        *(f"    {x}" for x in operand_lines(op, "waiting", names_in(lines))),
        *(f"    {x}" for x in lines),
        "    return value",
    ]


def chosen(head: str, names: Iterable[str], call: str) -> list[str]:
    """A function that calls the one of these functions that a node's primitive has."""
    lines = [head, "    op: Any = node.op"]
    for i, name in enumerate(names):
        lines += [f"    {'elif' if i else 'if'} op is OP_{name}:", f"        {call.format(name)}"]
    return [*lines, "    else:", f"        {call.format('general')}"]


COMMON = ("mul", "add", "sub", "dot", "sum", "div", "tanh", "relu", "pow", "exp", "neg", "sigmoid")


def compiled_source(sources: str) -> str:
    """The module ``autograd.engine.compiled``: walk, steps and passes over typed nodes."""
    ops, writer = table(), Writer()
    named = [*COMMON, *(name for name in ops if name not in COMMON)]
    written = [name for name in named if name in ("sum", "dot") or ops[name].arity]
    functions: list[str] = []
    for name in written:
        if name not in ("sum", "dot"):
            functions += step_source(writer, ops[name]) + fresh_source(writer, ops[name])
            if ops[name].arity > 1:
                functions += function_source(writer, ops[name])
    return "\n".join(
        [
            HEAD,
            "from autograd.engine.backward import _committing as committing",
            "from autograd.engine.backward import adjoints_over as adjoints_by_dictionary",
            "from autograd.engine.backward import differentiate as by_dictionary",
            "from autograd.engine.backward import require_current, require_unchanged",
            "from autograd.engine.recomputing import reevaluate as reevaluate_by_dictionary",
            "from autograd.engine.node import RESTORED, SEES, TAKEN, Epoch, Node",
            "from autograd.engine.order import operand_values, operands_of",
            "from autograd.engine.record import operand, record",
            "from autograd.engine.value import Value",
            IMPORTS,
            EXACT,
            f"DIGEST: Final = {sources!r}",
            *(f"OP_{name}: Final[Any] = OPS[{name!r}]" for name in written),
            *writer.constants.values(),
            MANY,
            *functions,
            *chosen("def step(node: Value, g: float) -> None:", written, "step_{}(node, g)"),
            *chosen("def fresh(node: Value) -> float:", written, "return fresh_{}(node)"),
            PASSES,
        ]
    )
