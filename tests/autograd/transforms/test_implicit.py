"""Fixed points and roots: the solution, and the derivatives that its equation has."""

import math

import numpy as np
import pytest

import autograd
from autograd import (
    ConvergenceError,
    InputTypeError,
    InputValueError,
    TraceError,
    Value,
    compile,
    compiled,
    cos,
    exp,
    fixed_point,
    root,
)


def cube_root(a):
    return root(lambda x, a: x**3 - a, 1.0, a)


def mean(a):
    """The square root of a by Heron's rule."""
    return fixed_point(lambda x, a: (x + a / x) / 2.0, 1.0, a)


def circle_and_line(p):
    """Where x² + y² = r² and y = m·x, in the first quadrant."""
    return root(lambda z, p: [z[0] ** 2 + z[1] ** 2 - p[0] ** 2, z[1] - p[1] * z[0]], [1.0, 1.0], p)


def exact(p):
    x = p[0] / autograd.sqrt(1.0 + p[1] ** 2)
    return [x, p[1] * x]


def test_solutions_are_those_of_mathematics():
    """Numbers in, numbers out, in the structure of x0."""
    assert math.isclose(fixed_point(cos, 1.0, tolerance=1e-15), 0.7390851332151607, rel_tol=1e-14)
    assert math.isclose(cube_root(27.0), 3.0, rel_tol=1e-14)
    assert math.isclose(mean(2.0), math.sqrt(2.0), rel_tol=1e-14)
    found = circle_and_line([5.0, 0.75])
    np.testing.assert_allclose(found, [4.0, 3.0], rtol=1e-14)
    named = root(lambda x, a: {"u": x["u"] - a, "v": x["v"] - x["u"]}, {"u": 0.0, "v": 0.0}, 2.0)
    assert named == {"u": 2.0, "v": 2.0}
    assert isinstance(root(lambda x: x - 1.0, np.zeros(3)), np.ndarray)


@pytest.mark.parametrize("f", [cube_root, mean], ids=["root", "fixed point"])
def test_derivatives_to_the_third_order(f):
    """Of one number by another: as of the power that it is."""
    power = 1 / 3 if f is cube_root else 1 / 2
    wanted, x = 1.0, 2.5
    g = f
    for order in range(3):
        g = autograd.grad(g)
        wanted *= power - order
        assert math.isclose(g(x), wanted * x ** (power - order - 1), rel_tol=1e-12)


def test_systems_of_equations():
    """Jacobians and second derivatives of several numbers by several."""
    p = [5.0, 0.75]
    jacobian = autograd.jacobian(circle_and_line)(p)
    np.testing.assert_allclose(jacobian, autograd.jacobian(exact)(p), rtol=1e-13)
    second = autograd.hessian(lambda p: circle_and_line(p)[0] * circle_and_line(p)[1])(p)
    wanted = autograd.hessian(lambda p: exact(p)[0] * exact(p)[1])(p)
    np.testing.assert_allclose(second, wanted, rtol=1e-12)
    autograd.assert_gradients(lambda p: circle_and_line(p)[1], p, order=2)


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_in_programs(backend):
    """Solved anew in every call and for every row, with gradients and Hessians."""
    p = [Value(5.0), Value(0.75)]
    program = compile(circle_and_line(p)[0] * 2.0, p=p, backend=backend)
    points = np.array([[5.0, 0.75], [1.0, 2.0], [3.0, 0.1]])
    np.testing.assert_allclose(program(p=points), [2 * exact(q)[0] for q in points], rtol=1e-13)
    _, grads = program.value_and_grad("p", p=points)
    wanted = [autograd.grad(lambda q: exact(q)[0] * 2.0)(list(q)) for q in points]
    np.testing.assert_allclose(grads, wanted, rtol=1e-12)
    hessians = [autograd.hessian(lambda q: exact(q)[0] * 2.0)(list(q)) for q in points]
    np.testing.assert_allclose(program.hessian("p", p=points), hessians, rtol=1e-11, atol=1e-13)
    g = compiled(mean, backend=backend)
    assert math.isclose(g(9.0), 3.0, rel_tol=1e-14)
    assert math.isclose(g.grad(9.0), 1 / 6, rel_tol=1e-13)


