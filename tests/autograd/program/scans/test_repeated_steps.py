"""A scan in a program is the loop, whatever the step: recorded once, run as a loop of its own."""

import pickle
import random

import numpy as np
import pytest

import autograd as ag
from autograd import GraphError, TraceError, compiled, scan
from autograd.functions import recurrences
from autograd.program.scans import passing, scan_executor
from autograd.program.tape import repeated
from autograd.program.tape.repeated_derived import tangents_of, weighted_of

RNG = np.random.default_rng(0)
ONE_OPERAND = [
    ag.sin, ag.tanh, ag.relu, ag.sigmoid, abs, ag.softplus,
    lambda x: ag.exp(0.1 * ag.tanh(x)), lambda x: ag.sqrt(abs(x)), lambda x: x**2,
]  # fmt: skip
MORE_OPERANDS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (1.5 + b * b),
    ag.maximum,
    lambda a, b: ag.where(a > b, a, b * b),
    lambda a, b: ag.sum([a, b, a]),
    lambda a, b: ag.dot([a, b, 0.5], [b, a, a]),
    lambda a, b: ag.logsumexp([a, b, 0.1]),
]


def formula(rng, pool, depth=0):
    """A random expression over these numbers."""
    chance = rng.random()
    if depth > 3 or chance < 0.2:
        return rng.choice([*pool, 0.5, -1.25])
    if chance < 0.45:
        return rng.choice(ONE_OPERAND)(formula(rng, pool, depth + 1))
    operands = formula(rng, pool, depth + 1), formula(rng, pool, depth + 1)
    return rng.choice(MORE_OPERANDS)(*operands)


def flat(x):
    """The numbers in a structure."""
    if isinstance(x, dict):
        x = [*x.values()]
    return (
        [z for y in x for z in flat(y)] if isinstance(x, (list, tuple)) else [x] * (x is not None)
    )


def random_step(seed, shared):
    """A step of random formulas of a carry and an item in containers, and of numbers outside."""

    def step(carry, item):
        rng = random.Random(seed)
        pool = [*carry["a"], carry["b"][0], *(item if isinstance(item, tuple) else [item]), *shared]
        new = {
            "a": [
                0.5 * ag.tanh(formula(rng, pool)) if rng.random() < 0.8 else rng.choice(pool)
                for _ in carry["a"]
            ],
            "b": (0.3 * formula(rng, pool),),
        }
        if rng.random() < 0.3:
            new["a"][0] = carry["a"][0]
        y = formula(rng, pool)
        return new, [None, y, {"u": y, "v": [new["a"][0], pool[-1]]}][rng.randrange(3)]

    return step


def random_model(seed):
    """Numbers before a scan, the scan, another one of its outputs, and a sum of it all."""
    rng = random.Random(seed)
    many, length, backwards = rng.randint(1, 3), rng.choice([2, 3, 7]), rng.random() < 0.3
    kind, closed = rng.randrange(3), rng.random() < 0.5

    def model(p, xs):
        before = [ag.sin(p[0]) * p[1], p[2], *([xs[0]] if closed else [])]
        carry = {"a": [p[0] if i % 2 == 0 else 0.25 for i in range(many)], "b": (before[0],)}
        items = {
            0: lambda i: xs[i],
            1: lambda i: (xs[i], float(i)),
            2: lambda i: (xs[i] * p[1], 0.5),
        }[kind]
        step = random_step(seed, before)
        last, ys = scan(step, carry, [items(i) for i in range(length)], reverse=backwards)
        seen = flat(ys)[:4] or [p[0], p[1]]
        final, others = scan(lambda c, x: (c * 0.5 + ag.sin(x), c), last["b"][0], seen)
        numbers = [*flat(last), *flat(ys), *flat(others)]
        return ag.sum([(0.3 + 0.1 * i) * v for i, v in enumerate(numbers)]) + final * before[1]

    return model


@pytest.fixture
def loops(monkeypatch):
    """Every scan is run as a loop, however short."""
    monkeypatch.setattr(repeated, "LONG", 0)
    monkeypatch.setattr(repeated, "MANY", 1)


