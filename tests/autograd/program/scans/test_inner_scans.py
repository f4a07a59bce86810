"""A scan in a scan's step is a loop in a loop: recorded, lowered and listed once."""

import pickle

import numpy as np
import pytest

import autograd as ag
from autograd import compiled, scan
from autograd.program.loop import loop_executor
from autograd.program.scans import native_scan
from autograd.program.tape import repeated
from tests.autograd.program.scans.test_repeated_steps import ages, close, written_out

RNG = np.random.default_rng(0)


def hours(p, xs):
    """A scan in a scan in a scan, whose results are read at every level, twice in a step."""

    def hour(c, t):
        return ag.sin(c * p[0] + t), c * t

    def day(c, x):
        last, ys = scan(hour, c * p[1], [x, 0.3, p[2]])
        again, zs = scan(hour, last, ys, reverse=True)
        return (again + x), ag.dot(ys, zs)

    def year(c, x):
        last, ys = scan(day, c, [x, 0.1, xs[0]])
        return 0.5 * last, {"sum": ag.sum(ys), "last": last * p[0]}

    last, ys = scan(year, p[1], list(xs))
    return last * p[2] + ag.sum(ys["sum"]) + ys["last"][1]


@pytest.fixture(params=["machine code", "Python", "arrays"])
def backend(request, monkeypatch):
    """Every scan is a loop, however short; ways in which it is run."""
    for name, number in (("LONG", 0), ("MANY", 1), ("WIDEST", 0)):
        monkeypatch.setattr(repeated, name, number)
    if request.param == "Python":
        monkeypatch.setattr(native_scan, "can_compile", lambda: False)
        monkeypatch.setattr(loop_executor, "can_compile", lambda: False)
    return "array" if request.param == "arrays" else "loop"


@pytest.mark.parametrize("f", [ages, hours])
def test_it_is_the_loop(monkeypatch, backend, f):
    """Values to the bit (arrays: to rounding), derivatives, at points and over batches."""
    p, xs = RNG.normal(size=3), RNG.normal(size=8)
    ps, many = p + 0.1 * RNG.normal(size=(11, 3)), xs + 0.1 * RNG.normal(size=(11, 8))
    own = compiled(f, backend=backend)
    assert repeated.has_loops(repeated.repeats_of(own.program(p, xs).tape)[0])
    want = ag.value_and_grad(f, (0, 1))(p.tolist(), xs.tolist())
    plain = written_out(monkeypatch, f, backend="loop")
    for names, args in [((), (p, xs)), (("p",), (ps, xs)), (("p", "xs"), (ps, many))]:
        got, wanted = (g.batched(*names) if names else g for g in (own, plain))
        value, gradient = got.value_and_grad(*args)
        other, wanted_gradient = wanted.value_and_grad(*args)
        if backend == "loop":
            np.testing.assert_array_equal(value, other)
        close(value, other)
        close(gradient, wanted_gradient)
        close(got(*args), other)
        if not names:
            close(gradient, tuple(np.array(x) for x in want[1]))
    close(own.hessian(p, xs, wrt="p"), ag.hessian(f)(p.tolist(), xs.tolist()), 1e-10)


def test_lowering_is_flat_in_both_lengths():
    """What is recorded, weighed, listed and pickled is as long for a hundred times the runs."""
    lines, sizes = set(), set()

    def model(p, xs, ts):
        def year(c, x):
            return scan(lambda a, t: (ag.tanh(a * p[0] + t * x), None), c, ts)[0], None

        return scan(year, p[1], xs)[0]

    for inner, outer in ((150, 60), (1500, 600)):
        f = compiled(model)
        p, xs, ts = np.array([0.9, 0.5]), np.linspace(-1, 1, outer), np.linspace(0, 1, inner)
        program = f.program(p, xs, ts)
        (year,) = repeated.repeats_of(program.tape)
        (day,) = repeated.repeats_of(repeated.Repeat.tape(year, program.tape.constants, year.new))
        assert (year.count, day.count) == (outer, inner)
        if outer == 60:
            e, step = 1e-6, np.array([1.0, 0.0])
            rise = (f(p + e * step, xs, ts) - f(p - e * step, xs, ts)) / (2.0 * e)
            assert f.grad(p, xs, ts, wrt="p")[0] == pytest.approx(rise, rel=1e-7, abs=1e-8)
        again = pickle.loads(pickle.dumps(program))
        assert again(p=p, xs=xs, ts=ts) == program(p=p, xs=xs, ts=ts)
        lines.add(str(program).count("\n"))
        sizes.add(len(day.step))
        for statements in (program.tape.statements, year.step):  # nothing goes through all
            assert "written_out" not in vars(statements)
    assert (len(lines), len(sizes)) == (1, 1)


@pytest.mark.needs("jax")
def test_in_jax(monkeypatch):
    """JAX gets the inner loop written out."""
    import jax

    for name, number in (("LONG", 0), ("MANY", 1), ("WIDEST", 0)):
        monkeypatch.setattr(repeated, name, number)
    jax.config.update("jax_enable_x64", True)
    p, xs = RNG.normal(size=3), RNG.normal(size=4)
    f = compiled(ages)
    g = f.program(p, xs).to_jax()
    assert float(g(p, xs)) == pytest.approx(float(f(p, xs)), rel=1e-13)
    close(np.array(jax.grad(g)(p, xs)), f.grad(p, xs, wrt="p"))
