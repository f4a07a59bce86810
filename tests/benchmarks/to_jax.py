"""A program in JAX against natural JAX code: the first jitted value and gradient, and a call.

Run with ``python -m tests.benchmarks.to_jax [model …]``. Times are of the processor; the first
call holds tracing and XLA's compilation. ``kalman:10`` is that model with ten observations.
"""

import sys
from importlib import import_module
from time import process_time

import numpy as np

from autograd import compiled

MODELS = ("kalman:10", "kalman:100", "kalman:1000", "garch", "hidden_markov", "lorenz", "lstm")


def times(function, arguments):
    """Seconds of the first call and of one of the next fifty."""
    import jax

    jitted = jax.jit(jax.value_and_grad(function))
    start = process_time()
    result = jax.block_until_ready(jitted(*arguments))
    first, start = process_time() - start, process_time()
    for _ in range(50):
        jax.block_until_ready(jitted(*arguments))
    return first, (process_time() - start) / 50, result


def main(names):
    import jax

    jax.config.update("jax_enable_x64", True)
    print("model           first call s: here, natural    a call µs: here, natural")
    for name in names:
        module, _, length = name.partition(":")
        model = import_module(f"tests.benchmarks.models.{module}")
        if length:
            model.LENGTH = int(length)
        given = model.point(np.random.default_rng(0))
        arrays = [np.asarray(x, dtype=float) for x in given.values()]
        ours = compiled(model.model).program(**given).to_jax()
        first, call, result = times(ours, arrays)

        def natural(*arrays, model=model, given=given):
            return model.in_jax(jax, **dict(zip(given, arrays)))

        other_first, other_call, expected = times(natural, arrays)
        np.testing.assert_allclose(result[1], expected[1], rtol=1e-8, atol=1e-10)
        print(
            f"{name:15} {first:18.2f} {other_first:8.2f} {1e6 * call:21.0f} {1e6 * other_call:8.0f}"
        )


if __name__ == "__main__":
    main(sys.argv[1:] or MODELS)
