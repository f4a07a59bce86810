"""A zero of a direction leads nowhere: not by nan, not by a pole, in no executor."""

import random

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile, compiled, scan
from autograd.program.loop import loop_executor
from autograd.program.tape import repeated
from autograd.testing import random_formula
from tests.campaign import size

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, np.inf, -np.inf, np.nan, 1e300, 5e-324]
WITH_EDGES = [
    "pow", "div", "log", "sqrt", "xlogy", "xlog1py", "mul", "add", "sub", "hypot", "atan2", "where",
    "maximum", "asin", "acosh", "logit", "norm", "log1p", "cbrt", "entr", "abs",
]  # fmt: skip
# Sweeps that add in another order: relative to the largest of what is compared.
TOLERANCE = 1e-9


def same(found, wanted):
    """Equal to rounding, number by number; nan where there is nan."""
    found, wanted = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
    finite = wanted[np.isfinite(wanted)]
    atol = TOLERANCE * np.abs(finite).max(initial=1.0)
    return np.allclose(found, wanted, rtol=TOLERANCE, atol=atol, equal_nan=True)


def products(f, p, v):
    """What the engine has of f: along v, and along each unit vector."""
    units = np.eye(len(p)).tolist()
    return {
        "jvp": ag.jvp(f, p, v),
        "hvp": ag.hvp(f, p, v),
        "slopes": [ag.jvp(f, p, unit) for unit in units],
        "gradient": ag.grad(f)(p),
        "curvature": np.transpose([ag.hvp(f, p, unit) for unit in units]),
    }


@pytest.fixture(params=["array", "machine code", "Python"])
def backend(request, monkeypatch):
    """The executors by name."""
    if request.param == "Python":
        monkeypatch.setattr(loop_executor, "can_compile", lambda: False)
    return "array" if request.param == "array" else "loop"


def test_programs_of_random_functions_agree_with_the_engine(backend, record_property):
    """Along directions, as matrices, and of programs that are part of a differentiated function."""
    rng = random.Random(f"moving {backend}")
    count = size(8, 500)
    for i in range(count):
        names = WITH_EDGES if i % 2 else None
        formula = random_formula(rng, operations=rng.choice([2, 3, 6]), names=names)
        leaves = [Value(x) for x in formula.point]
        y = formula(*leaves)
        program = compile(y, p=leaves, backend=backend)
        tall = compile([y, *(2.0 * x for x in leaves)], p=leaves, backend=backend)
        for _ in range(3):
            p = [rng.choice(SPECIAL) if rng.random() < 0.5 else x for x in formula.point]
            v = [rng.choice([0.0, 0.0, 1.0, -2.0]) for _ in p]
            wanted = products(lambda p, f=formula: f(*p), p, v)
            case = (str(formula), p, v)
            assert same(program.jvp("p", v, p=p), wanted["jvp"]), case
            assert same(program.jvp("p", [v, v], p=p), [wanted["jvp"]] * 2), case
            assert same(program.hvp("p", v, p=p), wanted["hvp"]), case
            assert same(program.hessian("p", p=p), wanted["curvature"]), case
            for found in (tall.jacobian("p", p=p)[0], program.jacobian("p", p=p)):
                either = wanted["slopes"], wanted["gradient"]  # by columns or by rows
                assert any(same(found, one) for one in either), case
            within = ag.grad(lambda p, v=v, program=program: program.jvp("p", v, p=p))(p)
            assert same(within, wanted["hvp"]), case
    record_property("zeros of directions", f"{3 * count} points, {backend}")


@pytest.mark.parametrize("shape", ["carry", "item", "shared"])
def test_steps_that_repeat(monkeypatch, backend, shape):
    """What a zero would lead to is carried from run to run, and kept out to the end."""
    monkeypatch.setattr(repeated, "LONG", 0)
    monkeypatch.setattr(repeated, "MANY", 1)

    def f(p):
        x, bad = p[0], ag.xlogy(p[1], p[2])  # its slope by p[1] is nan
        start, other, item = {
            "carry": ([x, bad], 0.5, 1.0),
            "item": ([x, 1.0], 0.5, bad),
            "shared": ([x, 1.0], bad, 1.0),
        }[shape]
        items = [item, 2.0, item * 3.0]
        (a, b), ys = scan(
            lambda c, t: ([ag.sin(c[0]) * t + c[0] * c[0], c[1] * other + t], c[0] * c[1]),
            start,
            items,
        )
        return a * 3.0 + b + ag.sum(ys)

    program = compiled(f, backend=backend)
    p = [0.7, 0.0, -0.5]
    assert repeated.repeats_of(program.program(p).tape)
    for v in ([1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]):
        wanted = products(f, p, v)
        assert np.isnan(wanted["jvp"]) == (v[1] != 0.0)
        assert same(program.jvp("p", v, p), wanted["jvp"]), v
        assert same(program.hvp("p", v, p), wanted["hvp"]), v
    assert same(program.hessian(p), wanted["curvature"])


def test_a_derivative_that_is_zero_by_its_number_is_no_such_zero(backend):
    """cbrt(x³) has slope 1 at 0: 0 is no answer, along whatever direction."""
    x = [Value(0.0), Value(0.0)]
    program = compile(ag.cbrt(x[0] ** 3) + x[1], x=x, backend=backend)
    assert np.isnan(program.jvp("x", [1.0, 0.0], x=[0.0, 1.0]))
    assert program.jvp("x", [0.0, 1.0], x=[0.0, 1.0]) == 1.0
    batch = program.jvp("x", [[0.0, 1.0], [0.0, 0.0], [1.0, 1.0]], x=[0.0, 1.0])
    np.testing.assert_array_equal(batch, [1.0, 0.0, np.nan])


def test_a_direction_of_values_keeps_its_own_derivative():
    """The derivative by a direction that is 0 is the slope."""
    x = Value(3.0)
    program = compile(x * x, x=x)
    assert ag.grad(lambda v: program.jvp("x", v, x=3.0))(0.0) == 6.0
