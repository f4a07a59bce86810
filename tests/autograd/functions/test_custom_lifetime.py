"""A custom_op and all that its rules refer to are freed with the last use of it."""

import gc
import math
import weakref

import pytest

import autograd
from autograd import Value


def made():
    """A primitive of one operand, one of two, and one whose rule cannot be traced."""
    return (
        autograd.custom_op("cube", lambda x: x**3, lambda xp, out, x: (3.0 * x * x,)),
        autograd.custom_op("area", lambda x, y: x * y, lambda xp, out, x, y: (y, x)),
        autograd.custom_op("sine", math.sin, lambda xp, out, x: (math.cos(float(x)),)),
    )


def result(ops, x):
    cube, area, sine = ops
    return cube(x) + area(x, 3.0) * area(x, x) + sine(x)


def twice_differentiable(ops, x):
    cube, area, _ = ops
    return cube(x) + area(x, 3.0) * area(x, x)


def backward(ops):
    y = result(ops, Value(2.0))
    y.backward()
    y.recompute()


def create_graph(ops):
    x = Value(2.0)
    y = twice_differentiable(ops, x)
    y.backward(create_graph=True)
    autograd.zero_grad([x])


def transforms(ops):
    f = lambda x: twice_differentiable(ops, x)  # noqa: E731
    autograd.grad(autograd.grad(f))(2.0)
    autograd.hvp(f, 2.0, 1.0)
    autograd.jvp(f, 2.0, 1.0)


def anomaly(ops):
    with autograd.detect_anomaly():
        backward(ops)


def check(ops):
    assert autograd.gradcheck(lambda x: twice_differentiable(ops, x), 2.0, order=2)


def pictures(ops):
    x = Value(2.0)
    y = result(ops, x)
    autograd.draw(y).to_html()
    str(autograd.explain(y, x))


def programs(ops):
    x = Value(2.0)
    for backend in ("array", "loop"):
        program = autograd.compile(result(ops, x), x=x, backend=backend)
        program.value_and_grad("x", x=1.0)
        program.value_and_grad("x", x=[1.0] * 20)
        autograd.compile(twice_differentiable(ops, x), x=x, backend=backend).hessian("x", x=1.0)


@pytest.mark.parametrize(
    "use", [backward, create_graph, transforms, anomaly, check, pictures, programs]
)
def test_a_custom_op_is_freed(use):
    """Neither the primitive nor a rule is kept by a cache, whatever was done with it."""
    ops = made()
    watched = [weakref.ref(x) for op in ops for x in (op.op, op.op.forward, op.op.partials)]
    watched = [x for x in watched if x() is not math.sin]
    use(ops)
    del ops
    gc.collect()
    assert [x() for x in watched if x() is not None] == []
