"""Bessel functions J0 of 20 numbers by their power series of 30 terms: sum of squares."""

COUNT, TERMS = 20, 30


def point(rng):
    """Where the series are evaluated."""
    return {"x": rng.uniform(0.5, 5.0, size=COUNT)}


def model(x):
    """Term by term, each from the one before."""
    total = 0.0
    for number in x:
        square = -0.25 * number * number
        term = value = 1.0
        for k in range(1, TERMS):
            term = term * square / (k * k)
            value = value + term
        total = total + value * value
    return total


def in_jax(jax, x):
    """The same over an array, in a loop over terms."""
    jnp = jax.numpy
    square = -0.25 * x * x

    def step(carry, k):
        term, value = carry
        term = term * square / (k * k)
        return (term, value + term), None

    ones = jnp.ones_like(x)
    (_, value), _ = jax.lax.scan(step, (ones, ones), jnp.arange(1.0, TERMS))
    return (value**2).sum()
