"""An epoch of training: its steps, and what the history notes of it; or many in one call.

Next: :mod:`nn.train.fitting` counts epochs.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from autograd.console import Progress
from nn.data.examples import batches
from nn.reading import Reading
from nn.train.checkpoint import Run
from nn.train.compiled_steps import CompiledSteps
from nn.train.eager_steps import EagerSteps
from nn.train.rate import Rate

__all__ = ["Learner"]


@dataclass
class Learner:
    """What an epoch does, noted in the history."""

    run: Run
    steps: EagerSteps
    rate: Rate
    meaning: Reading | None
    batch_size: int
    track_accuracy: bool

    def __post_init__(self) -> None:
        self.truths: Any = self.steps.truths(self.meaning) if self.meaning else []

    def learn(self, shown: Progress) -> None:
        """One epoch of steps."""
        started, history, steps = time.perf_counter(), self.run.history, self.steps
        seen, total, hits, counted = 0, 0.0, 0, 0
        done = len(history.loss) * self.rate.steps
        steps.epoch = len(history.loss) + 1
        parts = list(batches(len(steps.targets), batch_size=self.batch_size, rng=self.run.rng))
        rates = self.rate.over(range(done, done + len(parts)), history)
        try:
            for count, chosen, value, outputs in steps.learn(parts, rates):
                seen, total = seen + len(chosen), total + value * len(chosen)
                [(right, of)] = self._judged(outputs, chosen)
                hits, counted = hits + right, counted + of
                shown.step({"loss": total / seen}, count)
        finally:
            if rates is not None:  # whatever the last step that was begun had
                self.run.optimizer.lr = self.rate.given
        self._close(started, [total / seen], [(hits, counted)], [self.run.optimizer.lr])

    def hurry(self, steps: CompiledSteps, epochs: int, shown: Progress) -> None:
        """Epochs that nobody looks at in between, many at once where they are machine code."""
        run, rate, size = self.run, self.rate, self.batch_size
        while (count := steps.ahead(run.rng, size, epochs - len(run.history.loss))) > 1:
            started, done = time.perf_counter(), len(run.history.loss)
            rates = rate.ahead(range(done, done + count), run.history)
            found = steps.epochs(run.rng, count, size, rates)
            if found is None:  # one by one from here on, to say what is not finite
                return
            losses, rows, outputs, state = found
            hits = self._judged(outputs, rows, count)
            steps.state = state  # this late, so that a Ctrl-C finds as many epochs in the history
            self._close(started, losses, hits, rates[rate.steps - 1 :: rate.steps])
            for epoch in range(done, done + count):
                figures = {name: getattr(run.history, name)[epoch] for name in self.figures}
                self._compare(figures["loss"], epoch + 1)
                shown.step(figures, rate.steps)
                shown.end_epoch(figures)

    def _judged(self, outputs: Any, rows: Any, parts: int = 1) -> list[tuple[int, int]]:
        """Hits and how many count, in each of some parts of equal length."""
        if self.meaning is None or not self.track_accuracy:
            return [(0, 0)] * parts
        listed = isinstance(self.truths, list)
        truths = [self.truths[i] for i in rows] if listed else self.truths[rows]
        return self.meaning.judged(outputs, truths, parts)

    def _close(
        self, start: float, losses: list[float], hits: list[tuple[int, int]], rates: list[float]
    ) -> None:
        """Epochs in the history."""
        history, many, found = self.run.history, len(losses), {"loss": losses}
        if self.meaning is not None and self.track_accuracy:
            found["accuracy"] = [_share(*each) for each in hits]
        seconds = [(time.perf_counter() - start) / many] * many
        self.steps.epoch = len(history.loss) + many
        self.figures: dict[str, float] = {}
        for name, numbers in found.items():
            self._note(name, numbers)
        history.lr += rates
        history.seconds += seconds

    def judge(self, judged: tuple[Any, list[Any]] | None, keep_best: bool) -> None:
        """Loss and accuracy of the validation data, and whether this is the best epoch so far."""
        run, history = self.run, self.run.history
        if judged is not None:
            value, outputs = self.steps.judge(*judged)
            self._note("val_loss", [value])
            if self.meaning is not None:
                [each] = self.meaning.judged(outputs, self.meaning.truths(judged[1]))
                self._note("val_accuracy", [_share(*each)])
        monitored = (history.loss if judged is None else history.val_loss)[-1]
        if self._compare(monitored, len(history.loss)) and keep_best:
            run.best_parameters = self.steps.snapshot()[0]

    def _compare(self, monitored: float, epoch: int) -> bool:
        """Whether it is the best so far, and noted."""
        best = self.run.best is None or monitored < self.run.best
        if best:
            self.run.best, self.run.history.best_epoch = monitored, epoch
        return best

    def _note(self, name: str, numbers: list[float]) -> None:
        """In the history, and the last among the figures that are shown."""
        entries = getattr(self.run.history, name)
        # Nan of the epochs before a break that did not look at it.
        missing = self.steps.epoch - len(numbers) - len(entries)
        entries += [math.nan] * missing + numbers
        self.figures[name] = numbers[-1]


def _share(hits: int, counted: int) -> float:
    return hits / counted if counted else math.nan
