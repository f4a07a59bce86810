"""Nested transforms: a row of inner derivatives against the same by hand, and a double pendulum.

python -m tests.benchmarks.nested
"""

import statistics
import time

from autograd import (
    Value,
    compiled,
    cos,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    sin,
    value_and_grad,
)

ROUNDS = 15


def f(z):
    """What is differentiated inside."""
    return sin(z) * z


def product(xs):
    """Of ten numbers."""
    y = xs[0]
    for x in xs[1:]:
        y = y * x
    return y


def others(xs):
    """The derivative of a product by each number: the product of those before and after it."""
    before, after = [1.0], [1.0]
    for x, y in zip(xs[:-1], xs[:0:-1]):
        before.append(before[-1] * x)
        after.append(y * after[-1])
    return [a * b for a, b in zip(before, reversed(after))]


def value_and_slope(x):
    """Both by hand, the sine once."""
    s = sin(x)
    return s * x + cos(x) * x + s


STEPS = {
    "grad": (lambda x: grad(lambda z: sin(z) * z)(x), lambda x: cos(x) * x + sin(x)),
    "value_and_grad": (lambda x: sum(value_and_grad(f)(x)), value_and_slope),
    "jacobian": (
        lambda x: sum(jacobian(lambda p: [p[0] * p[1], sin(p[0])])([x, 2.0])[0]),
        lambda x: 2.0 + x,
    ),
    "jvp": (lambda x: jvp(f, x, 2.0), lambda x: 2.0 * (cos(x) * x + sin(x))),
    "hvp": (lambda x: hvp(f, x, 2.0), lambda x: 2.0 * (2.0 * cos(x) - sin(x) * x)),
    "hessian": (lambda x: hessian(f)(x), lambda x: 2.0 * cos(x) - sin(x) * x),
    "grad of ten": (
        lambda x: sum(grad(product)([x, 1.1, 0.9] * 3 + [x])),
        lambda x: sum(others([x, 1.1, 0.9] * 3 + [x])),
    ),
}
"""Name -> an inner transform of x, and the same written out."""


def in_a_row(step):
    """Descent, each slope by such a step."""

    def row(p, steps):
        x = p[0]
        for _ in range(steps):
            x = x - 0.1 * step(x)
        return x

    return row


def seconds(function, *arguments):
    """Processor time of one call."""
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def lagrangian(q, v):
    """Of a double pendulum of two equal rods."""
    kinetic = v[0] * v[0] + 0.5 * v[1] * v[1] + v[0] * v[1] * cos(q[0] - q[1])
    return kinetic + 9.8 * (2.0 * cos(q[0]) + cos(q[1]))


def acceleration(q, v):
    """From the Euler-Lagrange equations, all derivatives by transforms."""
    force = grad(lagrangian, "q")(q, v)
    mass = hessian(lagrangian, "v")(q, v)
    mixed = jacobian(lambda q: grad(lagrangian, "v")(q, v))(q)
    b = [f - row[0] * v[0] - row[1] * v[1] for f, row in zip(force, mixed)]
    d = mass[0][0] * mass[1][1] - mass[0][1] * mass[1][0]
    return [
        (mass[1][1] * b[0] - mass[0][1] * b[1]) / d,
        (mass[0][0] * b[1] - mass[1][0] * b[0]) / d,
    ]


def pendulum(steps, h=0.01):
    """Record steps of Runge and Kutta's fourth order from Values."""

    def moved(x, slope, by):
        return [a + by * s for a, s in zip(x, slope)]

    def mean(x, *slopes):
        weights = (1.0, 2.0, 2.0, 1.0)
        return [
            a + h / 6.0 * sum(w * s[i] for w, s in zip(weights, slopes)) for i, a in enumerate(x)
        ]

    q, v = [Value(1.0), Value(0.5)], [Value(0.0), Value(0.0)]
    for _ in range(steps):
        v1, a1 = v, acceleration(q, v)
        v2 = moved(v, a1, h / 2)
        a2 = acceleration(moved(q, v1, h / 2), v2)
        v3 = moved(v, a2, h / 2)
        a3 = acceleration(moved(q, v2, h / 2), v3)
        v4 = moved(v, a3, h)
        a4 = acceleration(moved(q, v3, h), v4)
        q, v = mean(q, v1, v2, v3, v4), mean(v, a1, a2, a3, a4)
    return q, v


def recorded(row):
    """Record for a program, which is not made of it."""
    compiled(lambda x: row([x], 400)).program(0.7)


def show(name, run, inner, by_hand):
    """Print processor times of both, measured by turns, and the ratio of their medians."""
    pairs = [(seconds(run, inner), seconds(run, by_hand)) for _ in range(ROUNDS)]
    inner, hand = map(statistics.median, zip(*pairs))
    print(f"{name}: {inner:.4f} s, by hand {hand:.4f} s, ratio {inner / hand:.2f}")


def main():
    """Print all figures."""
    nested, by_hand = map(in_a_row, STEPS["grad"])
    for steps in (100, 200, 400, 800, 1600):
        show(f"{steps:5} steps", lambda row, steps=steps: grad(row)([0.7], steps), nested, by_hand)
    for name, pair in STEPS.items():
        rows = map(in_a_row, pair)
        show(f"{name}, 400 steps", lambda row: grad(row)([0.7], 400), *rows)
    show("grad, 400 steps recorded", recorded, nested, by_hand)
    for steps in (10, 20, 40):
        print(f"double pendulum, {steps} steps recorded: {seconds(pendulum, steps):.3f} s")


if __name__ == "__main__":
    main()
