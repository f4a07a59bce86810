"""Programs from their first call on: ``python -m tests.benchmarks.lives [name …] [--seconds 0.6]``.

Of each network and model of :mod:`tests.benchmarks.calibration`, and of each batch, the processor
time in milliseconds after 1, 3, 10 … calls of value and gradient, everything included that comes
after recording: choice, preparation, and compiling more when a program has run for a while. Loop,
array statements and ``auto`` each run in a process of their own, which begins as a user's does that
has run another program: the functions of primitives are loaded, those of programs are not. "new" is
the first such process on a computer, "kept" one that finds its machine code on disk. Printed at the
end are how many times the better executor's time ``auto`` takes at worst, and what the best choice
could reach that is made once for a program and a batch, as results must not change from call to
call: an executor that is ready sooner may be the slower one later.
"""

import argparse
import json
import os
import shutil
import tempfile
from time import process_time

from tests.benchmarks.calibration import HOPELESS, cases, shape  # first: one thread each

# isort: split
import numpy as np

from autograd import Value, compile
from autograd.program.choice import work_of
from autograd.program.program import Program

COUNTS = 1, 3, 10, 30, 100, 300, 1000


def times_of(tape, backend, wrt, arrays, seconds):
    """Seconds after so many calls, of those counts that come in time."""
    begun, done, found = process_time(), 0, []
    program = Program(tape, backend=backend, threads=1)
    for count in COUNTS:
        while done < count:
            program.value_and_grad(wrt, **arrays)
            done += 1
            if process_time() - begun > seconds and done > 1:
                return found
        found.append(process_time() - begun)
    return found


def apart(folder, *life):
    """The same in a process of its own, which keeps machine code in this folder."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.environ["XDG_CACHE_HOME"] = tempfile.tempdir = folder
        os.write(write, json.dumps(times_of(*life)).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        told = file.read()
    os.waitpid(child, 0)
    return json.loads(told)


def loaded():
    """Run a small program, so that what all programs use is there."""
    x = [Value(0.1) for _ in range(3)]
    for backend in ("loop", "array"):
        program = compile(sum(a * a for a in x), x=x, backend=backend)
        for numbers in (np.ones(3), np.ones((4, 3))):
            program.value_and_grad("x", x=numbers)


def ratios(times, of):
    """How many times the better executor's time one takes, after each number of calls."""
    return [
        own / min([found[i] for name, found in times.items() if name != "auto" and len(found) > i])
        for i, own in enumerate(times[of])
        if any(len(found) > i for name, found in times.items() if name != "auto")
    ]


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=0.6)
    options = parser.parse_args()
    loaded()
    rng, worst, best = np.random.default_rng(0), {}, {}
    for name, output, arguments, batched, wrt, batches in cases():
        if options.names and name not in options.names:
            continue
        tape = compile(output, **arguments).tape
        backends = ["loop", "auto"] + ["array"] * (work_of(tape).statements < HOPELESS)
        for batch in batches:
            arrays = {
                key: 0.5
                + 0.1
                * rng.normal(size=(batch,) * (batch is not None and key in batched) + shape(x))
                for key, x in arguments.items()
            }
            folders = {backend: tempfile.mkdtemp() for backend in backends}
            for state in ("new", "kept"):
                life = wrt, arrays, options.seconds
                times = {b: apart(folder, tape, b, *life) for b, folder in folders.items()}
                over = max(ratios(times, "auto"))
                fixed = [max(ratios(times, b)) for b in backends if b != "auto"]
                worst[state] = max(worst.get(state, 1.0), over)
                best[state] = max(best.get(state, 1.0), min(fixed))
                cells = "  ".join(
                    f"{b} {' '.join(f'{1e3 * t:.3g}' for t in found)}" for b, found in times.items()
                )
                text = f"{over:5.2f} (could be {min(fixed):.2f})"
                print(f"{name:14} {batch or 'point':>6} {state:4}  {text}  {cells}", flush=True)
            for folder in folders.values():
                shutil.rmtree(folder)
    for state, over in worst.items():
        print(f"{state}: auto at most {over:.2f}, the best choice {best[state]:.2f} times")


if __name__ == "__main__":
    main()
