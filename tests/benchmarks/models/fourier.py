"""A fast Fourier transform of 256 numbers by hand, and the weighted power of its spectrum."""

import math

SIZE = 256


def point(rng):
    """A signal and a weight for each frequency."""
    return {"x": rng.normal(size=SIZE), "weights": rng.random(size=SIZE)}


def transform(re, im):
    """Radix-2, decimation in time."""
    n = len(re)
    if n == 1:
        return re, im
    (even_re, even_im), (odd_re, odd_im) = (transform(re[i::2], im[i::2]) for i in (0, 1))
    low_re, low_im, high_re, high_im = [], [], [], []
    for k in range(n // 2):
        c, s = math.cos(2.0 * math.pi * k / n), -math.sin(2.0 * math.pi * k / n)
        a = c * odd_re[k] - s * odd_im[k]
        b = c * odd_im[k] + s * odd_re[k]
        low_re.append(even_re[k] + a)
        low_im.append(even_im[k] + b)
        high_re.append(even_re[k] - a)
        high_im.append(even_im[k] - b)
    return low_re + high_re, low_im + high_im


def model(x, weights):
    """Power of the spectrum."""
    re, im = transform(x, [0.0] * SIZE)
    return sum(w * (a * a + b * b) for w, a, b in zip(weights, re, im))


def in_jax(jax, x, weights):
    """By the library's transform."""
    jnp = jax.numpy
    return (weights * jnp.abs(jnp.fft.fft(x)) ** 2).sum()
