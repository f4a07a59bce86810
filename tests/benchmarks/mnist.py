"""Training MNIST's 784-16-16-10 network against PyTorch:

    python -m tests.benchmarks.mnist --data DIR [--rounds 5]

Both train in float64 on one thread with batches of 32, plain SGD at rate 0.1, ReLU and
cross-entropy, from weights of their own. Timed is `nn.fit` as a whole, recording included, without
accuracy while learning, as the loop in PyTorch has none; then the same with accuracy. The seconds
are the processor's (one thread each), in alternation, so that a busy machine does little harm.
Needs torch.
"""

import argparse
import os
import statistics
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import itertools

import torch

import nn


def ours(X, y, seed, epochs, track):
    """Processor seconds to train, and the model's answers."""
    model = nn.MLP(X.shape[1], [16, 16, 10], rng=seed)
    start = time.process_time()
    nn.fit(
        model,
        X,
        y,
        loss=nn.cross_entropy,
        optimizer=nn.SGD(model.parameters(), lr=0.1),
        epochs=epochs,
        rng=seed,
        track_accuracy=track,
        progress=False,
    )
    return time.process_time() - start, lambda rows: nn.predict(model, rows)


def theirs(X, y, seed, epochs):
    """The same in PyTorch: tensors in memory, shuffled by one permutation an epoch."""
    torch.manual_seed(seed)
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    sizes = [X.shape[1], 16, 16, 10]
    layers = [torch.nn.Linear(*pair, dtype=torch.float64) for pair in itertools.pairwise(sizes)]
    model = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = torch.nn.CrossEntropyLoss()
    start = time.process_time()
    for _ in range(epochs):
        for chosen in torch.randperm(len(X)).split(32):
            optimizer.zero_grad()
            loss(model(X[chosen]), y[chosen]).backward()
            optimizer.step()
    seconds = time.process_time() - start
    return seconds, lambda rows: model(torch.from_numpy(rows)).argmax(1).tolist()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, metavar="DIR")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    torch.set_num_threads(1)
    X, X_test, y, y_test = nn.data.mnist(options.data)
    runs = {
        "ours": lambda seed: ours(X, y, seed, options.epochs, track=False),
        "ours, with accuracy": lambda seed: ours(X, y, seed, options.epochs, track=True),
        "PyTorch": lambda seed: theirs(X, y, seed, options.epochs),
    }
    times = {name: [] for name in runs}
    for seed in range(options.rounds):
        for name, run in runs.items():
            seconds, predict = run(seed)
            times[name].append(seconds)
            right = nn.metrics.accuracy(y_test.tolist(), predict(X_test))
            print(
                f"seed {seed}  {name:<20} {seconds:7.2f} s  test accuracy {right:.4f}", flush=True
            )
    middle = {name: statistics.median(seconds) for name, seconds in times.items()}
    for name, seconds in middle.items():
        print(f"{name:<20} median {seconds:.2f} s, {seconds / middle['PyTorch']:.2f} of PyTorch's")


if __name__ == "__main__":
    main()
