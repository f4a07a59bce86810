"""Poisson regression with 4 coefficients on 100 counts: negative log-likelihood."""

import autograd as ag

ROWS, COLUMNS = 100, 4


def point(rng):
    """Coefficients, covariates, counts."""
    return {
        "x": 0.3 * rng.normal(size=COLUMNS),
        "covariates": rng.normal(size=(ROWS, COLUMNS)),
        "counts": rng.poisson(2.0, size=ROWS),
    }


def model(x, covariates, counts):
    """Example by example."""
    total = 0.0
    for row, count in zip(covariates, counts):
        rate = sum(a * b for a, b in zip(x, row))
        total = total + ag.exp(rate) - count * rate
    return total


def in_jax(jax, x, covariates, counts):
    """With a matrix."""
    jnp = jax.numpy
    rates = covariates @ x
    return (jnp.exp(rates) - counts * rates).sum()
