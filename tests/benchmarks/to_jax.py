"""A program in JAX against natural JAX code: the first jitted value and gradient, and a call.

Run with ``python -m tests.benchmarks.to_jax [model …]``. Times are of the processor; the first
call holds tracing and XLA's compilation; calls alternate, of which the medians are shown, at a
point and for a batch of 64. ``kalman:10`` is that model with ten observations; ``lstm+rules`` is
against natural code whose functions have the accurate derivatives, and zeros that pass nothing on,
of ours.
"""

import sys
from importlib import import_module
from time import process_time

import numpy as np

from autograd import compiled

MODELS = (
    *[f"{model}:{n}" for model in ("kalman", "garch", "hidden_markov") for n in (10, 100, 1000)],
    "garch", "lorenz", "lstm:10", "lstm", "lstm:1000", "hidden_markov+rules", "lstm+rules",
)  # fmt: skip
BATCH = 64


class Rules:
    """JAX, with functions in place of its own that have our derivatives."""

    def __init__(self, jax):
        self.numpy, self.nn, self.lax, self._jax = _Names(jax.numpy), _Names(jax.nn), jax.lax, jax
        jnp = jax.numpy

        def decay(x):
            return jnp.exp(jnp.where(x < 0.0, x, -x))

        def of(e):
            return e / ((1.0 + e) * (1.0 + e))

        def sigmoid(x):
            return jnp.where(x < 0.0, decay(x), 1.0) / (1.0 + decay(x))

        self.nn.sigmoid = self._with(sigmoid, lambda x: of(decay(x)))
        self.numpy.tanh = self._with(jnp.tanh, lambda x: 4.0 * of(decay(2.0 * x)))
        self.numpy.exp = self._with(jnp.exp, jnp.exp)
        self.numpy.log = self._with(jnp.log, lambda x: 1.0 / x)

    def _with(self, function, slope):
        jnp, made = self._jax.numpy, self._jax.custom_vjp(function)
        made.defvjp(
            lambda x: (function(x), x), lambda x, g: (jnp.where(g == 0.0, 0.0, g * slope(x)),)
        )
        return made


class _Names:
    def __init__(self, module):
        self._module = module

    def __getattr__(self, name):
        return getattr(self._module, name)


def seconds(functions, arguments, repeats):
    """Of each function's first call, and of one of the next; and what they give."""
    import jax

    first, results = [], []
    for function in functions:
        start = process_time()
        results.append(jax.block_until_ready(function(*arguments)))
        first.append(process_time() - start)
    calls = [[], []]
    for _ in range(repeats):
        for function, own in zip(functions, calls):
            start = process_time()
            for _ in range(4):
                jax.block_until_ready(function(*arguments))
            own.append((process_time() - start) / 4)
    return first, [np.median(own) for own in calls], results


def main(names):
    import jax

    jax.config.update("jax_enable_x64", True)
    print("here, natural:       first call s      a call µs          of a batch, µs")
    for name in names:
        module, _, rules = name.partition("+")
        module, _, length = module.partition(":")
        model = import_module(f"tests.benchmarks.models.{module}")
        before = getattr(model, "LENGTH", None)
        if length:
            model.LENGTH = int(length)
        given = model.point(np.random.default_rng(0))
        arrays = [np.asarray(x, dtype=float) for x in given.values()]
        ours = compiled(model.model).program(**given).to_jax()

        names_of_jax = Rules(jax) if rules else jax

        def natural(*arrays, model=model, given=given, names_of_jax=names_of_jax):
            return model.in_jax(names_of_jax, **dict(zip(given, arrays)))

        slopes = [jax.value_and_grad(f) for f in (ours, natural)]
        first, call, results = seconds([*map(jax.jit, slopes)], arrays, 25)
        rows = [np.stack([x * (1.0 + 0.001 * i) for i in range(BATCH)]) for x in arrays]
        batches = [jax.jit(jax.vmap(f)) for f in slopes]
        _, batch, rows_found = seconds(batches, rows, 10)
        for found, expected in (results, rows_found):
            np.testing.assert_allclose(found[1], expected[1], rtol=1e-8, atol=1e-10)
        model.LENGTH = before
        print(
            f"{name:19} {first[0]:8.2f} {first[1]:6.2f}"
            + "".join(f" {1e6 * a:8.0f} {1e6 * b:7.0f} {a / b:5.2f}" for a, b in (call, batch)),
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:] or MODELS)
