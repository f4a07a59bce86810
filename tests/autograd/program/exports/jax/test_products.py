"""Zeros that vary, in JAX: what they multiply is not dropped, see :mod:`.transforms.crossings`."""

import itertools
import math
import random

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile
from tests.autograd.transforms.crossings import cases, is_right
from tests.campaign import size

pytestmark = pytest.mark.needs("jax")

AT_ONCE = 4
"""Functions that XLA compiles together."""


def test_mixed_derivatives_are_right_or_nan(record_property):
    """To the third order, in reverse alone and with JAX's forward mode over it."""
    import jax

    rng = random.Random("crossings in JAX")
    every = [*cases()]
    chosen = rng.sample(every, size(AT_ONCE, len(every)))
    right = 0
    for start in range(0, len(chosen), AT_ONCE):
        some = chosen[start : start + AT_ONCE]
        ways = []
        for _, f, _, _ in some:
            leaves = [Value(0.5), Value(0.5)]
            value = compile(f(leaves), p=leaves).to_jax()
            once = jax.jacrev(value)
            hessian, twice = jax.jacfwd(once), jax.jacrev(once)
            ways.append([once, hessian, twice, jax.jacfwd(hessian), jax.jacrev(twice)])
        points = [np.array(p) for _, _, p, _ in some]
        found = jax.jit(
            lambda points, ways=ways: [[way(p) for way in row] for row, p in zip(ways, points)]
        )(points)
        for (name, _, _, wanted), arrays in zip(some, found):
            for array in map(np.asarray, arrays):
                for seq in itertools.product((0, 1), repeat=array.ndim):
                    number = float(array[seq])
                    assert is_right(number, wanted[seq]), (name, seq, number, wanted[seq])
                    right += not math.isnan(number)
    assert right > 10 * len(chosen)
    record_property("zeros beside poles in JAX", f"{right} derivatives right, the others nan")


def test_a_weight_keeps_its_derivative_where_what_it_weighs_is_zero():
    """Of x·√y at the origin: infinite from either side, where a mask had made it 0."""
    import jax

    p = [Value(1.0), Value(1.0)]
    f = compile(p[0] * ag.sqrt(p[1]), p=p).to_jax()
    for second in (jax.hessian(f), jax.jacrev(jax.grad(f))):
        found = second(np.zeros(2))
        assert found[0, 1] == found[1, 0] == math.inf
