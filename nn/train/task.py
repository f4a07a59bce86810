"""What learns, by which loss, how much each example counts; and what is looked at before it begins.

Next: :mod:`nn.train.eager_steps` makes steps of a task.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import autograd
from autograd import Value
from autograd.arrays import Array
from autograd.graph import topological_order
from autograd.nests import as_list, flat, numbers, shape_of
from autograd.options import check_callable
from autograd.reals import check_number, shown
from nn.data.examples import check_rows
from nn.kinds import Listed, Loss, Matrix, Outputs, Target
from nn.losses import binary_cross_entropy_with_logits, cross_entropy
from nn.losses.classes import shares_of
from nn.losses.pairwise import kind_of
from nn.optim.gradients import Adjustment
from nn.optim.optimizer import Optimizer
from nn.reading import reading
from nn.targets import Coding, is_number

__all__ = ["Task", "checked_weights", "example_weights"]


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
    augment: Callable[[Any, Any], Any] | None = None
    rng: Any = None

    def __post_init__(self) -> None:
        check_callable("loss", self.loss, "nn.cross_entropy")
        if self.augment is not None:
            check_callable("augment", self.augment, "lambda X, rng: [...], of as many rows")
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

    @autograd.enable_grad()
    def rehearse(
        self, row: list[float], targets: Sequence[Target], coding: Coding | None = None
    ) -> tuple[Coding, Any]:
        """Meet a wrong input size or a label outside the classes before anything has changed."""
        try:
            outputs = self.model(row)
        except autograd.InputValueError as fault:
            shape = " x ".join(map(str, shape_of(row) or ()))
            raise type(fault)(f"{fault}: X has {shape} columns") from fault
        coding = coding or Coding(self.loss, outputs, targets)
        for target in {repr(target): target for target in targets}.values():
            error = self.loss(outputs, coding.given(target))
            if not is_number(error):
                raise autograd.InputTypeError(
                    f"a loss is one number for one example, but {self.loss!r} returned "
                    f"{type(error).__name__} {error!r}"[:300]
                )
        return coding, outputs

    def augmented(self, rows: Matrix, read: Callable[[Any], Any] = check_rows) -> Any:
        """The rows of a batch as `augment` changes them, with random numbers of this run."""
        if self.augment is None:
            return rows
        given = self.augment(rows, self.rng)
        try:
            changed = read(given)
        except autograd.AutogradError as fault:
            raise type(fault)(f"of what augment gave, {fault}") from None
        wanted, found = ((len(x), len(x[0]) if len(x) else 0) for x in (rows, changed))
        if wanted != found:
            raise autograd.InputValueError(
                f"augment takes and returns {wanted[0]} rows of {wanted[1]} columns, "
                f"but gave {found[0]} of {found[1]}"
            )
        return changed

    @autograd.enable_grad()
    def _leaves(
        self, row: Sequence[float] | Array, target: Target, outputs: Any = None
    ) -> tuple[Any, dict[Value, None]]:
        """The outputs for a row, if they are not there yet, and the leaves of its loss."""
        outputs = self.model(as_list(row)) if outputs is None else outputs
        error = self.loss(outputs, target)
        order = topological_order([error] if isinstance(error, Value) else [])
        return outputs, {node: None for node in order if node.op is None}

    def inspect(self, X: Matrix, targets: Sequence[Target]) -> Coding:
        """Rehearse; refuse a loss that depends on nothing trained; warn of what goes unseen."""
        coding, first = self.rehearse(as_list(X[0]), targets)
        trained = set(map(id, self.optimizer.params))
        few = slice(0, len(X), -(-len(X) // TRIED))
        for row, target in zip(X[few], targets[few]):
            outputs, leaves = self._leaves(row, coding.given(target), first)
            first = None
            if not trained.isdisjoint(map(id, leaves)):
                break
        else:
            raise autograd.InputValueError(
                "the loss does not depend on any parameter that the optimiser holds: was a number "
                "taken out of the graph, by float() or .data?"
            )
        paths = {p: path for path, p in self.model.named_parameters()}
        known = trained | set(map(id, paths))
        if not known.issuperset(map(id, leaves)):  # new ones in every call are constants
            _, again = self._leaves(row, coding.given(target))
            _warn_of_untrained(leaf for leaf in leaves if leaf in again and id(leaf) not in known)
        owner = self.optimizer.owner
        if owner is not None and owner is not self.model:
            paths = {p: path for path, p in owner.named_parameters()}
        if owner is not None and not trained.issuperset(map(id, paths)):
            late = {p: path for p, path in paths.items() if id(p) not in trained}
            _warn_of_untrained(late, late.values())
        _warn_of_logits(kind_of(self.loss), outputs)
        return coding

    def hint(self, X: Matrix, targets: Sequence[Target]) -> str:
        """What to try where the loss explodes or stalls: scaling, if this is a regression."""
        meaning = reading(self.loss)
        if meaning is None or meaning.of != "numbers":
            return ""
        for name, things in (("targets", targets), ("inputs", X)):
            largest = max(map(abs, flat(things)), default=0.0)
            if largest > LARGE:
                return (
                    f"; the {name} reach {largest:.3g}: scale them to about 1, for example with "
                    "nn.data.Standardizer, and scale predictions back"
                )
        return ""


def _warn_of_untrained(leaves: Iterable[Value], paths: Iterable[str] = ()) -> None:
    names = [*paths] or [leaf.name or repr(leaf) for leaf in leaves]
    if names:
        warnings.warn(
            f"fit does not train {', '.join(names[:5])}{', …' * (len(names) > 5)}, which the "
            "optimiser does not hold: make it after the model has all its parameters, as "
            "attributes or in lists, dicts or arrays of them; for a constant, use a plain number",
            stacklevel=6,
        )


def _warn_of_logits(kind: Loss, outputs: Outputs) -> None:
    """Softmax and sigmoid are part of the losses from logits: twice is once too often."""
    listed = outputs if isinstance(outputs, list) else [outputs]
    ends, twice = {str(getattr(output, "op", None)) for output in listed}, ""
    if kind is binary_cross_entropy_with_logits and ends == {"sigmoid"}:
        twice = "sigmoid"
    elif kind is cross_entropy and ends <= {"exp", "div"}:
        twice = "softmax" * (abs(math.fsum(flat(numbers(listed))) - 1.0) < 1e-9)
    if twice:
        warnings.warn(
            f"{kind.__name__} takes logits and applies {twice} itself, but the model ends in "
            f"{twice}: leave it out there",
            stacklevel=6,
        )


def example_weights(
    loss: Loss,
    targets: Listed,
    sample_weight: Sequence[float] | Array | None,
    class_weight: Mapping[Any, float] | str | None,
) -> list[float] | None:
    """Factors for the examples' losses, which make their mean a weighted one; None if all are 1.

    The factors of a loss over classes are in its terms already; here its mean is put right.

    >>> import nn
    >>> example_weights(nn.cross_entropy, [0, 1, 1, 1], None, "balanced")
    [2.0, 0.6666666666666666, 0.6666666666666666, 0.6666666666666666]
    """
    shares = shares_of(loss, targets)
    if sample_weight is None and class_weight is None and shares is None:
        return None
    weights = (
        [1.0] * len(targets) if sample_weight is None else checked_weights(sample_weight, targets)
    )
    if class_weight is not None:
        labels = _labels(loss, targets)
        counts = Counter(label for label in labels if label is not None)  # which are not ignored
        known, all_known = set(counts), counts.total()
        balanced = {label: all_known / (len(counts) * n) for label, n in counts.items()}
        factors = balanced if class_weight == "balanced" else class_weight
        if not isinstance(factors, Mapping) or not known <= set(factors):
            raise autograd.InputValueError(
                'class_weight is "balanced" or a dict with a factor for each label, '
                f"{sorted(known)}, but got {class_weight!r}"
            )
        factor = {label: check_number("a weight", factors[label]) for label in known}
        weights = [w * factor.get(label, 1.0) for w, label in zip(weights, labels)]
    total = math.fsum(w * s for w, s in zip(weights, shares or [1.0] * len(weights)))
    if not total:
        raise autograd.InputValueError("all examples have the weight 0: nothing would be learnt")
    return [w * len(weights) / total for w in weights]


def checked_weights(sample_weight: Sequence[float] | Array, targets: Listed) -> list[float]:
    """A factor of 0 or more for each target, as floats; InputValueError for anything else."""
    given: Any = sample_weight
    weights: Any = as_list(given) if isinstance(given, Iterable) else given
    if not isinstance(weights, list) or len(weights) != len(targets):
        found = len(weights) if isinstance(weights, list) else shown(sample_weight, 60)
        raise autograd.InputValueError(
            f"sample_weight has a factor for each of {len(targets)} examples, but got {found}"
        )
    # True and False too, as in a mask.
    return [check_number("a weight", int(w) if isinstance(w, bool) else w) for w in weights]


def _labels(loss: Loss, targets: Listed) -> list[Any]:
    meaning = reading(loss, targets=targets)
    labels = list(targets) if meaning is None else meaning.truths(targets)
    labels = [int(x) if isinstance(x, float) and x.is_integer() else x for x in labels]
    numbers = meaning is not None and meaning.of == "numbers"
    if numbers or any(isinstance(label, (list, float)) for label in labels):
        name = getattr(kind_of(loss), "__name__", repr(loss))
        raise autograd.InputValueError(
            f"class_weight is for targets that are one label each, but {name} has others"
        )
    return labels
