"""Recurrences written with ``scan`` beside plain loops: recording, first calls, calls, memory.

    python -m tests.benchmarks.scans [--lengths 500 5000 50000]

Value and gradient by the parameters, at a point and for a batch of 64 of them, on one thread; then
derivatives that are recorded, and a scan in a scan.
Times are the processor's; of calls, medians of alternating rounds. Memory is what Python and NumPy
hold for the recorded function after all first calls, in MiB (machine code and what it works on
apart).
"""

import argparse
import functools
import os
import statistics
import time
import tracemalloc

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

import autograd as ag  # noqa: E402

UNITS = 4
BATCH = 64
PLAIN_AT_MOST = 5000
"""Steps of which the plain loop is still run: it takes seconds and gigabytes beyond."""


def looped(step, carry, xs):
    """The plain loop."""
    for x in xs:
        carry, _ = step(carry, x)
    return carry, None


def garch(scan, x, returns):
    """The variance of returns: negative log-likelihood."""
    omega, alpha, beta = (ag.exp(p) for p in x)

    def step(carry, r):
        variance, total = carry
        total = total + ag.log(variance) + r * r / variance
        return (omega + alpha * r * r + beta * variance, total), None

    return 0.5 * scan(step, (omega, 0.0), returns)[0][1]


def epidemic(scan, x, reported):
    """Susceptible, infected, and the squared distance from what was reported."""
    infection, recovery = ag.exp(x[0]), ag.exp(x[1])

    def step(carry, seen):
        susceptible, infected, total = carry
        new = 0.1 * infection * susceptible * infected
        infected = infected + new - 0.1 * recovery * infected
        return (susceptible - new, infected, total + (infected - seen) ** 2), None

    return scan(step, (0.99, 0.01, 0.0), reported)[0][2]


def lstm(scan, x, sequence):
    """An LSTM of a few units: squared error of its last output."""
    row = UNITS + 2
    rows = [x[row * i : row * (i + 1)] for i in range(4 * UNITS)]

    def step(carry, number):
        hidden, cell = carry
        z = [ag.dot(weights, [number, *hidden, 1.0]) for weights in rows]
        forget, write, read, new = (z[UNITS * i : UNITS * (i + 1)] for i in range(4))
        cell = [
            ag.sigmoid(f) * c + ag.sigmoid(w) * ag.tanh(n)
            for f, w, n, c in zip(forget, write, new, cell)
        ]
        return ([ag.sigmoid(r) * ag.tanh(c) for r, c in zip(read, cell)], cell), None

    (hidden, _), _ = scan(step, ([0.0] * UNITS, [0.0] * UNITS), sequence)
    return (ag.sum(hidden) - 1.0) ** 2


MODELS = {garch: 3, epidemic: 2, lstm: 4 * UNITS * (UNITS + 2)}


def taken(call):
    """Milliseconds of the processor."""
    start = time.process_time()
    call()
    return 1e3 * (time.process_time() - start)


def medians(calls, seconds=1.0):
    """Microseconds of each call, in turn."""
    times = [[] for _ in calls]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[0]) < 3:
        for mine, call in zip(times, calls):
            count, start = 0, time.process_time_ns()
            while count == 0 or time.process_time_ns() - start < 3e6:
                call()
                count += 1
            mine.append((time.process_time_ns() - start) / count / 1e3)
    return [statistics.median(mine) for mine in times]


def compare(model, length):
    """Print the rows of a model, and how many times the plain loop's a scan's calls take."""
    rng = np.random.default_rng(0)
    x = 0.3 * rng.normal(size=MODELS[model]) - 0.5
    series = 0.1 * rng.normal(size=length)
    batch = x + 0.02 * rng.normal(size=(BATCH, len(x)))
    calls = []
    for way in (ag.scan, looped)[: 2 if length <= PLAIN_AT_MOST else 1]:
        function = functools.partial(model, way)
        ag.compiled(function).value_and_grad(x, series[:3], wrt="x")  # modules are imported
        f = ag.compiled(function, threads=1)
        call = functools.partial(f.value_and_grad, x, series, wrt="x")
        batched = functools.partial(f.batched("x").value_and_grad, batch, series, wrt="x")
        # Machine code that is once compiled stays: this comes first.
        firsts = [taken(functools.partial(f.program, x, series)), taken(call), taken(batched)]
        tracemalloc.start()
        other = ag.compiled(function, threads=1)
        other.value_and_grad(x, series, wrt="x")
        other.batched("x").value_and_grad(batch, series, wrt="x")
        memory = tracemalloc.get_traced_memory()[0] / 2**20
        tracemalloc.stop()
        calls.append([call, batched])
        label = f"{model.__name__} × {length}, {'scan' if way is ag.scan else 'loop'}"
        texts = [f"{figure:8.1f}" for figure in (*firsts, memory)]
        print(f"{label:26}{' '.join(texts)}", end="")
        print("".join(f"{median:10.0f}" for median in medians(calls[-1])), flush=True)
    for one, many in zip(*calls) if len(calls) == 2 else ():
        scan, loop = medians([one, many])
        print(f"{'':26}scan / loop {scan / loop:.2f}")


def inner(x, series, days):
    """A scan in a scan's step: years of so many days."""

    def year(carry, number):
        last, _ = ag.scan(lambda c, t: (ag.tanh(c * x[0] + t * number), None), carry, days)
        return last, None

    return ag.scan(year, x[1], series)[0]


def derived(length):
    """Print first calls and calls of what is differentiated while it is recorded, and of a scan in
    a scan, whose two lengths have this product."""
    rng = np.random.default_rng(0)
    x, series = np.array([-0.5, -0.4, -0.3]), 0.1 * rng.normal(size=length)
    years, days = series[: length // 50], np.linspace(0.0, 1.0, 50)
    model = functools.partial(garch, ag.scan)
    for name, f, args in [
        ("compiled(grad(garch))", ag.compiled(ag.grad(model), threads=1), (x, series)),
        ("compiled(hessian(garch))", ag.compiled(ag.hessian(model), threads=1), (x, series)),
        (f"{len(years)} × 50", ag.compiled(inner, threads=1), (x[:2], years, days)),
        (f"50 × {len(years)}", ag.compiled(inner, threads=1), (x[:2], days, years)),
    ]:
        call = functools.partial(f, *args)
        first, (again,) = taken(call), medians([call], 0.3)
        print(f"{name + f', {length}':32}{first:8.1f} ms{again:10.0f} µs", flush=True)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lengths", type=int, nargs="+", default=[500, 5000, 50000])
    lengths = parser.parse_args().lengths
    print("ms: recorded, first call, first of a batch; MiB; µs: call, batch of", BATCH)
    for model in MODELS:
        for length in lengths:
            compare(model, length)
    print("first call; call")
    for length in lengths:
        derived(length)


if __name__ == "__main__":
    main()
