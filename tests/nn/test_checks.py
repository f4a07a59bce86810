"""Checks of arguments."""

import random

import pytest

import autograd
from autograd.reals import check_count
from nn.checks import as_rng, manual_seed


def test_rng_passes_through_and_seed_makes_one():
    """A generator is used as it is, so that several callers can share one stream."""
    rng = random.Random(3)
    assert as_rng(rng) is rng
    assert as_rng(3).random() == random.Random(3).random()


def test_without_one_every_generator_differs_and_a_seed_repeats_them():
    """One stream of nn's own: reproducible, and never twice the same."""
    manual_seed(5)
    first = [as_rng(None).random() for _ in range(100)]
    assert len(set(first)) == 100
    manual_seed(5)
    assert [as_rng(None).random() for _ in range(100)] == first


@pytest.mark.parametrize("rng", ["3", 3.0, [0], random])
def test_rng_of_another_kind_is_refused(rng):
    """The module `random` would be global randomness; a float is no seed."""
    with pytest.raises(autograd.InputTypeError, match=r"random\.Random or an integer seed"):
        as_rng(rng)


def test_count_takes_whole_numbers_from_one():
    """1 is fine; 0, fractions and text are not."""
    assert check_count("epochs", 1) == 1
    with pytest.raises(autograd.InputValueError, match="epochs must be at least 1, but got 0"):
        check_count("epochs", 0)
    for wrong in (1.0, "1", None):
        with pytest.raises(autograd.InputTypeError, match="epochs takes a whole number"):
            check_count("epochs", wrong)
