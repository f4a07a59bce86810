"""What a rule does rarely it does as the engine, in one lane of eight and in bodies that repeat."""

import itertools
import math
import random
import sys

import numpy as np
import pytest
from mpmath import mp

import autograd
from autograd import Value, hypot, norm
from autograd.ops.op import OPS
from autograd.program.loop.lanes import runner
from autograd.program.loop.native import runner as points
from tests.autograd.program.loop.native.test_repeats import poison
from tests.autograd.program.loop.test_loop_executor import loop, needs_llvm, same

SIZES = [
    0.0, 5e-324, 1e-310, 1e-290, 1e-205, 1e-204, 1e-103, 1e-102, 0.3, 1.0, 1e102, 1e103, 1e160,
    1e204, 1e205, 1e300, 1.7e308, math.inf, math.nan,
]  # fmt: skip
GROUPS = 20  # enough for a body that repeats to become a function
FUNCTIONS = {
    "norm": lambda xs: [norm(xs)],
    "hypot": lambda xs: [hypot(a, b) for a, b in itertools.pairwise(xs)],
    "max": lambda xs: [autograd.max(xs)],
    "min": lambda xs: [autograd.min(xs)],
    "sort": autograd.sort,
    "median": lambda xs: [autograd.median(xs)],
}


def numbers(rng, count):
    """Ordinary ones, those of one size with ties among them, or of any sizes."""
    kind = rng.random()
    if kind < 0.6:
        return [rng.uniform(-2, 2) for _ in range(count)]
    if kind < 0.8:
        size = rng.choice(SIZES)
        return [size * rng.choice([1, -1, 0.5, -0.25]) for _ in range(count)]
    return [rng.choice([1, -1]) * rng.choice(SIZES) for _ in range(count)]


@needs_llvm
@pytest.mark.parametrize("size", [2, 3, 17])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_rows_and_points_are_as_in_the_engine(name, size, monkeypatch):
    """Values and gradients to the bit, of rows in which only some groups are extraordinary."""
    for name_ in ("FINDING", "COMPILING", "COMPILING_EACH"):
        monkeypatch.setattr(runner, name_, 0.0)  # runs of instructions at once
    monkeypatch.setattr(points, "PATIENCE", -np.inf)  # and bodies that repeat
    rng = random.Random(f"{name} {size}")
    leaves = [[Value(1.0) for _ in range(size)] for _ in range(GROUPS)]
    weights = [rng.choice([0.0, -0.5, 1.5]) for _ in range(GROUPS)]

    def total():
        found = [weight * y for weight, xs in zip(weights, leaves) for y in FUNCTIONS[name](xs)]
        return autograd.sum(found)

    program = loop(total(), True, x=leaves)
    rows = np.array([[numbers(rng, size) for _ in leaves] for _ in range(13)]).reshape(13, -1)
    for _ in range(3):  # in instructions, in short runs, in long ones
        values, (grads,) = program.value_and_grad((0,), [rows], 13, 1.0)
    for row, value, grad in zip(rows, values, grads):
        for _ in range(2):  # no number may come from the call before
            alone, (own,) = program.value_and_grad((0,), [row], None, 1.0)
            assert same(alone, value)
            assert same(own, grad)
            poison(program)
        for x, number in zip(itertools.chain(*leaves), row.tolist()):
            x.data = number
        y = total()
        autograd.zero_grad(itertools.chain(*leaves))
        y.backward()
        assert same(np.array([y.data]), value)
        assert same(np.array([x.grad for x in itertools.chain(*leaves)]), grad)


@pytest.mark.parametrize(("name", "count"), [("hypot", 2), ("norm", 2), ("norm", 3)])
def test_lengths_of_all_sizes(name, count):
    """Length and direction within 4 ulp of mpmath's for every pair and triple of sizes; an inf
    beside nan is inf.
    """
    op = OPS[name]
    signs = itertools.cycle([1, -1, -1])
    for sizes in itertools.product(SIZES, repeat=count):
        xs = [size * sign for size, sign in zip(sizes, signs)]
        out, partials = op.evaluate(*xs), op.local(*xs)
        if math.inf in sizes or any(x != x for x in xs):
            assert out == math.inf if math.inf in sizes else out != out
            continue
        with mp.workdps(800):
            length = mp.sqrt(sum(mp.mpf(x) ** 2 for x in xs))
            wanted = [length, *(mp.mpf(x) / length if length else mp.mpf(0) for x in xs)]
            for found, exact in zip([out, *partials], wanted):
                nearest = float(exact)
                if math.isinf(nearest) or math.isinf(found):
                    assert math.isinf(found) or nearest == sys.float_info.max
                    continue
                assert abs(mp.mpf(found) - exact) <= 4 * math.ulp(nearest), (xs, found, nearest)
