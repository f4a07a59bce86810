"""Steps of training: what they are, and how they are made with Values.

Steps hold the examples and the optimiser, take the numbers of the examples of a mini-batch, and
move the parameters. Next: :mod:`nn.train.compiled_steps` makes the same steps with recorded
programs.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import autograd
from autograd import Value
from nn.checks import check_callable
from nn.data.examples import check_examples
from nn.errors import DivergenceError
from nn.losses import binary_cross_entropy_with_logits, cross_entropy
from nn.losses.terms import kind_of
from nn.optim.gradients import Adjustment
from nn.optim.optimizer import Optimizer
from nn.portrait import leaves_below
from nn.programs import numbers
from nn.reading import Numbers, reading
from nn.targets import Coding, is_number
from nn.train.columns import columns_of
from nn.train.weights import example_weights

__all__ = ["EagerSteps", "Steps", "Task", "batch_gradient", "check_finite"]

Model = Callable[[Any], Any]
Loss = Callable[[Any, Any], Any]

# How many examples share a graph: one sweep then visits each parameter once for all of them,
# which saves a quarter of the time, and a batch of any size takes the memory of this many.
TOGETHER = 32
# Examples of which one at least has a loss that depends on a parameter.
TRIED = 64
# A regression with inputs or targets beyond this learns badly, if at all.
LARGE = 30.0


@dataclass(frozen=True)
class Task:
    """What learns, by which loss, and how its parameters move."""

    model: Any
    loss: Loss
    optimizer: Optimizer
    adjustment: Adjustment = field(default_factory=Adjustment)
    sample_weight: Any = None
    class_weight: Any = None

    def __post_init__(self) -> None:
        check_callable("loss", self.loss, "nn.cross_entropy")
        if not hasattr(self.model, "named_parameters") or isinstance(self.model, type):
            raise autograd.InputTypeError(
                f"fit trains a module, such as nn.MLP(2, [16, 1]), but got {self.model!r}"
            )
        if not isinstance(self.optimizer, Optimizer):
            raise autograd.InputTypeError(
                "fit takes an optimiser, such as nn.SGD(model.parameters(), lr=0.1), "
                f"but got {self.optimizer!r}"
            )
        held = set(map(id, self.optimizer.params))
        if not any(id(parameter) in held for _, parameter in self.model.named_parameters()):
            raise autograd.InputValueError(
                "fit needs an optimiser of this model's parameters, but it holds none of them"
            )

    def rehearse(
        self, row: list[float], targets: Sequence[Any], coding: Coding | None = None
    ) -> Coding:
        """Meet a wrong input size or a label outside the classes before anything has changed."""
        with autograd.no_grad():
            outputs = self.model(row)
            coding = coding or Coding(self.loss, outputs, targets)
            for target in {repr(target): target for target in targets}.values():
                error = self.loss(outputs, coding.given(target))
                if not is_number(error):
                    raise autograd.InputTypeError(
                        f"a loss is one number for one example, but {self.loss!r} returned "
                        f"{type(error).__name__} {error!r}"[:300]
                    )
        return coding

    def weights(self, targets: Sequence[Any]) -> list[float] | None:
        """How much each example counts, 1 in the mean; None where all count alike."""
        return example_weights(self.loss, targets, self.sample_weight, self.class_weight)

    def inspect(self, X: Sequence[Any], targets: Sequence[Any], coding: Coding) -> None:
        """Refuse a loss that depends on nothing trained; warn of what else would go unseen."""
        trained = set(map(id, self.optimizer.params))
        few = slice(0, len(X), -(-len(X) // TRIED))
        for row, target in zip(X[few], targets[few]):
            row = row.tolist() if hasattr(row, "tolist") else row
            with autograd.enable_grad():
                outputs = self.model(row)
                leaves = leaves_below([self.loss(outputs, coding.given(target))])
            if not trained.isdisjoint(map(id, leaves)):
                break
        else:
            raise autograd.InputValueError(
                "the loss does not depend on any parameter that the optimiser holds: was a number "
                "taken out of the graph, by float() or .data?"
            )
        known = trained | set(map(id, self.model.parameters()))
        if not known.issuperset(map(id, leaves)):  # new ones in every call are constants
            with autograd.enable_grad():
                again = leaves_below([self.loss(self.model(row), coding.given(target))])
            _warn_of_untrained(leaf for leaf in leaves if leaf in again and id(leaf) not in known)
        owner = self.optimizer.owner
        if owner is not None:
            late = {p: path for path, p in owner.named_parameters() if id(p) not in trained}
            _warn_of_untrained(late, late.values())
        _warn_of_logits(kind_of(self.loss), outputs)

    def hint(self, X: Any, targets: Sequence[Any]) -> str:
        """What to try where the loss explodes or stalls: scaling, if this is a regression."""
        if not isinstance(reading(self.loss), Numbers):
            return ""
        for name, things in (("targets", targets), ("inputs", X)):
            rows = things.tolist() if hasattr(things, "tolist") else things
            flat = [abs(x) for row in rows for x in (row if isinstance(row, list) else [row])]
            if max(flat, default=0.0) > LARGE:
                return (
                    f"; the {name} reach {max(flat):.3g}: scale them to about 1, for example with "
                    "nn.data.Standardizer, and scale predictions back"
                )
        return ""


class Steps(Protocol):
    """What `fit` asks of either way."""

    rows: Any
    targets: list[Any]
    epoch: int
    """For messages."""
    weights: list[float] | None
    """How much each example counts, 1 in the mean; None where all count alike."""

    def step(self, chosen: Sequence[int]) -> tuple[float, Any]:
        """Learn from these examples: their mean loss and their outputs before it.

        Raises DivergenceError, and moves nothing, if the loss or a parameter is not finite.
        """

    def prepared(self, X: Any, y: Any) -> tuple[Any, list[Any]]:
        """Other examples, checked, for `judge`."""

    def judge(self, X: Any, targets: list[Any]) -> tuple[float, Any]:
        """Mean loss and outputs of prepared examples."""

    def take_up(self) -> None:
        """Take the parameters from the Values, and what the optimiser remembers of them."""

    def write_back(self) -> None:
        """Give the parameters to the Values."""

    def snapshot(self) -> tuple[Any, Any]:
        """The parameters' numbers and what the optimiser remembers of them, in columns."""

    def finish(self) -> None:
        """Give the Values and the optimiser all that they shall know after training."""


