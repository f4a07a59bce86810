"""Losses: how wrong predictions are, as one Value to differentiate.

Each takes predictions and targets: two single numbers, two lists of one length, or lists of lists
for a batch. `reduction` says what becomes of many terms: "mean" over all of them, as in PyTorch,
or "sum". For convenience at networks with one output, a bare target may face a list of one
prediction. Floats are checked; Values may be placeholders that are filled later, and are not.
Below them is what all losses share. Next: :mod:`nn.optim.optimizer`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import autograd
from autograd import Value
from autograd.nested import DEEPEST, too_deep
from autograd.reals import only, real
from nn.kinds import Loss, Numbers, Outputs

__all__ = [
    "Number", "binary_cross_entropy", "binary_cross_entropy_with_logits", "hinge_loss", "kind_of",
    "l1_loss", "listed", "mse_loss", "name_of", "number", "options_of", "reduce",
]  # fmt: skip

Number: TypeAlias = "Value | float"
Factors: TypeAlias = "float | Sequence[float] | None"
"""One for all outputs, or one for each of them."""


def mse_loss(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """Squared differences (y − t)².

    >>> mse_loss([1.0, 3.0], [0.0, 0.0])
    5.0
    """
    return reduced("mse_loss", lambda y, t: (y - t) ** 2, predictions, targets, reduction)


def l1_loss(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """Absolute differences \\|y − t\\|, with derivative 0 where they vanish.

    >>> l1_loss([1.0, -3.0], [0.0, 0.0])
    2.0
    """
    return reduced("l1_loss", lambda y, t: abs(y - t), predictions, targets, reduction)


def binary_cross_entropy(
    predictions: Numbers, targets: Numbers, *, weight: Factors = None, reduction: str = "mean"
) -> Any:
    """−t·log(p) − (1 − t)·log(1 − p) for probabilities p of class 1 and targets t in [0, 1].

    `weight` is a factor, or one for each output. From a network without sigmoid,
    `binary_cross_entropy_with_logits` is exact in the tails too.

    >>> round(binary_cross_entropy(0.25, 0.0), 12)  # −log(0.75)
    0.287682072452
    """

    def term(p: Number, t: Number, factor: float | None) -> Any:
        _check_chance("binary_cross_entropy", "target", t)
        _check_chance("binary_cross_entropy", "prediction", p)
        # Where t is 0 or 1 one logarithm drops out, also at p = 0 or 1, where 0·log(0) is nan.
        ones = autograd.where(t, t * autograd.log(p), 0.0)
        zeros = autograd.where(1.0 - t, (1.0 - t) * autograd.log1p(-p), 0.0)
        return _times(factor, -(ones + zeros))

    return reduced("binary_cross_entropy", term, predictions, targets, reduction, weight=weight)


def binary_cross_entropy_with_logits(
    predictions: Numbers,
    targets: Numbers,
    *,
    weight: Factors = None,
    pos_weight: Factors = None,
    reduction: str = "mean",
) -> Any:
    """Binary cross-entropy of sigmoid(z), from the logits z: t·softplus(−z) + (1 − t)·softplus(z).

    Neither term is negative, so nothing cancels for confident logits. `weight` is a factor, or one
    for each output; `pos_weight` likewise, on the first term only.

    >>> round(binary_cross_entropy_with_logits(0.0, 1.0), 12)  # log(2)
    0.69314718056
    """
    name, factors = "binary_cross_entropy_with_logits", {"weight": weight, "pos_weight": pos_weight}

    def term(z: Number, t: Number, factor: float | None, positive: float | None) -> Any:
        _check_chance(name, "target", t)
        missed = _times(positive, t * autograd.softplus(-z))
        return _times(factor, missed + (1.0 - t) * autograd.softplus(z))

    return reduced(name, term, predictions, targets, reduction, **factors)


def hinge_loss(predictions: Numbers, targets: Numbers, *, reduction: str = "mean") -> Any:
    """Max-margin loss max(0, 1 − t·y) for scores y and targets t of −1 or +1.

    >>> hinge_loss([2.0, 0.5, -1.0], [1, 1, 1])  # (0 + 0.5 + 2) / 3
    0.8333333333333334
    """

    def term(y: Number, t: Number) -> Any:
        if not isinstance(t, Value) and t not in (-1, 1):
            raise autograd.InputValueError(
                f"hinge_loss takes targets -1 and 1, but got {t:g}: from 0 and 1, take 2*t - 1"
            )
        return autograd.relu(1.0 - t * y)

    return reduced("hinge_loss", term, predictions, targets, reduction)


def _times(factor: float | None, number: Number) -> Any:
    return number if factor is None else factor * number


def _check_chance(loss: str, what: str, number: Number) -> None:
    if what == "target" and isinstance(number, Value):
        return
    try:
        value = number.data if isinstance(number, Value) else number
    except autograd.TraceError:  # a recording is for other numbers too
        return
    if value < 0 or value > 1:
        raise autograd.InputValueError(f"{loss} takes {what}s between 0 and 1, but got {value!r}")


def kind_of(loss: Loss | None) -> Any:
    """The loss behind options that were given to it, by `functools.partial` or a loss module."""
    kind: Any = loss
    while not isinstance(kind, type) and hasattr(kind, "func"):
        kind = kind.func
    return kind


def options_of(loss: Loss | None) -> dict[str, Any]:
    """The options that were given so."""
    if loss is None or isinstance(loss, type) or not hasattr(loss, "func"):
        return {}
    return {**options_of(loss.func), **getattr(loss, "keywords", {})}


def name_of(loss: Loss) -> str:
    """The loss as it is written, with its options; with them it is another loss."""
    kind = kind_of(loss)
    name = getattr(kind, "__name__", type(kind).__name__)
    text = ", ".join(f"{option}={given!r}" for option, given in options_of(loss).items())
    return f"{name}({text})" if text else name


def reduced(
    name: str,
    term: Callable[..., Number],
    predictions: Outputs,
    targets: Outputs,
    reduction: str,
    **factors: Factors,
) -> Any:
    """The mean or sum of a term for each prediction, its target, and its own of the factors."""
    pairs = _pairs(name, predictions, targets)
    each = [_for_each(name, option, given, len(pairs)) for option, given in factors.items()]
    return reduce(name, [term(*pair, *own) for pair, *own in zip(pairs, *each)], reduction)


def reduce(name: str, terms: Sequence[Number], reduction: str) -> Any:
    """The mean or the sum of terms; of a single one, itself."""
    if reduction not in ("mean", "sum"):
        raise autograd.InputValueError(
            f'{name}: reduction is "mean" or "sum", but got {reduction!r}'
        )
    if len(terms) == 1:
        return terms[0]
    return autograd.sum(terms) if reduction == "sum" else autograd.mean(terms)


def _for_each(name: str, option: str, numbers: Factors, count: int) -> list[float | None]:
    """A factor for each of so many terms: those of the outputs over and over."""
    found = [None] if numbers is None else listed(numbers)
    given: list[float | None] = found if isinstance(found, list) else [found]
    given = [None if w is None else number(w, f"{option} of {name}") for w in given]
    if not given or count % len(given) or not all(w is None or w >= 0 for w in given):
        raise autograd.InputValueError(
            f"{name}: {option} is a number of 0 or more, or one for each output, "
            f"but got {numbers!r}"
        )
    return given * (count // len(given))


def number(x: Any, what: str) -> Any:
    """A Value as it is, any other real number as a float; an error for the rest begins so."""
    return x if isinstance(x, (Value, float)) else real(only(x), what)


def _pairs(name: str, predictions: Outputs, targets: Outputs, depth: int = 0) -> list[Any]:
    """Predictions with their targets, in order, out of any nesting."""
    ys, ts = listed(predictions), listed(targets)
    if isinstance(ys, list) and not isinstance(ts, list) and len(ys) == 1:
        ts = [ts]
    if isinstance(ys, list) != isinstance(ts, list):
        raise autograd.InputTypeError(
            f"{name} takes predictions and targets of one shape, but got {_shape(ys)} and "
            f"{_shape(ts)}"
        )
    if not isinstance(ys, list):
        return [(number(ys, f"a prediction of {name}"), number(ts, f"a target of {name}"))]
    if len(ys) != len(ts) or not ys:
        raise autograd.InputValueError(
            f"{name} takes as many targets as predictions, at least one, but got {len(ys)} "
            f"predictions and {len(ts)} targets"
        )
    if depth > DEEPEST:
        raise too_deep(f"what {name} takes")
    return [pair for y, t in zip(ys, ts) for pair in _pairs(name, y, t, depth + 1)]


def listed(numbers: Outputs) -> Any:
    """A sequence or an array as a list, a NumPy number as Python's, anything else as it is."""
    if hasattr(numbers, "tolist"):
        return numbers.tolist()
    return list(numbers) if isinstance(numbers, tuple) else numbers


def _shape(numbers: Outputs) -> str:
    return f"a list of {len(numbers)}" if isinstance(numbers, list) else "a single number"
