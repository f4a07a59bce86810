"""Sources of the compiled engine: the chapter's own text, made ready for mypyc, and typed steps.

``write`` puts a copy of the package autograd into a scratch folder; nothing changes elsewhere. In
the copy, the files of ``CHAPTER`` are as they are read, but for what native classes have otherwise:
no ``__slots__``, an adjoint and a mark beside the gradient, and operators, methods and steps
written from the table of primitives, by :mod:`typed`, in terms of C doubles.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from typed import (
    ACTIVE_MODES,
    HEAD,
    IMPORTS,
    compiled_source,
    methods_of_one,
    operators_source,
)

from autograd.engine.generated import OPERATORS

CHAPTER = (
    *("node", "order", "record", "micrograd", "methods", "comparisons", "value"),
    *("products", "higher"),
)
LINE_OF_VALUE = ("Node", "Micrograd", "Methods", "Comparisons")
"""The classes that Value is made of, each derived from the one before it."""
UNTYPED = (*LINE_OF_VALUE[1:], "Value", "Products")
"""The classes whose methods take and return what they like."""

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
MARKS = "TAKEN: Final[object] = object()\n"
"""The gradient of a node whose adjoint it is."""
FROM_SLOTS = """
    if type(node) is Value:
        value = cast(Value, node)
        if value._right is not None:
            return value._left, value._right
        if type(value._left) is tuple:
            return cast(tuple[Any, ...], value._left)
    if node.op is None:
        return ()
"""
"""What stands for two lines of ``operands_of``: the same without looking names up."""
TYPE_OF_VALUE = """
if TYPE_CHECKING:  # as this module is there before that one
    from autograd.engine.value import Value
"""
VALUE = f"""
{TYPE_OF_VALUE}
OP_sum: Final[Any] = OPS['sum']
OP_dot: Final[Any] = OPS['dot']
"""
HELD = """
if held(self):
    raise GraphError(
        "a computed Value was made anew (__init__) while a pass over its graph is under way: "
        "make another Value"
    )
"""
"""Where pointers to operands are borrowed, they stay: what stands before a node is made anew."""
MADE = "packed_node(op, operands, data)"
RECORD = """
def packed_node(op: Any, operands: tuple[Any, ...], data: float) -> Any:
    n = len(operands)
    second = operands[1] if n == 2 else None
    node = made(op, operands if n > 2 else operands[0], second, data)
    if op.opaque:
        track(node)
    return node

def evaluated(op: Any, operands: tuple[Any, ...]) -> Any:
    n: i64 = len(operands)
    i: i64 = 0
    total = 0.0
    if op is OP_sum:
        while i < n:
            total += item(operands, i)
            i += 1
        return total
    if op is OP_dot:
        half: i64 = n // 2
        while i < half:
            total += item(operands, i) * item(operands, i + half)
            i += 1
        return total
    return op.evaluate(*[number(x) for x in operands])
"""
"""What stands for lines of ``record``: sums and products as loops, and nodes without a call."""
SEEN = """
if op is not None and (op.opaque or tracked(operands)):
    track(node)
"""
"""When the collector is to look at a node: what else could lead back to it, see ``made.h``."""
TAKEN_GRADIENT = """grad = self._grad
        if grad is TAKEN:
            return self._adjoint
"""
"""What stands for one line of the gradient's property."""

QUICK = """if not ACTIVE_MODES and not create_graph and type(gradient) is float:
            passes.differentiate([self], [gradient])
            return
        """
"""What stands before one line of ``Value.backward``: there is nothing to ask anybody."""


