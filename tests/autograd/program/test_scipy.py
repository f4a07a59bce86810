"""SciPy's solvers take what programs give: arrays in, arrays out."""

import numpy as np
import pytest

import autograd
from autograd import compiled, exp, log

pytestmark = pytest.mark.needs("scipy")

T = np.linspace(0.0, 4.0, 30)
TRUE = np.array([2.5, 1.3, 0.5])
Y = 2.5 * np.exp(-1.3 * T) + 0.5 + 0.01 * np.cos(37.0 * T)


def decay(p, t):
    return p[0] * exp(-p[1] * t) + p[2]


@compiled
def squares(p, t, y):
    return autograd.sum((decay(p, a) - b) ** 2 for a, b in zip(t, y))


@compiled
def rosenbrock(x):
    return autograd.sum(
        100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2 for i in range(len(x) - 1)
    )


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "TNC", "SLSQP"])
def test_minimize_with_value_and_gradient(method):
    """jac=True takes the pair that value_and_grad gives."""
    from scipy.optimize import minimize

    found = minimize(rosenbrock.value_and_grad, np.zeros(5), jac=True, method=method)
    np.testing.assert_allclose(found.x, np.ones(5), atol=1e-3)


@pytest.mark.parametrize("method", ["Newton-CG", "trust-ncg", "trust-exact", "trust-krylov"])
def test_minimize_with_second_derivatives(method):
    """hess takes the Hessian, hessp its product with a direction, given after the point."""
    from scipy.optimize import minimize

    options = {"jac": rosenbrock.grad, "method": method}
    start = np.full(5, 0.9)
    with_matrix = minimize(rosenbrock, start, hess=rosenbrock.hessian, **options)
    # They stop where the gradient is shorter than 1e-4, which is how far along the valley.
    np.testing.assert_allclose(with_matrix.x, np.ones(5), atol=1e-4)
    if method != "trust-exact":
        products = minimize(rosenbrock, start, hessp=lambda x, v: rosenbrock.hvp(v, x), **options)
        np.testing.assert_allclose(products.x, np.ones(5), atol=1e-4)


def test_least_squares_and_curve_fit():
    """jac takes the Jacobian of the residuals, or of the curve, a row for each point."""
    from scipy.optimize import curve_fit, least_squares

    residuals = compiled(lambda p, t, y: [decay(p, a) - b for a, b in zip(t, y)])
    found = least_squares(
        lambda p: residuals(p, T, Y), np.ones(3), jac=lambda p: residuals.jacobian("p", p, T, Y)
    )
    np.testing.assert_allclose(found.x, TRUE, atol=0.02)
    curve = compiled(decay).batched("t")
    fitted, covariance = curve_fit(
        lambda t, *p: curve(p, t), T, Y, p0=np.ones(3),
        jac=lambda t, *p: curve.jacobian("p", np.array(p), t),
    )  # fmt: skip
    np.testing.assert_allclose(fitted, found.x, rtol=1e-6)
    assert covariance.shape == (3, 3)


def test_standard_errors_from_the_hessian():
    """The variance times the inverse of half the Hessian of the sum of squares."""
    from scipy.optimize import curve_fit, minimize

    best = minimize(lambda p: squares.value_and_grad("p", p, T, Y), np.ones(3), jac=True).x
    variance = squares(best, T, Y) / (len(T) - 3)
    hessian = squares.hessian("p", best, T, Y)
    _, wanted = curve_fit(lambda t, a, b, c: a * np.exp(-b * t) + c, T, Y, p0=best)
    # curve_fit leaves out the second derivatives of the curve, which count as the residuals do.
    errors = np.sqrt(np.diag(np.linalg.inv(hessian / 2) * variance))
    np.testing.assert_allclose(errors, np.sqrt(np.diag(wanted)), rtol=0.02)


def test_root_and_ordinary_differential_equations():
    """Newton's method and an implicit integrator take Jacobians."""
    from scipy.integrate import solve_ivp
    from scipy.optimize import root

    equations = compiled(lambda x: [x[0] ** 2 + x[1] ** 2 - 25.0, x[1] - 0.75 * x[0]])
    found = root(equations, [1.0, 1.0], jac=equations.jacobian)
    np.testing.assert_allclose(found.x, [4.0, 3.0], rtol=1e-9)

    stiff = compiled(lambda t, u, mu: [u[1], mu * (1.0 - u[0] ** 2) * u[1] - u[0]])
    with_jacobian = solve_ivp(
        lambda t, u: stiff(t, u, 50.0), (0.0, 20.0), [2.0, 0.0], method="Radau",
        jac=lambda t, u: stiff.jacobian("u", t, u, 50.0),
    )  # fmt: skip
    without = solve_ivp(
        lambda t, u: stiff(t, u, 50.0), (0.0, 20.0), [2.0, 0.0], method="Radau", rtol=1e-8
    )
    np.testing.assert_allclose(with_jacobian.y[:, -1], without.y[:, -1], rtol=1e-2, atol=1e-3)


def test_a_product_for_each_of_many_directions_is_a_linear_operator():
    """hvp with a batch of directions gives the whole block of products at once."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    x = np.linspace(0.5, 1.5, 20)
    operator = LinearOperator(
        (20, 20),
        matvec=lambda v: rosenbrock.hvp(v.reshape(-1), x),
        matmat=lambda v: rosenbrock.hvp(v.T, x).T,
        dtype=float,
    )
    largest = eigsh(operator, k=1, return_eigenvectors=False, v0=np.ones(20))
    np.testing.assert_allclose(largest, np.linalg.eigvalsh(rosenbrock.hessian(x))[-1:], rtol=1e-10)
    np.testing.assert_allclose(operator.matmat(np.eye(20)), rosenbrock.hessian(x), rtol=1e-12)


def test_maximum_likelihood_by_a_method():
    """A model with data of its own, its likelihood compiled as a method."""
    from scipy.optimize import minimize

    class Poisson:
        def __init__(self, counts):
            self.counts = counts

        @compiled
        def loss(self, rate):
            return autograd.sum(exp(rate) - count * log(exp(rate)) for count in self.counts)

    model = Poisson([2.0, 3.0, 7.0, 4.0])
    found = minimize(lambda p: model.loss.value_and_grad(p[0]), [0.0], jac=True)
    np.testing.assert_allclose(np.exp(found.x), 4.0, rtol=1e-5)
