"""to_jax: the same numbers and derivatives in JAX, jitted, mapped and over several devices."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd
from autograd import Value, custom_op, dot, logsumexp, norm, relu, tanh, where
from autograd.engine.record import RECORDERS
from autograd.errors import GraphError, InputValueError
from autograd.ops.op import OPS
from autograd.program import compile

pytestmark = pytest.mark.needs("jax")


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.sample], ids=str)
def test_primitive_agrees(op):
    """Every primitive's value and derivatives, by its own rules over JAX's functions."""
    import jax

    leaves = [Value(1.0) for _ in op.sample]
    f = compile(RECORDERS[op.name](*leaves), x=leaves).to_jax()
    rng = np.random.default_rng(0)
    rows = np.stack([rng.uniform(*span, 20) for span in op.sample], axis=1)
    if op.name == "polygamma":
        rows[:, 0] = np.round(rows[:, 0])
    values, grads = jax.jit(jax.vmap(jax.value_and_grad(f)))(rows)
    expected = [op.evaluate(*row) for row in rows.tolist()]
    partials = [[p or 0.0 for p in op.local(*row)] for row in rows.tolist()]
    # JAX's gamma functions are good to 1e-12 or so away from their zeros.
    np.testing.assert_allclose(values, expected, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(grads, partials, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.sample], ids=str)
def test_primitive_agrees_forward(op):
    """In forward mode too, by the same rules."""
    import jax

    leaves = [Value(1.0) for _ in op.sample]
    f = compile(RECORDERS[op.name](*leaves), x=leaves).to_jax(forward_mode=True)
    rng = np.random.default_rng(1)
    rows = np.stack([rng.uniform(*span, 20) for span in op.sample], axis=1)
    if op.name == "polygamma":
        rows[:, 0] = np.round(rows[:, 0])
    partials = [[p or 0.0 for p in op.local(*row)] for row in rows.tolist()]
    slopes = jax.jit(jax.vmap(jax.jacfwd(f)))(rows)
    np.testing.assert_allclose(slopes, partials, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("forward_mode", [False, True])
@pytest.mark.parametrize("name", [op.name for op in OPS.values() if op.arity is None])
def test_operands_from_here_and_there(name, forward_mode):
    """Some constant, some computed and some arguments, so that they are no vector."""
    import jax

    x = [Value(0.3), Value(-0.4)]
    y = RECORDERS[name](x[0] - 1.0, x[1], autograd.exp(x[1]), 0.5)
    y.backward()
    f = compile(y, x=x).to_jax(forward_mode=forward_mode)
    derivative = jax.jacfwd if forward_mode else jax.grad
    slopes = derivative(f)(np.array([0.3, -0.4]))
    np.testing.assert_allclose(slopes, [leaf.grad for leaf in x], rtol=1e-13, atol=1e-15)


def network():
    """The loss of a small classifier, its program and numbers to call it with."""
    rng = np.random.default_rng(1)
    x = [Value(0.0) for _ in range(6)]
    t = [Value(0.0) for _ in range(3)]
    first = [[Value(0.0) for _ in range(7)] for _ in range(5)]
    second = [[Value(0.0) for _ in range(6)] for _ in range(3)]
    hidden = [relu(dot(w[:-1], x) + w[-1]) for w in first]
    scores = [dot(w[:-1], hidden) + w[-1] for w in second]
    loss = logsumexp(scores) - dot(t, scores) + 1e-3 * norm(first[0])
    program = compile(loss, x=x, t=t, first=first, second=second)
    numbers = {
        "x": rng.normal(size=(16, 6)),
        "t": np.eye(3)[rng.integers(0, 3, 16)],
        "first": rng.normal(size=(5, 7)),
        "second": rng.normal(size=(3, 6)),
    }
    return program, numbers


def test_network_over_a_batch():
    """A batch is taken as a Program takes it, and jit, grad and vmap compose."""
    import jax

    program, numbers = network()
    f = program.to_jax()
    values, grads = program.value_and_grad(("first", "second"), **numbers)
    np.testing.assert_allclose(jax.jit(f)(**numbers), values, rtol=1e-12)
    mapped = jax.jit(jax.vmap(f, in_axes=(0, 0, None, None)))
    np.testing.assert_allclose(mapped(*numbers.values()), values, rtol=1e-12)
    total = jax.grad(lambda *arrays: f(*arrays).sum(), argnums=(2, 3))
    for mine, theirs in zip(grads, jax.jit(total)(*numbers.values())):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)


def test_network_in_forward_mode():
    """jvp, linearize and its transpose, jacfwd: all of them agree with the gradients."""
    import jax

    program, numbers = network()
    f = program.to_jax(forward_mode=True)
    arrays = {name: array[0] if name in "xt" else array for name, array in numbers.items()}
    value, grads = program.value_and_grad(tuple(arrays), **arrays)
    rng = np.random.default_rng(2)
    moves = {name: rng.normal(size=array.shape) for name, array in arrays.items()}
    slope = sum(np.sum(move * grad) for move, grad in zip(moves.values(), grads))
    points, tangents = tuple(arrays.values()), tuple(moves.values())
    np.testing.assert_allclose(jax.jvp(f, points, tangents), (value, slope), rtol=1e-12)
    out, push = jax.linearize(f, *points)
    np.testing.assert_allclose([out, push(*tangents)], [value, slope], rtol=1e-12)
    for derivative in (jax.jacfwd, jax.grad):
        for mine, theirs in zip(grads, jax.jit(derivative(f, argnums=range(4)))(*points)):
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)
    second = jax.hessian(program.to_jax(), argnums=2)(*points)
    np.testing.assert_allclose(jax.jacfwd(jax.jacfwd(f, 2), 2)(*points), second, rtol=1e-11)


def test_kinks_and_zero_adjoints_are_the_engine_s():
    """relu'(0) is 0, abs'(0) too, and the branch not taken stays out."""
    import jax

    x = Value(0.0)
    kinked = compile(relu(x) + abs(x), x=x).to_jax()
    assert jax.jit(jax.grad(kinked))(0.0) == 0.0
    chosen = compile(where(RECORDERS["gt"](x, 0.0), 1.0 / x, x * 2.0), x=x).to_jax()
    assert jax.jit(jax.vmap(jax.grad(chosen)))(np.array([0.0, 2.0])).tolist() == [2.0, -0.25]
    assert jax.jit(jax.hessian(chosen))(2.0) == 0.25
    sharp = compile(relu(x) + abs(x), x=x).to_jax(forward_mode=True)
    assert jax.jvp(sharp, (0.0,), (1.0,)) == (0.0, 0.0)


def test_tails_keep_their_digits():
    """tanh' at 30 is 4·exp(-60), where 1 - tanh² has no digit left."""
    import jax

    x = Value(0.0)
    slope = jax.grad(compile(tanh(x), x=x).to_jax())(30.0)
    assert slope == pytest.approx(4.0 * np.exp(-60.0), rel=1e-12)


