"""The learning rate of a training run: the optimiser's own, times what a schedule says.

Next: :mod:`nn.train.fitting` asks for it.
"""

from __future__ import annotations

from collections.abc import Callable

from autograd.reals import check_number
from nn.optim.optimizer import Optimizer
from nn.schedules import asked_by
from nn.train.history import History

__all__ = ["Rate"]


class Rate:
    """Sets an optimiser's rate to `base` times the schedule's factor.

    Whoever sets the optimiser's rate in between, as a callback may, is heard: the run goes on from
    the rate that was set, and the schedule changes it from there in proportion.
    """

    def __init__(
        self, optimizer: Optimizer, schedule: Callable[..., float], *, epochs: int, steps: int
    ) -> None:
        self.optimizer, self.schedule, self.asks = optimizer, schedule, asked_by(schedule)
        self.epochs, self.steps = epochs, steps
        self.base = self.given = optimizer.lr
        self.factor = 1.0

    def update(self, step: int, history: History) -> None:
        """Set the rate for what comes after so many steps, of which an epoch has `steps`."""
        self.take_up()
        clock = {
            "done": step / (self.steps * self.epochs),
            "epoch": step // self.steps,
            "step": step,
            "history": history,
        }
        factor = self.schedule(**{name: clock[name] for name in self.asks})
        self.factor = check_number("the schedule's factor", factor)
        self.given = self.optimizer.lr = self.base * self.factor

    def over(self, steps: range, history: History) -> list[float] | None:
        """The rates of some steps, if they differ; the optimiser's is then the last one."""
        if "step" not in self.asks:
            return None
        rates = []
        for step in steps:
            self.update(step, history)
            rates.append(self.given)
        return rates

    def ahead(self, epochs: range, history: History) -> list[float]:
        """The rates of all steps of some epochs."""
        rates = []
        for first in (epoch * self.steps for epoch in epochs):
            self.update(first, history)
            steps = range(first, first + self.steps)
            rates += self.over(steps, history) or [self.given] * self.steps
        return rates

    def take_up(self) -> None:
        """Notice a rate that somebody else has set."""
        if self.optimizer.lr != self.given:
            lr = check_number("lr", self.optimizer.lr)
            self.base, self.given = lr / self.factor if self.factor else lr, lr

    def restore(self) -> None:
        """Give the optimiser its rate without the schedule's factor."""
        self.take_up()
        self.optimizer.lr = self.given = self.base
        self.factor = 1.0
