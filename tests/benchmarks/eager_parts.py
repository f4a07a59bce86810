"""What the eager engine does beside arithmetic: parts of ``python -m tests.benchmarks.eager``.

``functions`` holds functions of one number against the plain engines, and n-ary ones, which those
do not have, against the loop that people write there. ``uses`` is of this engine alone: a row for
each thing that is done with a recorded graph, to be read beside the other build's.
"""

import gc
import statistics
import time

import autograd
from autograd import Value
from tests.benchmarks.baselines import Closure, Stored

OF_ONE = ("exp", "tanh", "relu", "sigmoid")
NUMBERS = [0.1 + 0.05 * i for i in range(16)]


def alternating(name):
    """Half of n nodes are of a function, half products."""

    def build(kind, n):
        y = kind(0.3)
        for _ in range(n // 2):
            y = getattr(y * -0.5, name)()
        return y

    return build


def kept(kind, made={}):  # noqa: B006  (the leaves of an engine, made once)
    if kind not in made:
        made[kind] = [kind(x) for x in NUMBERS], [kind(x) for x in NUMBERS[::-1]]
    return made[kind]


def loop_sum(kind, n):
    total, (xs, _) = kind(0.0), kept(kind)
    for _ in range(n // 16):
        part = xs[0]
        for x in xs[1:]:
            part = part + x
        total = total + part
    return total


def loop_dot(kind, n):
    total, (xs, ws) = kind(0.0), kept(kind)
    for _ in range(n // 32):
        part = xs[0] * ws[0]
        for x, w in zip(xs[1:], ws[1:]):
            part = part + x * w
        total = total + part
    return total


def whole(function, operands):
    """The same by a function of a list of 16, or two: n operands in all."""

    def build(kind, n):
        total, lists = kind(0.0), kept(kind)[: operands // 16]
        for _ in range(n // operands):
            total = total + function(*lists)
        return total

    return build


N_ARY = {
    "sum": (whole(autograd.sum, 16), loop_sum),
    "dot": (whole(autograd.dot, 32), loop_dot),
    "norm": (whole(autograd.norm, 16), None),
    "max": (whole(autograd.max, 16), None),
    "logsumexp": (whole(autograd.logsumexp, 16), None),
}


def nanoseconds(cases, n, collecting, rounds=15):
    """Medians, each in alternation with the others: build, differentiate and free, over n."""
    times = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (build, kind) in cases.items():
            gc.collect()
            (gc.enable if collecting else gc.disable)()
            start = time.process_time()
            y = build(kind, n)
            y.backward()
            del y
            times[name].append((time.process_time() - start) / n * 1e9)
            gc.enable()
    return {name: statistics.median(found) for name, found in times.items()}


def functions(sizes):
    """Print nanoseconds a node, or an operand, and how many times as fast as the plain engines."""
    for n in sizes:
        for collecting in (True, False):
            for name in (*OF_ONE, *N_ARY):
                if name in N_ARY:
                    ours, theirs = N_ARY[name]
                else:
                    ours = theirs = alternating(name)
                cases = {"autograd": (ours, Value)}
                if theirs is not None:
                    cases["stored"] = theirs, Stored
                if name in ("tanh", *N_ARY) and theirs is not None:
                    cases["closure"] = theirs, Closure
                found = nanoseconds(cases, n, collecting)
                ratios = [f"{k} {found[k] / found['autograd']:.1f}" for k in cases if k[0] != "a"]
                what = "an operand" if name in N_ARY else "a node"
                print(
                    f"{name:<11}{n:>9}{'on' if collecting else 'off':>5}"
                    f"{found['autograd']:9.0f} ns {what:<11}{', '.join(ratios)}",
                    flush=True,
                )


def chain(x, n):
    y = x
    for _ in range(n // 4):
        y = (y * 1.0001 + x) * 0.9 + 0.5
    return y


def uses(n):
    """Print nanoseconds a node of a chain, or a leaf, for what is done with a graph."""
    x = Value(1.0)
    y = chain(x, n)
    leaves = [Value(0.5) for _ in range(n)]

    def renewed():
        x.data = 1.0
        y.recompute()

    def higher():
        z = chain(x, n)
        z.backward(create_graph=True)
        autograd.zero_grad([x, z])

    rows = {
        "recompute": renewed,
        "backward again": y.backward,
        "zero_grad, a leaf": lambda: autograd.zero_grad(leaves),
        "record, create_graph, free": higher,
        "grad of a function": lambda: autograd.grad(lambda a: chain(a, n))(1.0),
        "hvp of a function": lambda: autograd.hvp(lambda a: chain(a, n), 1.0, 1.0),
        "lower into a program": lambda: autograd.compile(y, x=x),
    }
    for name, use in rows.items():
        times = []
        for _ in range(3):
            gc.collect()
            start = time.process_time()
            use()
            times.append((time.process_time() - start) / n * 1e9)
        print(f"{name:<28}{n:>9}{statistics.median(times):9.0f} ns", flush=True)