def write(root: Path, scratch: Path) -> list[str]:
    """Fill the scratch folder; the paths in it that mypyc shall compile."""
    shutil.copytree(root / "autograd", scratch / "autograd", ignore=shutil.ignore_patterns("*.so"))
    engine = scratch / "autograd" / "engine"
    for name in CHAPTER:
        path = engine / f"{name}.py"
        path.write_text(prepared(name, path.read_text(encoding="utf-8")), encoding="utf-8")
    from autograd.engine.accelerator import digest

    shutil.copy2(Path(__file__).parent / "nodes.pyi", engine)
    compiled = compiled_source(digest(root / "autograd"))
    (engine / "compiled.py").write_text(compiled, encoding="utf-8")
    return [str(Path("autograd", "engine", f"{name}.py")) for name in (*CHAPTER, "compiled")]


def prepared(name: str, source: str) -> str:
    """A file of the chapter as mypyc takes it."""
    tree = ast.parse(source)
    for node in tree.body:
        derived = isinstance(node, ast.ClassDef) and node.name in UNTYPED
        checks = isinstance(node, ast.FunctionDef) and (
            name in ("comparisons", "value", "record", "products", "higher")
            or node.name == "name_of"
        )
        if derived or checks:
            _forget_types(node)
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            _make_native(node)
    # The heads of the files import no more than what their own text needs.
    start = next(i for i, x in enumerate(tree.body) if isinstance(x, ast.ImportFrom))
    tree.body[start : start + 1] = ast.parse(HEAD).body
    # What is asked for all the time is a static variable of C's, not an entry of a dictionary.
    text = re.sub(r"\bACTIVE\b(?=[: ])(?! *,)", "ACTIVE_MODES", ast.unparse(tree))
    if "ACTIVE_MODES" in text and name != "value":
        text = text.replace("__all__ =", f"{ACTIVE_MODES}\n__all__ =", 1)
    if name == "node":
        # A gradient that is the adjoint of the last pass is not stored twice.
        text = text.replace("grad = self._grad\n", TAKEN_GRADIENT)
        text = text.replace("EPOCH = [", f"{MARKS}EPOCH: Final[list[Any]] = [")
        text = text.replace("RESTORED = ", "RESTORED: Final[Any] = ")
    if name == "order":
        text = text.replace("    if node.op is None:\n        return ()", FROM_SLOTS)
        text = text.replace("__all__ =", f"{TYPE_OF_VALUE}\n__all__ =", 1)
    if name == "record":
        text = text.replace("    if data is None:", "    fit(operands)\n    if data is None:", 1)
        start, end = text.index("    numbers = tuple("), text.index("    for x in operands:")
        text = text[:start] + "    data = evaluated(op, operands)\n" + text[end:]
        text = text.replace(
            " not isinstance(x, Node):", " type(x) is not Value and not isinstance(x, Node):"
        )
        text = text.replace("x.computed._restore(data, EPOCH[0], None, op, operands)", MADE)
        text = text.replace("def record(", f"{RECORD}\ndef record(", 1)
        text = text.replace("__all__ =", f"{VALUE}\n__all__ =", 1)
    if name == "value":
        operators, writer = operators_source()
        own = textwrap.indent(operators, "    ")
        constants = "\n".join(writer.constants.values())
        text = text.replace(
            "class Value(Comparisons):",
            f"{IMPORTS}\n{constants}\n\n@NATIVE\nclass Value(Comparisons):",
        )
        text = text.replace("    WRITTEN", own)
        text = text.replace("passes.backward(self, g", f"{QUICK}passes.backward(self, g", 1)
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
        init.body[:0] = ast.parse(f"{HELD}self._adjoint = 0.0\nself._mark = 0").body
        _, setter = (x for x in cls.body if getattr(x, "name", "") == "name")
        for given in (*init.args.args[2:], setter.args.args[-1]):
            given.annotation = ast.Name("Any")  # it is checked by the text itself
        for call in ast.walk(restore):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "cls.__new__":
                call.func = ast.parse("cast(Any, cls).__new__", mode="eval").body
                call.args.append(ast.Constant(0.0))  # a native __new__ takes what __init__ takes
        cls.body += ast.parse(SET_STATE).body
        restore.body[-1:-1] = ast.parse(SEEN).body
        restore.body[:0] = ast.parse("if op is not None:\n    fit(operands)").body
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
