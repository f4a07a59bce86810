"""Checks of arguments that several modules share.

Next: :mod:`nn.module`, the first to need them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable
from random import Random
from typing import Any

import autograd
from autograd.options import check_callable

_STREAM = Random(0)


def manual_seed(seed: int) -> None:
    """Begin anew the stream that whatever is given no `rng` draws from; it begins with seed 0.

    >>> import nn
    >>> manual_seed(7)
    >>> one, other = nn.Neuron(2), nn.Neuron(2)
    >>> manual_seed(7)
    >>> one.state_dict() == nn.Neuron(2).state_dict() != other.state_dict()
    True
    """
    _STREAM.setstate(as_rng(seed).getstate())


def as_rng(rng: Random | int | None) -> Random:
    """The generator itself, a new one from an integer seed, or one from nn's own stream.

    >>> as_rng(7).random() == as_rng(7).random(), as_rng(None).random() == as_rng(None).random()
    (True, False)
    """
    if rng is None:
        return Random(_STREAM.getrandbits(64))
    if isinstance(rng, Random):
        return rng
    try:
        return Random(operator.index(rng))
    except TypeError:
        raise autograd.InputTypeError(
            f"rng takes a random.Random or an integer seed, but got {type(rng).__name__} {rng!r}"
        ) from None


def check_hooks(
    schedule: Callable[..., float],
    decide: Callable[..., Hashable] | None,
    callbacks: Any,
    validation: Any,
) -> None:
    """An error unless these are what training can use: functions, and a pair of X and y."""
    check_callable("schedule", schedule, "nn.schedules.CosineSchedule()")
    if decide is not None:
        check_callable("decide", decide, "nn.metrics.argmax")
    if not isinstance(callbacks, (list, tuple)):
        raise autograd.InputTypeError(f"callbacks takes a list of functions, but got {callbacks!r}")
    for callback in callbacks:
        check_callable("callbacks", callback, "lambda history, model: history.loss[-1] < 0.1")
    listed = isinstance(validation, (list, tuple))
    if validation is not None and not (listed and len(validation) == 2):
        size = f" of {len(validation)}" if listed else ""
        raise autograd.InputTypeError(
            f"validation takes a pair (X, y), but got {type(validation).__name__}{size}"
        )
