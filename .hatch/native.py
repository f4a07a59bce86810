"""Sources of the compiled engine: the chapter's own text, made ready for mypyc, and typed steps.

``write`` puts a copy of the package autograd into a scratch folder; nothing changes elsewhere. In
the copy, node, order, record, methods and value of the chapter are as they are read, but for what
native classes have otherwise: no ``__slots__``, an adjoint and a mark beside the gradient, and
operators, methods and steps written from the table of primitives in terms of C doubles.
"""

from __future__ import annotations

import ast
import re
import shutil
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

IMPORTS = """import math
from autograd.engine.switches import ACTIVE
from autograd.ops.floats import FUNCTIONS
from autograd.ops.ieee import FAST
from autograd.ops.op import OPS
ACTIVE_MODES: Final[dict[object, object]] = ACTIVE
"""
CHAPTER = ("node", "order", "record", "micrograd", "methods", "value")
LINE_OF_VALUE = ("Node", "Micrograd", "Methods")
"""The classes that Value is made of, each derived from the one before it."""
HEAD = """from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from mypy_extensions import i64, mypyc_attr
"""
DECLARED = re.compile(r"t\d+: float$")
NATIVE_MATH = frozenset({"exp", "log", "sqrt", "sin", "cos", "tan", "fabs"})
"""Functions of the module math that mypyc calls in C."""


SET_STATE = """
def __setstate__(self, state: Any) -> None:
    node: Any = self
    attributes, slots = state
    if attributes:
        node.__dict__.update(attributes)
    for name, value in slots.items():
        setattr(node, name, value)
"""
"""What a derived class had added, put back: mypyc's own method would look for something else."""
TAKEN_GRADIENT = """grad = self._grad
        if grad is TAKEN:
            return self._adjoint
"""
"""What stands for one line of the gradient's property."""


def write(root: Path, scratch: Path) -> list[str]:
    """Fill the scratch folder; the paths in it that mypyc shall compile."""
    shutil.copytree(root / "autograd", scratch / "autograd", ignore=shutil.ignore_patterns("*.so"))
    engine = scratch / "autograd" / "engine"
    for name in CHAPTER:
        path = engine / f"{name}.py"
        path.write_text(prepared(name, path.read_text(encoding="utf-8")), encoding="utf-8")
    from autograd.engine.accelerator import digest

    compiled = compiled_source(digest(root / "autograd"))
    (engine / "compiled.py").write_text(compiled, encoding="utf-8")
    return [str(Path("autograd", "engine", f"{name}.py")) for name in (*CHAPTER, "compiled")]


def prepared(name: str, source: str) -> str:
    """A file of the chapter as mypyc takes it."""
    tree = ast.parse(source)
    for node in tree.body:
        derived = isinstance(node, ast.ClassDef) and node.name in (*LINE_OF_VALUE[1:], "Value")
        checks = isinstance(node, ast.FunctionDef) and (name == "value" or node.name == "name_of")
        if derived or checks:
            _forget_types(node)
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            _make_native(node)
    # The heads of the files import no more than what their own text needs.
    start = next(i for i, x in enumerate(tree.body) if isinstance(x, ast.ImportFrom))
    tree.body[start : start + 1] = ast.parse(HEAD).body
    text = ast.unparse(tree)
    if name == "node":
        # A gradient that is the adjoint of the last pass is not stored twice.
        text = text.replace("grad = self._grad\n", TAKEN_GRADIENT)
        text = text.replace("EPOCH = [", "TAKEN: Final[object] = object()\nEPOCH = [")
    if name == "value":
        operators, writer = operators_source()
        own = textwrap.indent(operators, "    ")
        constants = "\n".join(["ZERO: Final[Any] = 0.0", *writer.constants.values()])
        text = text.replace(
            "class Value(Methods):", f"{IMPORTS}\n{constants}\n\n@NATIVE\nclass Value(Methods):"
        )
        text = text.replace("    WRITTEN", own)
    return text.replace("@NATIVE", "@mypyc_attr(allow_interpreted_subclasses=True)")


