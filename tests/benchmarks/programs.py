"""Compiled programs against NumPy by hand and PyTorch: ``python -m tests.benchmarks.programs``.

The network is 784-16-16-10 with ReLU and cross-entropy, its parameters one vector, one step of
SGD on 32 examples at a time. It is recorded from one example through ``nn`` and run on a batch,
recorded from one example in plain loops, and recorded with 32 examples unrolled in the graph. All
run in turn, and the ratios are of medians. Then the time to compile, against the time to record.
One BLAS thread: set before NumPy is imported.
"""

import argparse
import importlib.util
import os
import random
import statistics
import time
from itertools import pairwise

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

import autograd  # noqa: E402
import nn  # noqa: E402
from autograd import Value  # noqa: E402

SIZES = (784, 16, 16, 10)
BATCH = 32
RATE = 1e-3


def layers_of(vector):
    """Weights and biases as views of a vector in the order of ``nn.MLP``'s parameters."""
    views, start = [], 0
    for fan_in, fan_out in pairwise(SIZES):
        matrix = vector[start : start + (fan_in + 1) * fan_out].reshape(fan_out, fan_in + 1)
        views.append((matrix[:, :-1], matrix[:, -1]))
        start += matrix.size
    return views


def numpy_step(params, x, t):
    """Back-propagation by hand."""
    (w1, b1), (w2, b2), (w3, b3) = layers_of(params)
    grad = np.empty_like(params)
    (gw1, gb1), (gw2, gb2), (gw3, gb3) = layers_of(grad)
    h1 = np.maximum(x @ w1.T + b1, 0.0)
    h2 = np.maximum(h1 @ w2.T + b2, 0.0)
    z = h2 @ w3.T + b3
    largest = z.max(axis=1, keepdims=True)
    e = np.exp(z - largest)
    total = e.sum(axis=1, keepdims=True)
    loss = (np.log(total) + largest)[:, 0] - (t * z).sum(axis=1)
    d3 = (e / total - t) / len(x)
    d2 = (d3 @ w3) * (h2 > 0.0)
    d1 = (d2 @ w2) * (h1 > 0.0)
    for d, h, gw, gb in ((d3, h2, gw3, gb3), (d2, h1, gw2, gb2), (d1, x, gw1, gb1)):
        np.matmul(d.T, h, out=gw)
        np.add.reduce(d, axis=0, out=gb)
    params -= RATE * grad
    return loss.mean()


def torch_step():
    """The same in PyTorch eager, or None where it is not installed."""
    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    shapes = [
        layer
        for fan_in, fan_out in pairwise(SIZES)
        for layer in (torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU())
    ]
    model = torch.nn.Sequential(*shapes[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def step(x, labels):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def plain_loss(params, x, t):
    """The network in loops over plain numbers, without ``nn`` and without ``dot``."""
    left = iter(params)
    h = x
    for fan_out in SIZES[1:]:
        outputs = []
        for _ in range(fan_out):
            s = 0.0
            for value in h:
                s = s + next(left) * value
            outputs.append(s + next(left))
        h = outputs if fan_out == SIZES[-1] else [autograd.relu(s) for s in outputs]
    return autograd.logsumexp(h) - autograd.dot(t, h)


def leaves(*shape):
    if not shape:
        return Value(0.1)
    return [leaves(*shape[1:]) for _ in range(shape[0])]


def recorded_one(params, loss):
    x, t = leaves(SIZES[0]), leaves(SIZES[-1])
    return loss(params, x, t), {"x": x, "t": t, "params": params}


def recorded_many(params, loss):
    x, t = leaves(BATCH, SIZES[0]), leaves(BATCH, SIZES[-1])
    return autograd.mean([loss(params, *pair) for pair in zip(x, t)]), {
        "x": x,
        "t": t,
        "params": params,
    }


def medians(steps, rounds):
    """Median time of each, in seconds, in a new order every round: each warms caches for the next.

    The first calls do not count.
    """
    rng = random.Random(0)
    order = list(steps.items())
    for step in steps.values():
        step()
    times = {name: [] for name in steps}
    for _ in range(rounds):
        rng.shuffle(order)
        for name, step in order:
            start = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


def compile_time(record, rounds):
    """Median seconds to record a graph, and to make a ready program of it, first call included."""
    built, compiled = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        loss, arguments = record()
        middle = time.perf_counter()
        program = autograd.compile(loss, backend="array", **arguments)
        program(**{name: np.zeros(np.shape(given)) for name, given in arguments.items()})
        compiled.append(time.perf_counter() - middle)
        built.append(middle - start)
    return statistics.median(built), statistics.median(compiled)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2000, help="steps of each kind")
    rounds = parser.parse_args().rounds
    model = nn.MLP(SIZES[0], list(SIZES[1:]), rng=0)
    params = model.parameters()
    start = np.array([p.data for p in params])
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, SIZES[0]))
    labels = rng.integers(0, SIZES[-1], BATCH)
    t = np.eye(SIZES[-1])[labels]

    def by_nn(params, x, t):
        return nn.cross_entropy(model(x), t)

    def step_of(recorded, reduce):
        loss, arguments = recorded
        program = autograd.compile(loss, backend="array", **arguments)
        vector = start.copy()

        def step():
            _, grad = program.value_and_grad("params", x=x, t=t, params=vector, reduce=reduce)
            vector[:] -= RATE * grad

        return step

    by_hand = start.copy()
    steps = {
        "numpy by hand": lambda: numpy_step(by_hand, x, t),
        "one example, nn": step_of(recorded_one(params, by_nn), "mean"),
        "one example, loops": step_of(recorded_one(params, plain_loss), "mean"),
        "32 examples, nn": step_of(recorded_many(params, by_nn), "sum"),
    }
    torch = torch_step()
    if torch is not None:
        import torch as library

        tensors = library.from_numpy(x), library.from_numpy(labels)
        steps["torch eager"] = lambda: torch(*tensors)
    taken = medians(steps, rounds)
    for name, seconds in taken.items():
        ratio = seconds / taken["numpy by hand"]
        print(f"{name:20} {seconds * 1e6:8.1f} µs a step   {ratio:5.2f} × NumPy by hand")
    for name, record in {
        "one example, loops": lambda: recorded_one(leaves(len(params)), plain_loss),
        "32 examples, nn": lambda: recorded_many(params, by_nn),
    }.items():
        built, compiled = compile_time(record, 5)
        print(
            f"{name:20} recorded in {built * 1e3:6.1f} ms, compiled in {compiled * 1e3:6.1f} ms: "
            f"{compiled / built:4.1f} ×"
        )


if __name__ == "__main__":
    main()
