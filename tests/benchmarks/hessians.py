"""The Hessian of a hidden Markov chain of 44 parameters, with scan and with a plain loop.

    python -m tests.benchmarks.hessians [--length 1600]

Four states, six symbols: 4 + 16 + 24 parameters, some 50 nodes an observation. Processor time on
one thread: seconds to record, and to the first Hessian; milliseconds a Hessian, the median.
"""

import argparse
import os
import statistics
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

import autograd as ag  # noqa: E402
from tests.benchmarks.scans import looped  # noqa: E402

STATES, SYMBOLS, ROUNDS = 4, 6, 9


def normalised(weights):
    """Positive numbers that add up to one."""
    powers = [ag.exp(w) for w in weights]
    total = sum(powers)
    return [power / total for power in powers]


def likelihood(scan):
    """The log-likelihood of what was seen, each a row with a 1, by the scaled recursion."""

    def model(p, seen):
        rows = iter(p)
        sizes = [STATES] * (1 + STATES) + [SYMBOLS] * STATES
        start, *others = [normalised([next(rows) for _ in range(size)]) for size in sizes]
        move, emit = others[:STATES], others[STATES:]

        def step(carry, row):
            alpha, total = carry
            alpha = [
                sum(a * move[i][j] for i, a in enumerate(alpha)) * ag.dot(emit[j], list(row))
                for j in range(STATES)
            ]
            scale = sum(alpha)
            return ([a / scale for a in alpha], total + ag.log(scale)), None

        return scan(step, (start, 0.0), seen)[0][1]

    return model


def taken(call, *arguments, **options):
    """Seconds of the processor."""
    start = time.process_time()
    call(*arguments, **options)
    return time.process_time() - start


def main():
    """Print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--length", type=int, default=1600)
    rng = np.random.default_rng(0)
    seen = np.eye(SYMBOLS)[rng.integers(SYMBOLS, size=parser.parse_args().length)]
    p = rng.normal(size=STATES + STATES * STATES + STATES * SYMBOLS)
    for scan in (ag.scan, looped):
        f = ag.compiled(likelihood(scan), threads=1)
        recorded = taken(f.program, p, seen)
        first = taken(f.hessian, p, seen, wrt="p")
        calls = [taken(f.hessian, p, seen, wrt="p") for _ in range(ROUNDS)]
        print(
            f"{'scan' if scan is ag.scan else 'loop'}: {len(f.program(p, seen).tape.statements):,} "
            f"statements, recorded {recorded:.2f} s, first Hessian {first:.2f} s, "
            f"then {1e3 * statistics.median(calls):.1f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