def test_programs_find_the_same_bits_by_generated_code():
    """f runs once as Python while it is recorded; every row has the eager solution and gradient."""
    calls = []

    def f(z, p):
        calls.append(1)
        return [z[0] ** 2 + exp(z[1]) - p[0] ** 2, z[1] - p[1] * autograd.sin(z[0])]

    def solved(p):
        z = root(f, [1.0, 1.0], p)
        return z[0] * z[1]

    g = compiled(solved, backend="loop").batched("p")
    points = np.array([[a, b] for a in (1.5, 2.0, 3.0) for b in (0.1, 0.5, -0.2)])
    g.grad(points + 0.01)
    calls.clear()
    values, grads = g.value_and_grad(points)
    assert not calls
    for row, value, grad in zip(points.tolist(), values, grads):
        assert value == solved(row)
        np.testing.assert_array_equal(grad, autograd.grad(solved)(row))


def arctangent(a, b):
    """Newton's method needs shorter steps in some rows, more steps in others."""
    return root(lambda x, a, b: autograd.atan(x) * b - a, 8.0, a, b)


def kepler(a, b):
    return root(lambda x, a, b: x - b * autograd.sin(x) - a, 3.0, a, b)


def heron(a, b):
    return b * fixed_point(lambda x, a: (x + a / x) / 2.0, 1.0, a)


def circle(a, b):
    z = circle_and_line([a, b])
    return z[0] * z[1] + z[1]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("f", [arctangent, kepler, heron, circle], ids=lambda f: f.__name__)
def test_a_batch_is_solved_as_a_whole(f, dtype):
    """Each row has the solution and the derivatives that it has by itself."""
    rng = np.random.default_rng(0)
    rows = rng.uniform(0.1, 1.2, 60).astype(dtype).astype(float)
    g = compiled(f, backend="array", dtype=dtype).batched("a")
    value, (by_a, by_b) = g.value_and_grad(rows, 0.875)
    single = [autograd.value_and_grad(f, (0, 1))(a, 0.875) for a in rows.tolist()]
    # Newton's method ends within 1e-12; single precision rounds what comes out.
    close = {"rtol": 1e-12 if dtype == "float64" else 1e-6}
    np.testing.assert_allclose(value, [v for v, _ in single], **close)
    np.testing.assert_allclose(by_a, [d[0] for _, d in single], **close)
    np.testing.assert_allclose(by_b, np.sum([d[1] for _, d in single]), **close)
    assert g(rows[:0], 0.875).shape == (0,)


def test_a_result_is_the_callers_to_write_to():
    """What is remembered of a batch stays what it was."""
    g = compiled(lambda a: fixed_point(lambda x, a: (x + a / x) / 2.0, 1.0, a), backend="array")
    g = g.batched("a")
    found = g([4.0, 9.0])
    found[:] = 7.0
    np.testing.assert_allclose(g([4.0, 9.0]), [2.0, 3.0], rtol=1e-12)


def test_one_thread_may_forget_what_another_asks_for():
    """Between the question whether a batch is known and its solutions."""
    a = Value(1.0)
    program = compile(root(lambda x, a: x * x - a, 1.0, a) * 1.0, backend="array", a=a)
    program(a=[4.0, 9.0])
    (quick,) = [op.equation[0].quick for op, _ in program.tape.statements if op.equation]

    class Forgotten(dict):
        def __contains__(self, key):
            known = super().__contains__(key)
            quick._solved = {}
            return known

    quick._solved = Forgotten(quick._solved)
    np.testing.assert_allclose(program(a=[4.0, 9.0]), [2.0, 3.0], rtol=1e-12)


def test_a_batch_of_which_a_row_has_no_solution():
    """The error is the one of that row; where f branches, rows are solved one by one."""
    g = compiled(lambda a: root(lambda x, a: x * x - a, 1.0, a) * 1.0, backend="array").batched("a")
    np.testing.assert_allclose(g([4.0, 9.0]), [2.0, 3.0], rtol=1e-12)
    wanted = r"no solution for the parameters -4: no step leads nearer.*residual is 4"
    with pytest.raises(ConvergenceError, match=wanted):
        g([4.0, -4.0])
    h = compiled(lambda a: fixed_point(lambda x, a: x + a, 0.0, a, iterations=9), backend="array")
    assert h.batched("a")([0.0, 0.0]).tolist() == [0.0, 0.0]
    with pytest.raises(ConvergenceError, match="after 9 iterations"):
        h.batched("a")([0.0, 1.0])

    def branching(x, a):
        return x - a if x < 100.0 else x

    b = compiled(lambda a: root(branching, 1.0, a) * 2.0, backend="array").batched("a")
    value, grad = b.value_and_grad([1.0, 2.0])
    assert (value.tolist(), grad.tolist()) == ([2.0, 4.0], [2.0, 2.0])


