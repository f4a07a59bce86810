"""What the compiled engine is made from: sources that are whole, before any compiler sees them."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

from autograd import Value
from autograd.engine.accelerator import digest
from autograd.ops.op import OPS

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("native", ROOT / ".hatch" / "native.py")
native = importlib.util.module_from_spec(spec)
spec.loader.exec_module(native)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Name -> syntax tree of what mypyc is given."""
    scratch = tmp_path_factory.mktemp("scratch")
    paths = native.write(ROOT, scratch)
    return {Path(path).stem: ast.parse((scratch / path).read_text("utf-8")) for path in paths}


def test_every_class_that_value_is_made_of_is_compiled(written):
    """An interpreted class between two native ones would have another layout in memory."""
    line = [cls.__name__ for cls in reversed(Value.__mro__[1:-1])]
    assert tuple(line) == native.LINE_OF_VALUE
    defined = {x.name for tree in written.values() for x in tree.body if type(x) is ast.ClassDef}
    assert {*line, "Value"} <= defined


def test_every_primitive_of_a_few_operands_has_a_typed_step(written):
    """And sum and dot, of any number, have loops; functions of two and three are typed too."""
    steps = {x.name for x in written["compiled"].body if isinstance(x, ast.FunctionDef)}
    wanted = [name for name, op in OPS.items() if op.arity] + ["sum", "dot"]
    assert {f"step_{name}" for name in wanted} <= steps
    functions = [name for name, op in OPS.items() if op.arity in (2, 3)]
    assert {f"function_{name}" for name in functions} <= steps


def test_every_method_is_written_once(written):
    """Operators and functions of one number stand in the native Value, and no plain one beside."""
    (value,) = [x for x in written["value"].body if getattr(x, "name", "") == "Value"]
    names = [x.name for x in value.body if isinstance(x, ast.FunctionDef) and not x.decorator_list]
    assert len(names) == len(set(names))
    assert {"__add__", "__rpow__", "__neg__", "exp", "relu", "arctan"} <= set(names)


def test_compiled_engine_knows_the_sources_that_it_was_made_from(written):
    """`python -m autograd --version` compares this with what is there now."""
    constants = {
        x.target.id: x.value.value
        for x in written["compiled"].body
        if isinstance(x, ast.AnnAssign) and isinstance(x.value, ast.Constant)
    }
    assert constants["DIGEST"] == digest(ROOT / "autograd")


def test_a_python_without_the_interpreter_s_lock_is_refused(monkeypatch):
    """In one clear sentence, before anything is built."""
    pytest.importorskip("hatchling")
    spec = importlib.util.spec_from_file_location("hook", ROOT / ".hatch" / "hook.py")
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    monkeypatch.setattr(hook.sysconfig, "get_config_var", {"Py_GIL_DISABLED": 1}.get)
    with pytest.raises(SystemExit, match="free-threaded Python does not have: build without"):
        hook.CustomBuildHook.initialize(None, "standard", {})


def test_what_typed_sources_call_of_c_is_there_as_they_are_told(written):
    """Every function of nodes.pyi is in a header with as many arguments, and is imported."""
    told = ast.parse((ROOT / ".hatch" / "nodes.pyi").read_text("utf-8")).body
    told = {x.name: len(x.args.args) for x in told if isinstance(x, ast.FunctionDef)}
    text = "".join(x.read_text("utf-8") for x in sorted((ROOT / ".hatch").glob("*.h")))
    found = re.findall(r"^(?:static .*)?\bnode_(\w+)\(([^)]*)\)(?:\n\{| \{)", text, re.MULTILINE)
    there = {name: 0 if given == "void" else given.count(",") + 1 for name, given in found}
    assert told.items() <= there.items()
    imported = {
        name.name
        for x in ast.walk(written["compiled"])
        if isinstance(x, ast.ImportFrom) and x.module == "autograd.engine.nodes"
        for name in x.names
    }
    assert imported == told.keys()
