"""A block of a transformer: causal attention, two heads, 6 tokens of 8 numbers; then a layer."""

import math

import autograd as ag

TOKENS, WIDTH, HEADS = 6, 8, 2
SIZE = 5 * WIDTH * WIDTH


def point(rng):
    """Five square matrices (query, key, value, output, layer), and the tokens."""
    return {"x": 0.3 * rng.normal(size=SIZE), "tokens": rng.normal(size=(TOKENS, WIDTH))}


def times(matrix, vector):
    """A matrix in rows times a vector."""
    return [sum(w * v for w, v in zip(row, vector)) for row in matrix]


def model(x, tokens):
    """Number by number."""
    rows = [x[WIDTH * i : WIDTH * (i + 1)] for i in range(5 * WIDTH)]
    query, key, value, output, layer = (rows[WIDTH * i : WIDTH * (i + 1)] for i in range(5))
    q, k, v = ([times(m, t) for t in tokens] for m in (query, key, value))
    size = WIDTH // HEADS
    total = 0.0
    for i in range(TOKENS):
        mixed = []
        for h in range(0, WIDTH, size):
            scores = [
                sum(a * b for a, b in zip(q[i][h : h + size], k[j][h : h + size])) / math.sqrt(size)
                for j in range(i + 1)
            ]
            weights = ag.softmax(scores)
            mixed += [sum(w * v[j][h + d] for j, w in enumerate(weights)) for d in range(size)]
        after = [a + b for a, b in zip(tokens[i], times(output, mixed))]
        total = total + sum(ag.tanh(z) ** 2 for z in times(layer, after))
    return total


def in_jax(jax, x, tokens):
    """With arrays."""
    jnp = jax.numpy
    query, key, value, output, layer = x.reshape(5, WIDTH, WIDTH)
    q, k, v = ((tokens @ m.T).reshape(TOKENS, HEADS, -1) for m in (query, key, value))
    scores = jnp.einsum("ihd,jhd->hij", q, k) / math.sqrt(WIDTH // HEADS)
    scores = jnp.where(jnp.tril(jnp.ones((TOKENS, TOKENS), bool)), scores, -jnp.inf)
    mixed = jnp.einsum("hij,jhd->ihd", jax.nn.softmax(scores), v).reshape(TOKENS, WIDTH)
    return (jnp.tanh((tokens + mixed @ output.T) @ layer.T) ** 2).sum()
