"""Schedules: how the learning rate changes while training goes on.

A schedule is a function of the fraction of epochs done, from 0 towards 1, that gives a factor on
the optimiser's rate for the next epoch; `nn.fit` takes any such function. It remembers nothing,
so a training run that is resumed goes on where it was.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import autograd
from nn.checks import check_number

__all__ = [
    "ConstantSchedule",
    "CosineSchedule",
    "ExponentialSchedule",
    "LinearSchedule",
    "Schedule",
    "StepSchedule",
    "WarmUpSchedule",
]


class Schedule(ABC):
    """Base of the schedules; two are equal if they are of one kind and have equal numbers."""

    def __call__(self, done: float) -> float:
        """The factor after this fraction of the epochs."""
        return self._factor(done)

    @abstractmethod
    def _factor(self, done: float) -> float: ...


@dataclass(frozen=True)
class ConstantSchedule(Schedule):
    """The rate stays as it is.

    >>> ConstantSchedule()(0.5)
    1.0
    """

    def _factor(self, done: float) -> float:
        return 1.0


@dataclass(frozen=True)
class LinearSchedule(Schedule):
    """The factor goes evenly from 1 to `final`.

    >>> LinearSchedule()(0.25)
    0.75
    """

    final: float = 0.0

    def __post_init__(self) -> None:
        check_number("final", self.final)

    def _factor(self, done: float) -> float:
        return 1.0 + (self.final - 1.0) * done


@dataclass(frozen=True)
class StepSchedule(Schedule):
    """The factor is multiplied by `gamma` after every `every` of training: as StepLR in PyTorch.

    >>> schedule = StepSchedule(every=0.5, gamma=0.1)
    >>> schedule(0.4), schedule(0.5)
    (1.0, 0.1)
    """

    every: float = 1 / 3
    gamma: float = 0.1

    def __post_init__(self) -> None:
        check_number("every", self.every, positive=True)
        check_number("gamma", self.gamma, positive=True)

    def _factor(self, done: float) -> float:
        # 3 of 10 epochs are 0.3, of which 0.1 fits in 2.9999999999999996 times.
        return self.gamma ** math.floor(done / self.every + 1e-9)


@dataclass(frozen=True)
class ExponentialSchedule(Schedule):
    """The factor shrinks by equal ratios from 1 to `final`: finalᵈᵒⁿᵉ.

    >>> round(ExponentialSchedule(final=0.01)(0.5), 12)
    0.1
    """

    final: float = 0.01

    def __post_init__(self) -> None:
        check_number("final", self.final, positive=True)

    def _factor(self, done: float) -> float:
        return float(self.final**done)


@dataclass(frozen=True)
class CosineSchedule(Schedule):
    """Half a cosine from 1 to `final`; Loshchilov and Hutter 2017, as CosineAnnealingLR in PyTorch.

    >>> CosineSchedule()(0.0), round(CosineSchedule()(0.5), 12)
    (1.0, 0.5)
    """

    final: float = 0.0

    def __post_init__(self) -> None:
        check_number("final", self.final)

    def _factor(self, done: float) -> float:
        return self.final + (1.0 - self.final) * 0.5 * (1.0 + math.cos(math.pi * done))


@dataclass(frozen=True)
class WarmUpSchedule(Schedule):
    """The factor rises evenly from `start` to 1 during the first `part`; then `after` takes over.

    `after` sees the rest of the training as a whole of its own.

    >>> schedule = WarmUpSchedule(part=0.5, start=0.5, after=LinearSchedule())
    >>> schedule(0.0), schedule(0.25), schedule(0.5), schedule(0.75)
    (0.5, 0.75, 1.0, 0.5)
    """

    part: float = 0.1
    start: float = 0.1
    after: Callable[[float], float] = ConstantSchedule()

    def __post_init__(self) -> None:
        check_number("start", self.start)
        if not 0.0 < check_number("part", self.part) < 1.0:
            raise autograd.InputValueError(
                f"part is a fraction of training between 0 and 1, but got {self.part!r}"
            )

    def _factor(self, done: float) -> float:
        if done < self.part:
            return self.start + (1.0 - self.start) * done / self.part
        return self.after((done - self.part) / (1.0 - self.part))
