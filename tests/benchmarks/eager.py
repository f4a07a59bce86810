"""Eager speed and size against two plain engines: ``python -m tests.benchmarks.eager``.

Each engine builds the same graph and differentiates it, the collector on as users have it and
off, in alternation; the ratios are of medians. A perceptron is measured twice: its 1,040 leaves
made within the time, and kept from one step to the next as in training. Then bytes a node, and
chains and fan-outs of growing size with the peak memory of their process (``--large`` goes on to
10^7 nodes). ``--functions`` prints functions and n-ary ones instead, and ``--uses`` what else is
done with a graph.
"""

import argparse
import gc
import random
import resource
import statistics
import subprocess
import sys
import time
import tracemalloc

import autograd
from autograd import Value
from tests.benchmarks.baselines import Closure, Stored
from tests.benchmarks.eager_parts import functions, uses

ENGINES = {"closure": Closure, "stored": Stored, "autograd": Value}


RNG = random.Random(0)
WEIGHTS = [[[RNG.uniform(-0.5, 0.5) for _ in range(16)] for _ in range(16)] for _ in range(4)]
INPUTS = [RNG.random() for _ in range(16)]
KEPT = {}
"""Engine -> the leaves of a perceptron."""


def recurrence(kind, n):
    """A chain of n nodes, products and sums of Values and constants; nothing vanishes."""
    x, w, b = kind(1.0), kind(1.0001), kind(0.5)
    y = x
    for _ in range(n // 4):
        y = (y * w + x) * 0.9 + b
    return y


def leaves(kind):
    """Weights and inputs of a perceptron."""
    layers = [[[kind(w) for w in weights] for weights in layer] for layer in WEIGHTS]
    return layers, [kind(x) for x in INPUTS]


def perceptron(kind, n):
    """Layers of 16 tanh neurons in plain loops, about n nodes, beside new leaves."""
    return applied(leaves(kind), n)


def step(kind, n):
    """The same with the leaves of the step before."""
    if kind not in KEPT:
        KEPT[kind] = leaves(kind)
    return applied(KEPT[kind], n)


def applied(made, n):
    layers, h = made
    for k in range(max(1, n // (16 * 33))):
        out = []
        for weights in layers[k % 4]:
            s = weights[0] * h[0]
            for w, x in zip(weights[1:], h[1:]):
                s = s + w * x
            out.append(s.tanh())
        h = out
    y = h[0]
    for x in h[1:]:
        y = y + x
    return y


def seconds(build, kind, n):
    """Time to build, and to differentiate and set free."""
    start = time.process_time()
    y = build(kind, n)
    middle = time.process_time()
    y.backward()
    del y
    end = time.process_time()
    return middle - start, end - middle


def speed(sizes):
    """Print nanoseconds a node, and how many times as fast as each opponent."""
    print(f"{'graph':<11}{'nodes':>9}{'gc':>5}", end="")
    print("".join(f"{name + ' ns':>18}" for name in ENGINES), "   times as fast as")
    for build in (recurrence, perceptron, step):
        for n in sizes:
            for collecting in (True, False):
                times = {name: [] for name in ENGINES}
                for _ in range(max(5, min(50, 500_000 // n))):
                    for name, kind in ENGINES.items():
                        gc.collect()
                        (gc.enable if collecting else gc.disable)()
                        times[name].append(seconds(build, kind, n))
                        gc.enable()
                parts = {
                    k: [statistics.median(c) / n * 1e9 for c in zip(*v)] for k, v in times.items()
                }
                total = {
                    k: statistics.median([sum(t) for t in v]) / n * 1e9 for k, v in times.items()
                }
                cells = "".join(
                    f"{f'{a:.0f}+{b:.0f}={total[k]:.0f}':>18}" for k, (a, b) in parts.items()
                )
                ratios = [total[name] / total["autograd"] for name in ("stored", "closure")]
                print(
                    f"{build.__name__:<11}{n:>9}{'on' if collecting else 'off':>5}{cells}"
                    f"    stored {ratios[0]:.2f}, closure {ratios[1]:.2f}",
                    flush=True,
                )


def size(n=100_000):
    """Print the bytes that a node takes after a backward pass, floats included."""
    for name, kind in ENGINES.items():
        recurrence(kind, 100).backward()
        tracemalloc.start()
        y = recurrence(kind, n)
        y.backward()
        print(f"{name:<9}{tracemalloc.get_traced_memory()[0] / n:6.0f} bytes a node")
        tracemalloc.stop()
        del y


def growth(shape, n):
    """In a fresh process: time and peak memory of one graph."""
    print(f"{shape:<8}{n:>10}", end="", flush=True)
    subprocess.run([sys.executable, "-m", __spec__.name, "--one", shape, str(n)], check=True)


def one(shape, n):
    start = time.process_time()
    x = Value(1.0)
    y = x
    if shape == "chain":
        for _ in range(n):
            y = y * 1.0000001
    else:
        y = autograd.sum([x * 1.5 for _ in range(n)])
    built = time.process_time()
    y.backward()
    differentiated = time.process_time()
    del y
    end = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"   build {built - start:7.3f} s   backward {differentiated - built:7.3f} s"
        f"   delete {end - differentiated:6.3f} s   peak {peak:5.2f} GB"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="chains and fan-outs to 10^7 nodes")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--functions", action="store_true", help="functions, sum, dot and norm")
    parser.add_argument("--uses", type=int, metavar="NODES", help="what is done with such a graph")
    options = parser.parse_args()
    if options.one:
        one(options.one[0], int(options.one[1]))
        return
    if options.functions:
        functions([1_000, 10_000, 100_000])
        return
    if options.uses:
        uses(options.uses)
        return
    speed([1_000, 10_000, 100_000])
    size()
    for shape in ("chain", "fan-out"):
        for n in [10**k for k in range(3, 8 if options.large else 7)]:
            growth(shape, n)


if __name__ == "__main__":
    main()
