"""Arguments nested thousands deep, or that hold themselves: our errors, never a RecursionError."""

import pytest

import autograd
import nn
from autograd import AutogradError, Value

X = Value(1.0)


def nested(depth=5000):
    x = 1.0
    for _ in range(depth):
        x = [x]
    return x


def endless():
    x = []
    x.append(x)
    return x


TAKERS = {
    "Value": Value,
    "grad": lambda p: autograd.grad(lambda p: 1.0)(p),
    "jacobian": lambda p: autograd.jacobian(lambda p: p)(p),
    "hvp": lambda p: autograd.hvp(lambda p: 1.0, p, p),
    "jvp": lambda p: autograd.jvp(lambda p: 1.0, p, p),
    "gradcheck": lambda p: autograd.gradcheck(lambda p: 1.0, p),
    "gradcheck of a result": lambda p: autograd.gradcheck(lambda x: p, 1.0),
    "compile": lambda p: autograd.compile(X, x=p),
    "compile of an output": lambda p: autograd.compile(p, x=X),
    "a program": lambda p: autograd.compile(X, x=X)(x=p),
    "compiled": lambda p: autograd.compiled(lambda p: 1.0)(p),
    "exp": autograd.exp,
    "sum": autograd.sum,
    "softmax": autograd.softmax,
    "backward": autograd.backward,
    "draw": autograd.draw,
    "mse_loss": lambda p: nn.mse_loss(p, p),
}


@pytest.mark.parametrize("make", [nested, endless])
@pytest.mark.parametrize("taker", TAKERS)
def test_depth_is_our_error(taker, make):
    """Whoever takes numbers in containers."""
    with pytest.raises(AutogradError):
        TAKERS[taker](make())
