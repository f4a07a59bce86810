"""One declaration is enough: primitives declared in this file go everywhere, no other file touched.

Everything that knows the table by itself is asked: evaluation, the engine, transforms, pickling,
the calculator, every executor and export, pictures, pages, the accuracy test, gradcheck,
Hypothesis, the naive engine.
"""

import copy
import math
import os
import pickle
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import Phase, find, settings
from mpmath import mp

import autograd
from autograd import InputValueError, Value, compile, grad, gradcheck
from autograd.__main__ import edge_table
from autograd.calculator import evaluate_text
from autograd.drawing import explain, to_mermaid
from autograd.drawing.page.javascript import Script
from autograd.engine.record import RECORDERS
from autograd.ops.declaring import declare, elementary
from autograd.ops.floats import FUNCTIONS
from autograd.ops.ieee import FAST, IEEE
from autograd.ops.op import OPS
from autograd.program.loop.loop_executor import LoopExecutor
from autograd.program.loop.native.compiler import can_compile
from autograd.testing import programs, random_formula
from tests import naive
from tests.autograd.ops.mp_references import REFERENCES, unary
from tests.autograd.ops.test_accuracy import ULPS, worst_errors

COMPOSED, ELEMENTARY = "softsign", "gudermann"
BOTH = pytest.mark.parametrize("name", [COMPOSED, ELEMENTARY])
POINTS = np.array([-3.0, -0.5, 0.25, 1.5, 40.0])
# NumPy's and JAX's functions are within a few units of Python's.
DIGITS = 1e-14

needs_llvm = pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")


def gudermann(x):
    """The angle whose tangent is sinh(x); it refuses nan, as functions of math do."""
    if x != x:
        raise ValueError("not a number")
    return 2.0 * math.atan(math.tanh(0.5 * x))


def gudermann_slope(xp, out, x):
    e = xp.exp(xp.where(x < 0.0, x, -x))
    return (2.0 * e / (1.0 + e * e),)


@pytest.fixture(scope="module", autouse=True)
def _declared():
    """One primitive of each kind, in the table for the length of this file."""
    tables = (OPS, FAST, IEEE, FUNCTIONS, FUNCTIONS.declared, REFERENCES)
    before = [dict(table) for table in tables]
    declare(
        COMPOSED,
        lambda xp, x: x / (1.0 + abs(x)),
        lambda xp, out, x: (1.0 / (1.0 + abs(x)) / (1.0 + abs(x)),),
        symbol="soft",
        latex=r"\operatorname{{soft}}",
        sample=((-5.0, 5.0),),
        edge="nan at ±inf.",
    )
    elementary(
        ELEMENTARY,
        gudermann,
        gudermann_slope,
        symbol="gd",
        javascript="(x => 2 * Math.atan(Math.tanh(0.5 * x)))",
        latex=r"\operatorname{{gd}}",
        sample=((-5.0, 5.0),),
        edge="±π/2 at ±inf, with derivative 0.",
    )
    REFERENCES[COMPOSED] = unary(lambda x: x / (1 + abs(x)), lambda x: (1 + abs(x)) ** -2)
    REFERENCES[ELEMENTARY] = unary(
        lambda x: 2 * mp.atan(mp.tanh(x / 2)), lambda x: mp.sech(x), (-1e4, 1e4), (-19.0, 19.0)
    )
    yield
    for table, entries in zip(tables, before):
        table.clear()
        table.update(entries)


def graph(name):
    """A Value, and a few operations on it of which two are of this primitive."""
    x = Value(0.5, name="x")
    return x, RECORDERS[name](RECORDERS[name](x) * x) + 2.0 * x


def eager(name):
    """The value and the derivative of that graph at every point."""
    values, slopes = [], []
    for point in POINTS.tolist():
        x, y = graph(name)
        x.data = point
        y.recompute()
        y.backward()
        values.append(y.data)
        slopes.append(x.grad)
    return np.array(values), np.array(slopes)


@BOTH
def test_it_is_as_accurate_as_the_rest(name):
    """The accuracy test takes its reference and nothing else."""
    assert all(error <= ULPS for error, _ in worst_errors(name))


def test_what_raises_is_nan():
    """IEEE evaluation follows from the plain function."""
    assert math.isnan(OPS[ELEMENTARY].evaluate(math.nan))
    assert math.isnan(IEEE[ELEMENTARY](math.nan))
    assert OPS[ELEMENTARY].evaluate(1.0) == FAST[ELEMENTARY](1.0) == gudermann(1.0)


@BOTH
def test_derivatives_of_any_order(name):
    """Against the naive engine, differences, and a difference of first derivatives."""
    f = RECORDERS[name]
    assert gradcheck(f, 0.7).verdict == "pass"
    step = 1e-6
    slope = (grad(f)(0.7 + step) - grad(f)(0.7 - step)) / (2.0 * step)
    assert grad(grad(f))(0.7) == pytest.approx(slope, rel=1e-8)
    formula = random_formula(random.Random(4), operations=12, names=[name, "mul", "add"])
    leaves = [Value(x) for x in formula.point]
    formula(*leaves).backward()
    _, exact = naive.gradient(formula, formula.point)
    assert [x.grad for x in leaves] == pytest.approx(exact, rel=1e-12, abs=1e-14)


