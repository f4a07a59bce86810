"""Schedules: how the learning rate changes while training goes on.

A schedule gives a factor on the optimiser's rate for the next epoch, from the fraction of epochs
done, 0 towards 1. It remembers nothing, so a training run that is resumed goes on where it was.

`nn.fit` takes any function as well, and gives it what its arguments are called: `done` is that
fraction, `epoch` the number of epochs done, `history` the `nn.History` so far; a function that asks
for `step`, the number of steps done, is asked before every step, with `done` between epochs too.

Next: :mod:`nn.train.rate`.
"""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from itertools import dropwhile
from typing import Any

import autograd
from autograd.reals import check_number

__all__ = [
    "ConstantSchedule", "CosineSchedule", "LinearSchedule", "PlateauSchedule", "Schedule",
    "StepSchedule", "asked_by",
]  # fmt: skip

WORDS = ("done", "epoch", "step", "history")


def _number(default: float, *, positive: bool = False) -> Any:
    """A field that holds a number of 0 or more, or above 0."""
    return field(default=default, metadata={"positive": positive})


class Schedule(ABC):
    """Base of the schedules; two are equal if they are of one kind and have equal numbers.

    A subclass defines `_factor`, of one of the arguments that a function may have.
    """

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]  # subclasses are dataclasses
            if "positive" in one.metadata:
                given = getattr(self, one.name)
                checked = check_number(one.name, given, **one.metadata)
                if not isinstance(given, int):
                    object.__setattr__(self, one.name, checked)

    def __call__(self, *given: Any, **named: Any) -> float:
        """The factor after this fraction of the epochs, or what else the schedule asks for."""
        return self._factor(*given, **named)

    @abstractmethod
    def _factor(self, done: Any) -> float: ...


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

    final: float = _number(0.0)

    def _factor(self, done: float) -> float:
        return 1.0 + (self.final - 1.0) * done


@dataclass(frozen=True)
class StepSchedule(Schedule):
    """The factor is multiplied by `gamma` after every `every` of training: as StepLR in PyTorch.

    >>> schedule = StepSchedule(every=0.5, gamma=0.1)
    >>> schedule(0.4), schedule(0.5)
    (1.0, 0.1)
    """

    every: float = _number(1 / 3, positive=True)
    gamma: float = _number(0.1, positive=True)

    def _factor(self, done: float) -> float:
        # 3 of 10 epochs are 0.3, of which 0.1 fits in 2.9999999999999996 times.
        return self.gamma ** math.floor(done / self.every + 1e-9)


@dataclass(frozen=True)
class CosineSchedule(Schedule):
    """Half a cosine from 1 to `final`; Loshchilov and Hutter 2017, as CosineAnnealingLR in PyTorch.

    >>> CosineSchedule()(0.0), round(CosineSchedule()(0.5), 12)
    (1.0, 0.5)
    """

    final: float = _number(0.0)

    def _factor(self, done: float) -> float:
        return self.final + (1.0 - self.final) * 0.5 * (1.0 + math.cos(math.pi * done))


@dataclass(frozen=True)
class PlateauSchedule(Schedule):
    """The factor is multiplied by `gamma` when the loss has stopped to fall.

    That is, after more than `patience` epochs of which none is below the best loss by more than its
    share `threshold`; of validation data, if there are. As ReduceLROnPlateau in PyTorch.

    >>> import nn
    >>> schedule = PlateauSchedule(gamma=0.5, patience=1)
    >>> [schedule(nn.History(loss=[1.0, 0.9, 0.9, 0.9, 0.9][:n])) for n in range(6)]
    [1.0, 1.0, 1.0, 1.0, 0.5, 0.5]
    """

    gamma: float = _number(0.1, positive=True)
    patience: int = _number(10)
    threshold: float = _number(1e-4)

    def _factor(self, history: Any) -> float:
        factor, best, waited = 1.0, math.inf, 0
        judged = len(history.val_loss) >= max(1, len(history.loss))
        for loss in dropwhile(math.isnan, history.val_loss if judged else history.loss):
            better = loss < best * (1.0 - self.threshold)
            best, waited = (loss, 0) if better else (best, waited + 1)
            if waited > self.patience:
                factor, waited = factor * self.gamma, 0
        return factor


def asked_by(schedule: Callable[..., float]) -> tuple[str, ...]:
    """The names, of those that the head of this module explains, of what a function asks for.

    Raises InputValueError for other names, which could mean anything.

    >>> asked_by(lambda epoch: 0.5**epoch), asked_by(LinearSchedule())
    (('epoch',), ('done',))
    """
    try:
        parameters = inspect.signature(getattr(schedule, "_factor", schedule)).parameters.values()
    except (TypeError, ValueError):
        parameters = None
    names = [p.name for p in parameters or () if p.default is p.empty]
    if parameters is None or not set(names) <= set(WORDS):
        raise autograd.InputValueError(
            f"a schedule's arguments say what it is called with, {', '.join(WORDS[:-1])} or "
            f"{WORDS[-1]}, but got {', '.join(names) or 'a function without any'}: write lambda "
            "epoch: 0.5**epoch for the number of epochs, or lambda done: 1 - done for their share"
        )
    return tuple(names)
