"""Optional packages: every message names what is missing, who needs it and what brings it."""

import ast
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from autograd.errors import MissingExtraError
from autograd.extras import CALLED, INSTALLED_BY, needed

ROOT = Path(__file__).parents[2]
DISTRIBUTED_AS = {"PIL": "pillow", "sklearn": "scikit-learn", "vl_convert": "vl-convert-python"}


def test_what_is_there_is_imported():
    """Submodules too."""
    assert needed("os.path", "a test").join is not None


@pytest.mark.parametrize("package", INSTALLED_BY)
def test_what_is_missing_is_named(monkeypatch, package):
    """The extra that a message names brings the package, says pyproject.toml."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"a test needs .*, which is not installed: ") as it:
        needed(package, "a test")
    assert CALLED[package] in str(it.value)
    extra = re.search(r"scalar-autograd\[(\w+)\]", str(it.value))
    if extra:
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        brought = re.search(rf"^{extra[1]} = \[(.*?)\]$", project, re.DOTALL | re.MULTILINE)[1]
        assert f'"{DISTRIBUTED_AS.get(package, package)}>=' in brought


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_only_one_place_makes_these_errors(package):
    """Guards written by hand would name other extras in other words."""
    raised = [
        path.name
        for path in Path(import_module(package).__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "MissingExtraError"
    ]
    assert raised == (["extras.py"] if package == "autograd" else [])