def test_a_singular_row_has_a_derivative_of_nan():
    """Its own only: where dg/dx is 0 at the solution, the others keep theirs."""
    g = compiled(lambda a: root(lambda x, a: x**3 - a, 0.0, a) * 1.0, backend="array").batched("a")
    value, grad = g.value_and_grad([0.0, 0.0])
    assert value.tolist() == [0.0, 0.0]
    assert np.isnan(grad).all()


def test_solutions_tell_the_sign_of_zero():
    """What was solved before is known by the bits of the parameters."""
    g = compiled(lambda a: root(lambda x, a: x - a, 0.0, a) * 1.0, backend="loop")
    h = compiled(lambda a: fixed_point(lambda x, a: a * 1.0, 1.0, a) * 1.0, backend="loop")
    assert [math.copysign(1.0, h(a)) for a in (0.0, -0.0, 0.0)] == [1.0, -1.0, 1.0]
    assert [g(a) for a in (0.0, -0.0, 2.0)] == [0.0, 0.0, 2.0]


def test_backward_and_recompute():
    """Values are leaves like any others, and the equation is solved afresh."""
    a = Value(8.0)
    y = cube_root(a)
    y.backward()
    assert math.isclose(a.grad, 1 / 12, rel_tol=1e-13)
    a.data = 27.0
    assert math.isclose(y.recompute().data, 3.0, rel_tol=1e-13)


def test_what_the_iteration_does_is_its_own_affair():
    """A branch on numbers is allowed in it, in a recording too, for nothing of it is recorded."""
    seen = []

    def f(x, a):
        seen.append(type(x))
        return x - a if isinstance(x, float) else x * 1.0 - a

    g = compiled(lambda a: root(f, 0.0, a) * 2.0)
    assert g(3.0) == 6.0
    assert float in seen


@pytest.mark.parametrize("solver", [fixed_point, root])
@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"iterations": 0}, "iterations must be at least 1, but got 0"),
        ({"iterations": 2.5}, "iterations takes a whole number, but got float 2.5"),
        ({"tolerance": -1e-9}, "tolerance .* but got -1e-09"),
        ({"tolerance": math.nan}, "tolerance .* but got nan"),
        ({"tolerance": "tight"}, "tolerance .* but got 'tight'"),
        ({"tol": 1e-9}, "takes no tol: write tolerance=1e-9"),
        ({"max_iterations": 9}, "takes no max_iterations: write iterations=1000"),
    ],
)
def test_options_of_the_search_are_checked(solver, option, message):
    """Before anything is searched."""
    with pytest.raises((InputTypeError, InputValueError), match=message):
        solver(lambda x: x / 2.0, 1.0, **option)


def test_non_convergence_shows_the_residual():
    """Where the search stopped, how far from a solution, and what to try."""
    with pytest.raises(ConvergenceError, match=r"no step leads nearer.*residual is 1.* at"):
        root(lambda x: x * x + 1.0, 0.5)
    with pytest.raises(ConvergenceError, match=r"do not determine x.*residual is 1"):
        root(lambda x: x * 0.0 + 1.0, 0.5)
    with pytest.raises(
        ConvergenceError, match=r"after 3 iter.*residual is -0\.125 at 0\.25; start"
    ):
        fixed_point(lambda x: x / 2.0, 1.0, iterations=3)
    with pytest.raises(ConvergenceError, match="it left the finite numbers"):
        fixed_point(lambda x: exp(x) + 1.0, 1.0)
    with pytest.raises(ConvergenceError, match="after 2 iterations"):
        root(lambda x: exp(x) - 1e6, 0.0, iterations=2)


def test_wrong_calls_are_named():
    """Functions, structures and Values where they do not belong."""
    w = Value(2.0)
    with pytest.raises(InputTypeError, match="root takes a function, but got float"):
        root(1.0, 1.0)
    with pytest.raises(InputTypeError, match="may not close over Values: pass them"):
        root(lambda x: x - w, 1.0)
    with pytest.raises(InputValueError, match="as many numbers as x, 2, but it returned 1"):
        root(lambda x: x[0], [1.0, 2.0])
    with pytest.raises(InputTypeError, match="x0 of fixed_point must be"):
        fixed_point(cos, "a")
    with pytest.raises(InputTypeError, match="a parameter of root must be"):
        root(lambda x, a: x, 1.0, "a")
    with pytest.raises((InputTypeError, TraceError)):
        compiled(lambda a: root(lambda x: x - a, 0.0))(1.0)
