"""Initialisers: the random numbers that weights start from.

An initialiser is a function of the generator and of a weight's two fans: how many inputs its
neuron has and how many neurons its layer. Pass one of these, its name, or your own, for example
``lambda rng, fan_in, fan_out: rng.uniform(-1, 1)``. Next: :mod:`nn.layers` draws with them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import sqrt
from random import Random

import autograd
from autograd.foreign import missing
from autograd.options import named
from nn.absent import IN_INIT

__all__ = ["INITIALISERS", "he_normal", "initialiser", "xavier_uniform", "zeros"]

Initialiser = Callable[[Random, int, int], float]


def xavier_uniform(rng: Random, fan_in: int, fan_out: int) -> float:
    """Uniform within ±√(6/(fan_in + fan_out)); Glorot and Bengio 2010, for tanh and sigmoid."""
    return rng.uniform(-1.0, 1.0) * sqrt(6.0 / (fan_in + fan_out))


def he_normal(rng: Random, fan_in: int, fan_out: int) -> float:
    """Normal with variance 2/fan_in; He, Zhang, Ren and Sun 2015, for relu and its kin."""
    return rng.normalvariate(0.0, 1.0) * sqrt(2.0 / fan_in)


def zeros(rng: Random, fan_in: int, fan_out: int) -> float:
    """Zero: right for a single layer; below a hidden layer all its neurons would stay alike."""
    return 0.0


INITIALISERS: dict[str, Initialiser] = {
    "xavier": xavier_uniform, "xavier_uniform": xavier_uniform, "he": he_normal,
    "he_normal": he_normal, "zeros": zeros,
}  # fmt: skip


def initialiser(init: str | Initialiser) -> Initialiser:
    """The initialiser of that name; a function passes through."""
    return named("initialiser", init, INITIALISERS)


_ROOM: ContextVar[float] = ContextVar("room", default=math.inf)
"""How many more parameters may be made."""


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Make no more parameters in this context: a short file may describe more than memory holds."""
    token = _ROOM.set(count)
    try:
        yield
    finally:
        _ROOM.reset(token)


def reserve(count: int) -> None:
    """Make room for as many parameters; InputValueError if they are more than allowed."""
    if count > _ROOM.get():
        raise autograd.InputValueError("it describes many more parameters than it holds")
    _ROOM.set(_ROOM.get() - count)


def __getattr__(name: str) -> object:
    raise missing("module 'nn.init'", name, IN_INIT)
