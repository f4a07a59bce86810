"""An LSTM of 8 units over a sequence of 50 numbers: squared error of its last output."""

import autograd as ag

UNITS, LENGTH = 8, 50
ROW = UNITS + 2
SIZE = 4 * UNITS * ROW


def point(rng):
    """Weights of the four gates (input, recurrent, bias), and the sequence."""
    return {"x": 0.3 * rng.normal(size=SIZE), "sequence": rng.normal(size=LENGTH)}


def model(x, sequence):
    """Gate by gate, unit by unit."""
    rows = [x[ROW * i : ROW * (i + 1)] for i in range(4 * UNITS)]
    hidden, cell = [0.0] * UNITS, [0.0] * UNITS
    for number in sequence:
        inputs = [number, *hidden, 1.0]
        z = [sum(w * v for w, v in zip(row, inputs)) for row in rows]
        forget, write, read, new = (z[UNITS * i : UNITS * (i + 1)] for i in range(4))
        cell = [
            ag.sigmoid(f) * c + ag.sigmoid(w) * ag.tanh(n)
            for f, w, n, c in zip(forget, write, new, cell)
        ]
        hidden = [ag.sigmoid(r) * ag.tanh(c) for r, c in zip(read, cell)]
    return (sum(hidden) - 1.0) ** 2


def in_jax(jax, x, sequence):
    """The same with a matrix and a scan."""
    jnp = jax.numpy
    rows = x.reshape(4 * UNITS, ROW)

    def step(carry, number):
        hidden, cell = carry
        z = rows[:, 0] * number + rows[:, 1:-1] @ hidden + rows[:, -1]
        forget, write, read, new = z.reshape(4, UNITS)
        cell = jax.nn.sigmoid(forget) * cell + jax.nn.sigmoid(write) * jnp.tanh(new)
        return (jax.nn.sigmoid(read) * jnp.tanh(cell), cell), None

    (hidden, _), _ = jax.lax.scan(step, (jnp.zeros(UNITS), jnp.zeros(UNITS)), sequence)
    return (hidden.sum() - 1.0) ** 2