class EagerSteps:
    """Every batch is a new graph of Values.

    >>> import nn
    >>> line = nn.Neuron(1, init="zeros")
    >>> optimizer = nn.SGD(line.parameters(), lr=0.1)
    >>> steps = EagerSteps(Task(line, nn.mse_loss, optimizer), [[1.0]], [3.0])
    >>> steps.step([0]), round(line.bias.data, 12)
    ((9.0, [0.0]), 0.6)
    """

    def __init__(self, task: Task, X: Iterable[Iterable[float]], y: Iterable[Any]) -> None:
        self.task, self.epoch = task, 1
        self.rows, self.targets = check_examples(X, y)
        self.coding = task.rehearse(self.rows[0], self.targets)
        task.inspect(self.rows, self.targets, self.coding)
        self.weights = task.weights(self.targets)

    def step(self, chosen: Sequence[int]) -> tuple[float, Any]:
        """As of `Steps`; the outputs are a list."""
        task, optimizer = self.task, self.task.optimizer
        optimizer.zero_grad()
        xs = [self.rows[i] for i in chosen]
        ts = [self.coding.given(self.targets[i]) for i in chosen]
        weights = None if self.weights is None else [self.weights[i] for i in chosen]
        value, outputs = batch_gradient(task.model, task.loss, xs, ts, weights)
        check_finite(value, self.epoch)
        task.adjustment.of_values(optimizer.params)
        optimizer.step()
        return value, outputs

    def prepared(self, X: Any, y: Any) -> tuple[Any, list[Any]]:
        """As of `Steps`; the rows are lists."""
        rows, targets = check_examples(X, y)
        self.task.rehearse(rows[0], targets, self.coding)
        return rows, targets

    def judge(self, X: Any, targets: list[Any]) -> tuple[float, Any]:
        """As of `Steps`; records nothing."""
        with autograd.no_grad():
            outputs = [self.task.model(row) for row in X]
            given = map(self.coding.given, targets)
            errors = [float(self.task.loss(*pair)) for pair in zip(outputs, given)]
        return math.fsum(errors) / len(errors), [numbers(out) for out in outputs]

    def take_up(self) -> None:
        """Nothing to do: the Values are where it happens."""

    write_back = finish = take_up

    def snapshot(self) -> tuple[Any, Any]:
        """As of `Steps`."""
        optimizer = self.task.optimizer
        return [parameter.data for parameter in optimizer.params], columns_of(optimizer.memory)


