"""Random formulas in JAX, differentiated by JAX's own transforms to the third order.

What comes out is what mpmath finds, or nan where the rules cannot tell; see
:mod:`tests.autograd.transforms.test_family`, which holds the engine to the same.
"""

import collections
import math
import random

import numpy as np
import pytest

from autograd import Value, compile
from autograd.engine.record import RECORDERS
from tests.autograd.transforms.exact import bounds_of, verdict
from tests.autograd.transforms.family import formula, over_values
from tests.campaign import CAMPAIGN, size

pytestmark = pytest.mark.needs("jax")

POINTS = (0.0, -0.0, 1.0, -1.0, 0.5, 0.25, 2.0, 0.731, -1.37)
AT_ONCE = 3
"""Formulas that XLA compiles together."""


def forward(f):
    import jax

    return lambda x: jax.jvp(f, (x,), (jax.numpy.ones_like(x),))[1]


def derivatives(program):
    """JAX's derivatives of a program, each with its order: reverse, and forward over reverse."""
    import jax

    value = program.to_jax()
    once = jax.grad(value)
    twice, hessian = jax.grad(once), forward(once)
    ahead = forward(program.to_jax(forward_mode=True))
    return [(0, value), (2, twice), (2, hessian), (3, jax.grad(twice)), (3, forward(hessian)),
            (1, once), (1, ahead), (2, forward(ahead))]  # fmt: skip


def test_formulas_of_the_family_in_jax(record_property):
    """At ordinary points, kinks, ties and poles; every day one third derivative of each."""
    import jax

    rng = random.Random("formulas in JAX")
    said = collections.Counter()
    for _ in range(size(1, 300)):
        texts, ways = [], []
        while len(texts) < AT_ONCE:
            text, x = formula(rng, rng.choice((1, 1, 2))), Value(0.7)
            y = over_values(text)(x)
            if isinstance(y, Value):
                every = derivatives(compile(y, x=x))
                third = 3 + len(texts) % 2
                ways.append(every if CAMPAIGN else [*every[:3], every[third]])
                texts.append(text)

        def all_of_them(x, ways=ways):
            return [[way(x) for _, way in row] for row in ways]

        computed = jax.jit(jax.vmap(all_of_them))(np.array(POINTS))
        for text, row, numbers in zip(texts, ways, computed):
            for x, found in zip(POINTS, np.array(numbers).T.tolist()):
                bounds = bounds_of(text, x)
                if verdict(found[0], bounds, 0) != "right":
                    continue  # outside of its domain
                for (order, _), derivative in zip(row, found):
                    answer = verdict(derivative, bounds, order)
                    assert answer != "WRONG", (text, x, order, found, bounds.of[order])
                    said[answer] += 1
    assert said["right"] > 20 * said["nan"]
    record_property("formulas in JAX", f"{dict(said)}, and none differs from mpmath")


@pytest.mark.parametrize("divisor", [0.0, -0.0])
def test_a_literal_zero_as_divisor(divisor):
    """inf with its sign, value and slope, as eager; Python's own division would raise."""
    import jax

    x = Value(0.5)
    program = compile(x / divisor, x=x).to_jax()
    assert float(program(0.5)) == 0.5 * math.copysign(math.inf, divisor)
    assert float(jax.grad(program)(0.5)) == math.copysign(math.inf, divisor)


@pytest.mark.parametrize("name", ["xlogy", "xlog1py"])
def test_a_choice_with_constant_slopes_keeps_them(name):
    """x·log(2) has the slope log(2) at x = 0 too, where the table chooses 0 for the value."""
    import jax

    x = Value(0.5)
    program = compile(RECORDERS[name](x, 2.0), x=x)
    slope = math.log(2.0) if name == "xlogy" else math.log1p(2.0)
    assert float(jax.grad(program.to_jax())(0.0)) == pytest.approx(slope, rel=1e-15)
    ahead = program.to_jax(forward_mode=True)
    assert float(jax.jvp(ahead, (0.0,), (1.0,))[1]) == pytest.approx(slope, rel=1e-15)
