"""Forks: the child finds no lock held by a thread that it does not have."""

import ast
import os
import subprocess
import sys
import textwrap
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

# A child that hangs is ended by its own alarm, and the program fails.
PROGRAM = """
    import os, signal, sys, threading, warnings
    warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads, since 3.12
    from autograd import Value, compile, tanh
    {imports}

    def fit():
        model = nn.MLP(1, [1], rng=0)
        X = [[0.0], [1.0]]
        optimizer = nn.SGD(model.parameters(), lr=0.1)
        nn.fit(model, X, X, epochs=1, loss=nn.mse_loss, optimizer=optimizer, progress=False)

    def train(x=None):
        x = x or Value(2.0)
        for _ in range(20):
            (x * x).backward()

    # Python's own locks of modules that are being imported are not ours to open: import all first.
    {warm}
    stop = threading.Event()
    def work():
        while not stop.is_set():
            {work}
    threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range({forks}):
        child = os.fork()
        if not child:
            signal.alarm(20)
            {child}
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert status == 0, status
    stop.set()
    for thread in threads:
        thread.join()  # the interpreter ends threads in the middle of LLVM, and that ends it
    print("done")
"""
CASES = {
    "a thread commits": {
        "imports": "",
        "work": "train()",
        "child": "train()",
        "forks": 100,
    },
    "a thread holds the lock for long": {
        "imports": "import time; from autograd.engine import backward",
        "work": "with backward._committing: time.sleep(0.02)",
        "child": "train()",
        "forks": 10,
    },
    "the thread that forks holds it": {
        "imports": "from autograd.engine import backward; backward._committing.__enter__()",
        "work": "stop.wait()",
        "child": "backward._committing.__exit__(None, None, None); train()",
        "forks": 3,
    },
    "a thread compiles": {
        "imports": "from random import random",
        "work": "x = Value(1.0); compile(tanh(x) * random(), x=x, backend='loop')(x=0.5)",
        "child": "x = Value(1.0); compile(tanh(x), x=x, backend='loop')(x=0.5)",
        "forks": 10,
        "warm": "x = Value(1.0); compile(tanh(x), x=x, backend='loop')(x=0.5)",
    },
    "a thread trains a model": {
        "imports": "import nn",
        "work": "fit()",
        "child": "fit()",
        "forks": 5,
        "warm": "fit()",
    },
}


@pytest.mark.parametrize("case", CASES)
def test_a_child_is_not_left_waiting(case):
    """Whatever the parent's other threads do at the moment of the fork."""
    program = textwrap.dedent(PROGRAM).format(**{"warm": "", **CASES[case]})
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.returncode) == ("done\n", 0), done.stderr


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_no_attribute_is_computed_under_a_lock_of_its_class(package):
    """functools.cached_property has one before Python 3.12, which a fork may find taken."""
    root = Path(import_module(package).__file__).parent
    paths = [path for path in root.rglob("*.py") if path.name != "cached.py"]
    assert paths
    assert not [path for path in paths if "functools.cached_property" in names_imported(path)]


def names_imported(path):
    """Names that a file takes from modules, in full."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    found = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    return {f"{node.module}.{alias.name}" for node in found for alias in node.names}
