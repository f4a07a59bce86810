"""Hidden Markov chain of 4 states and 100 observations: log-likelihood by the scaled recursion."""

import autograd as ag

STATES, LENGTH = 4, 100


def point(rng):
    """Unnormalised transition and emission weights, and what was seen."""
    return {
        "x": rng.normal(size=2 * STATES * STATES),
        "seen": rng.random(size=(LENGTH, STATES)),
    }


def model(x, seen):
    """Weights in rows, normalised; the forward probabilities are rescaled at every step."""
    move = [[ag.exp(w) for w in x[STATES * i : STATES * (i + 1)]] for i in range(STATES)]
    move = [[w / sum(row) for w in row] for row in move]
    emit = [
        [ag.exp(w) for w in x[STATES * i : STATES * (i + 1)]] for i in range(STATES, 2 * STATES)
    ]
    alpha = [1.0 / STATES] * STATES
    total = 0.0
    for row in seen:
        alpha = [
            sum(alpha[i] * move[i][j] for i in range(STATES))
            * sum(emit[j][k] * row[k] for k in range(STATES))
            for j in range(STATES)
        ]
        scale = sum(alpha)
        alpha = [a / scale for a in alpha]
        total = total + ag.log(scale)
    return total


def in_jax(jax, x, seen):
    """The same with a scan over the observations."""
    jnp = jax.numpy
    move, emit = jnp.exp(x).reshape(2, STATES, STATES)
    move = move / move.sum(axis=1, keepdims=True)

    def step(alpha, row):
        alpha = (alpha @ move) * (emit @ row)
        scale = alpha.sum()
        return alpha / scale, jnp.log(scale)

    _, logs = jax.lax.scan(step, jnp.full(STATES, 1.0 / STATES), seen)
    return logs.sum()
