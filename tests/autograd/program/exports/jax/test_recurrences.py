"""Loops of which only the recurrence is run step by step give what loops give."""

import random

import numpy as np
import pytest

from autograd.program.exports.jax.recurrences import looped, recurrence
from tests.campaign import size

pytestmark = pytest.mark.needs("jax")


def a_step(rng):
    """From two carries and two items: some carry stays, is handed on, set anew, or a number; rows
    and terms of what is before a run, after it, of the item alone or the same in every run.
    """
    import jax.numpy as jnp

    makers = [
        lambda a, b: a * b + 0.5,
        lambda a, b: jnp.sin(a) - 0.3 * b,
        lambda a, b: jnp.where(a > b, a * 0.5, jnp.tanh(b)),
        lambda a, b: jnp.exp(-a * a) + b,
        lambda a, b: jnp.dot(a, b) * a,
    ]
    plan = [(rng.choice(makers), rng.randrange(100), rng.randrange(100)) for _ in range(7)]
    chosen = [rng.randrange(100) for _ in range(7)]
    fixed = np.array([0.3, -0.2, 0.7])

    def step(carry, items):
        known = [*carry, *items, jnp.asarray(fixed)]
        for make, i, j in plan:
            known.append(make(known[i % len(known)], known[j % len(known)]) * 0.5)
        pick = [known[i % len(known)] for i in chosen]
        constant = jnp.full(3, 0.25)
        new = [pick[0], constant if chosen[1] % 7 == 0 else pick[1]]
        return new, [pick[2], pick[3], constant], [pick[4], None, pick[5]]

    return step


def test_random_steps(record_property):
    """Forward and in reverse, of one run too, at a point and over a batch."""
    import jax

    rng, count = random.Random("recurrences"), size(6, 1500)
    for _ in range(count):
        step, numbers = a_step(rng), np.random.default_rng(rng.randrange(1000))
        length, reverse = rng.choice((1, 2, 7)), rng.random() < 0.5
        carry, items = numbers.normal(size=(2, 3)), numbers.normal(size=(2, length, 3))

        def both(carry, items, step=step, length=length, reverse=reverse):
            sums = [jax.numpy.ones(3)] * 3
            return [
                run(step, [*carry], [*items], sums, length, reverse=reverse)
                for run in (recurrence, looped)
            ]

        def all_of_them(rows, items, both=both):
            return both(rows[0], items), jax.vmap(both, (0, None))(rows, items)

        for found in jax.jit(all_of_them)(np.stack([carry, 0.5 * carry]), items):
            for x, y in zip(*map(jax.tree.leaves, found), strict=True):
                # The same operations; sums and products in another order.
                np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-13)
    record_property("steps of recurrences", f"{count}, as in a loop")


def test_only_what_the_next_run_needs_is_in_the_loop():
    """A logarithm of the carry is taken after the loop, what an item is made into before it."""
    import jax

    def step(carry, items):
        [x], [y] = carry, items
        new = x * 0.5 + jax.numpy.exp(y)
        return [new], [jax.numpy.log(new) * x], [x * y]

    def run(x, y):
        return recurrence(step, [x], [y], [jax.numpy.zeros(())], 9, reverse=False)

    traced = jax.make_jaxpr(run)(1.0, np.ones(9))
    [scan] = [x for x in traced.eqns if x.primitive.name == "scan"]
    inside = [x.primitive.name for x in scan.params["jaxpr"].eqns]
    assert sorted(inside) == ["add", "mul"]
