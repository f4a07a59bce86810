"""Every test here computes in double precision, which JAX has to be told."""

import pytest


@pytest.fixture(autouse=True)
def _double_precision():
    import jax

    before = jax.config.read("jax_enable_x64")
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)
