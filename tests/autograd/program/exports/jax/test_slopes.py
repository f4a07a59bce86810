"""Formulas that JAX differentiates: their derivatives are formulas of the op table."""

import numpy as np
import pytest

from autograd import compiled, custom_op, grad, hessian
from autograd.ops.expr import Expr, evaluate, show
from autograd.ops.floats import FUNCTIONS
from autograd.ops.op import OPS
from autograd.program.exports.jax.slopes import derivative, differentiable

SMOOTH = [op for op in OPS.values() if op.sample and op.smooth and op.arity in (1, 2)]


@pytest.mark.parametrize("op", [op for op in SMOOTH if not op.opaque], ids=str)
def test_the_derivative_of_a_value_is_the_local_derivative(op):
    """Of each operand, at a point inside of its range."""
    point = [low + 0.37 * (high - low) for low, high in op.sample]
    names = dict(zip(op.variables, point))
    call = Expr(op.name, *(Expr("var", name) for name in op.variables))
    for name, expected in zip(op.variables, op.local(*point)):
        slope = derivative(call, name)
        found = evaluate([slope], FUNCTIONS, names)[0]
        assert found == pytest.approx(expected or 0.0, rel=1e-13), show(slope)


@pytest.mark.needs("jax")
def test_reductions_are_differentiated_too():
    """A formula of a row, of which some parts are sums over the row: against differences."""
    import jax

    x = Expr("var", "x")
    formula = Expr("exp", x) / Expr("fold_add", Expr("exp", x) * x)
    row, move = np.array([0.3, -0.2, 0.9]), np.array([1.0, 0.5, -2.0])

    def f(row):
        return differentiable([formula], {"x": row})[0]

    found = jax.jvp(f, (row,), (move,))[1]
    step = 1e-6
    wanted = (f(row + step * move) - f(row - step * move)) / (2.0 * step)
    np.testing.assert_allclose(found, wanted, rtol=1e-8)  # the differences' own accuracy


@pytest.mark.needs("jax")
def test_functions_of_floats_in_loops():
    """A user's function, called back in each run, forward and back, and once more."""
    import jax

    cube = custom_op("cube", lambda a: float(a) ** 3, lambda xp, out, a: (3.0 * a * a,))

    def f(p, x):
        s = p[0]
        for number in x:
            s = cube(s) * p[1] + number
        return s

    p, x = np.array([0.3, 0.4]), np.linspace(-0.5, 0.5, 40)
    exported = compiled(f).program(p=p, x=x).to_jax()
    np.testing.assert_allclose(jax.jit(jax.grad(exported))(p, x), grad(f)(p, x), rtol=1e-11)
    second = jax.jit(jax.hessian(exported))(p, x)
    np.testing.assert_allclose(second, hessian(f)(p, x), rtol=1e-10)
