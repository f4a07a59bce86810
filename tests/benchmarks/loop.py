"""The loop executor against CasADi's SX virtual machine and the eager engine, at single points.

    python tests/benchmarks/loop.py

Value and gradient of the chained Rosenbrock function of 1000 variables, and of 1000 steps of a
two-variable recurrence (the Hénon map). Rounds alternate between the opponents, so that what else
the machine does falls on all of them; times are the processor's for this one process, medians of
the rounds, and ratios are of those. CasADi is called through its buffer interface, and skipped
where it is not installed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from autograd import Value, compile
from autograd.program.loop.loop_executor import LoopExecutor

ROUNDS, QUICK, SLOW = 15, 200, 2
alive: list[Any] = []


def rosenbrock(x: Any) -> Any:
    """Sum of 100·(x[i+1] - x[i]²)² + (1 - x[i])²."""
    total = 0.0
    for i in range(999):
        total = total + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def recurrence(x: Any) -> Any:
    """1000 steps of the Hénon map from x[0], x[1], with parameters x[2], x[3]."""
    u, w = x[0], x[1]
    for _ in range(1000):
        u, w = 1.0 - x[2] * u * u + w, x[3] * u
    return u + w


def casadi_call(function: Callable[[Any], Any], point: Any) -> tuple[Callable[[], Any], Any]:
    """A call of CasADi's value and gradient, and the array its gradient goes to."""
    import casadi

    x = casadi.SX.sym("x", len(point))
    y = function([x[i] for i in range(len(point))])
    compiled = casadi.Function("f", [x], [y, casadi.gradient(y, x)])
    buffer, call = compiled.buffer()
    value, grad = np.zeros(1), np.zeros(len(point))
    keep = point.copy()
    buffer.set_arg(0, memoryview(keep))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(grad))
    # CasADi remembers addresses only: what they point to has to live as long as the call.
    alive.append((compiled, buffer, keep, value, grad))
    return call, grad


def compare(name: str, function: Callable[[Any], Any], point: Any) -> None:
    """Print the times of all opponents on one function."""
    leaves = [Value(number) for number in point.tolist()]
    began = time.perf_counter()
    y = function(leaves)
    recorded = time.perf_counter()
    program = compile(y, backend="loop", x=leaves)
    _, grad = program.value_and_grad("x", x=point)
    ready = time.perf_counter()
    y.backward()
    assert grad.tolist() == [leaf.grad for leaf in leaves], "not the eager engine's bits"
    source = LoopExecutor(program.tape, "float64", native=False)

    def eager() -> None:
        fresh = [Value(number) for number in point.tolist()]
        function(fresh).backward()

    calls: dict[str, tuple[Callable[[], Any], int]] = {
        "loop": (lambda: program.value_and_grad("x", x=point), QUICK),
        "loop, Python": (lambda: source.value_and_grad((0,), [point], None, 1.0), SLOW * 5),
        "eager": (eager, SLOW),
    }
    try:
        call, theirs = casadi_call(function, point)
        calls["CasADi SX"] = (call, QUICK)
        call()
        np.testing.assert_allclose(theirs, grad, rtol=1e-9)
    except ImportError:
        print("CasADi is not installed: skipped")
    times: dict[str, list[float]] = {opponent: [] for opponent in calls}
    for _ in range(ROUNDS):
        for opponent, (call, count) in calls.items():
            start = time.process_time()
            for _ in range(count):
                call()
            times[opponent].append((time.process_time() - start) / count)
    nodes = len(program.tape.statements)
    ours = median(times["loop"])
    print(f"{name}: {nodes} nodes, recorded in {recorded - began:.3f} s, ready in", end=" ")
    print(f"{ready - recorded:.3f} s")
    for opponent, seconds in times.items():
        middle = median(seconds)
        print(
            f"  {opponent:13} {middle * 1e6:10.1f} us  {middle / nodes * 1e9:8.2f} ns a node"
            f"  {middle / ours:7.2f} x loop  (rounds {min(seconds) * 1e6:.1f} to"
            f" {max(seconds) * 1e6:.1f})"
        )
    eager_over_python = median(times["eager"]) / median(times["loop, Python"])
    print(f"  eager / generated Python: {eager_over_python:.1f}")


if __name__ == "__main__":
    rng = random.Random(0)
    compare("Rosenbrock", rosenbrock, np.array([rng.uniform(-1, 1) for _ in range(1000)]))
    compare("recurrence", recurrence, np.array([0.1, 0.2, 1.05, 0.3]))
