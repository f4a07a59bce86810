"""Programs in JAX differentiated twice and three times: the engine's numbers, no nan of JAX's."""

import math

import numpy as np
import pytest

import autograd
from autograd import Value, grad, maximum, where
from autograd.engine.record import RECORDERS
from autograd.ops.op import OPS
from autograd.program import compile

pytestmark = pytest.mark.needs("jax")

SMOOTH = [
    op.name for op in OPS.values()
    if op.arity == 1 and op.smooth and not op.opaque and op.name not in ("lgamma", "digamma")
]  # fmt: skip


def twice_in_jax(f, points):
    """Second derivatives by reverse over reverse, and by forward over reverse."""
    import jax

    x = Value(1.0)
    exported = compile(f(x), x=x).to_jax()
    points = np.array(points)
    modes = (jax.grad(jax.grad(exported)), jax.hessian(exported))
    return [np.asarray(jax.vmap(mode)(points)).tolist() for mode in modes]


@pytest.mark.parametrize("name", SMOOTH)
def test_second_derivatives_are_the_engine_s(name):
    """Of every smooth function of one number, in its range and at 0 if that is inside."""
    low, high = OPS[name].sample[0]
    points = [low + (high - low) * share for share in (0.1, 0.37, 0.81)]
    points += [0.0] if low < 0.0 < high else []
    f = RECORDERS[name]
    expected = [grad(grad(lambda x: f(x)))(x) for x in points]
    for found in twice_in_jax(f, points):
        # JAX's own functions are good to 1e-12 or so.
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


CHOSEN = {
    "gelu": (autograd.gelu, 0.0, 2.0 / math.sqrt(2.0 * math.pi)),
    "atan": (autograd.atan, 0.0, 0.0),
    "a floor": (lambda x: maximum(autograd.log(x), -100.0) + x * x, 0.0, 2.0),
    "where": (lambda x: where(RECORDERS["gt"](x, 0.0), 1.0 / x, x * x), 0.0, 2.0),
    "a dead root": (lambda x: autograd.sqrt(autograd.relu(x - 1.0)) + x * x, 0.0, 2.0),
    "a square": (lambda x: autograd.sin(x) * autograd.sin(x), 0.0, 2.0),
    "a power": (lambda x: x**2.0 * autograd.cos(x), 0.0, 2.0),
}


@pytest.mark.parametrize("case", CHOSEN)
def test_branches_not_taken_stay_out(case):
    """Twice in reverse, and forward over reverse."""
    f, x, exact = CHOSEN[case]
    for found in twice_in_jax(f, [x]):
        assert found == pytest.approx([exact], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", ["tanh", "exp", "sin", "erfinv", "sqrt"])
def test_an_adjoint_that_is_zero_here_may_vary(name):
    """f(x)·(x − a) at a: the adjoint of f is 0, and its derivative meets those of f's slope."""
    import jax

    a, f = 0.7, RECORDERS[name]

    def crossing(x):
        return f(x) * (x - a)

    x = Value(1.0)
    exported = compile(crossing(x), x=x).to_jax()
    thrice = jax.grad(jax.grad(jax.grad(exported)))
    expected = grad(grad(grad(crossing)))(a)
    assert float(thrice(a)) == pytest.approx(expected, rel=1e-13)  # a few roundings of its terms


def test_third_derivatives_in_reverse():
    """Three times in reverse too."""
    import jax

    for f, exact in ((autograd.atan, -2.0), (autograd.tanh, -2.0), (autograd.gelu, 0.0)):
        x = Value(1.0)
        exported = compile(f(x), x=x).to_jax()
        assert jax.grad(jax.grad(jax.grad(exported)))(0.0) == pytest.approx(exact, abs=1e-14)


TIPS = {
    # Of the numbers x and 2·x: the true second derivative at 0, None where there is none.
    "norm squared": (lambda x: autograd.norm([x, 2.0 * x]) ** 2, 10.0),
    "norm": (lambda x: autograd.norm([x, 2.0 * x]), None),
    "hypot squared": (lambda x: autograd.hypot(x, 2.0 * x) ** 2, 10.0),
    "abs squared": (lambda x: abs(x) ** 2, 2.0),
    "abs of a square": (lambda x: abs(x * x), 2.0),
    "maximum squared": (lambda x: autograd.maximum(x, -x) ** 2, 2.0),
    "maximum of squares": (lambda x: autograd.maximum(x * x, -x * x), 2.0),
    "max squared": (lambda x: autograd.max([x, -x, 3.0 * x, -3.0 * x]) ** 2, 18.0),
    "the middle one squared": (lambda x: autograd.sort([x, -x, 2.0 * x])[1] ** 2, None),
    "copysign of a square": (lambda x: autograd.copysign(x * x, -1.0), -2.0),
    "a falling leak squared": (lambda x: autograd.leaky_relu(x, -1.0) ** 2, 2.0),
    "elu of a square": (lambda x: autograd.elu(-x * x, -1.0), 2.0),
}


@pytest.mark.parametrize("case", TIPS)
def test_curvature_at_a_tip_is_right_or_nan(case):
    """Where the first derivative is a choice, JAX makes no second one of it; beside it, it does."""
    import jax

    f, exact = TIPS[case]
    x = Value(1.0)
    program = compile(f(x), x=x)
    exported, forward = program.to_jax(), program.to_jax(forward_mode=True)
    points = np.array([0.0, 0.5, -2.0])
    wanted = [grad(grad(f))(point) for point in points.tolist()]
    twice = jax.grad(jax.grad(exported))
    for second in (jax.hessian(exported), twice, jax.jacfwd(jax.jacfwd(forward))):
        found = np.asarray(jax.vmap(second)(points)).tolist()
        assert found[1:] == pytest.approx(wanted[1:], rel=1e-12, abs=1e-12)
        for number in (found[0], wanted[0]):
            assert math.isnan(number) or number == exact


def test_penalties_along_straight_lines_keep_their_curvature_of_0():
    """What is bent in one place only: 0 as in the engine, where nothing multiplies it."""
    import jax

    def penalty(p):
        return abs(p[0]) + 3.0 * abs(2.0 * p[0] - p[1]) + maximum(0.0, p[1]) + autograd.dot(p, p)

    p = [Value(1.0), Value(2.0)]
    exported = compile(penalty(p), p=p).to_jax()
    points = np.array([[0.0, 0.0], [1.0, 2.0], [0.5, -1.0]])
    for second in (jax.hessian(exported), jax.jacrev(jax.grad(exported))):
        assert np.array_equal(jax.vmap(second)(points), [2.0 * np.eye(2)] * 3)
    for at in points.tolist():
        assert autograd.hessian(penalty)(at) == [[2.0, 0.0], [0.0, 2.0]]
