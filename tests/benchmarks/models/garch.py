"""GARCH(1, 1): negative log-likelihood of 500 returns, a recurrence of the variance."""

import autograd as ag

LENGTH = 500


def point(rng):
    """Three positive parameters through softplus, and the returns."""
    return {"x": rng.normal(size=3) - [2.0, 1.0, 0.5], "returns": rng.normal(size=LENGTH)}


def model(x, returns):
    """Variance by variance."""
    omega, alpha, beta = (ag.exp(p) for p in x)
    variance, total = omega, 0.0
    for r in returns:
        total = total + ag.log(variance) + r * r / variance
        variance = omega + alpha * r * r + beta * variance
    return 0.5 * total


def in_jax(jax, x, returns):
    """The same with a scan."""
    jnp = jax.numpy
    omega, alpha, beta = jnp.exp(x)

    def step(variance, r):
        term = jnp.log(variance) + r * r / variance
        return omega + alpha * r * r + beta * variance, term

    _, terms = jax.lax.scan(step, omega, returns)
    return 0.5 * terms.sum()
