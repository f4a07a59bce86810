"""A planar arm of 10 joints that should pass 5 targets: squared distances of its hand."""

import autograd as ag

JOINTS, POSES = 10, 5


def point(rng):
    """Joint angles of every pose, and the targets."""
    return {
        "x": 0.5 * rng.normal(size=(POSES, JOINTS)),
        "targets": 5.0 * rng.normal(size=(POSES, 2)),
    }


def model(x, targets):
    """Angles add up along the arm."""
    total = 0.0
    for angles, (u, v) in zip(x, targets):
        angle, across, up = 0.0, 0.0, 0.0
        for joint in angles:
            angle = angle + joint
            across = across + ag.cos(angle)
            up = up + ag.sin(angle)
        total = total + (across - u) ** 2 + (up - v) ** 2
    return total


def in_jax(jax, x, targets):
    """With cumulative sums."""
    jnp = jax.numpy
    angles = jnp.cumsum(x, axis=1)
    hand = jnp.stack([jnp.cos(angles).sum(axis=1), jnp.sin(angles).sum(axis=1)], axis=1)
    return ((hand - targets) ** 2).sum()
