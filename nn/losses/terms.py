"""What losses share: predictions paired with targets out of any nesting, and mean or sum of terms.

Next: :mod:`nn.losses.pairwise`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import Value
from nn.kinds import Loss, Outputs

__all__ = ["kind_of", "listed", "name_of", "options_of", "reduce", "reduced"]


def kind_of(loss: Loss | None) -> Any:
    """The loss behind options that were given to it, by `functools.partial` or a loss module."""
    kind: Any = loss
    while not isinstance(kind, type) and hasattr(kind, "func"):
        kind = kind.func
    return kind


def name_of(loss: Loss) -> str:
    """The loss as it is written, with its options; with them it is another loss."""
    kind, options = kind_of(loss), options_of(loss)
    name = getattr(kind, "__name__", type(kind).__name__)
    text = ", ".join(f"{option}={given!r}" for option, given in options.items())
    return f"{name}({text})" if options else name


def options_of(loss: Any) -> dict[str, Any]:
    """The options that were given so."""
    if isinstance(loss, type) or not hasattr(loss, "func"):
        return {}
    return {**options_of(loss.func), **loss.keywords}


def reduced(
    name: str,
    term: Callable[..., Value | float],
    predictions: Outputs,
    targets: Outputs,
    reduction: str,
    weight: float | Sequence[float] | None = None,
) -> Any:
    """The mean or sum of a term for each prediction and its target, times a weight if given."""
    terms = [term(y, t) for y, t in pairs(name, predictions, targets)]
    if weight is not None:
        terms = [w * x for w, x in zip(for_each(name, "weight", weight, len(terms)), terms)]
    return reduce(name, terms, reduction)


def for_each(name: str, option: str, numbers: float | Sequence[float], count: int) -> list[float]:
    """One number for all terms, or one for each output over and over."""
    given = listed(numbers)
    given = given if isinstance(given, list) else [given]
    if not given or count % len(given) or not all(w >= 0 for w in given):
        raise autograd.InputValueError(
            f"{name}: {option} is a number of 0 or more, or one for each output, "
            f"but got {numbers!r}"
        )
    return given * (count // len(given))


def reduce(name: str, terms: Sequence[Value | float], reduction: str) -> Any:
    """The mean or the sum of terms; of a single one, itself."""
    if reduction not in ("mean", "sum"):
        raise autograd.InputValueError(
            f'{name}: reduction is "mean" or "sum", but got {reduction!r}'
        )
    if len(terms) == 1:
        return terms[0]
    return autograd.sum(terms) if reduction == "sum" else autograd.mean(terms)


def pairs(name: str, predictions: Outputs, targets: Outputs) -> list[tuple[Any, Any]]:
    """Predictions with their targets, in order, out of any nesting."""
    try:
        return _paired(name, predictions, targets)
    except RecursionError:
        raise autograd.InputValueError(
            f"{name} takes predictions and targets that nest a few levels, but these are nested "
            "far more deeply, or hold themselves"
        ) from None


def _paired(name: str, predictions: Any, targets: Any) -> list[tuple[Any, Any]]:
    predictions, targets = listed(predictions), listed(targets)
    if isinstance(predictions, list) and not isinstance(targets, list) and len(predictions) == 1:
        targets = [targets]
    if isinstance(predictions, list) != isinstance(targets, list):
        raise autograd.InputTypeError(
            f"{name} takes predictions and targets of one shape, "
            f"but got {_shape(predictions)} and {_shape(targets)}"
        )
    if not isinstance(predictions, list):
        return [(predictions, targets)]
    if len(predictions) != len(targets) or not predictions:
        raise autograd.InputValueError(
            f"{name} takes as many targets as predictions, at least one, "
            f"but got {len(predictions)} predictions and {len(targets)} targets"
        )
    return [pair for y, t in zip(predictions, targets) for pair in _paired(name, y, t)]


def listed(numbers: Outputs) -> Any:
    """A sequence or an array as a list, a NumPy number as Python's, anything else as it is."""
    if hasattr(numbers, "tolist"):
        return numbers.tolist()
    return list(numbers) if isinstance(numbers, tuple) else numbers


def _shape(numbers: Outputs) -> str:
    return f"a list of {len(numbers)}" if isinstance(numbers, list) else "a single number"
