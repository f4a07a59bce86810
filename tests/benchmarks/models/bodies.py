"""Five bodies in a plane for 20 steps: potential energy at the end by where they start."""

import autograd as ag

BODIES, STEPS, DT, SOFT = 5, 20, 0.01, 0.01


def point(rng):
    """Places and speeds, and the masses."""
    return {"x": rng.normal(size=(BODIES, 4)), "masses": rng.uniform(0.5, 1.5, size=BODIES)}


def model(x, masses):
    """Every pair, then every body, step by step."""
    places = [body[:2] for body in x]
    speeds = [body[2:] for body in x]
    for _ in range(STEPS):
        pulls = [[0.0, 0.0] for _ in range(BODIES)]
        for i in range(BODIES):
            for j in range(i):
                u, v = places[i][0] - places[j][0], places[i][1] - places[j][1]
                square = u * u + v * v + SOFT
                factor = 1.0 / (square * ag.sqrt(square))
                for body, mass, sign in ((i, masses[j], -1.0), (j, masses[i], 1.0)):
                    pulls[body][0] = pulls[body][0] + sign * mass * factor * u
                    pulls[body][1] = pulls[body][1] + sign * mass * factor * v
        for i in range(BODIES):
            speeds[i] = [s + DT * p for s, p in zip(speeds[i], pulls[i])]
            places[i] = [p + DT * s for p, s in zip(places[i], speeds[i])]
    energy = 0.0
    for i in range(BODIES):
        for j in range(i):
            u, v = places[i][0] - places[j][0], places[i][1] - places[j][1]
            energy = energy - masses[i] * masses[j] / ag.sqrt(u * u + v * v + SOFT)
    return energy


def in_jax(jax, x, masses):
    """The same with arrays of pairs, in a scan."""
    jnp = jax.numpy

    def step(carry, _):
        places, speeds = carry
        apart = places[:, None] - places
        square = (apart**2).sum(axis=-1) + SOFT
        factor = masses / (square * jnp.sqrt(square))
        speeds = speeds - DT * (factor[..., None] * apart).sum(axis=1)
        return (places + DT * speeds, speeds), None

    (places, _), _ = jax.lax.scan(step, (x[:, :2], x[:, 2:]), None, length=STEPS)
    apart = places[:, None] - places
    energies = masses[:, None] * masses / jnp.sqrt((apart**2).sum(axis=-1) + SOFT)
    return -0.5 * (energies.sum() - jnp.trace(energies))
