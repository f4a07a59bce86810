"""A pole on a cart pushed by 60 forces: how far it ends from upright, and what the forces cost."""

import autograd as ag

STEPS, DT = 60, 0.02
GRAVITY, CART, POLE, LENGTH = 9.8, 1.0, 0.1, 0.5


def point(rng):
    """One force a step."""
    return {"x": rng.normal(size=STEPS)}


def after(place, speed, angle, turn, force, sine, cosine):
    """The state a step later (Barto, Sutton and Anderson's equations)."""
    push = (force + POLE * LENGTH * turn * turn * sine) / (CART + POLE)
    bend = (GRAVITY * sine - cosine * push) / (
        LENGTH * (4.0 / 3.0 - POLE * cosine * cosine / (CART + POLE))
    )
    pull = push - POLE * LENGTH * bend * cosine / (CART + POLE)
    return place + DT * speed, speed + DT * pull, angle + DT * turn, turn + DT * bend


def model(x):
    """Step by step."""
    state, cost = (0.0, 0.0, 0.1, 0.0), 0.0
    for force in x:
        state = after(*state, force, ag.sin(state[2]), ag.cos(state[2]))
        cost = cost + state[2] * state[2] + 0.001 * force * force
    return cost


def in_jax(jax, x):
    """The same in a scan."""
    jnp = jax.numpy

    def step(state, force):
        state = after(*state, force, jnp.sin(state[2]), jnp.cos(state[2]))
        return state, state[2] * state[2] + 0.001 * force * force

    _, costs = jax.lax.scan(step, (0.0, 0.0, 0.1, 0.0), x)
    return costs.sum()
