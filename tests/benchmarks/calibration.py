"""The constants of "auto": ``python -m tests.benchmarks.calibration`` measures and prints them.

Networks and scalar models run on both executors at several batch sizes, after the loop has run for
a second: it compiles long runs of instructions when it has worked for a while. Printed for each
case are the times, beside them the estimates that the present constants of
:mod:`autograd.program.work` give, and how much slower than the better executor the chosen one is;
at the end the constants that are fitted to the times with least relative error, of which the
choice takes what is best for the worst case. An executor that is hopeless for a model is left out.
What programs take before they are warm is :mod:`tests.benchmarks.lives`.
"""

import importlib
import os
from time import process_time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
from scipy.optimize import nnls  # noqa: E402

import autograd  # noqa: E402
import nn  # noqa: E402
from autograd import Value, compile  # noqa: E402
from autograd.program.choice import work_of  # noqa: E402
from tests.benchmarks.models.__main__ import medians, recorded  # noqa: E402

NETWORKS = [(2, 16, 16, 1), (64, 16, 16, 10), (784, 16, 16, 10), (784, 128, 10)]
MODELS = [
    "attention", "bessel", "bodies", "cart_pole", "fourier", "garch", "gaussian_process",
    "hidden_markov", "kalman", "logistic", "lorenz", "lstm", "negative_binomial", "poisson",
    "robot_arm", "soft_dtw", "sorting",
]  # fmt: skip
HOPELESS = 1600
"""Array statements from which the array executor is not measured."""
POINT = {
    "POINT_CALL": lambda w, b: 1,
    "POINT_READ": lambda w, b: w.reads,
    "POINT_CALLED": lambda w, b: w.called,
    "POINT_SPECIAL": lambda w, b: w.special,
}
LANES = {
    "LANES_CALL": lambda w, b: 1,
    "LANES_READ": lambda w, b: -(-b // 8) * w.reads,
    "LANES_ARGUMENT": lambda w, b: -(-b // 8) * w.arguments,
    "LANES_CALLED": lambda w, b: -(-b // 8) * w.called,
    "LANES_SPECIAL": lambda w, b: -(-b // 8) * w.special,
}
TILES = {
    "TILES_CALL": lambda w, b: 1,
    "TILES_STATEMENT": lambda w, b: -(-b // 64) * w.statements,
    "TILES_READ": lambda w, b: -(-b // 16) * w.elements,
    "TILES_CALLED": lambda w, b: -(-b // 16) * w.called,
    "TILES_PRODUCT": lambda w, b: -(-b // 16) * w.products,
    "TILES_SPECIAL": lambda w, b: -(-b // 16) * w.once,
}
ARRAY = {
    "ARRAY_CALL": lambda w, b: w.chunks(b),
    "ARRAY_STATEMENT": lambda w, b: w.chunks(b) * w.statements,
    "ARRAY_PART": lambda w, b: w.chunks(b) * w.scattered,
    "ARRAY_READ": lambda w, b: b * w.elements,
    "ARRAY_CALLED": lambda w, b: b * w.called,
    "ARRAY_PRODUCT": lambda w, b: b * w.products,
}


def network(sizes):
    """A perceptron of ``nn`` with its loss, recorded from one example; parameters are shared."""
    model = nn.MLP(sizes[0], list(sizes[1:]), rng=0)
    x, t = [[Value(0.1) for _ in range(size)] for size in (sizes[0], sizes[-1])]
    out = model(x)
    out = out if isinstance(out, list) else [out]
    loss = nn.cross_entropy(out, t) if sizes[-1] > 1 else autograd.mean([(out[0] - t[0]) ** 2])
    return loss, {"x": x, "t": t, "params": model.parameters()}


def shape(leaves):
    """The shape of a nesting of leaves."""
    return (len(leaves), *shape(leaves[0])) if isinstance(leaves, list) else ()


def cases():
    """(name, output, arguments, those that are batched, what gradients are taken by, batches)."""
    for sizes in NETWORKS:
        batches = [None, 1, 8, 32, 100, 1000, *([10_000] if sizes[0] < 100 else [])]
        yield "-".join(map(str, sizes)), *network(sizes), {"x", "t"}, "params", batches
    rng = np.random.default_rng(0)
    for name in MODELS:
        module = importlib.import_module(f"tests.benchmarks.models.{name}")
        point = {key: np.array(array, dtype=float) for key, array in module.point(rng).items()}
        yield name, *recorded(module, point), {"x"}, "x", [None, 1, 16, 64, 512, 4096]


def fitted(terms, rows):
    """The constants of some terms that are closest to the times, in relative error."""
    matrix = np.array([[term(w, b or 1) / t for term in terms.values()] for w, b, t in rows])
    constants, _ = nnls(matrix, np.ones(len(rows)))
    for name, constant in zip(terms, constants):
        print(f"  {name} = {constant:.3g}")


def main():
    """Measure, fit, and compare the choice with the better executor."""
    rng = np.random.default_rng(0)
    times, worst = {"loop": [], "array": []}, 1.0
    for name, output, arguments, batched, wrt, batches in cases():
        work = work_of(compile(output, **arguments).tape)
        backends = ["loop", "array"] if work.statements < HOPELESS else ["loop"]
        programs = {b: compile(output, backend=b, threads=1, **arguments) for b in backends}

        def numbers(batch, arguments=arguments, batched=batched):
            return {
                key: 0.5
                + 0.1
                * rng.normal(size=(batch,) * (batch is not None and key in batched) + shape(x))
                for key, x in arguments.items()
            }

        arrays, begun = numbers(1000), process_time()
        while process_time() - begun < 1.0:
            programs["loop"].value_and_grad(wrt, **arrays)
        for batch in batches:
            arrays = numbers(batch)
            calls = {
                b: lambda p=p, a=arrays, wrt=wrt: p.value_and_grad(wrt, **a)
                for b, p in programs.items()
            }
            for call in calls.values():
                call()
            taken = medians(calls, 0.2)
            for backend, time in taken.items():
                times[backend].append((work, batch, time))
            chosen = work.chosen(batch)
            over = taken.get(chosen, np.inf) / min(taken.values())
            worst = max(worst, over)
            text = "  ".join(
                f"{b} {t:9.1f} ({getattr(work, f'{b}_time')(batch):9.1f})" for b, t in taken.items()
            )
            print(f"{name:14} {batch or 'point':>6}  {text}  {chosen} {over:5.2f}", flush=True)
    print(f"auto at most {worst:.2f} times the better executor; microseconds, (estimates)")
    fitted(POINT, [row for row in times["loop"] if row[1] is None])
    fitted(LANES, [row for row in times["loop"] if row[1] is not None])
    fitted(TILES, [row for row in times["array"] if row[1] is not None])
    fitted(ARRAY, [row for row in times["array"] if row[1] is None])


if __name__ == "__main__":
    main()