def _make_native(cls: ast.ClassDef) -> None:
    """Take away what native classes do not have, and put in what they have instead."""
    kept = []
    for part in cls.body:
        targets = [x.id for x in getattr(part, "targets", []) if isinstance(x, ast.Name)]
        if "__slots__" in targets:
            continue
        if targets == ["__hash__"]:
            part = ast.parse("def __hash__(self) -> int:\n    return object.__hash__(self)").body[0]
        kept.append(part)
    cls.body = kept
    if cls.name in LINE_OF_VALUE:
        cls.decorator_list = [ast.Name("NATIVE")]
    if cls.name == "Node":
        cls.body[1:1] = ast.parse("_adjoint: float\n_mark: i64").body
        init, restore = (
            next(x for x in cls.body if getattr(x, "name", "") == name)
            for name in ("__init__", "_restore")
        )
        init.body += ast.parse("self._adjoint = 0.0\nself._mark = 0").body
        init.args.args[-1].annotation = ast.Name("Any")  # it is checked by the text itself
        if init.args.vararg:  # which a native __init__ cannot take: one more argument, then
            init.args.args.append(ast.arg(init.args.vararg.arg, ast.Name("Any")))
            init.args.defaults.append(ast.Tuple([]))
            init.args.vararg = None
        for call in ast.walk(restore):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "cls.__new__":
                call.func = ast.parse("cast(Any, cls).__new__", mode="eval").body
                call.args.append(ast.Constant(0.0))  # a native __new__ takes what __init__ takes
        cls.body += ast.parse(SET_STATE).body
        restore.body[-1:-1] = ast.parse("node._adjoint, node._mark = 0.0, 0").body
    elif cls.name == "Methods":
        cls.body = [x for x in cls.body if not isinstance(x, ast.Assign)]
    elif cls.name == "Value":
        written = {f"__{r}{name}__" for name in OPERATORS for r in ("", "r")} | {*methods_of_one()}
        cls.body = [x for x in cls.body if getattr(x, "name", "") not in written]
        cls.body.append(ast.Expr(ast.Name("WRITTEN")))


KEPT = ("__bool__", "__hash__", "__init__")
"""What mypyc wants the types of."""


def _forget_types(tree: ast.AST) -> None:
    """Let functions take and return anything: native code would hold them to what is promised.

    A comparison that is recorded gives a Value for a bool, an operator perhaps NotImplemented.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            if node.name not in KEPT:
                node.returns = ast.Name("Any")
        elif isinstance(node, ast.AnnAssign) or getattr(node, "annotation", None) is not None:
            node.annotation = ast.Name("Any")  # type: ignore[union-attr]


# Source written from the table


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


def node_lines(op: str, left: str, right: str | None) -> list[str]:
    """The end of a function that has made a node and its data."""
    lines = [f"node.op = OP_{op}", f"node._left = {left}"]
    return [*lines, f"node._right = {right}", "return node"] if right else [*lines, "return node"]


def value_lines(writer: Writer, name: str) -> list[str]:
    """Lines that set a new node's data, as the operators of the pure engine compute it."""
    op = table()[name]
    careful = f"EVALUATE_{name}"
    writer.constants[f"OP_{name}"] = f"OP_{name}: Final[Any] = OPS[{name!r}]"
    writer.constants[careful] = f"{careful}: Final[Any] = OPS[{name!r}].evaluate"
    lines = writer.lines(op.value_expr, "node._data = {}")
    declared = [x for x in lines if DECLARED.match(x)]
    return [
        *declared,
        "try:",
        *(f"    {x}" for x in lines if not DECLARED.match(x)),
        "except (ValueError, ArithmeticError):",
        f"    node._data = {careful}({', '.join(op.variables)})",
    ]


