"""Predictions: labels, chances or numbers out of a trained model.

What outputs stand for depends on the loss that it was trained with, see :mod:`nn.reading`. A model
is recorded once it pays, and the program is kept for the next call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from importlib.util import find_spec
from typing import Any

import autograd
from autograd.keeping import Portrait, portrait_of
from autograd.listed import items_of
from autograd.nests import as_list, is_nested, numbers
from nn import losses
from nn.data.examples import as_matrix, check_rows
from nn.kinds import Decision, Loss, Matrix, Model, Targets
from nn.losses.pairwise import Number, kind_of
from nn.metrics import accuracy, r2_score
from nn.programs import BACKENDS, PROGRAMS, recorded_outputs
from nn.reading import READINGS, Reading, required

__all__ = ["check_backend", "predict", "predict_outputs", "predict_proba", "score"]


# A recording takes the time in which a large model sees so many rows, in one call or in several; of
# a small one more, for what does not depend on its size, but never so many as twice the second.
LARGE, SMALL, SIZE = 10, 32, 600
# How far chances may miss a sum of 1.
CLOSE = 1e-6

_SEEN: Counter[Hashable] = Counter()  # rows that went through models that are not recorded


def predict(
    model: Model,
    X: Iterable[Iterable[float]],
    *,
    loss: Loss | None = None,
    decide: Decision | None = None,
    backend: str = "auto",
) -> list[Any]:
    """What the model's outputs stand for, for each row of `X`: a label, or of a regression numbers.

    `loss` is what the model was trained with: of cross_entropy and nll_loss the largest output
    wins, binary losses decide for each output by itself, and numbers are what mse_loss and its kin
    mean. Without it several outputs are classes. `decide` finds a label in outputs in a way of its
    own. `backend` is as in `nn.fit`; "auto" records the model once that pays.

    Raises InputValueError for a loss that it does not know, and for one output that nothing says
    the meaning of; or for rows that do not fit.

    >>> import nn
    >>> predict(nn.Layer(2, 3, init="zeros"), [[1.0, 2.0], [3.0, 4.0]])
    [0, 0]
    >>> predict(nn.Layer(2, 3, init="zeros"), [[1.0, 2.0]], loss=nn.hinge_loss)
    [[-1, -1, -1]]
    """
    outputs = predict_outputs(model, X, backend=backend)
    return _meaning(model, outputs, loss, decide).labels(outputs)


def predict_proba(
    model: Model, X: Iterable[Iterable[float]], *, loss: Loss | None = None, backend: str = "auto"
) -> list[list[float]]:
    """The probability of each class, for each row of `X`; `loss` is what `model` was trained with.

    Outputs that are probabilities already, after a softmax, are given as they are. Otherwise they
    are the softmax of logits, for nll_loss the exponentials of logarithms; for the binary
    cross-entropies, the chances of class 0 and class 1, or of several outputs the chance of each.
    Raises InputValueError for a loss without probabilities, and outputs that are none.

    >>> import nn
    >>> predict_proba(nn.Layer(2, 4, init="zeros"), [[1.0, 2.0]])
    [[0.25, 0.25, 0.25, 0.25]]
    """
    outputs = predict_outputs(model, X, backend=backend)
    if is_nested(outputs[0]):
        raise autograd.InputValueError(
            "predict_proba takes a model with one list of outputs for a row, but this has several"
        )
    if hasattr(outputs, "argmax"):
        rows = outputs.reshape(len(outputs), -1)
    else:
        rows = [one if isinstance(one, list) else [one] for one in outputs]
    kind = losses.cross_entropy if loss is None and len(rows[0]) > 1 else kind_of(loss)
    chances_of = READINGS[kind].chances if kind in READINGS else None
    if chances_of is None:
        known = ", ".join(known.__name__ for known, found in READINGS.items() if found.chances)
        raise autograd.InputValueError(
            f"predict_proba knows the probabilities behind {known}: say with loss= which "
            f"of them the model was trained with, but got {loss!r}"
        )
    exclusive = kind in (losses.cross_entropy, losses.nll_loss)
    if exclusive and _are_chances(rows, add_up=True):
        return as_list(rows)
    chances = _mapped(chances_of, rows)
    if not _are_chances(chances, add_up=exclusive):
        raise autograd.InputValueError(
            f"{kind.__name__} is for outputs that stand for probabilities, but these outputs give "
            f"{as_list(chances)[0]}: end the model in "
            f"{'log_softmax' if exclusive else 'sigmoid'}, or say another loss"
        )
    return as_list(chances)


def score(
    model: Model,
    X: Iterable[Iterable[float]],
    y: Targets,
    *,
    loss: Loss | None = None,
    decide: Decision | None = None,
    backend: str = "auto",
) -> float:
    """The fraction of rows whose label `predict` finds, of a regression R²; the options are its.

    `y` holds what `fit` takes. Of several labels in a row all have to be right.

    >>> import nn
    >>> score(nn.Layer(2, 3, init="zeros"), [[1.0, 2.0], [3.0, 4.0]], [0, 1])
    0.5
    """
    outputs = predict_outputs(model, X, backend=backend)
    meaning = _meaning(model, outputs, loss, decide, y)
    truths, labels = meaning.truths(y), meaning.labels(outputs)
    if meaning.of == "numbers":
        return r2_score(truths, labels)
    if None in truths:  # which are targets to be ignored
        labels = [label for label, truth in zip(labels, truths) if truth is not None]
        truths = [truth for truth in truths if truth is not None]
    return accuracy(truths, labels)


def predict_outputs(model: Model, X: Iterable[Iterable[float]], *, backend: str = "auto") -> Any:
    """The model's outputs as floats for each row: a list, or where it is recorded, an array."""
    rows: Any = X if getattr(X, "ndim", 1) and hasattr(X, "__len__") else items_of("X", X)
    chosen = check_backend(backend)
    if chosen != "eager":
        portrait = portrait_of(model)
        if backend != "auto" or _pays(portrait, len(rows)):
            return recorded_outputs(model, as_matrix(rows), portrait=portrait, backend=chosen)
    with autograd.no_grad():
        return [numbers(model(row)) for row in check_rows(rows)]


