"""A bitonic sorting network of 32 numbers: a weighted sum of the sorted ones."""

import autograd as ag

SIZE = 32


def point(rng):
    """Numbers to sort, and a weight for each rank."""
    return {"x": rng.normal(size=SIZE), "weights": rng.normal(size=SIZE)}


def comparisons():
    """Pairs of places with the direction, stage by stage (Batcher's bitonic network)."""
    block = 2
    while block <= SIZE:
        step = block // 2
        while step:
            yield [(i, i ^ step, not i & block) for i in range(SIZE) if i & step == 0]
            step //= 2
        block *= 2


def model(x, weights):
    """A minimum and a maximum at each comparator."""
    x = [*x]
    for stage in comparisons():
        for i, j, up in stage:
            low, high = ag.minimum(x[i], x[j]), ag.maximum(x[i], x[j])
            x[i], x[j] = (low, high) if up else (high, low)
    return ag.dot(weights, x)


def in_jax(jax, x, weights):
    """By the library's sort."""
    return weights @ jax.numpy.sort(x)
