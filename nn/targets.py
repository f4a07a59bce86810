"""Targets: how a loss is given what the outputs should have been.

Numbers and rows of numbers are given as they are. A class's index reaches nn's own losses as a
one-hot vector where they are recorded; a loss of the user's own gets the index, or the one-hot
vector if it can do nothing with an index, whatever the backend. Next: :mod:`nn.programs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import autograd
from autograd import Value
from autograd.arrays import Array
from autograd.extras import needed
from autograd.nests import flat, is_nested, numbers, shape_of
from nn.kinds import Loss, Outputs, Target, Targets
from nn.losses import cross_entropy, hinge_loss, nll_loss
from nn.losses.pairwise import kind_of, options_of

__all__ = ["Coding", "encoded", "is_number"]


class Coding:
    """How targets like these are given to this loss, by a model with such outputs.

    `classes` is how many classes there are where targets are indices, else 0; `as_vector` tells
    that the loss wants one-hot vectors. `nest` are the outputs, if they have no one shape.

    Raises InputTypeError if a loss of the user's own can do nothing with either.

    >>> Coding(lambda z, t: -z[t], [0.5, 0.25], [0, 1]).given(1)
    1
    >>> Coding(lambda z, t: -sum(a * b for a, b in zip(z, t)), [0.5, 0.25], [0, 1]).given(1)
    [0.0, 1.0]
    """

    def __init__(self, loss: Loss, outputs: Outputs, targets: Sequence[Target]) -> None:
        self.loss = loss
        self.nested = is_nested(outputs)
        self.nest = numbers(outputs) if shape_of(outputs) is None else None
        self.ours = getattr(kind_of(loss), "__module__", "").startswith("nn.losses")
        self.ignored = options_of(loss).get("ignore_index") if self.ours else None
        self.classes = self._classes(outputs, targets)
        self.as_vector = bool(self.classes) and not self.ours and self._wants_vector(outputs)

    def _classes(self, outputs: Outputs, targets: Sequence[Target]) -> int:
        """How many classes the targets are indices of; 0 if they are none."""
        shape = shape_of(outputs)
        if not all(hasattr(t, "__index__") for t in flat(targets)):
            return 0
        # Of nn's losses over classes, a row of several lists has an index for each of them.
        lists = self.nested and kind_of(self.loss) in (cross_entropy, nll_loss)
        fit = shape is not None and shape_of(targets[0]) == (shape[:-1] if lists else ())
        width = shape[-1] if shape and fit and (lists or not self.nested) else 0
        if width < 2 and (self.ours or not self.nested):
            return 0
        if self.ours or (width and max(flat(targets)) < width):
            return width
        # Counts, perhaps, which the loss calculates with; otherwise they say how many there are.
        calculates = not self._fault(outputs, Value(0.5))
        return 0 if calculates else width or int(max(flat(targets))) + 1

    def _wants_vector(self, outputs: Outputs) -> bool:
        faults = [self._fault(outputs, target) for target in (0, self._one_hot(0))]
        if not all(faults):
            return bool(faults[0])
        raise autograd.InputTypeError(
            f"a loss gets a class's index or a one-hot vector as target, but {self.loss!r} gives "
            f"one number for neither, {'; '.join(faults)}"
        )

    def _fault(self, outputs: Outputs, target: Target | Value) -> str:
        """What the loss cannot do with a target; empty if it gives one number."""
        try:
            error = self.loss(outputs, target)
        except Exception as fault:
            return f"with {target}: {type(fault).__name__}: {fault}"
        return "" if is_number(error) else f"with {target}: it returned {error!r}"[:200]

    def given(self, target: Any) -> Any:
        """What the loss gets for a target when it is called with plain numbers."""
        return self._one_hot(target) if self.as_vector else target

    def _one_hot(self, target: int) -> list[float]:
        if not 0 <= target < self.classes:
            raise self._outside(target)
        return [float(k == target) for k in range(self.classes)]

    def array(self, targets: Sequence[Target]) -> Array:
        """Targets with one row an example: one-hot vectors, or the numbers given."""
        np = needed("numpy", "compiled training")
        if not self.classes:
            try:
                given: Array = np.array(targets, dtype=float)
            except ValueError:
                raise autograd.InputValueError(
                    "y holds targets of several shapes, which no program takes: give them one, or "
                    'train with backend="eager"'
                ) from None
            return given
        indices = np.array(targets).astype(np.intp)  # booleans would be masks
        counted = np.ones(indices.shape, bool) if self.ignored is None else indices != self.ignored
        wrong = indices[counted & ((indices < 0) | (indices >= self.classes))]
        if wrong.size:
            raise self._outside(wrong[0])
        hot: Array = np.eye(self.classes)[np.where(counted, indices, 0)] * counted[..., None]
        return hot

    def _outside(self, target: int) -> autograd.InputValueError:
        return autograd.InputValueError(
            f"class {target} is outside the {self.classes} classes 0 to {self.classes - 1} that "
            "the model has outputs for"
        )

    def recorded(self, outputs: Outputs, target: Outputs) -> Any:
        """The loss where `target` is a row of `array`, in Values."""
        if not self.classes or self.as_vector or self.ours or not isinstance(target, list):
            return self.loss(outputs, target)
        # An index cannot be a Value: the loss is recorded for each class, and one of them counts.
        errors = [self.loss(outputs, k) for k in range(self.classes)]
        return autograd.sum([autograd.where(t, e, 0.0) for t, e in zip(target, errors)])


def is_number(error: Any) -> bool:
    """Whether a loss returned what it should."""
    return isinstance(error, (Value, Real)) and not isinstance(error, bool)


def encoded(
    loss: Loss, y: Targets, validation: tuple[Any, Targets] | None
) -> tuple[Any, Any, list[str] | None]:
    """Targets, (X, targets) of the validation data, and the names where labels are words.

    >>> encoded(hinge_loss, ["no", "yes"], None)
    ([-1, 1], None, ['no', 'yes'])
    """
    labels = y.tolist() if hasattr(y, "tolist") else y
    if not (isinstance(labels, (list, tuple)) and labels and isinstance(labels[0], str)):
        return y, validation, None
    names = sorted({*map(str, labels)})
    codes = [-1, 1] if kind_of(loss) is hinge_loss and len(names) <= 2 else range(len(names))
    code = dict(zip(names, codes))
    if validation is not None:
        strangers = [label for label in validation[1] if label not in code]
        if strangers:
            raise autograd.InputValueError(
                f"in the validation data, label {strangers[0]!r} is none of {', '.join(names)}"
            )
        validation = validation[0], [code[str(label)] for label in validation[1]]
    return [code[str(label)] for label in labels], validation, names
