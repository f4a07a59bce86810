"""The pytest plugin, found through an entry point: fixtures that check gradients.

Next: :mod:`autograd.testing.properties`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

import autograd.check

__all__ = ["assert_gradients", "gradcheck"]


@pytest.fixture(scope="session")
def gradcheck() -> Callable[..., autograd.check.GradientReport]:
    """:func:`autograd.gradcheck`, as a fixture."""
    return autograd.check.gradcheck


@pytest.fixture(scope="session")
def assert_gradients() -> Callable[..., None]:
    """:func:`autograd.assert_gradients`, as a fixture."""
    return autograd.check.assert_gradients
