"""The README's tables "Coming from …", row by row: what stands on the right does what is said."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from autograd import Value

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def rows(heading):
    """The two cells of each row."""
    section = README.split(f"### Coming from {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| (.+?) \| (.+) \|$", section, re.MULTILINE)
    return [pair for pair in found if pair != ("there", "here")]


def imports():
    scope = {}
    exec("from autograd import Value\nfrom nn import Neuron, Layer, MLP", scope)
    assert (scope["Value"], scope["MLP"]) == (Value, nn.MLP)


def previous():
    x = Value(3.0)
    assert (x * x)._prev == (x * x).parents[:1] * 2 == (x, x)


def words():
    x = Value(3.0, label="x")
    y = x * 5.0
    assert (y._op, str(y.op), x.label, x.name, y.partials) == ("*", "mul", "x", "x", (5.0, 3.0))
    y.grad = 1.0
    y._backward()
    assert x.grad == 5.0


def outputs():
    out = nn.MLP(2, [4, 1])([1.0, 2.0])
    assert isinstance(out, list)
    assert isinstance(out[0], Value)


def neurons():
    assert nn.Neuron(2, activation="relu").activation(-1.0) == 0.0
    assert nn.Neuron(2).activation(-1.0) == -1.0
    for kind, sizes in ((nn.Neuron, (2,)), (nn.Layer, (2, 1))):
        with pytest.raises(TypeError, match=r'takes no nonlin: write activation="linear"'):
            kind(*sizes, nonlin=False)


def own_operation():
    cube = autograd.custom_op("cube", lambda x: x**3, lambda xp, out, x: (3.0 * x * x,))
    x = Value(2.0)
    with pytest.raises(ValueError, match="custom_op"):
        cube(x)._backward = None
    cube(x).backward()
    assert x.grad == 12.0


def changes():
    a = Value(2.0)
    d = a * 3.0
    with pytest.raises(ValueError, match=r"d = d\.detach\(\)"):
        d.data += 0.01
    d = d.detach()
    d.data += 0.01
    assert (d * 2.0).data == pytest.approx(12.02)


def twice():
    x = Value(3.0)
    y = x * x
    z = y * y
    z.backward()
    z.backward()
    assert (x.grad, y.grad) == (2 * 108.0, 18.0)


def notes():
    v = Value(1.0)
    with pytest.raises(AttributeError):
        v.note = "…"
    assert {v: "…"}[v] == "…"


def membership():
    v, w = Value(1.0), Value(1.0)
    assert v in [w]
    assert v not in {w}


def drawing():
    assert str(autograd.draw(Value(1.0) + 1.0)).startswith("□ + 1 · data 2")


MICROGRAD = [
    (imports, 2), (previous, 1), (words, 1), (outputs, 1), (neurons, 1), (own_operation, 1),
    (changes, 1), (twice, 1), (notes, 1), (membership, 1), (drawing, 1),
]  # fmt: skip


def test_there_is_a_check_for_every_row():
    """So that no row is only said."""
    assert len(rows("micrograd")) == sum(count for _, count in MICROGRAD)


@pytest.mark.parametrize("check", [check for check, _ in MICROGRAD], ids=lambda f: f.__name__)
def test_micrograd_row(check):
    """What the row says, done."""
    check()


def f(x, y=2.0):
    return x * x * y + autograd.exp(y)


@pytest.fixture
def double_precision():
    import jax

    before = jax.config.read("jax_enable_x64")
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


@pytest.mark.needs("jax")
@pytest.mark.usefixtures("double_precision")
def test_jax_rows():
    """Each pair of the table, with the same result."""
    import jax
    import jax.numpy as jnp

    def there(x, y=2.0):
        return x * x * y + jnp.exp(y)

    def close(a, b):
        np.testing.assert_allclose(np.asarray(a, dtype=float), np.asarray(b), rtol=1e-14)

    close(autograd.grad(f, argnum=1)(3.0, 2.0), jax.grad(there, argnums=1)(3.0, 2.0))
    close(autograd.value_and_grad(f)(3.0), jax.value_and_grad(there)(3.0))
    close(autograd.hessian(f)(3.0), jax.hessian(there)(3.0))
    close(autograd.jacobian(f)(3.0), jax.jacfwd(there)(3.0))
    close(autograd.jacobian(f)(3.0), jax.jacrev(there)(3.0))
    close(autograd.jvp(f, 3.0, 0.5), jax.jvp(there, (3.0,), (0.5,))[1])
    close(autograd.vjp(f, 3.0, 0.5), jax.vjp(there, 3.0)[1](0.5)[0])
    close(autograd.where(3.0 > 0, 1.0, 2.0), jnp.where(3.0 > 0, 1.0, 2.0))
    close(autograd.softmax([1.0, 2.0]), jax.nn.softmax(jnp.array([1.0, 2.0])))
    close(autograd.compiled(f)(3.0), jax.jit(there)(3.0))
    xs = np.array([1.0, 2.0, 3.0])
    x = Value(1.0)
    program = autograd.compile(f(x), x=x)
    close(program(x=xs), jax.vmap(there)(xs))
    assert autograd.compile(f(x), x=x, dtype="float32")(x=xs).dtype == np.float32
    with autograd.detect_anomaly(), pytest.raises(FloatingPointError):
        autograd.log(Value(0.0))
    frozen = autograd.grad(lambda x: x * autograd.stop_gradient(x))(3.0)
    close(frozen, jax.grad(lambda x: x * jax.lax.stop_gradient(x))(3.0))
    assert len(rows("JAX")) == 10
    assert math.isfinite(f(1.0))
