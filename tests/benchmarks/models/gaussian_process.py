"""A Gaussian process on 20 points: log marginal likelihood by its kernel's parameters."""

import autograd as ag

COUNT = 20


def point(rng):
    """Logarithms of length, amplitude and noise; places and what was observed there."""
    return {
        "x": [0.0, 0.0, -1.0],
        "places": rng.uniform(0.0, 5.0, size=COUNT),
        "seen": rng.normal(size=COUNT),
    }


def model(x, places, seen):
    """Cholesky's factor, column by column, and a triangular solution."""
    length, amplitude, noise = (ag.exp(p) for p in x)
    factor = []
    for i in range(COUNT):
        row = []
        for j in range(i + 1):
            distance = (places[i] - places[j]) / length
            entry = amplitude * ag.exp(-0.5 * distance * distance)
            if i == j:
                entry = entry + noise
            for k in range(j):
                entry = entry - row[k] * (factor[j][k] if j < i else row[k])
            row.append(ag.sqrt(entry) if i == j else entry / factor[j][j])
        factor.append(row)
    solved, total = [], 0.0
    for i, row in enumerate(factor):
        z = (seen[i] - sum(a * b for a, b in zip(row, solved))) / row[i]
        solved.append(z)
        total = total + 0.5 * z * z + ag.log(row[i])
    return total


def in_jax(jax, x, places, seen):
    """By the library's factor."""
    jnp = jax.numpy
    length, amplitude, noise = jnp.exp(x)
    distances = (places[:, None] - places) / length
    covariance = amplitude * jnp.exp(-0.5 * distances**2) + noise * jnp.eye(COUNT)
    factor = jnp.linalg.cholesky(covariance)
    z = jax.scipy.linalg.solve_triangular(factor, seen, lower=True)
    return 0.5 * z @ z + jnp.log(jnp.diag(factor)).sum()
