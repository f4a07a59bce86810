"""Types are part of the surface: a user's checker finds what is promised, and the README clean."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_readme import BLOCKS, ROOT

CASES = Path(__file__).with_name("cases.py")
# What people paste into a notebook has no annotations; all else stays strict.
PASTED = "# mypy: allow-untyped-defs, allow-untyped-calls, disallow-any-generics=False\n"


@pytest.mark.needs("mypy")
def test_a_users_checker_sees_the_types_that_are_promised(tmp_path):
    """Every `assert_type` of the cases holds, what must be refused is, and README blocks pass."""
    blocks = []
    for block in BLOCKS:
        if block.language == "python":
            blocks.append(tmp_path / f"readme_line_{block.line}.py")
            blocks[-1].write_text(PASTED + block.source)
    assert blocks
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(CASES), *map(str, blocks)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""


@pytest.mark.needs("mypy")
def test_a_wrong_type_is_found(tmp_path):
    """The checker is looking: a sine of a Value is no float."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import autograd\ny: float = autograd.sin(autograd.Value(1.0))\n")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(wrong)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 'has type "Value", variable has type "float"' in done.stdout
