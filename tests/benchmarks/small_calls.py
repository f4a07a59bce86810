"""What a call costs around the work: five floats through a compiled function, and its parts.

    python tests/benchmarks/small_calls.py

Microseconds of processor time per call, the median of rounds that alternate; the work itself is
the price of an option, some 40 primitives.
"""

import math
import statistics
import time

import numpy as np

from autograd import compiled, erf, exp, log, sqrt

ROUNDS, CALLS = 11, 2000
POINT = (100.0, 95.0, 0.5, 0.02, 0.3)


def price(s, k, t, r, v):
    """A European call by Black and Scholes."""
    up = (log(s / k) + (r + v * v / 2) * t) / (v * sqrt(t))
    down = up - v * sqrt(t)
    return s * phi(up) - k * exp(-r * t) * phi(down)


def phi(z):
    return 0.5 * (1.0 + erf(z / math.sqrt(2.0)))


def main() -> None:
    by_number, by_vector = compiled(price), compiled(lambda p: price(*p))
    vector, named = np.array(POINT), dict(zip("sktrv", POINT))
    program = by_number.program(*POINT)
    ways = {
        "eager, plain floats": lambda: price(*POINT),
        "compiled, five floats": lambda: by_number(*POINT),
        "compiled, one vector": lambda: by_vector(vector),
        "program, five floats": lambda: program(**named),
        "compiled, value and five derivatives": lambda: by_number.value_and_grad(*POINT),
        "program, value and five derivatives": lambda: program.value_and_grad(
            tuple(named), **named
        ),
    }
    took: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, call in ways.items():
            start = time.process_time()
            for _ in range(CALLS):
                call()
            took[way].append((time.process_time() - start) / CALLS * 1e6)
    for way, times in took.items():
        print(f"{way:40}{statistics.median(times):8.1f} µs")


if __name__ == "__main__":
    main()
