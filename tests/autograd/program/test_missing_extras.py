"""What compiled programs say and do where an optional package is missing."""

import math
import subprocess
import sys

import numpy as np
import pytest

from autograd import Value, tanh
from autograd.errors import MissingExtraError
from autograd.program import compile
from autograd.program.loop import loop_executor as loop
from autograd.program.loop.native import compiler as loop_native

TEXT = "define double @one() {\n  ret double 1.0\n}"


def test_without_jax(monkeypatch):
    """to_jax names what is missing and how to install it."""
    from autograd.program.exports.jax import primitives as jax_rules

    monkeypatch.setitem(sys.modules, "jax", None)
    jax_rules.jax_module.cache_clear()
    x = Value(1.0)
    with pytest.raises(MissingExtraError, match="pip install jax"):
        compile(tanh(x), x=x).to_jax()


def test_without_llvmlite(monkeypatch):
    """The loop executor runs in Python, gives the same numbers, and says why."""
    x = Value(0.5)
    tape = compile(tanh(x) * x, x=x).tape
    point = [np.array([0.5])]
    usual = loop.LoopExecutor(tape, "float64").value_and_grad((0,), point, None, 1.0)
    monkeypatch.setattr(loop, "can_compile", lambda: False)
    executor = loop.LoopExecutor(tape, "float64")
    assert executor.value_and_grad((0,), point, None, 1.0) == usual
    assert "llvmlite is missing" in executor.listing()[0]


def test_interpreter_is_kept_on_disk(tmp_path):
    """Machine code is written once, used again, and made anew if the file is damaged."""
    pytest.importorskip("llvmlite")
    missing = tmp_path / "not yet" / "there"
    code = loop_native.object_code(TEXT, missing)
    (kept,) = missing.iterdir()
    assert kept.read_bytes().endswith(code)
    stamp = kept.stat().st_mtime_ns
    assert loop_native.object_code(TEXT, missing) == code
    assert kept.stat().st_mtime_ns == stamp
    kept.write_bytes(kept.read_bytes()[:-7])
    assert loop_native.object_code(TEXT, missing) == code
    assert kept.read_bytes().endswith(code)


def test_unwritable_folders_are_passed_over(tmp_path):
    """A file stands where the folder should be: the next folder is used, or none."""
    pytest.importorskip("llvmlite")
    blocked = tmp_path / "file"
    blocked.write_text("")
    code = loop_native.object_code(TEXT, blocked / "folder", tmp_path / "second")
    assert [path.suffix for path in (tmp_path / "second").iterdir()] == [".bin"]
    assert loop_native.object_code(TEXT, blocked / "folder") == code


def test_two_processes_at_once(tmp_path):
    """Both compile, both write the same file, none reads half of it."""
    pytest.importorskip("llvmlite")
    script = (
        "from autograd import Value, compile, tanh\n"
        "x = Value(1.0)\n"
        "print(float(compile(tanh(x), backend='loop', x=x)(x=0.5)))\n"
    )
    environment = {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [process.communicate()[0].strip() for process in running]
    assert answers == [repr(math.tanh(0.5))] * 2
