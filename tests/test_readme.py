"""The README keeps its word: every code block in it runs and prints what it says.

A Python block runs by itself; the comment after a `print(...)`, or below it, is what it prints. A
console block runs each `$` line and compares the output that follows, if any. The two set-up
commands are run as they stand by `.ci/run`; here, what they run in the end.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    language: str
    source: str
    line: int


BLOCKS = [
    Block(match[1], match[2], README.count("\n", 0, match.start()) + 2)
    for match in FENCE.finditer(README)
]


def blocks(language: str) -> list:
    return [
        pytest.param(block, id=f"line {block.line}")
        for block in BLOCKS
        if block.language == language
    ]


def run(*arguments: str) -> str:
    """What `python arguments` prints, run from the top of the checkout."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_block_is_of_a_kind_that_is_run():
    """A block in a new language needs a test of its own."""
    assert {block.language for block in BLOCKS} <= {"python", "console", "sh"}


def said_output(source: str) -> Iterator[str]:
    """The lines that are said to be printed: after `print(...)`, or in comments below it."""
    for first, below in re.findall(
        r"^ *print\(.*?\)(?:  +# (.*))?\n((?:^# .*\n?)*)", source, re.MULTILINE
    ):
        yield from [first] if first else [line[2:] for line in below.splitlines()]


@pytest.mark.parametrize("block", blocks("python"))
def test_python_block_prints_what_it_says(block, capsys):
    """Each block is complete in itself, and its comments tell the truth."""
    blank_lines = "\n" * (block.line - 1)  # so that a traceback shows the README's line numbers
    exec(compile(blank_lines + block.source, "README.md", "exec"), {"__name__": "readme"})
    said = list(said_output(block.source))
    assert said, "a block shows its result"
    assert capsys.readouterr().out.splitlines() == said


@pytest.mark.parametrize("block", blocks("console"))
def test_console_block_prints_what_it_says(block):
    """Each command is one of ours and prints the lines below it."""
    for text in block.source.split("$ ")[1:]:
        command, _, output = text.partition("\n")
        python, *arguments = shlex.split(command)
        assert python == "python"
        printed = run(*arguments)
        if output.strip():
            assert printed.rstrip() == output.rstrip()


def test_set_up_commands_are_two_lines_for_a_bare_python():
    """Each makes the environment where there is none, installs what it needs, and runs."""
    main_job, tests = (block.source for block in BLOCKS if block.language == "sh")
    for command, extra, job in [
        (main_job, "demo", "nn digits"),
        (tests, "test", "pytest -n 2 --dist loadfile"),
    ]:
        assert re.fullmatch(
            r"\[ -x \.venv/bin/pip \] \|\| python3 -m venv \.venv"
            rf' && \.venv/bin/python -m pip install -q -e "\.\[{extra}\]"'
            rf" && \.venv/bin/python -m {job}\n",
            command,
        )


def test_main_job_ends_with_its_accuracy(tmp_path):
    """The first set-up command's job, cut to one epoch, closes with the figure it promises."""
    model = str(tmp_path / "model.json")
    printed = run("-m", "nn", "digits", "--epochs", "1", "--quiet", "--out", model)
    assert re.fullmatch(r"test accuracy 0\.\d{4}", printed.splitlines()[-1])
