"""An SIR epidemic, 200 Euler steps: squared error against 200 reports of infections."""

STEPS = 200


def point(rng):
    """Rates of infection and recovery, the first infected, and the reports."""
    return {"x": [0.4, 0.1, 0.01], "reports": 0.1 * rng.random(size=STEPS)}


def model(x, reports):
    """Day by day."""
    beta, gamma, infected = x
    susceptible = 1.0 - infected
    error = 0.0
    for report in reports:
        new = beta * susceptible * infected
        susceptible = susceptible - new
        infected = infected + new - gamma * infected
        error = error + (infected - report) ** 2
    return error


def in_jax(jax, x, reports):
    """The same in a scan."""
    beta, gamma, first = x

    def step(carry, report):
        susceptible, infected = carry
        new = beta * susceptible * infected
        infected_after = infected + new - gamma * infected
        return (susceptible - new, infected_after), (infected_after - report) ** 2

    _, errors = jax.lax.scan(step, (1.0 - first, first), reports)
    return errors.sum()