def check_backend(backend: str) -> str:
    """The backend, with "eager" for "auto" where NumPy is missing."""
    if backend not in BACKENDS:
        raise autograd.InputValueError(
            f"backend is one of {', '.join(BACKENDS)}, but got {backend!r}"
        )
    return "eager" if backend == "auto" and find_spec("numpy") is None else backend


def _pays(portrait: Portrait, rows: int) -> bool:
    """Whether to record: for many rows at once, or as soon as so many came one by one."""
    many = LARGE + min(SMALL, SIZE // (len(portrait.leaves) + 1))
    if portrait.token is None or rows >= many:
        return rows >= many
    _SEEN[portrait.token] += rows
    enough = _SEEN[portrait.token] > many
    if len(_SEEN) > 1000:
        _SEEN.clear()
    return enough


def _mapped(function: Callable[[list[Number]], list[Any]], rows: Matrix) -> Any:
    """A function of each row, by a program where they are an array."""
    if isinstance(rows, list):
        return [function([*row]) for row in rows]
    first = as_list(rows[0])
    key = "chances", Portrait(function).token, len(first)
    program = PROGRAMS.kept(key, 0, lambda: autograd.compiled(lambda x: function(x)).program(first))
    return program(x=rows)


def _meaning(
    model: Model,
    outputs: Matrix,
    loss: Loss | None,
    decide: Decision | None,
    targets: Targets | None = None,
) -> Reading:
    several = hasattr(outputs[0], "__len__") and len(outputs[0]) > 1
    names = getattr(model, "class_names", None)
    return required(loss, decide, several, targets=targets, names=names)


def _are_chances(rows: Any, *, add_up: bool) -> bool:
    """Whether all numbers are from 0 to 1, and of each row `add_up` to 1 if they should."""
    if isinstance(rows, list):
        inside = all(0.0 <= p <= 1.0 for row in rows for p in row)
        return inside and (not add_up or all(abs(sum(row) - 1.0) < CLOSE for row in rows))
    inside = bool(((rows >= 0.0) & (rows <= 1.0)).all())
    return inside and (not add_up or bool((abs(rows.sum(axis=-1) - 1.0) < CLOSE).all()))
