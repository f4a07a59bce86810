"""A transform of a scan in a recording is a scan again, and what the plain loop gives."""

import random
import threading
from functools import partial

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compiled, grad, hessian, hvp, jacobian, jvp, scan
from autograd.functions import recurrences
from autograd.program.loop import loop_executor
from autograd.program.scans import native_scan
from autograd.program.tape import repeated
from tests.autograd.program.scans.test_repeated_steps import close, random_model
from tests.campaign import size

V = [0.3, -1.1, 0.7]

TRANSFORMS = {
    "gradient": lambda m, p, xs: grad(m, (0, 1))(p, xs),
    "Hessian": lambda m, p, xs: hessian(m)(p, xs),
    "hvp": lambda m, p, xs: hvp(m, p, V, xs),
    "along a direction": lambda m, p, xs: jvp(m, p, [1.0, 0.0, V[2]], xs),
    "along two": lambda m, p, xs: jvp(lambda q: jvp(m, q, V, xs), p, [0.0, 1.0, V[2]]),
    "gradient along": lambda m, p, xs: jvp(lambda q: grad(m, 1)(q, xs), p, V),
    "Jacobian": lambda m, p, xs: jacobian(lambda q: [m(q, xs), grad(m)(q, xs)[0]])(p),
}


@pytest.fixture(params=["machine code", "Python", "arrays", "written out"])
def backend(request, monkeypatch):
    """Ways in which a scan is run, however short."""
    if request.param != "written out":
        monkeypatch.setattr(repeated, "LONG", 0)
        monkeypatch.setattr(repeated, "MANY", 1)
    if request.param == "Python":
        monkeypatch.setattr(native_scan, "can_compile", lambda: False)
        monkeypatch.setattr(loop_executor, "can_compile", lambda: False)
    return "array" if request.param == "arrays" else "loop"


def scans_in(f, *args):
    """How many runs each scan has, and how many statements its step."""
    return [(r.count, len(r.step)) for r in repeated.repeats_of(f.program(*args).tape)]


def numbers(found):
    """Gradients of several arguments in a row."""
    return np.concatenate([np.ravel(x) for x in (found if isinstance(found, tuple) else [found])])


@pytest.mark.parametrize("seed", [3, 7])
def test_random_scans_are_the_loop(backend, seed):
    """Transforms of random recurrences to the second order, in the ways that scans are run.

    Adjoints are added up run by run where the eager sweep adds up number by number: roundings of
    numbers of about one, at the second order of two sweeps.
    """
    m = random_model(seed)
    rng = np.random.default_rng(seed)
    p, xs = rng.normal(size=3), rng.normal(size=8)
    for name, transform in TRANSFORMS.items():

        def f(p, xs, transform=transform):
            return transform(m, p, xs)

        got = compiled(f, backend=backend)
        first = name in ("gradient", "along a direction")
        close(numbers(got(p, xs)), numbers(f(p.tolist(), xs.tolist())), 1e-12 if first else 1e-10)
        assert scans_in(got, p, xs), name


def garch(p, returns):
    """What the gradient needs of the last variance is a literal zero."""

    def step(carry, r):
        variance, total = carry
        total = total + ag.log(variance) + r * r / variance
        return (p[0] + p[1] * r * r + p[2] * variance, total), None

    return scan(step, (p[0], 0.0), returns)[0][1]


def test_recording_is_flat_in_the_length():
    """However long: the step is called once, and steps of derivatives are as long."""
    p, found = np.array([0.1, 0.2, 0.3]), set()
    for length in (1000, 4000):
        returns = np.linspace(0.1, 0.9, length)
        for transform in (grad, hessian):
            f = compiled(transform(garch))
            of_loop = compiled(garch)
            want = of_loop.grad if transform is grad else of_loop.hessian
            np.testing.assert_allclose(f(p, returns), want(p, returns, wrt="p"), rtol=1e-11)
            runs = scans_in(f, p, returns)
            assert {count for count, _ in runs} == {length}
            assert "written_out" not in vars(f.program(p, returns).tape.statements)
            found.add((transform, *[size for _, size in runs]))
    assert len(found) == 2


def power(p, xs):
    """Of p, with a slope at every order."""
    return scan(lambda c, x: (ag.sin(c * p + x), None), p, xs)[0]


