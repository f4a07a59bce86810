"""Nested transforms: a row of inner derivatives against the same by hand, and a double pendulum.

python -m tests.benchmarks.nested
"""

import statistics
import time

from autograd import Value, cos, grad, hessian, jacobian, sin

ROUNDS = 5


def nested(p, steps):
    """Descent, each slope by an inner grad."""
    x = p[0]
    for _ in range(steps):
        x = x - 0.1 * grad(lambda z: sin(z) * z)(x)
    return x


def by_hand(p, steps):
    """The same, each slope written out."""
    x = p[0]
    for _ in range(steps):
        x = x - 0.1 * (cos(x) * x + sin(x))
    return x


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


def main():
    """Print all figures."""
    for steps in (100, 200, 400, 800, 1600):
        pairs = [
            (seconds(grad(nested), [0.7], steps), seconds(grad(by_hand), [0.7], steps))
            for _ in range(ROUNDS)
        ]
        inner, hand = map(statistics.median, zip(*pairs))
        print(f"{steps:5} steps: {inner:.4f} s, by hand {hand:.4f} s, ratio {inner / hand:.2f}")
    for steps in (10, 20, 40):
        print(f"double pendulum, {steps} steps recorded: {seconds(pendulum, steps):.3f} s")


if __name__ == "__main__":
    main()
