"""What compiled programs say and do where an optional package is missing."""

import sys

import numpy as np
import pytest

from autograd import Value, tanh
from autograd.errors import MissingExtraError
from autograd.program import compile
from autograd.program.loop import loop_executor as loop


def test_without_jax(monkeypatch):
    """to_jax names what is missing and how to install it."""
    from autograd.program.exports.jax import vocabulary

    monkeypatch.setitem(sys.modules, "jax", None)
    vocabulary.jax_module.cache_clear()
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
