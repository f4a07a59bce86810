"""A Kalman filter of position and velocity over 100 observations: negative log-likelihood."""

import autograd as ag

LENGTH, DT = 100, 0.1


def point(rng):
    """Logarithms of the two noises and of the first variance, and what was observed."""
    return {"x": rng.normal(size=3) - 1.0, "seen": rng.normal(size=LENGTH).cumsum() * DT}


def model(x, seen):
    """The 2 × 2 algebra written out."""
    process, noise, start = (ag.exp(p) for p in x)
    place, speed = 0.0, 0.0
    p00, p01, p11 = start, 0.0, start
    total = 0.0
    for z in seen:
        place = place + DT * speed
        p00 = p00 + DT * (2.0 * p01 + DT * p11) + process * DT**3 / 3.0
        p01 = p01 + DT * p11 + process * DT**2 / 2.0
        p11 = p11 + process * DT
        error, variance = z - place, p00 + noise
        total = total + ag.log(variance) + error * error / variance
        gain0, gain1 = p00 / variance, p01 / variance
        place, speed = place + gain0 * error, speed + gain1 * error
        p11 = p11 - gain1 * p01
        p01 = p01 - gain0 * p01
        p00 = p00 - gain0 * p00
    return 0.5 * total


def in_jax(jax, x, seen):
    """With matrices, in a scan."""
    jnp = jax.numpy
    process, noise, start = jnp.exp(x)
    move = jnp.array([[1.0, DT], [0.0, 1.0]])
    spread = process * jnp.array([[DT**3 / 3.0, DT**2 / 2.0], [DT**2 / 2.0, DT]])

    def step(carry, z):
        mean, cov = carry
        mean, cov = move @ mean, move @ cov @ move.T + spread
        error, variance = z - mean[0], cov[0, 0] + noise
        gain = cov[:, 0] / variance
        term = jnp.log(variance) + error * error / variance
        return (mean + gain * error, cov - jnp.outer(gain, cov[0])), term

    _, terms = jax.lax.scan(step, (jnp.zeros(2), start * jnp.eye(2)), seen)
    return 0.5 * terms.sum()