def batch_gradient(
    model: Model,
    loss: Loss,
    xs: Sequence[Any],
    ts: Sequence[Any],
    weights: Sequence[float] | None = None,
) -> tuple[float, list[Any]]:
    """(mean loss, outputs as floats) over a mini-batch, whose mean gradient goes to `.grad`.

    With `weights`, each loss is multiplied by its own before.

    >>> from autograd import Value
    >>> w = Value(2.0)
    >>> batch_gradient(lambda x: w * x, lambda y, t: (y - t) ** 2, [1.0, 3.0], [0.0, 0.0])[0]
    20.0
    >>> w.grad  # (2·2·1² + 2·2·3²)/2
    20.0
    """
    share = 1.0 / len(xs)
    total, outputs = 0.0, list[Any]()
    for start in range(0, len(xs), TOGETHER):
        part = [model(x) for x in xs[start : start + TOGETHER]]
        errors = [loss(*pair) for pair in zip(part, ts[start:])]
        factors = (weights or [1.0] * len(xs))[start : start + len(errors)]
        autograd.backward(errors, [share * w for w in factors])
        total += sum(w * error.data for w, error in zip(factors, errors))
        outputs += map(numbers, part)
    return total * share, outputs


def check_finite(value: float, epoch: int) -> None:
    """Raise DivergenceError for a loss that is infinite or NaN."""
    if not math.isfinite(value):
        raise DivergenceError(
            f"the loss became {value} in epoch {epoch}: try a lower learning rate; "
            "the parameters are as they were before that step"
        )


def _warn_of_untrained(leaves: Iterable[Value], paths: Iterable[str] = ()) -> None:
    names = [*paths] or [leaf.name or repr(leaf) for leaf in leaves]
    if names:
        warnings.warn(
            f"fit does not train {', '.join(names[:5])}{', …' * (len(names) > 5)}, which the "
            "optimiser does not hold: make it after the model has all its parameters, as "
            "attributes or in lists, dicts or arrays of them; for a constant, use a plain number",
            stacklevel=6,
        )


def _warn_of_logits(kind: Any, outputs: Any) -> None:
    """Softmax and sigmoid are part of the losses from logits: twice is once too often."""
    listed = outputs if isinstance(outputs, list) else [outputs]
    ends = {str(getattr(output, "op", None)) for output in listed}
    if kind is binary_cross_entropy_with_logits and ends == {"sigmoid"}:
        twice = "sigmoid"
    elif kind is cross_entropy and ends <= {"exp", "/"} and _add_up(listed):
        twice = "softmax"
    else:
        return
    warnings.warn(
        f"{kind.__name__} takes logits and applies {twice} itself, but the model ends in {twice}: "
        "leave it out there",
        stacklevel=6,
    )


def _add_up(outputs: list[Any]) -> bool:
    return bool(abs(sum(y.data for y in outputs) - 1.0) < 1e-9)
