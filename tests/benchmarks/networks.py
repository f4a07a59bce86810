"""Networks against JAX and NumPy by hand: ``python -m tests.benchmarks.networks``.

Timed are value and gradient by the parameters. Perceptrons of ``nn`` with ReLU are recorded from
one example with their loss (binary cross-entropy from a logit, cross-entropy from ten) and run on
batches as ``auto`` chooses; in JAX it is ``jax.jit(jax.value_and_grad(…))`` over matrices, in NumPy
back-propagation by hand. All run in turn on one thread; times are the processor's, medians of the
rounds.
"""

import argparse
import os
from itertools import pairwise

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np  # noqa: E402

import autograd  # noqa: E402
import nn  # noqa: E402
from autograd import Value  # noqa: E402
from tests.benchmarks.models.__main__ import medians  # noqa: E402

CASES = [
    *[((2, 16, 16, 1), batch) for batch in (1, 32, 100, 1000, 10_000)],
    ((64, 16, 16, 10), 32),
    ((784, 16, 16, 10), 32),
    ((784, 128, 10), 64),
]


def layers_of(vector, sizes):
    """Weights and biases as views of a vector in the order of ``nn.MLP``'s parameters."""
    views, start = [], 0
    for fan_in, fan_out in pairwise(sizes):
        matrix = vector[start : start + (fan_in + 1) * fan_out].reshape(fan_out, fan_in + 1)
        views.append((matrix[:, :-1], matrix[:, -1]))
        start += matrix.size
    return views


def by_hand(params, x, t, sizes):
    """Mean loss and gradient, by back-propagation in NumPy."""
    layers = layers_of(params, sizes)
    grad = np.empty_like(params)
    places = layers_of(grad, sizes)
    hidden = [x]
    for w, b in layers[:-1]:
        hidden.append(np.maximum(hidden[-1] @ w.T + b, 0.0))
    w, b = layers[-1]
    z = hidden[-1] @ w.T + b
    if sizes[-1] == 1:
        e = np.exp(-np.abs(z))
        loss = np.maximum(z, 0.0) - z * t + np.log1p(e)
        d = (np.where(z >= 0.0, 1.0, e) / (1.0 + e) - t) / len(x)
    else:
        largest = z.max(axis=1, keepdims=True)
        e = np.exp(z - largest)
        total = e.sum(axis=1, keepdims=True)
        loss = (np.log(total) + largest)[:, 0] - (t * z).sum(axis=1)
        d = (e / total - t) / len(x)
    for i in reversed(range(len(layers))):
        np.matmul(d.T, hidden[i], out=places[i][0])
        np.add.reduce(d, axis=0, out=places[i][1])
        if i:
            d = (d @ layers[i][0]) * (hidden[i] > 0.0)
    return loss.mean(), grad


def in_jax(sizes, params, dtype):
    """The same in JAX, a function of the batch, or None where it is not installed."""
    try:
        import jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    layers = [(jnp.array(w, dtype), jnp.array(b, dtype)) for w, b in layers_of(params, sizes)]

    def loss(layers, x, t):
        for w, b in layers[:-1]:
            x = jax.nn.relu(x @ w.T + b)
        w, b = layers[-1]
        z = x @ w.T + b
        if sizes[-1] == 1:
            return jnp.mean(jax.nn.softplus(z) - t * z)
        return -jnp.mean(jnp.sum(t * jax.nn.log_softmax(z), axis=1))

    step = jax.jit(jax.value_and_grad(loss))
    return lambda x, t: jax.block_until_ready(step(layers, x, t))


def program_of(sizes, dtype):
    """The network with its loss, and its parameters."""
    model = nn.MLP(sizes[0], list(sizes[1:]), rng=0)
    x, t = ([Value(0.1) for _ in range(size)] for size in (sizes[0], sizes[-1]))
    if sizes[-1] == 1:
        loss = nn.binary_cross_entropy_with_logits(model(x), t[0])
    else:
        loss = nn.cross_entropy(model(x), t)
    params = model.parameters()
    program = autograd.compile(loss, x=x, t=t, params=params, dtype=dtype, threads=1)
    return program, np.array([p.data for p in params], dtype)


def measure(sizes, batch, dtype, seconds):
    """Print how long each takes, and the ratios."""
    rng = np.random.default_rng(0)
    program, params = program_of(sizes, dtype)
    x = rng.random((batch, sizes[0])).astype(dtype)
    t = np.eye(max(sizes[-1], 2))[rng.integers(0, max(sizes[-1], 2), batch)][:, : sizes[-1]]
    t = t.astype(dtype)
    calls = {
        "ours": lambda: program.value_and_grad("params", x=x, t=t, params=params, reduce="mean"),
        "numpy": lambda: by_hand(params, x, t, sizes),
    }
    jax = in_jax(sizes, params, dtype)
    if jax is not None:
        calls["jax"] = lambda: jax(x, t)
        tolerance = 1e-9 if dtype == "float64" else 1e-3
        np.testing.assert_allclose(calls["numpy"]()[0], jax(x, t)[0], rtol=tolerance)
    value, grad = calls["ours"]()
    expected = calls["numpy"]()
    near = {"rtol": 1e-3, "atol": 1e-5} if dtype == "float32" else {"rtol": 1e-9, "atol": 1e-12}
    np.testing.assert_allclose(value.mean(), expected[0], **near)
    np.testing.assert_allclose(grad, expected[1], **near)
    taken = medians(calls, seconds)
    cells = "  ".join(f"{name} {t:9.1f} µs" for name, t in taken.items())
    ratios = "  ".join(
        f"{name}/ours {t / taken['ours']:5.2f}" for name, t in taken.items() if name != "ours"
    )
    name = "-".join(map(str, sizes))
    print(f"{name:14} {batch:6} {dtype}  {cells}  {ratios}", flush=True)


def main():
    """Measure every case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each case")
    parser.add_argument("--dtypes", nargs="+", default=["float64", "float32"])
    options = parser.parse_args()
    for dtype in options.dtypes:
        for sizes, batch in CASES:
            measure(sizes, batch, dtype, options.seconds)


if __name__ == "__main__":
    main()
