"""Roots and fixed points in JAX: the solutions and all their derivatives, against closed forms."""

import numpy as np
import pytest

import autograd
from autograd import compiled, fixed_point, root, scan
from autograd.errors import TraceError

pytestmark = pytest.mark.needs("jax")


def cube_root(a, b):
    return root(lambda x, a, b: x**3 - a * b, 1.0, a, b)


def heron(a, b):
    """The square root of a, by repetition, with a parameter that is computed."""
    return b * fixed_point(lambda x, a: (x + a / x) / 2.0, 1.0, 2.0 * a)


def circle_and_line(a, b):
    """Where x² + y² = a² and y = b·x, in the first quadrant."""
    z = root(
        lambda z, p: [z[0] ** 2 + z[1] ** 2 - p[0] ** 2, z[1] - p[1] * z[0]], [1.0, 1.0], [a, b]
    )
    return z[0] * z[1] + z[1]


def implicit_euler(a, b):
    """y' = -a·y in 20 steps, each of which solves its equation."""

    def step(y, _):
        return root(lambda z, y, a: z - y + 0.1 * a * z, 1.0, y, a), None

    return scan(step, b, length=20)[0]


CASES = {
    "root": (cube_root, lambda jnp, a, b: jnp.cbrt(a * b)),
    "fixed point": (heron, lambda jnp, a, b: b * jnp.sqrt(2.0 * a)),
    "system": (
        circle_and_line,
        lambda jnp, a, b: a**2 * b / (1.0 + b**2) + a * b / jnp.sqrt(1.0 + b**2),
    ),
    "in a scan": (implicit_euler, lambda jnp, a, b: b / (1.0 + 0.1 * a) ** 20),
}


@pytest.mark.parametrize("name", CASES)
def test_solutions_and_derivatives_are_those_of_the_closed_form(name):
    """Value, gradient and Hessian, jitted and mapped over rows, by JAX's own transforms."""
    import jax

    f, exact = CASES[name]

    def formula(a, b):
        return exact(jax.numpy, a, b)

    def derivatives(f):
        return lambda a, b: (f(a, b), jax.grad(f, (0, 1))(a, b), jax.hessian(f, (0, 1))(a, b))

    ours = compiled(f).program(1.5, 0.7).to_jax()
    rows = np.linspace(0.5, 2.5, 7)
    found = jax.jit(jax.vmap(derivatives(ours), (0, None)))(rows, 0.7)
    wanted = jax.jit(jax.vmap(derivatives(formula), (0, None)))(rows, 0.7)
    # Newton's method ends within 1e-12; second derivatives multiply what is left by their size.
    jax.tree.map(
        lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-10, atol=1e-12), found, wanted
    )


def test_the_third_order_and_forward_mode():
    """JAX differentiates the equation as often as it is asked to."""
    import jax

    program = compiled(cube_root).program(1.5, 0.7)
    f = program.to_jax()
    third = jax.grad(jax.grad(jax.grad(f)))(1.5, 0.7)
    np.testing.assert_allclose(third, 0.7 ** (1 / 3) * (10 / 27) * 1.5 ** (-8 / 3), rtol=1e-11)
    slope = jax.jacfwd(program.to_jax(forward_mode=True))(1.5, 0.7)
    np.testing.assert_allclose(slope, autograd.grad(cube_root)(1.5, 0.7), rtol=1e-12)


def test_where_there_is_no_solution_the_number_is_nan():
    """JAX cannot raise; rows that have a solution have it."""
    import jax

    f = compiled(lambda a: root(lambda x, a: x * x - a, 1.0, a)).program(1.0).to_jax()
    np.testing.assert_allclose(jax.jit(jax.vmap(f))(np.array([4.0, -4.0])), [2.0, np.nan])
    g = compiled(lambda a: fixed_point(lambda x, a: x + a, 0.0, a, iterations=5)).program(0.0)
    np.testing.assert_array_equal(jax.vmap(g.to_jax())(np.array([0.0, 1.0])), [0.0, np.nan])


def test_a_branch_on_numbers_is_refused():
    """The eager iteration may branch; JAX would have to trace it."""

    def f(x, a):
        return x - a if x > -1e9 else x

    program = compiled(lambda a: root(f, 1.0, a) * 1.0).program(2.0)
    assert program(a=2.0) == 2.0
    with pytest.raises(TraceError, match=r"test_solutions\.py.*where"):
        program.to_jax()(2.0)
