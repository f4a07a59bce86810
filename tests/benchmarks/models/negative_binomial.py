"""Negative-binomial regression with 4 coefficients on 200 counts: negative log-likelihood."""

import autograd as ag

ROWS, COLUMNS = 200, 4


def point(rng):
    """Coefficients and the logarithm of the dispersion, covariates, counts."""
    return {
        "x": 0.3 * rng.normal(size=COLUMNS + 1),
        "covariates": rng.normal(size=(ROWS, COLUMNS)),
        "counts": rng.poisson(2.0, size=ROWS),
    }


def model(x, covariates, counts):
    """Example by example."""
    size = ag.exp(x[-1])
    total = 0.0
    for row, count in zip(covariates, counts):
        rate = ag.exp(sum(a * b for a, b in zip(x, row)))
        total = total + ag.lgamma(count + size) - ag.lgamma(size) - ag.lgamma(count + 1.0)
        total = total + size * ag.log(size / (size + rate)) + count * ag.log(rate / (size + rate))
    return -total


def in_jax(jax, x, covariates, counts):
    """With a matrix."""
    jnp, lgamma = jax.numpy, jax.scipy.special.gammaln
    size, rate = jnp.exp(x[-1]), jnp.exp(covariates @ x[:-1])
    total = lgamma(counts + size) - lgamma(size) - lgamma(counts + 1.0)
    total = total + size * jnp.log(size / (size + rate)) + counts * jnp.log(rate / (size + rate))
    return -total.sum()
