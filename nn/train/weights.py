"""How much each example counts in training: by itself, by its class, and by options of the loss.

Next: :mod:`nn.train.eager_steps` multiplies losses by it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import autograd
from autograd.arrays import Array
from autograd.nests import as_list
from autograd.reals import shown
from nn.checks import check_number
from nn.kinds import Listed, Loss
from nn.losses.classes import shares_of
from nn.losses.terms import kind_of
from nn.reading import reading

__all__ = ["checked_weights", "example_weights"]


def example_weights(
    loss: Loss,
    targets: Listed,
    sample_weight: Sequence[float] | Array | None,
    class_weight: Mapping[Any, float] | str | None,
) -> list[float] | None:
    """Factors for the examples' losses, which make their mean a weighted one; None if all are 1.

    The factors of a loss over classes are in its terms already; here its mean is put right.

    >>> import nn
    >>> example_weights(nn.mse_loss, [0.0, 1.0], [1.0, 3.0], None)
    [0.5, 1.5]
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
