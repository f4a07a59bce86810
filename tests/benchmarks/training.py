"""What `nn.fit` spends outside its program: ``python -m tests.benchmarks.training``.

Moons of two sizes, a small network, Adam, batches of 32, nothing shown. Of short and of long runs
in turn, the difference is that of epochs alone, without recording and preparation. Printed are the
processor's microseconds of an epoch, those of the steps' machine code in it, and the share of the
rest: shuffling, reading accuracies, the history. Once nobody looks at the model between epochs, and
once a callback does.
"""

import os
import statistics
from time import process_time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import nn  # noqa: E402
from autograd.program import descent  # noqa: E402
from autograd.program.array.tiles.compiler import common  # noqa: E402

CASES = {200: (100, 900), 10_000: (5, 25)}
"""Epochs of a short and a long run, by the number of examples."""


class Watched:
    """The machine code of steps, and the seconds that it took."""

    seconds = 0.0

    def descend(self, place):
        """Call it."""
        begun = process_time()
        common().descend(place)
        self.seconds += process_time() - begun


def taken(data, epochs, watched, callbacks):
    """Seconds of training, and those of machine code in it."""
    model = nn.MLP(2, [16, 16, 1], rng=0)
    optimizer = nn.Adam(model.parameters(), lr=0.01)
    watched.seconds, begun = 0.0, process_time()
    nn.fit(
        model, *data, loss=nn.binary_cross_entropy_with_logits, optimizer=optimizer, epochs=epochs,
        rng=0, progress=False, callbacks=callbacks,
    )  # fmt: skip
    return process_time() - begun, watched.seconds


def main():
    """Measure and print."""
    watched = Watched()
    descent.common = lambda: watched
    for examples, (short, long) in CASES.items():
        data = nn.data.moons(examples, noise=0.1, rng=1)
        for name, callbacks in (("alone", []), ("a callback", [lambda history, model: None])):
            rows = []
            for _ in range(5):
                few, many = (taken(data, n, watched, callbacks) for n in (short, long))
                rows.append([(b - a) / (long - short) * 1e6 for a, b in zip(few, many)])
            whole, inside = map(statistics.median, zip(*rows))
            print(
                f"{examples:6} examples, {name:10} {whole:8.1f} us an epoch, {inside:8.1f} in "
                f"machine code, {1.0 - inside / whole:.0%} outside",
                flush=True,
            )


if __name__ == "__main__":
    main()