OPERATORS = {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow"}


def methods_of_one() -> dict[str, str]:
    """Method -> primitive, for what takes no operand beside the Value itself."""
    from autograd.engine.methods import Methods, Unary

    methods = {k: v.name for k, v in _plain_methods(Methods, Unary)}
    return {**methods, "__neg__": "neg", "__abs__": "abs"}


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
            ternary = name == "pow" and not reflected  # Python gives pow alone a third operand
            lines += [
                f"def __{'r' if reflected else ''}{method}__"
                f"(self, other: Any{', modulus: Any = None' if ternary else ''}) -> Any:",
                *(["    require_no_modulus(modulus)"] if ternary else []),
                f"    {first} = self._data",
                f"    {second}: float",
                "    if type(other) is Value:",
                f"        {second} = cast(Value, other)._data",
                "    elif type(other) is float:",
                f"        {second} = other",
                "    else:",
                f"        return operate({name!r}, {left}, {right})",
                "    if ACTIVE_MODES:",
                f"        return record(OP_{name}, ({left}, {right}))",
                "    node = Value(ZERO)",
                *(f"    {x}" for x in value_lines(writer, name)),
                *(f"    {x}" for x in node_lines(name, left, right)),
            ]
    for method, name in methods_of_one().items():
        lines += [
            f"def {method}(self) -> Any:",
            "    if ACTIVE_MODES or type(self) is not Value:",
            f"        return record(OP_{name}, (self,))",
            "    a = self._data",
            "    node = Value(ZERO)",
            *(f"    {x}" for x in value_lines(writer, name)),
            *(f"    {x}" for x in node_lines(name, "self", None)),
        ]
    return "\n".join(lines), writer


STEPS_OF_MANY = """
def step_sum(node: Node, g: float) -> None:
    for x in cast(tuple[Any, ...], node._left) if type(node._left) is tuple else operands_of(node):
        if type(x) is not float:
            cast(Node, x)._adjoint += g

def step_dot(node: Node, g: float) -> None:
    operands = operands_of(node)
    n = len(operands)
    half = n // 2
    for i in range(n):
        x = operands[i]
        if type(x) is not float:
            y = operands[i + half if i < half else i - half]
            if type(y) is float:
                f: float = y
                cast(Node, x)._adjoint += g * f
            else:
                cast(Node, x)._adjoint += g * cast(Node, y)._data

def step_general(node: Node, g: float) -> None:
    op: Any = node.op
    operands = operands_of(node)
    wanted = [type(x) is not float for x in operands]
    partials: Any = op.local_at(node._data, operand_values(node), wanted)
    selects: bool = op.selects
    for i in range(len(operands)):
        partial = partials[i]
        if wanted[i] and partial is not None:
            p: float = partial
            if p != 0.0 or not selects:
                cast(Node, operands[i])._adjoint += g * p
"""

PASS = """
def walk(roots: list[Node], mark: i64, order: list[Node], leaves: list[Node]) -> bool:
    unchanged = True
    epoch: Any = EPOCH[0]
    stack: list[Any] = list(roots)
    stack.reverse()
    while stack:
        top = stack.pop()
        if top is None:
            order.append(cast(Node, stack.pop()))
            continue
        node = cast(Node, top)
        if node._mark == mark:
            continue
        node._mark = mark
        node._adjoint = 0.0
        if node.op is None:
            leaves.append(node)
            continue
        if node._grad is not epoch:
            unchanged = False
        stack.append(node)
        stack.append(None)
        left = node._left
        right = node._right
        if type(left) is tuple:
            many = cast(tuple[Any, ...], left)
            i = len(many) - 1
            while i >= 0:
                x = many[i]
                i -= 1
                if type(x) is not float and cast(Node, x)._mark != mark:
                    stack.append(x)
            continue
        if right is not None and type(right) is not float:
            if cast(Node, right)._mark != mark:
                stack.append(right)
        if type(left) is not float:
            if cast(Node, left)._mark != mark:
                stack.append(left)
    return unchanged

def pull_back(order: list[Node]) -> None:
    i = len(order) - 1
    while i >= 0:
        node = order[i]
        i -= 1
        g = node._adjoint
        if g != 0.0:
            step(node, g)

def commit(order: list[Node], leaves: list[Node]) -> None:
    totals: list[Any] = []
    for node in leaves:
        grad = node._grad
        totals.append(node._adjoint if type(grad) is Epoch else grad + node._adjoint)
    for i in range(len(leaves)):
        leaves[i]._grad = totals[i]
    for node in order:
        node._grad = TAKEN

PASSES: Final[list[int]] = [0]
UNDER_WAY: Final[dict[int, int]] = {}

def differentiate(roots: list[Any], weights: list[Any]) -> None:
    if ACTIVE_MODES and ANOMALY.get() is not None:
        by_dictionary(roots, weights)
        return
    PASSES[0] += 1
    number = PASSES[0]
    UNDER_WAY[number] = number
    order: list[Node] = []
    leaves: list[Node] = []
    try:
        if list(UNDER_WAY)[0] != number:
            by_dictionary(roots, weights)
            return
        if not walk(roots, number, order, leaves):
            require_current(order)
        for i in range(len(roots)):
            weight = weights[i]
            w: float = weight if type(weight) is float else cast(Node, weight)._data
            cast(Node, roots[i])._adjoint += w
        pull_back(order)
        with committing:
            commit(order, leaves)
    except BaseException:
        for node in order:  # an adjoint that is not finished is not a gradient
            node._grad = RESTORED
        raise
    finally:
        UNDER_WAY.pop(number, 0)
"""


def step_source(writer: Writer, op: Any) -> list[str]:
    """The chain rule at one node of a primitive of one or two operands."""
    binary = op.arity == 2
    lines = [
        f"def step_{op.name}(node: Node, g: float) -> None:",
        "    out = node._data",
        "    x: Any = node._left",
        *(["    y: Any = node._right"] if binary else []),
    ]
    for variable, operand in zip(op.variables, "xy"):
        lines += [
            f"    {variable}: float",
            f"    if type({operand}) is float:",
            f"        {variable} = {operand}",
            "    else:",
            f"        {variable} = cast(Node, {operand})._data",
        ]
    lines.append("    p: float")
    declared: set[str] = set()
    for index, (operand, expr) in enumerate(zip("xy", op.partial_exprs)):
        if expr is None:
            continue
        careful = f"CAREFUL_{op.name}_{index}"
        writer.constants[careful] = (
            f"{careful}: Final[Any] = OPS[{op.name!r}].partial_functions[{index}]"
        )
        body = writer.lines(expr, "p = {}")
        fresh = {x for x in body if DECLARED.match(x)} - declared
        declared |= fresh
        lines += [f"    {x}" for x in sorted(fresh)]
        body = [x for x in body if not DECLARED.match(x)]
        add = f"cast(Node, {operand})._adjoint += g * p"
        lines += [
            f"    if type({operand}) is not float:",
            "        try:",
            *(f"            {x}" for x in body),
            "        except (ValueError, ArithmeticError):",
            f"            p = {careful}(out, {', '.join(op.variables)})",
            *(["        if p != 0.0:", f"            {add}"] if op.selects else [f"        {add}"]),
        ]
    return lines


COMMON = ("mul", "add", "sub", "dot", "sum", "div", "tanh", "relu", "pow", "exp", "neg", "sigmoid")


def compiled_source(sources: str) -> str:
    """The module ``autograd.engine.compiled``: walk, steps and pass over typed nodes."""
    ops, writer = table(), Writer()
    named = [*COMMON, *(name for name in ops if name not in COMMON)]
    written = [name for name in named if name in ("sum", "dot") or ops[name].arity in (1, 2)]
    steps: list[str] = []
    for name in written:
        if name not in ("sum", "dot"):
            steps += step_source(writer, ops[name])
    choose = ["def step(node: Node, g: float) -> None:", "    op: Any = node.op"]
    for i, name in enumerate(written):
        choose += [f"    {'elif' if i else 'if'} op is OP_{name}:", f"        step_{name}(node, g)"]
    choose += ["    else:", "        step_general(node, g)"]
    constants = [f"OP_{name}: Final[Any] = OPS[{name!r}]" for name in written]
    return "\n".join(
        [
            HEAD,
            "from autograd.engine.backward import _committing as committing",
            "from autograd.engine.backward import differentiate as by_dictionary, require_current",
            "from autograd.engine.modes import ANOMALY",
            "from autograd.engine.node import EPOCH, RESTORED, TAKEN, Epoch, Node",
            "from autograd.engine.order import operand_values, operands_of",
            IMPORTS,
            f"DIGEST: Final = {sources!r}",
            *constants,
            *writer.constants.values(),
            STEPS_OF_MANY,
            *steps,
            *choose,
            PASS,
        ]
    )
