"""One program, one answer: in threads, under any hash seed, and with nothing left behind."""

import contextlib
import gc
import os
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import autograd
from autograd import Value, detect_anomaly, no_grad
from autograd.ops.op import OPS
from autograd.testing import random_formula
from tests.campaign import size

ROOT = Path(__file__).parents[2]
THREADS = 4


def gradients(seed):
    """The gradients of some random graphs, bit for bit."""
    rng = random.Random(seed)
    found = []
    for _ in range(10):
        formula = random_formula(rng, operations=30)
        leaves = [Value(x) for x in formula.point]
        formula(*leaves).backward()
        found += [x.grad.hex() for x in leaves]
    return found


def test_threads_with_graphs_of_their_own_do_not_disturb_each_other():
    """Four threads compute what one computes, also while others switch modes on and off."""
    expected = [gradients(seed) for seed in range(THREADS)]
    stop = threading.Event()

    def switch_modes():
        while not stop.is_set():
            with no_grad(), detect_anomaly():
                Value(1.0) * 2.0

    meddler = threading.Thread(target=switch_modes)
    meddler.start()
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            for _ in range(5):
                assert list(pool.map(gradients, range(THREADS))) == expected
    finally:
        stop.set()
        meddler.join()


def test_threads_that_share_a_leaf_lose_no_gradient():
    """Sweeps of several threads into one leaf add up exactly."""
    shared, rounds = Value(3.0), 200
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def work(factor):
        for _ in range(rounds):
            (shared * factor + 1.0).backward()

    try:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, [1.0, 2.0, 4.0, 8.0]))
    finally:
        sys.setswitchinterval(interval)
    assert shared.grad == rounds * 15.0


GRADIENTS = """
from random import Random
from autograd import Value
from autograd.testing import random_formula
for seed in range(10):
    formula = random_formula(Random(seed), operations=30)
    leaves = [Value(x) for x in formula.point]
    formula(*leaves).backward()
    print(*(x.grad.hex() for x in leaves))
"""


def test_hash_seed_does_not_matter():
    """Processes with different hash seeds compute the same bits."""

    def run(seed):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        command = [sys.executable, "-c", GRADIENTS]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        ).stdout

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(run, range(20)))) == 1


@pytest.mark.parametrize("fault", [False, True], ids=["done", "with a fault"])
def test_nothing_is_left_for_the_garbage_collector(fault):
    """A graph is freed the moment its last name goes, by reference counts alone."""

    def live():
        formula = random_formula(random.Random(3), operations=40)
        leaves = [Value(x) for x in formula.point]
        result = formula(*leaves)
        result.backward()
        result.recompute()
        autograd.grad(lambda p: formula(*p))([*formula.point])
        if fault:
            leaves[0].data += 1.0
            with contextlib.suppress(autograd.StaleGraphError):
                result.backward()

    def values():
        return sum(map(sys.getrefcount, OPS.values()))  # each node refers to its primitive

    live()  # caches fill
    gc.collect()
    gc.disable()
    try:
        before = values()
        live()
        assert values() == before
        assert gc.collect() == 0
    finally:
        gc.enable()


DEPTH = size(1_000_000, 10_000_000)


def test_depth_needs_no_recursion():
    """A chain of a million nodes is built, differentiated, recomputed and freed."""
    x = Value(1.0)
    y = x
    for _ in range(DEPTH):
        y = y + 1.0
    y.backward()
    assert (y.data, x.grad) == (1.0 + DEPTH, 1.0)
    x.data = 2.0
    y.recompute()
    assert y.data == 2.0 + DEPTH
    del y


def test_depth_is_copied_and_pickled_without_recursion():
    """A chain of a tenth of that is copied, pickled, and differentiated through its gradient."""
    import copy
    import pickle

    x = Value(1.0)
    y = x
    for _ in range(DEPTH // 10):
        y = y * 1.0
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        twin.backward()
        assert twin.data == y.data
    y.backward(create_graph=True)
    assert x.grad.data == 1.0


def test_fan_out_of_a_million():
    """One leaf with a million consumers gets the sum of all they send."""
    x = Value(0.5)
    count = size(1_000_000, 2_000_000)
    total = autograd.sum([x] * (count // 2) + [x * 2.0 for _ in range(count // 2)])
    total.backward()
    assert x.grad == 1.5 * count
