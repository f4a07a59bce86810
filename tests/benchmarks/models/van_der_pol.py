"""Van der Pol's oscillator, 150 midpoint steps, by its stiffness and where it starts."""

STEPS, DT = 150, 0.05


def point(rng):
    """Stiffness, place, speed."""
    return {"x": [1.5, 1.0, 0.0]}


def model(x):
    """Half a step, then a whole one with the slope found there."""
    mu, u, v = x
    for _ in range(STEPS):
        half_u = u + 0.5 * DT * v
        half_v = v + 0.5 * DT * (mu * (1.0 - u * u) * v - u)
        u, v = u + DT * half_v, v + DT * (mu * (1.0 - half_u * half_u) * half_v - half_u)
    return u * u + v * v


def in_jax(jax, x):
    """The same in a scan."""
    mu = x[0]

    def step(carry, _):
        u, v = carry
        half_u = u + 0.5 * DT * v
        half_v = v + 0.5 * DT * (mu * (1.0 - u * u) * v - u)
        return (u + DT * half_v, v + DT * (mu * (1.0 - half_u * half_u) * half_v - half_u)), None

    (u, v), _ = jax.lax.scan(step, (x[1], x[2]), None, length=STEPS)
    return u * u + v * v
