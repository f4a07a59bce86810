"""The Lorenz system, 100 Runge-Kutta steps, by its parameters and where it starts."""

STEPS, DT = 100, 0.01


def point(rng):
    """Parameters σ, ρ, β and a place on the way."""
    return {"x": [10.0, 28.0, 8.0 / 3.0, 1.0, 1.0, 20.0]}


def slope(state, sigma, rho, beta):
    """Lorenz's three equations."""
    x, y, z = state
    return [sigma * (y - x), x * (rho - z) - y, x * y - beta * z]


def model(x):
    """Classical fourth-order steps, component by component."""
    parameters, state = x[:3], x[3:]
    for _ in range(STEPS):
        k1 = slope(state, *parameters)
        k2 = slope([s + 0.5 * DT * k for s, k in zip(state, k1)], *parameters)
        k3 = slope([s + 0.5 * DT * k for s, k in zip(state, k2)], *parameters)
        k4 = slope([s + DT * k for s, k in zip(state, k3)], *parameters)
        state = [
            s + DT / 6.0 * (a + 2.0 * b + 2.0 * c + d)
            for s, a, b, c, d in zip(state, k1, k2, k3, k4)
        ]
    return state[0] ** 2 + state[1] ** 2 + state[2] ** 2


def in_jax(jax, x):
    """The same over arrays of three, in a scan."""
    jnp = jax.numpy

    def f(state):
        return jnp.stack(slope(state, *x[:3]))

    def step(state, _):
        k1 = f(state)
        k2 = f(state + 0.5 * DT * k1)
        k3 = f(state + 0.5 * DT * k2)
        k4 = f(state + DT * k3)
        return state + DT / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4), None

    state, _ = jax.lax.scan(step, x[3:], None, length=STEPS)
    return (state**2).sum()