def test_any_order(backend):
    """To the fourth derivative, each a rounding further off."""
    f, xs = power, [0.1, 0.4, -0.3]
    for order in range(1, 5):
        f = grad(f)
        got = compiled(f, backend=backend)
        np.testing.assert_allclose(got(1.3, np.array(xs)), f(1.3, xs), rtol=10.0 ** (order - 14))
        assert len(scans_in(got, 1.3, np.array(xs))) == 2**order


def test_zeros_that_are_known_lead_nowhere(backend):
    """An infinite slope of a step whose result nothing reads, or that nothing moves yet."""

    def ends_in_a_pole(p):
        _, ys = scan(lambda c, x: (ag.sqrt(c * x), c * p[1]), p[0], [1.0, 1.0, 0.0])
        return ys[0] + ys[1]

    def begins_at_one(p):
        def step(c, x):
            return (c[0] * x, 0.5 * ag.sqrt(c[1]) + c[0]), None

        return scan(step, (p[0], 0.0), [1.0, 2.0, 0.5])[0][1]

    p = [2.0, 3.0]
    for f in (
        grad(ends_in_a_pole),
        hessian(ends_in_a_pole),
        lambda p: jvp(begins_at_one, p, [1.0, 0.0]),
        grad(begins_at_one),
    ):
        want = f(p)
        assert np.isfinite(want).all()
        np.testing.assert_allclose(compiled(f, backend=backend)(np.array(p)), want, rtol=1e-13)


def test_tips_are_as_in_the_loop(backend):
    """Where the second derivative is not to be had from the rules, and is nan."""
    steps = [
        lambda p, c, x: ag.maximum(c + x - p[0], 0.0) * p[1],
        lambda p, c, x: ag.relu(c + x) * p[1] + p[0] - 1.0,
        lambda p, c, x: abs(c - x) * p[1] + p[0] ** 2,
    ]
    for step, start in zip(steps, (0.0, 0.0, 1.0)):

        def f(p, step=step, start=start):
            return scan(lambda c, x: (step(p, c, x), None), start * p[0], [1.0, 2.0, 3.0])[0]

        for transform in (grad, hessian):
            want = transform(f)([1.0, 0.5])
            got = compiled(transform(f), backend=backend)(np.array([1.0, 0.5]))
            np.testing.assert_array_equal(got, want)


def two_carries(q):
    """Numbers pass through each other: what is carried is a rotation."""

    def step(c, x):
        return ([abs(c[1]), c[0] / (1.5 + q[1] * q[1]), c[2]], {"x": x, "y": [c[0] * c[2], q[1]]})

    last, ys = scan(step, [q[1], q[0] * q[1], q[0]], [q[0], 0.4, q[0]], reverse=True)
    return last[0] * last[2] + ag.sum(ys["x"]) * ys["y"][0][1] + ag.dot(*ys["y"])


CUBE = ag.custom_op("cube", lambda x: x**3, lambda xp, out, x: (3.0 * x * x,))

