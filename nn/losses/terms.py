"""What losses share: predictions paired with targets out of any nesting, and mean or sum of terms.

Next: :mod:`nn.losses.pairwise`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import autograd
from autograd import Value
from autograd.nested import DEEPEST, too_deep
from autograd.reals import real
from nn.checks import only
from nn.kinds import Loss, Outputs

__all__ = [
    "Factors", "Number", "kind_of", "listed", "name_of", "number", "options_of", "reduce",
    "reduced",
]  # fmt: skip

Number: TypeAlias = "Value | float"
Factors: TypeAlias = "float | Sequence[float] | None"
"""One for all outputs, or one for each of them."""


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
