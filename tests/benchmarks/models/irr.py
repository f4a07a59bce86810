"""Internal rate of return of 24 payments by 12 steps of Newton's method from 5 %."""

PAYMENTS, STEPS = 24, 12


def point(rng):
    """An investment and what comes back."""
    return {"x": [-100.0, *rng.uniform(4.0, 8.0, size=PAYMENTS - 1)]}


def model(x):
    """Value and slope by Horner's rule."""
    rate = 0.05
    for _ in range(STEPS):
        discount = 1.0 / (1.0 + rate)
        value = slope = 0.0
        for payment in reversed(x):
            slope = slope * discount + value
            value = value * discount + payment
        rate = rate + value / (slope * discount * discount)
    return rate


def in_jax(jax, x):
    """The same in scans."""

    def step(rate, _):
        discount = 1.0 / (1.0 + rate)

        def horner(carry, payment):
            value, slope = carry
            return (value * discount + payment, slope * discount + value), None

        (value, slope), _ = jax.lax.scan(horner, (0.0, 0.0), x[::-1])
        return rate + value / (slope * discount * discount), None

    rate, _ = jax.lax.scan(step, 0.05, None, length=STEPS)
    return rate
