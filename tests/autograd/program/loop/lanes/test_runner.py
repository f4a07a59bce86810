"""Batches eight rows at a time: every row as its point by itself, whatever else is in the batch."""

import random

import numpy as np
import pytest

from tests.autograd.program.loop.test_loop_executor import loop, needs_llvm, random_graph, same

pytestmark = needs_llvm


@pytest.mark.parametrize("seed", range(30))
def test_rows_of_random_graphs_are_single_points(seed):
    """Outputs and gradients to the bit, with the arguments shared, batched, or some of each."""
    rng = random.Random(seed)
    leaves, y = random_graph(rng, rng.choice([1, 3, 10, 40, 200]))
    program = loop(y, True, x=leaves[:2], y=leaves[2:])
    many = rng.choice([1, 2, 8, 11, 17])
    numbers = np.array([[rng.uniform(-2, 2) for _ in leaves] for _ in range(many)])
    numbers[rng.randrange(many), rng.randrange(4)] = rng.choice([0.0, np.inf, np.nan, -1e200])
    x, shared = np.ascontiguousarray(numbers[:, :2]), np.ascontiguousarray(numbers[0, 2:])
    for other in (shared, np.ascontiguousarray(numbers[:, 2:])):
        values, (dx, dy) = program.value_and_grad((0, 1), [x, other], many, 0.7)
        for i in range(many):
            point = [x[i], other if other.ndim == 1 else other[i]]
            value, (gx, gy) = program.value_and_grad((0, 1), point, None, 0.7)
            assert same(values[i], value)
            assert same(dx[i], gx)
            if other.ndim == 2:
                assert same(dy[i], gy)
        assert same(program.forward([x, other], many), values)
        _, (only,) = program.value_and_grad((1,), [x, other], many, 0.7)
        assert same(only, dy)


def test_a_batch_of_no_rows():
    """No outputs, and sums that are zero."""
    leaves, y = random_graph(random.Random(0), 10)
    program = loop(y, True, x=leaves[:2], y=leaves[2:])
    values, (dx, dy) = program.value_and_grad((0, 1), [np.empty((0, 2)), np.ones(2)], 0, 1.0)
    assert values.shape == (0, 1)
    assert dx.shape == (0, 2)
    assert dy.tolist() == [0.0, 0.0]
