"""Prepared calls at single points against C that CasADi generates, under ``gcc -O2 -march=native``.

    python -m tests.benchmarks.generated_c

Value and gradient of recurrences and of the chained Rosenbrock function. CasADi's function is
compiled into a library, loaded as an external one, and called through its buffers; ours is
``program.prepared``. Times are the processor's in alternation, medians; ``build`` is what it takes
from the recorded expression to the first result. ``unfused`` is the C with a·b + c rounded twice
(``-ffp-contract=off``), as eager programs and ours do: results are theirs to the bit.
"""

import argparse
import itertools
import subprocess
import tempfile
import time
from pathlib import Path

import casadi
import numpy as np

from autograd import Value, compile
from tests.benchmarks.models.__main__ import medians


def rosenbrock(x):
    """Sum of 100·(x[i+1] - x[i]²)² + (1 - x[i])²."""
    total = 0.0
    for a, b in itertools.pairwise(x):
        total = total + 100.0 * (b - a * a) * (b - a * a) + (1.0 - a) * (1.0 - a)
    return total


def runge_kutta(slope, state, step, count):
    """The state after so many steps of the classical method of order four."""

    def moved(by, factor):
        return [s + factor * d for s, d in zip(state, by)]

    for _ in range(count):
        a = slope(state)
        b = slope(moved(a, 0.5 * step))
        c = slope(moved(b, 0.5 * step))
        d = slope(moved(c, step))
        state = [
            s + step / 6.0 * (p + 2.0 * q + 2.0 * r + t) for s, p, q, r, t in zip(state, a, b, c, d)
        ]
    return state


def lotka_volterra(count):
    """Predators and prey: four rates and two populations."""

    def loss(x):
        def slope(state):
            prey, predators = state
            return [
                x[0] * prey - x[1] * prey * predators,
                x[2] * prey * predators - x[3] * predators,
            ]

        u, v = runge_kutta(slope, [x[4], x[5]], 0.05, count)
        return (u - 1.0) * (u - 1.0) + (v - 2.0) * (v - 2.0)

    return loss


def three_bodies(count):
    """Three unit masses in the plane, leapfrog; positions and velocities are the arguments."""

    def loss(x):
        places = [[x[2 * i], x[2 * i + 1]] for i in range(3)]
        speeds = [[x[6 + 2 * i], x[7 + 2 * i]] for i in range(3)]
        for _ in range(count):
            for i in range(3):
                for j in range(i):
                    dx, dy = (places[i][k] - places[j][k] for k in (0, 1))
                    square = dx * dx + dy * dy + 0.01
                    weight = 0.01 / (square * square.sqrt())
                    for k, distance in ((0, dx), (1, dy)):
                        speeds[i][k] = speeds[i][k] - weight * distance
                        speeds[j][k] = speeds[j][k] + weight * distance
            for i in range(3):
                for k in (0, 1):
                    places[i][k] = places[i][k] + 0.01 * speeds[i][k]
        total = 0.0
        for place in places:
            total = total + place[0] * place[0] + place[1] * place[1]
        return total

    return loss


BODIES = [1.0, 0.1, -0.9, 0.2, 0.05, -1.1, 0.1, 0.3, -0.2, 0.4, 0.2, -0.1]
RATES = [1.1, 0.4, 0.1, 0.4, 2.0, 1.0]
CASES = {
    "Lotka-Volterra 60": (lotka_volterra(60), RATES),
    "Lotka-Volterra 400": (lotka_volterra(400), RATES),
    "three bodies 100": (three_bodies(100), BODIES),
    "Rosenbrock 300": (rosenbrock, np.linspace(-1.0, 1.0, 300)),
    "Rosenbrock 1000": (rosenbrock, np.linspace(-1.0, 1.0, 1000)),
}


def in_c(function, point, folder, *flags):
    """A call of the compiled C, the arrays of its results, and how long it took to make."""
    x = casadi.SX.sym("x", len(point))
    y = function([x[i] for i in range(len(point))])
    start = time.perf_counter()
    expression = casadi.Function("f", [x], [y, casadi.gradient(y, x)])
    generator = casadi.CodeGenerator("f.c")
    generator.add(expression)
    generator.generate(f"{folder}/")
    source, library = Path(folder, "f.c"), Path(folder, "f.so")
    command = ["gcc", "-O2", "-march=native", *flags, "-shared", "-fPIC", source, "-o", library]
    subprocess.run(command, check=True)
    compiled = casadi.external("f", str(library))
    buffer, call = compiled.buffer()
    value, gradient = np.zeros(1), np.zeros(len(point))
    given = np.array(point, dtype=float)
    buffer.set_arg(0, memoryview(given))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))
    call()
    alive = compiled, buffer, given, value, gradient  # CasADi remembers addresses only
    return call, alive, time.perf_counter() - start


def prepared(function, point):
    """The same of ours."""
    leaves = [Value(x) for x in point]
    y = function(leaves)
    start = time.perf_counter()
    call = compile(y, backend="loop", x=leaves).prepared("x")
    call.arguments["x"][...] = point
    call()
    return call, time.perf_counter() - start


def main():
    """Print a row for each function."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="functions, by default all")
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    for name in options.names or CASES:
        function, point = CASES[name]
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            theirs, alive, their_build = in_c(function, point, folder)
            unfused, *kept = in_c(function, point, other, "-ffp-contract=off")
            ours, build = prepared(function, point)
            np.testing.assert_allclose(ours.gradient, alive[-1], rtol=1e-8, atol=1e-10)
            np.testing.assert_allclose(ours.gradient, kept[0][-1], rtol=1e-8, atol=1e-10)
            calls = {"C": theirs, "unfused": unfused, "ours": ours}
            taken = medians(calls, options.seconds)
        print(
            f"{name:19} C {taken['C']:8.2f} us (build {their_build:6.2f} s)  ours "
            f"{taken['ours']:8.2f} us (build {build:6.3f} s)  C/ours "
            f"{taken['C'] / taken['ours']:5.2f}, unfused {taken['unfused'] / taken['ours']:5.2f}  "
            f"build {their_build / build:6.1f} times sooner",
            flush=True,
        )


if __name__ == "__main__":
    main()
