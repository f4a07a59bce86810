"""What a user's type checker sees: read by mypy and pyright, never run."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from typing_extensions import assert_type

import autograd
import nn
from autograd import Value, grad, value_and_grad

Operand = Value | float

x, y = Value(2.0, name="x"), Value(3.0)

# Arithmetic, comparisons, methods.
assert_type(x * y, Value)
assert_type(x * 2.0, Value)
assert_type(2 / x, Value)
assert_type(x - 1, Value)
assert_type(x**0.5, Value)
assert_type(2.0**x, Value)
assert_type(x % 2.0, Value)
assert_type(x // 2, Value)
assert_type(divmod(x, 2.0), tuple[Value, Value])
assert_type(-x, Value)
assert_type(+x, Value)
assert_type(abs(x), Value)
assert_type(x < y, bool)
assert_type(x == 2.0, bool)
assert_type(float(x), float)
assert_type(int(x), int)
assert_type(x.data, float)
assert_type(x.exp(), Value)
assert_type(x.relu(), Value)
assert_type(x.ndtr(), Value)
assert_type(x.recompute(), Value)
assert_type(x.detach(), Value)
assert_type(x.name, str | None)
x.data = 3.0
x.data -= 0.1 * x.grad
x.name = 3  # type: ignore[assignment]  # pyright: ignore
Value("3")  # type: ignore[arg-type]  # pyright: ignore

# Functions: a Value of a Value, a float of a float, containers as they are.
assert_type(autograd.sin(x), Value)
assert_type(autograd.sin(1.0), float)
assert_type(autograd.sin([1.0, 2.0]), list[float])
assert_type(autograd.erfinv(x), Value)
assert_type(autograd.maximum(x, 1.0), Value)
assert_type(autograd.maximum(1.0, x), Value)
assert_type(autograd.maximum(1.0, 2.0), float)
assert_type(autograd.mod(x, 2.0), Value)
assert_type(autograd.polygamma(1, x), Value)
assert_type(autograd.polygamma(1, 2.0), float)
assert_type(autograd.where(x > 0.0, x, 0.0), Value)
assert_type(autograd.where(True, 1.0, 2.0), float)
assert_type(autograd.clip(x, 0.0, 1.0), Value)
assert_type(autograd.clip(0.5, 0.0, 1.0), float)
assert_type(autograd.leaky_relu(x), Value)
assert_type(autograd.leaky_relu(1.0), float)
assert_type(autograd.elu(x, alpha=0.5), Value)
assert_type(autograd.sum([x, y]), Value)
assert_type(autograd.sum([1.0, 2.0]), float)
assert_type(autograd.dot([x, y], [1.0, 2.0]), Value)
assert_type(autograd.dot([1.0], [2.0]), float)
assert_type(autograd.softmax([x, y]), list[Value])
assert_type(autograd.max([x, y]), Value)
assert_type(autograd.max(1, 2, 3), int)
assert_type(autograd.min(["b", "c"], key=len), str)
assert_type(autograd.min([1.0], default=None), float | None)
assert_type(autograd.max(x, y, key=float), Value)
autograd.max([object()])  # type: ignore[type-var]  # pyright: ignore


# Transforms keep what f is called with, and give what they are given.
def cube(x: Value) -> Value:
    return x**3


def scaled(x: Operand, scale: float = 2.0) -> Operand:
    return x * scale


def plain(x: float) -> float:
    return x * x


def total(xs: list[Value]) -> Value:
    return autograd.sum(xs)


def between(a: str, b: Iterable[int]) -> Value:
    return Value(0.0)


def weighted(xs: list[Operand], k: float = 1.0) -> Operand:
    return autograd.sum(xs) * k


def squared(xs: list[float]) -> float:
    return autograd.dot(xs, xs)


class Model:
    @staticmethod
    def doubled(x: Operand) -> Operand:
        return x * 2.0

    def loss(self, w: Value) -> Value:
        return w * w


assert_type(grad(cube)(2.0), float)
assert_type(grad(cube)(x), Value)
assert_type(grad(scaled)(2.0, scale=3.0), float)
assert_type(grad(scaled)(x), Value)
assert_type(grad(plain)(2.0), float)
assert_type(grad(total)([1.0, 2.0]), list[float])
assert_type(grad(total)([x, y]), list[Value])
slope: float = grad(lambda x: x**3)(2.0)
curvature: float = grad(grad(lambda x: x**3))(2.0)
assert_type(grad(Model().loss)(2.0), float)
assert_type(grad(Model.doubled)(x), Value)
assert_type(grad(weighted)([1.0, 2.0], k=3.0), list[float])
assert_type(grad(weighted)([x, 2.0]), list[Operand])
assert_type(value_and_grad(weighted)([x, y])[1], list[Value])
assert_type(grad(squared)([1.0, 2.0]), list[float])
assert_type(grad(squared)([x, y]), list[Value])
part: float = grad(partial(scaled, scale=3.0))(1.0)
assert_type(grad(grad(cube))(2.0), float)
assert_type(grad(grad(grad(cube)))(x), Value)
assert_type(value_and_grad(cube)(2.0), tuple[float, float])
assert_type(value_and_grad(total)([1.0]), tuple[float, list[float]])
grad(scaled)(2.0, factor=3.0)  # type: ignore[call-overload]  # pyright: ignore
autograd.sinn(1.0)  # type: ignore[attr-defined]  # pyright: ignore
nn.Sequental()  # type: ignore[attr-defined]  # pyright: ignore
x.shap  # type: ignore[attr-defined]  # pyright: ignore  # noqa: B018
grad(cube)("2")  # type: ignore[call-overload]  # pyright: ignore
assert_type(grad(scaled, argnum="scale")(1.0, scale=2.0), Any)
grad(between, argnum=1)("a", [1])

# Containers of any kind, and what else a function takes.
autograd.hvp(lambda p, mode: p["w"] * 2.0, {"w": 1.0}, {"w": 2.0}, "fast")
autograd.jvp(lambda p: p, {1: [1.0], 2: [2.0]}, {1: [1.0], 2: [2.0]})
autograd.compiled(lambda x, n: x)({"w": [1.0, x]}, "n")
autograd.backward([x, y], gradients=[1.0, 2])

# Networks.
assert_type(nn.MLP(2, [4, 1])([x, y]), list[Value])
assert_type(nn.MLP(2, [4, 1])([1.0, 2.0]), list[Value])
assert_type(nn.Neuron(2)([1.0, 2.0]), Value)