def written_out(monkeypatch, f, **options):
    """The function whose scans are plain loops."""
    with monkeypatch.context() as patch:
        patch.setattr(recurrences, "repeats_here", lambda: False)
        plain = compiled(f, **options)
        plain.program(np.zeros(3), np.zeros(8))
    return plain


def close(a, b, tolerance=1e-12):
    """Gradients, summed in another order: some roundings of numbers of about one."""
    for x, y in zip(a if isinstance(a, tuple) else [a], b if isinstance(b, tuple) else [b]):
        np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("how", ["machine code", "run by run", "arrays"])
@pytest.mark.parametrize("seed", [1, 2, 5, 8])
def test_it_is_the_loop(monkeypatch, loops, seed, how):
    """Value to the bit (arrays: to rounding) and gradient, at points and over batches."""
    p, xs = RNG.normal(size=3), RNG.normal(size=8)
    ps, many = p + 0.1 * RNG.normal(size=(11, 3)), xs + 0.1 * RNG.normal(size=(11, 8))
    if how == "run by run":
        monkeypatch.setattr(passing, "native_wiring", lambda scan: None)
    f = random_model(seed)
    plain = written_out(monkeypatch, f, backend="loop")
    own = compiled(f, backend="array" if how == "arrays" else "loop")
    assert repeated.repeats_of(own.program(p, xs).tape)
    assert not repeated.repeats_of(plain.program(p, xs).tape)
    for names, args in [((), (p, xs)), (("p",), (ps, xs)), (("p", "xs"), (ps, many))]:
        got, wanted = (g.batched(*names) if names else g for g in (own, plain))
        value, gradient = got.value_and_grad(*args)
        other, wanted_gradient = wanted.value_and_grad(*args)
        close(value, other) if how == "arrays" else np.testing.assert_array_equal(value, other)
        close(gradient, wanted_gradient)
        close(got.grad(*args, wrt="p"), wanted_gradient[0])
        close(got(*args), other)


def test_derivatives_repeat():
    """The tape of tangents has a step of its own, however many runs there are, and so has that of
    weighted outputs."""

    def model(p, xs):
        return scan(lambda c, x: (ag.tanh(c * p[0] + x), c * x), p[1], list(xs))[1]

    tape = compiled(model).program(np.ones(2), np.ones(3000)).tape
    for derived in (tangents_of(tape, [0], [1.0] * tape.first), weighted_of(tape)):
        (repeat,) = repeated.repeats_of(derived)
        assert (repeat.count, len(repeat.step) < 20) == (3000, True)
        assert "written_out" not in vars(derived.statements)


@pytest.mark.parametrize("seed", [2, 3])
def test_programs_derivatives(monkeypatch, loops, seed):
    """Hessians, products and Jacobians are the loop's."""
    p, xs = RNG.normal(size=3), RNG.normal(size=8)
    f = random_model(seed)
    own, plain = compiled(f), written_out(monkeypatch, f)
    close(own.hessian(p, xs, wrt="p"), plain.hessian(p, xs, wrt="p"), 1e-10)  # of two sweeps
    close(own.hvp("p", p, p, xs), plain.hvp("p", p, p, xs), 1e-10)
    close(own.jvp("xs", xs, p, xs), plain.jvp("xs", xs, p, xs))
    paths = compiled(lambda p, xs: scan(lambda c, x: (c + p[0] * x, c * x), p[1], list(xs))[1])
    c, total, rows = p[1], 0.0, []
    for x in xs:
        rows.append([total * x, x, 0.0])
        total += x
    close(paths.jacobian(p, xs, wrt="p"), rows)
    assert c == p[1]


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_parts_that_nothing_reads_are_not_run(loops, backend):
    """A second derivative does not need the product with 1 that the value ends with."""
    model = compiled(
        lambda c, xs: 1.0 * scan(lambda h, x: (ag.tanh(ag.sin(h) * xs[0]), h), ag.sin(c), xs)[0],
        backend=backend,
    )
    xs = np.linspace(0.5, 1.0, 8)
    close(model.hvp("c", 1.0, 0.7, xs), model.hessian(0.7, xs, wrt="c"))
    close(model.hvp("c", 1.0, 0.7, xs), ag.hvp(lambda c: model.f(c, xs), 0.7, 1.0), 1e-10)