def test_custom_op_is_called_back():
    """A user's function of floats is called by JAX; its derivative is traced."""
    import jax

    cube = custom_op("cube", lambda a: float(a) ** 3, lambda xp, out, a: (3.0 * a * a,))
    x = Value(0.0)
    f = compile(cube(x) * 2.0, x=x).to_jax()
    assert jax.jit(f)(2.0) == 16.0
    assert jax.vmap(jax.grad(f))(np.array([1.0, 2.0])).tolist() == [6.0, 24.0]
    assert jax.jit(jax.hessian(f))(2.0) == 24.0
    assert jax.jvp(compile(cube(x), x=x).to_jax(forward_mode=True), (2.0,), (0.5,)) == (8.0, 6.0)


def test_custom_op_that_cannot_be_traced():
    """Its partials branch on a number: the error names it and the remedy."""
    odd = custom_op("odd", lambda a: a, lambda xp, out, a: (1.0 if a > 0.0 else 2.0,))
    x = Value(0.0)
    with pytest.raises(GraphError, match=r"'odd'.*xp\.where"):
        compile(odd(x), x=x).to_jax()


def test_wrong_shape_and_precision_are_told():
    """Shapes are those of the arguments, and float64 is not cut to float32 silently."""
    import jax

    x = [Value(0.0), Value(0.0)]
    f = compile(dot(x, x), x=x).to_jax()
    assert f([1.0, 2.0]) == 5.0
    with pytest.raises(InputValueError, match=r"'x' takes an array of shape \(2,\)"):
        f([1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match="x"):
        f()
    jax.config.update("jax_enable_x64", False)
    with pytest.raises(InputValueError, match="jax_enable_x64"):
        f([1.0, 2.0])
    single = compile(dot(x, x), dtype="float32", x=x).to_jax()
    assert single([1.0, 2.0]).dtype == np.float32


DATA_PARALLEL = """
import jax, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
jax.config.update("jax_enable_x64", True)
from tests.autograd.program.exports.jax.test_function import network
program, numbers = network()
assert len(jax.devices()) == 8
mesh = Mesh(np.array(jax.devices()), ("data",))
rows, whole = NamedSharding(mesh, P("data")), NamedSharding(mesh, P())
placed = {k: jax.device_put(v, rows if k in "xt" else whole) for k, v in numbers.items()}
f = program.to_jax()
loss = lambda first, second, x, t: f(x, t, first, second).sum()
step = jax.jit(jax.grad(loss, argnums=(0, 1)))
grads = step(placed["first"], placed["second"], placed["x"], placed["t"])
_, expected = program.value_and_grad(("first", "second"), **numbers)
for mine, theirs in zip(grads, expected):
    assert len(mine.sharding.device_set) == 8
    np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)
print("agree")
"""


def test_data_parallel_gradients_over_eight_devices():
    """Rows over eight devices, parameters on each: the array executor's gradients to 1e-12."""
    flags = "--xla_force_host_platform_device_count=8"
    done = subprocess.run(
        [sys.executable, "-c", DATA_PARALLEL],
        env={**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
        cwd=Path(__file__).parents[5],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["agree"], done.stderr
