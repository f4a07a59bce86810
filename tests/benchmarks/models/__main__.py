"""Value and gradient of scalar models: the executors, ``auto`` and JAX, in one process.

    python -m tests.benchmarks.models [name …] [--batches 64 512 4096]

Each file beside this one is a model: ``point(rng)`` gives its arguments, of which ``x`` is what the
gradient is taken by and is different in every row of the batch; ``model(…)`` is written for
scalars; ``in_jax(jax, …)`` is the same as one would write it for JAX, run as
``jax.jit(jax.vmap(jax.value_and_grad(…)))``. All of them run in turn, round after round; times are
the processor's for this process, of one thread; what is printed are medians of the rounds, in
microseconds per row, after a while of running, and in brackets the time of the first call. A batch
of 1 is a single point, without a batch axis.
"""

import argparse
import importlib
import math
import os
import statistics
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np  # noqa: E402

from autograd import Value, compile  # noqa: E402

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
HOPELESS = 1500.0
"""Microseconds per row from which an executor is measured once and not again."""


def leaves(array):
    """Values in the nesting of an array."""
    return [leaves(inner) for inner in array] if array.ndim else Value(float(array))


def recorded(module, point):
    """Output and arguments of a model, recorded at a point."""
    arguments = {name: leaves(array) for name, array in point.items()}
    return module.model(**arguments), arguments


def jax_call(module, names):
    """JAX's function of the same arguments, or None where it is not installed."""
    try:
        import jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)

    def function(*arrays):
        return module.in_jax(jax, *arrays)

    single = jax.jit(jax.value_and_grad(function))
    axes = tuple(0 if name == "x" else None for name in names)
    batched = jax.jit(jax.vmap(jax.value_and_grad(function), in_axes=axes))

    def call(arrays, batch):
        return jax.block_until_ready((single if batch is None else batched)(*arrays.values()))

    return call


def medians(calls, seconds):
    """Median processor time of each call in microseconds, in turn, for about so long."""
    times = {name: [] for name in calls}
    repeats = dict.fromkeys(calls, 1)  # in about 2 ms: reading the clock takes as long as a call
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(next(iter(times.values()))) < 3:
        for name, call in calls.items():
            if len(times[name]) == 1 and times[name][0] > 1e6:
                continue
            start = time.process_time_ns()
            for _ in range(repeats[name]):
                call()
            taken = time.process_time_ns() - start
            times[name].append(taken / repeats[name] / 1e3)
            # At most ten times as many: a clock that stands still now and then would ask for more.
            wanted = round(2e6 * repeats[name] / max(taken, 1))
            repeats[name] = max(1, min(wanted, 10 * repeats[name], 100_000))
    return {name: statistics.median(taken) for name, taken in times.items()}


def measure(name, batches, seconds, skipped):
    """Print a model's row for each batch size; what was measured."""
    module = importlib.import_module(f"tests.benchmarks.models.{name}")
    rng = np.random.default_rng(0)
    point = {key: np.array(array, dtype=float) for key, array in module.point(rng).items()}
    start = time.perf_counter()
    output, arguments = recorded(module, point)
    seen = time.perf_counter() - start
    programs = {
        backend: compile(output, backend=backend, threads=1, **arguments)
        for backend in ("loop", "array", "auto")
        if backend not in skipped
    }
    jax = jax_call(module, list(point))
    found = []
    nodes = len(next(iter(programs.values())).tape.statements)
    print(f"{name}: {nodes} statements, recorded in {seen * 1e3:.0f} ms")
    slow = set()
    for batch in batches:
        arrays = dict(point)
        if batch > 1:
            noise = 0.02 * rng.normal(size=(batch, *point["x"].shape))
            arrays["x"] = point["x"] * (1.0 + noise)
        calls, first, results = {}, {}, {}
        for backend, program in programs.items():
            if backend not in slow:
                calls[backend] = lambda p=program, a=arrays: p.value_and_grad("x", **a)
        if jax is not None:
            calls["jax"] = lambda a=arrays, b=batch: jax(a, None if b == 1 else b)
        for backend, call in calls.items():
            start = time.perf_counter()
            results[backend] = call()
            first[backend] = time.perf_counter() - start
        for call in calls.values():  # programs compile more of what has run for a while
            until = time.process_time() + seconds / 2
            while time.process_time() < until:
                call()
        for value, grad in results.values():  # the same question, answered by all
            reference = results[next(iter(results))]
            scale = np.abs(reference[1]).max() + 1e-300
            np.testing.assert_allclose(value, reference[0], rtol=1e-6, atol=1e-9)
            np.testing.assert_allclose(grad, reference[1], rtol=1e-5, atol=1e-7 * scale)
        taken = medians(calls, seconds)
        slow |= {b for b, t in taken.items() if b != "jax" and t / batch > HOPELESS}
        cells = "  ".join(f"{b} {t / batch:9.3f} ({first[b]:6.2f} s)" for b, t in taken.items())
        line = f"  {batch:5}  {cells}"
        if "jax" in taken and "auto" in taken:
            ratio = taken["jax"] / taken["auto"]
            best = min(t for b, t in taken.items() if b != "jax")
            found.append((batch, ratio, taken["auto"] / best))
            line += f"  jax/auto {ratio:6.2f}"
        print(line, flush=True)
    return found


def main():
    """Measure, and print geometric means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="models, by default all")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 64, 512, 4096])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each model and batch")
    parser.add_argument("--skip", nargs="*", default=[], help="executors to leave out")
    options = parser.parse_args()
    found = []
    for name in options.names or NAMES:
        found += measure(name, options.batches, options.seconds, options.skip)
    for batch in options.batches:
        rows = [(ratio, over) for size, ratio, over in found if size == batch]
        if rows:
            mean = math.exp(statistics.fmean(math.log(ratio) for ratio, _ in rows))
            print(
                f"{batch:5} rows: {mean:5.2f} times JAX in the mean of {len(rows)} models, "
                f"{min(r for r, _ in rows):5.2f} at least; auto at most "
                f"{max(o for _, o in rows):5.2f} times the better executor"
            )


if __name__ == "__main__":
    main()
