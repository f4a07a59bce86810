"""The guide for those who carry on keeps its word: its recipes run, its tree is the folders."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_readme import FENCE, said_output

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "autograd" / "README.md").read_text(encoding="utf-8")
RECIPES = {
    GUIDE[: match.start()].rsplit("### ", 1)[1].split("\n")[0]: match[2]
    for match in FENCE.finditer(GUIDE)
    if match[1] == "python"
}


@pytest.mark.parametrize("title", RECIPES)
def test_recipe_prints_what_it_says(title, tmp_path):
    """Each in a process of its own, since it adds to the library's tables."""
    path = tmp_path / "recipe.py"
    path.write_text(RECIPES[title], encoding="utf-8")
    command = [sys.executable, "-W", "error", str(path)]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == list(said_output(RECIPES[title]))


def test_there_are_five_recipes():
    """A primitive, an optimiser, an export, an executor, a picture format."""
    assert len(RECIPES) == 5


def test_tree_names_what_stands_at_the_top():
    """Every module and package of autograd/, and nothing that is not there."""
    (tree,) = [match[2] for match in FENCE.finditer(GUIDE) if match[1] == "text"]
    named = set(re.findall(r"(?m)^  (\w+(?:\.py|/))", tree))
    named |= set(re.findall(r"\w+\.py", tree))
    there = {path.name for path in (ROOT / "autograd").glob("*.py")}
    there |= {f"{path.parent.name}/" for path in (ROOT / "autograd").glob("*/__init__.py")}
    assert named == there


def test_tree_names_packages_inside_that_exist():
    """A folder that it speaks of is there."""
    (tree,) = [match[2] for match in FENCE.finditer(GUIDE) if match[1] == "text"]
    folders = {path.parent.name for path in (ROOT / "autograd").rglob("__init__.py")}
    assert {name.rstrip("/") for name in re.findall(r"\b\w+/", tree)} <= folders