SHAPES = {
    "rotation": two_carries,
    "its own operation": lambda q: scan(
        lambda c, x: (CUBE(c * q[0] + x * q[1]), None), q[0], [0.1, 0.2, 0.3]
    )[0],
    "stopped": lambda q: scan(
        lambda c, x: (ag.stop_gradient(c) * q[0] + x, c), q[1], [1.0, q[0], 3.0]
    )[0],
    "never moves": lambda q: scan(lambda c, x: (c, c[0] * x), (q[0], q[1]), [q[1], 2.0])[1][1],
    "an output only": lambda q: ag.sum(
        [a * b for a, b in zip(scan(lambda c, x: (x * q[0], c), q[1], [q[0]] * 3)[1], q * 2)]
    ),
    "a scan in its step": lambda q: scan(
        lambda c, x: (scan(lambda a, t: (ag.sin(a * t) + x, None), c, [q[0], 0.3])[0], None),
        q[1],
        [0.4, q[0]],
    )[0],
    "a gradient in its step": lambda q: scan(
        lambda c, x: (c + x * grad(lambda z: z * ag.sin(z * q[1]))(c), None), q[0], [0.1, 0.2]
    )[0],
    "of a scan's": lambda q: scan(
        lambda c, x: (c * x + q[1], c), q[0], scan(lambda c, x: (c * x, c), q[0], [2.0, q[1]])[1]
    )[0],
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_of_steps(backend, name):
    """Carries, items and outputs of other kinds; what else a step does."""
    q = [0.5, 0.7]
    for transform in (grad, hessian):
        f = transform(SHAPES[name])
        got = compiled(lambda q, f=f: f(list(q)), backend=backend)
        np.testing.assert_allclose(got(np.array(q)), f(q), rtol=1e-12, atol=1e-13)


def test_numbers_stay_numbers():
    """What does not follow the arguments is computed while recording, as before."""

    def of_numbers(p):
        return p * grad(power)(2.0, [1.0, 2.0])

    def closing_over(p):
        return grad(lambda z: scan(lambda c, x: (c * z + x * p, None), z, [1.0, 2.0])[0])(2.0)

    for f, count in ((of_numbers, 0), (closing_over, 2)):
        got = compiled(f)
        assert got(3.0) == pytest.approx(f(3.0), rel=1e-14)
        assert len(scans_in(got, 3.0)) == count


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_batches_and_derivatives_of_the_program(backend, dtype):
    """Rows of a batch are points; a program of a gradient has derivatives of its own."""
    tolerance = 1e-11 if dtype == "float64" else 2e-5  # some ulps of sums of six numbers
    ps, xs = np.array([[0.1, 0.2, 0.3]]) * np.linspace(1.0, 2.0, 11)[:, None], np.ones(6)
    f = compiled(grad(garch), backend=backend, dtype=dtype)
    single = [f(p, xs) for p in ps]
    np.testing.assert_allclose(f.batched("p")(ps, xs), single, rtol=tolerance)
    np.testing.assert_allclose(single, [grad(garch)(p, xs) for p in ps.tolist()], rtol=tolerance)
    if dtype == "float64":
        want = hessian(garch)(ps[0].tolist(), xs.tolist())
        np.testing.assert_allclose(f.jacobian(ps[0], xs, wrt="p"), want, rtol=tolerance)
        total = compiled(lambda p: ag.sum(grad(garch)(p, [1.0] * 6)), backend=backend)
        np.testing.assert_allclose(total.grad(ps[0]), np.sum(want, axis=0), rtol=tolerance)


def test_recording_beside_other_threads():
    """Leaves that change elsewhere, and Values that are made there, are nobody's business."""
    leaf, stop = Value(1.0), threading.Event()

    def work():
        while not stop.is_set():
            leaf.data = 2.0
            with ag.no_grad():
                leaf * leaf

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(3):
            got = compiled(hessian(two_carries))(np.array([0.5, 0.7]))
            np.testing.assert_allclose(got, hessian(two_carries)([0.5, 0.7]), rtol=1e-12)
    finally:
        stop.set()
        thread.join()


def test_functions_of_floats_meet_numbers():
    """What a user's function is given while recording is a number, in a step and after the scan;
    the number of a result that was kept is none."""

    def looked_up(x):
        return (2.0, 3.0, 5.0)[int(x)] * x

    table = ag.custom_op("table", looked_up, lambda xp, out, x: (out / x,))
    kept = []

    def model(p):
        last, ys = scan(lambda c, x: (table(c * 0.2) * p, c), 1.5, [1.0, 2.0, 3.0])
        kept.extend([last, ys[1]])
        return table(last) + table(ys[2])

    for f in (model, grad(model), grad(grad(model))):
        want = f(1.25)
        kept.clear()
        assert compiled(f)(1.25) == pytest.approx(want, rel=1e-12)
        assert np.isnan([x.data for x in kept]).all()


def test_draws_in_a_step_are_refused():
    """Within a transform too: they would be repeated for ever."""
    rng = np.random.default_rng(0)
    f = compiled(grad(lambda p: scan(lambda c, x: (c * p + rng.normal(), None), p, [1.0, 2.0])[0]))
    with pytest.raises(ag.TraceError, match="random"):
        f(0.3)


@pytest.mark.needs("jax")
def test_in_jax():
    """A program of a gradient is a function of JAX's, whose loops are JAX's, and so on."""
    import jax

    jax.config.update("jax_enable_x64", True)
    p, returns = np.array([0.1, 0.2, 0.3]), np.linspace(0.1, 0.9, 1200)
    f = compiled(grad(garch))
    g = f.program(p, returns).to_jax()
    np.testing.assert_allclose(g(p, returns), f(p, returns), rtol=1e-11)
    h = jax.jacobian(g)(p, returns)
    np.testing.assert_allclose(h, compiled(garch).hessian(p, returns, wrt="p"), rtol=1e-9)


def test_a_scan_is_recorded_as_one(monkeypatch):
    """None of these is the plain loop in disguise."""
    asked = []
    recorded = recurrences.repeated
    monkeypatch.setattr(recurrences, "repeated", lambda *a: asked.append(recorded(*a)) or asked[-1])
    compiled(hessian(two_carries))(np.array([0.5, 0.7]))
    assert len(asked) == 1
    assert asked[0] is not None


def at_tips(rng):
    """A scan whose steps come to tips of what is computed before it; read beside what they are of.

    Its first carry, items and factors depend on p[0] and p[1], and so does what reads it.
    """
    of = ["p[0]", "p[0] * p[0]", "p[1]", "p[0] * p[1]", "1.0", "0.0", "p[2]", "p[2] * p[0]"]
    tip = rng.choice(["abs({})", "ag.relu({})", "ag.hypot({}, x - 1.0)", "ag.maximum({}, 0.0)"])
    tip = tip.format(rng.choice(["c - 1.0", "x - 1.0", "c - x", "x - p[0]"]))
    after = rng.choice(["c", "0.5 * c + 0.5 * x", tip, f"c * {rng.choice(of)}"])
    each = rng.choice([tip, f"{rng.choice(of)} * {tip}", "c - 0.5 * p[1]"])
    items = [rng.choice(of) for _ in range(3)]
    reads = rng.choice(["ag.sum(ys) * {}", "ys[1] * {}", "last * {} + ys[0]", "last + {} * ys[2]"])
    text = f"""def f(p):
    last, ys = scan(lambda c, x: ({after}, {each}), {rng.choice(of)}, [{", ".join(items)}])
    return {reads.format(rng.choice(of))}
"""
    names = {"ag": ag, "scan": scan}
    exec(text, names)  # a function of the test's own text
    return names["f"], text


def test_what_moves_outside_of_a_scan_is_in_doubt_at_its_tips(monkeypatch, record_property):
    """Second derivatives at tips: no number where the plain loop has none, and no other number.

    Roundings of numbers of about one.
    """
    monkeypatch.setattr(repeated, "LONG", 0)
    monkeypatch.setattr(repeated, "MANY", 1)
    rng, count, nans = random.Random("tips"), size(30, 4000), 0
    p = [1.0, 1.0, 2.0]
    for _ in range(count):
        f, text = at_tips(rng)
        of_program = compiled(f).hessian
        for g in (hessian(f), partial(along, f), None):
            want = np.array((g or hessian(f))(p), float)
            got = (compiled(g) if g else of_program)(np.array(p))
            if g is None:  # it is as symmetric as Hessians are: p[2]·|x - p[0]| by p[2] is either
                want = np.where(np.isnan(want), want.T, want)
            there = ~np.isnan(got)
            np.testing.assert_allclose(got[there], want[there], atol=1e-12, err_msg=text)
            nans += not there.all()
    assert count // 8 < nans < 3 * count
    record_property("scans at tips", f"{count}, {nans} second derivatives that do not exist")


def along(f, p):
    """A derivative along a direction of a derivative along another."""
    return jvp(lambda q: jvp(f, q, [1.0, 0.5, -1.0]), p, [0.5, -1.0, 1.0])


def test_derivatives_of_runs_that_are_literals():
    """What a step's tangents or adjoints are without reading anything is no loop."""

    def f(p, xs):
        (_, last), ys = scan(
            lambda c, x: ([c[1], c[0]], p[1] - c[1] + 0.5 * x), [1.0, 1.0 - p[0]], xs
        )
        return abs(ys[0]) + ag.sum(ys) + last

    p, xs, v = np.array([1.0, 0.25, 2.0]), np.linspace(0.0, 1.0, 20), [0.0, 0.5, 0.5]
    got = compiled(lambda p, xs: [jvp(f, p, v, xs), *grad(f, 1)(p, xs)])(p, xs)
    want = [jvp(f, p.tolist(), v, xs.tolist()), *grad(f, 1)(p.tolist(), xs.tolist())]
    np.testing.assert_array_equal(got, want)
