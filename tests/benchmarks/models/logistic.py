"""Logistic regression with 4 coefficients on 100 examples: cross-entropy."""

import autograd as ag

ROWS, COLUMNS = 100, 4


def point(rng):
    """Coefficients, covariates, labels of 0 and 1."""
    return {
        "x": 0.3 * rng.normal(size=COLUMNS),
        "covariates": rng.normal(size=(ROWS, COLUMNS)),
        "labels": rng.integers(0, 2, size=ROWS),
    }


def model(x, covariates, labels):
    """Example by example."""
    total = 0.0
    for row, label in zip(covariates, labels):
        z = sum(a * b for a, b in zip(x, row))
        total = total + ag.softplus(z) - label * z
    return total


def in_jax(jax, x, covariates, labels):
    """With a matrix."""
    z = covariates @ x
    return (jax.nn.softplus(z) - labels * z).sum()
