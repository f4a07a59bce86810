"""Soft dynamic time warping of two series of 30: a table filled by soft minima."""

import autograd as ag

LENGTH = 30


def point(rng):
    """One series to differentiate by, and the one that it is compared with."""
    return {"x": rng.normal(size=LENGTH), "other": rng.normal(size=LENGTH)}


def softmin(a, b, c):
    """Minus the logarithm of the sum of exp(-·), shifted by the least."""
    least = ag.minimum(ag.minimum(a, b), c)
    return least - ag.log(ag.exp(least - a) + ag.exp(least - b) + ag.exp(least - c))


def model(x, other):
    """Cell after cell."""
    above = [0.0] + [1e3] * LENGTH
    for a in x:
        row = [1e3]
        for j, b in enumerate(other):
            row.append((a - b) ** 2 + softmin(above[j], above[j + 1], row[j]))
        above = row
    return above[-1]


def in_jax(jax, x, other):
    """The same with a scan over the cells of a row in a scan over rows."""
    jnp = jax.numpy

    def line(above, a):
        def cell(left, near):
            b, corner, top = near
            three = jnp.stack([corner, top, left])
            new = (a - b) ** 2 - jax.nn.logsumexp(-three)
            return new, new

        _, row = jax.lax.scan(cell, 1e3, (other, above[:-1], above[1:]))
        return jnp.concatenate([jnp.full(1, 1e3), row]), None

    start = jnp.concatenate([jnp.zeros(1), jnp.full(LENGTH, 1e3)])
    last, _ = jax.lax.scan(line, start, x)
    return last[-1]
