"""Other processes: what is sent to them computes there what it computes here; ends are clean."""

import copy
import pickle
import subprocess
import sys

import pytest

from autograd import compiled

PARTS = """
import autograd, nn
from autograd import Value, compile, compiled, tanh

@compiled
def scaled(x, k=2.0):
    return tanh(x) * k

class Own:
    factor = 3.0

    @compiled
    def times(self, x):
        return self.factor * x

square = autograd.custom_op("square", lambda x: x * x, lambda xp, out, x: (2.0 * x,))

def used(job):
    kind, thing = job
    if kind == "value":
        thing.backward()
        return thing.data, [p.data for p in thing.parents]
    if kind == "program":
        value, grad = thing.value_and_grad("x", x=[0.5, 0.25])
        return value.tolist(), grad.tolist(), float(thing(x=0.5))
    if kind == "model":
        return thing([1.0, 2.0])[0].data
    if kind == "rows":
        return list(map(float, thing([0.5, 0.25])))
    return float(thing(0.5)), float(thing.grad(0.5)) if hasattr(thing, "grad") else 0.0

def jobs():
    x = Value(0.3)
    y = tanh(square(x) + x)
    scaled(0.4)
    return [
        ("value", y), ("program", compile(y, x=x, backend="loop")),
        ("program", compile(y, x=x, backend="array")), ("model", nn.MLP(2, [3, 1], rng=0)),
        ("compiled", scaled), ("compiled", Own().times), ("rows", scaled.batched("x")),
        ("function", square), ("compiled", compiled(used_here)),
    ]

def used_here(x):
    return square(x) * x
"""
MAIN = """
import multiprocessing
from parts import jobs, used

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(used, jobs(), chunksize=1) == [used(job) for job in jobs()])
"""


def run(code, folder, *arguments):
    path = folder / "main.py"
    path.write_text(code)
    return subprocess.run(
        [sys.executable, path, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def test_what_is_sent_to_a_process_computes_the_same(tmp_path):
    """Values, programs, models, primitives and compiled functions, decorated ones and methods."""
    (tmp_path / "parts.py").write_text(PARTS)
    done = run(MAIN, tmp_path)
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize("kind", ["loop", "array", "eager", "compile"])
def test_a_thread_that_computes_while_the_interpreter_ends(kind, tmp_path):
    """A daemon thread is stopped wherever it is, in machine code too: no crash, no message."""
    code = """
import sys, threading, time
import autograd, nn
from autograd import Value, compile, tanh

def graph(n):
    v = x = Value(0.3)
    for i in range(n):
        v = tanh(v * 1.1 + 0.01 * i)
    return v, x

def work():
    kind, n = sys.argv[1], 40
    y, x = graph(n)
    program = None if kind in ("eager", "compile") else compile(y, x=x, backend=kind, threads=2)
    while True:
        if kind == "eager":
            y.backward()
        elif kind == "compile":
            n = 20 + (n + 1) % 50
            compile(*graph(n)[:1], x=x, backend="loop")(x=0.5)
        else:
            program.value_and_grad("x", x=[0.1] * 20_000)
        started.set()

started = threading.Event()
for _ in range(2):
    threading.Thread(target=work, daemon=True).start()
started.wait(60)
time.sleep(0.05)
"""
    done = run(code, tmp_path, kind)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def plain(x, n=2):
    return x**n


@compiled
def decorated(x):
    return x * x


class Scaled:
    factor = 3.0

    @compiled
    def times(self, x):
        return self.factor * x


def test_compiled_functions_are_pickled_as_functions_are():
    """By name where they stand under it; copies of a function are the function."""
    assert decorated(2.0) == 4.0
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert copy.deepcopy(decorated) is decorated
    rows = pickle.loads(pickle.dumps(decorated.batched("x")))
    assert list(rows([1.0, 2.0])) == [1.0, 4.0]
    bound = pickle.loads(pickle.dumps(Scaled().times))
    assert bound(2.0) == 6.0
    own = pickle.loads(pickle.dumps(compiled(plain, static="n", dtype="float32")))
    assert (own.static, own.dtype) == (("n",), "float32")