def ages(p, xs):
    """A scan inside of a scan."""

    def year(c, x):
        inner, ys = scan(lambda a, t: (a * p[0] + t * x, a), c, [0.1, 0.2, 0.3])
        return ag.tanh(inner), ag.sum(ys)

    last, ys = scan(year, p[1], list(xs))
    return last * p[2] + ag.sum(ys)


def test_scan_in_scan(monkeypatch, loops):
    """The inner one is written out, the outer one is a loop."""
    p, xs = RNG.normal(size=3), RNG.normal(size=8)
    own, plain = compiled(ages), written_out(monkeypatch, ages)
    assert [r.count for r in repeated.repeats_of(own.program(p, xs).tape)] == [8]
    assert own(p, xs) == pytest.approx(ages(p.tolist(), xs.tolist()), rel=1e-14)
    close(own.grad(p, xs), plain.grad(p, xs))


def test_inside_of_transforms(loops):
    """Within grad, where the inner one is a plain loop, and of a program that is called there."""
    p, xs = [0.3, 0.5, -0.2], [0.1, 0.4, -0.3]
    slope = compiled(ag.grad(ages))
    close(slope(p, xs), np.array(ag.grad(ages)(p, xs)))
    h = compiled(lambda p, xs: ages(p, xs) + ag.sum(ag.grad(ages)(p, xs)))
    close(h(p, xs), ages(p, xs) + sum(ag.grad(ages)(p, xs)))
    program = compiled(ages).program(np.array(p), np.array(xs))
    close(np.array(ag.grad(lambda q: program(p=q, xs=xs))(p)), np.array(ag.grad(ages)(p, xs)))


def test_recording_is_flat_in_the_length():
    """However long, the step is called once and stands once in what is recorded and listed."""
    calls = []

    def model(x, returns):
        def step(carry, r):
            calls.append(1)
            variance, total = carry
            total = total + ag.log(variance) + r * r / variance
            return (x[0] + x[1] * r * r + x[2] * variance, total), None

        return scan(step, (x[0], 0.0), list(returns))[0][1]

    lines = set()
    for length in (1000, 4000):
        f = compiled(model)
        program = f.program(np.array([0.1, 0.2, 0.3]), np.ones(length))
        (repeat,) = repeated.repeats_of(program.tape)
        assert (len(calls), len(repeat.step)) == (1, 10)
        lines.add(str(program).count("\n"))
        again = pickle.loads(pickle.dumps(program))
        assert "written_out" not in vars(again.tape.statements)
        arrays = {"x": np.array([0.1, 0.2, 0.3]), "returns": np.ones(length)}
        close(again.value_and_grad("x", **arrays), program.value_and_grad("x", **arrays), 0.0)
        calls.clear()
    assert len(lines) == 1
    assert f"scan × {length}" in str(program)


def test_large_batches_on_threads(loops, monkeypatch):
    """Results are the same on any number of threads; what one of them raises is raised."""
    monkeypatch.setattr(scan_executor, "MOST", 8)
    p, xs = RNG.normal(size=(1100, 3)), RNG.normal(size=8)
    found = [compiled(ages, threads=n).batched("p").value_and_grad(p, xs) for n in (1, 3)]
    np.testing.assert_array_equal(found[0][0], found[1][0])
    for one, other in zip(found[0][1], found[1][1]):
        np.testing.assert_array_equal(one, other)
    close(found[0][1][0][1000], compiled(ages).grad(p[1000], xs, wrt="p"))

    def fails(x):
        if x > 2.0:
            raise ArithmeticError("too large")
        return x

    op = ag.custom_op("fails", fails, lambda xp, out, x: (1.0,))
    f = compiled(lambda x: scan(lambda c, _: (op(c), None), x, length=9)[0], threads=3).batched("x")
    np.testing.assert_array_equal(f(np.zeros(100)), np.zeros(100))
    with pytest.raises(ArithmeticError, match="too large"):
        f(np.arange(100.0))