@BOTH
def test_graphs_are_kept_and_copied(name):
    """By its name in the table."""
    _, y = graph(name)
    assert pickle.loads(pickle.dumps(y)).data == copy.deepcopy(y).data == y.data


@BOTH
def test_the_calculator_and_the_edges_know_it(name):
    """Typed by name, and told with the others."""
    x = Value(0.5)
    assert evaluate_text(f"{name}(x) + 1", {"x": x}).data == RECORDERS[name](0.5) + 1.0
    assert f"{name:<12} {OPS[name].edge}" in edge_table()


@BOTH
def test_arrays(name):
    """The NumPy executor, over a batch."""
    x, y = graph(name)
    program = compile(y, x=x, backend="array")
    value, slope = program.value_and_grad("x", x=POINTS)
    values, slopes = eager(name)
    np.testing.assert_allclose(value, values, rtol=DIGITS)
    np.testing.assert_allclose(slope, slopes, rtol=DIGITS, atol=1e-300)


@BOTH
@pytest.mark.parametrize("native", [pytest.param(True, marks=needs_llvm), False])
def test_the_loop(name, native):
    """To the bit, at points and over a batch; of machine code only the function is called."""
    x, y = graph(name)
    program = LoopExecutor(compile(y, x=x).tape, "float64", native=native)
    values, slopes = eager(name)
    value, (slope,) = program.value_and_grad((0,), [POINTS[:, None]], len(POINTS), 1.0)
    assert value.ravel().tolist() == values.tolist()
    assert slope.ravel().tolist() == slopes.tolist()
    value, (slope,) = program.value_and_grad((0,), [POINTS[:1]], None, 1.0)
    assert [*value, *slope] == [values[0], slopes[0]]
    if native:
        assert program.listing()[0].endswith("calling gudermann") == (name == ELEMENTARY)


@BOTH
@pytest.mark.needs("jax")
def test_jax(name):
    """Value and derivative, and the derivative of that, inside jit."""
    import jax

    with jax.enable_x64(True):
        x, y = graph(name)
        function = compile(y, x=x).to_jax()
        values, slopes = eager(name)
        for point, value, slope in zip(POINTS.tolist(), values, slopes):
            found = jax.jit(jax.value_and_grad(lambda x: function(x=x)))(point)
            np.testing.assert_allclose(found, [value, slope], rtol=1e-12, atol=1e-15)


@pytest.mark.needs("onnxruntime")
def test_onnx(tmp_path):
    """What is composed is exported; what only Python has is refused by name."""
    x, y = graph(COMPOSED)
    compile(y, x=x).to_onnx(tmp_path / "composed.onnx")
    import onnxruntime

    session = onnxruntime.InferenceSession(tmp_path / "composed.onnx")
    np.testing.assert_allclose(session.run(None, {"x": POINTS})[0], eager(COMPOSED)[0], rtol=1e-6)
    x, y = graph(ELEMENTARY)
    with pytest.raises(InputValueError, match="ONNX has no 'gudermann'"):
        compile(y, x=x).to_onnx(tmp_path / "elementary.onnx")


@BOTH
def test_pictures_and_formulas(name):
    """Its symbol in pictures, its LaTeX where it is explained, its JavaScript in pages."""
    x, y = graph(name)
    y.name = "y"
    y.backward()
    symbol = OPS[name].symbol
    assert symbol in to_mermaid(y)
    power = explain(RECORDERS["pow"](RECORDERS[name](x), 3.0), x)
    assert f"{symbol}(x)" in str(power)
    assert rf"\operatorname{{{symbol}}}\left(x\right)" in power.latex
    script = Script()
    script.rule(OPS[name], 1)
    assert f'name:"{name}"' in script.text


@BOTH
def test_hypothesis_draws_it(name):
    """And prints what it drew as a program that runs."""
    found = find(
        programs(operations=[name, "add"], most=3),
        lambda formula: any(step.op == name for step in formula.steps),
        settings=settings(database=None, deadline=None, phases=[Phase.generate]),
    )
    scope = {"autograd": autograd, "OPS": OPS, "record": lambda op, xs: RECORDERS[op.name](*xs)}
    exec(str(found), scope)
    assert scope["f"](*found.point) == found(*found.point)


WITHOUT_FORMS = """
import math, numpy as np
from autograd.ops.op import OPS
for field in ("native", "ufunc", "jax", "javascript"):
    setattr(OPS["sinh"], field, "")
import autograd
from autograd import Value
x = Value(0.5)
points = np.linspace(-3.0, 3.0, 40)
exact = [math.sinh(p) * p for p in points.tolist()]
loop, array = (
    autograd.compile(autograd.sinh(x) * x, x=x, backend=backend) for backend in ("loop", "array")
)
assert [float(loop(x=p)) for p in points] == exact
assert array(x=points).tolist() == exact
print(loop)
"""


def test_without_a_form_of_its_own_the_function_is_called(tmp_path):
    """Take NumPy's and C's sinh from the declaration: every executor calls Python's instead."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FORMS],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},  # machine code of its own
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "native" in done.stdout or not can_compile()


def test_primitives_say_their_names():
    """In a debugger and in messages."""
    assert repr(OPS["add"]) == "<Op add>"
    assert str(OPS["add"]) == "add"