@pytest.mark.parametrize("length", [0, 1, 2])
def test_few_steps(loops, length):
    """None, one and two."""

    def model(x, xs):
        last, ys = scan(lambda c, t: (c * x + t, c), 1.0, list(xs))
        return last + ag.sum(ys)

    xs = RNG.normal(size=length)
    assert compiled(model)(0.7, xs) == pytest.approx(model(0.7, xs.tolist()), rel=1e-15)


@pytest.mark.needs("jax")
def test_in_jax(loops):
    """A program with a scan is a function of JAX's, and its derivatives are the program's."""
    import jax

    jax.config.update("jax_enable_x64", True)
    p, xs = RNG.normal(size=3), RNG.normal(size=8)
    f = compiled(ages)
    g = f.program(p, xs).to_jax()
    assert float(g(p, xs)) == pytest.approx(float(f(p, xs)), rel=1e-13)
    close(np.array(jax.grad(g)(p, xs)), f.grad(p, xs, wrt="p"))


@pytest.mark.needs("onnxruntime")
def test_in_onnx(loops, tmp_path):
    """ONNX gets every step written out."""
    import onnxruntime

    p, xs = RNG.normal(size=3), RNG.normal(size=8)
    f = compiled(ages)
    f.program(p, xs).to_onnx(tmp_path / "ages.onnx", batched=[])
    session = onnxruntime.InferenceSession(str(tmp_path / "ages.onnx"))
    (found,) = session.run(None, {"p": p, "xs": xs})
    assert float(found) == pytest.approx(float(f(p, xs)), rel=1e-12)


def test_what_numbers_do_not_give(loops):
    """What needs plain numbers is recorded step by step; a branch on recorded ones raises."""
    table = [2.0, 3.0, 5.0]
    indexed = compiled(lambda x: scan(lambda c, i: (c * x + table[i], None), 0.0, range(3))[0])
    assert indexed(2.0) == 2.0 * (2.0 * 2.0 + 3.0) + 5.0
    every_other = compiled(
        lambda x: scan(
            lambda c, _: ((c[0] + 1, c[1] + (x if c[0] % 2 else 0.0)), None), (0, 0.0), length=4
        )[0][1]
    )
    assert every_other(3.0) == 6.0
    with pytest.raises(TraceError, match="where"):
        compiled(lambda x: scan(lambda c, _: (x if c > 0.0 else -x, None), x, length=3)[0])(1.0)


def test_a_value_of_one_step_is_no_result(loops):
    """Kept outside of the step, where it stands for that of every step."""

    def model(x):
        kept = []
        scan(lambda c, _: (kept.append(c * x) or c * x, None), 1.0, length=3)
        return kept[0]

    with pytest.raises(GraphError, match="return it from the step"):
        compiled(model)(2.0)


@pytest.mark.filterwarnings("error")
def test_edges_of_numbers(loops, monkeypatch):
    """Infinite and undefined numbers go through as in the loop; zero adjoints pass nothing on."""

    def model(p, xs):
        def step(c, x):
            return ag.where(x > 0.0, ag.log(x) * c, c / x), ag.sqrt(abs(c))

        last, ys = scan(step, p[0], list(xs))
        return last + 0.0 * ys[0] + ag.sum(ys[1:]) * p[1]

    own, plain = compiled(model), written_out(monkeypatch, model)
    for xs in ([1.0, 0.0] * 4, [0.5, -1.0] * 4, [np.inf, np.nan] * 4):
        for p in ([0.0, 1.0, 1.0], [1e308, 0.0, 1.0]):
            for f in (lambda g: g, lambda g: g.batched("p")):
                args = (np.array(p) if f(own) is own else np.array([p] * 3)), np.array(xs)
                got, wanted = f(own).value_and_grad(*args), f(plain).value_and_grad(*args)
                np.testing.assert_array_equal(got[0], wanted[0])
                for x, y in zip(got[1], wanted[1]):
                    np.testing.assert_array_equal(x, y)
