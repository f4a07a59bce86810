"""Predictions: what the outputs of a trained model stand for.

Which label or probability that is depends on the loss it was trained with, see DECISIONS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from typing import Any

import autograd
from nn import losses
from nn.data.examples import check_rows
from nn.metrics import accuracy, argmax, labels_of
from nn.programs import BACKENDS, as_matrix, numbers, record_outputs

__all__ = [
    "DECISIONS",
    "check_backend",
    "decided",
    "decision_of",
    "predict",
    "predict_outputs",
    "predict_proba",
    "score",
]

Model = Callable[[Any], Any]
Decision = Callable[[Any], Any]
Loss = Callable[[Any, Any], Any]

# Rows from which on recording a model pays off.
MANY = 64


def _only(outputs: Any) -> Any:
    """The one output, whether the model returns it bare or in a list."""
    return outputs[0] if isinstance(outputs, list) else outputs


# What label the outputs of a model stand for that was trained with a given loss.
DECISIONS: dict[Loss, Decision] = {
    losses.cross_entropy: argmax,
    losses.nll_loss: argmax,
    losses.binary_cross_entropy: lambda outputs: int(_only(outputs) > 0.5),
    losses.binary_cross_entropy_with_logits: lambda outputs: int(_only(outputs) > 0.0),
    losses.hinge_loss: lambda outputs: 1 if _only(outputs) > 0.0 else -1,
}


def predict(
    model: Model,
    X: Iterable[Iterable[float]],
    *,
    loss: Loss | None = None,
    decide: Decision | None = None,
    backend: str = "auto",
) -> list[Any]:
    """The label that `decide` finds in the model's outputs, for each row of `X`.

    Without `decide` it is the label that they stand for by the `loss` that the model was trained
    with, and without either the index of the largest of several outputs. `backend` is as in
    `nn.fit`; "auto" records the model for many rows only.

    Raises InputValueError for a loss that is not for labels, and for one output that nothing says
    the meaning of; or for rows that do not fit.

    >>> import nn
    >>> predict(nn.Layer(2, 3, init="zeros"), [[1.0, 2.0], [3.0, 4.0]])
    [0, 0]
    >>> predict(nn.Neuron(2, init="zeros"), [[1.0, 2.0]], loss=nn.hinge_loss)
    [-1]
    """
    outputs = predict_outputs(model, X, backend=backend)
    several = hasattr(outputs[0], "__len__") and len(outputs[0]) > 1
    if not several and loss is None and decide is None:
        raise autograd.InputValueError(
            "one output is no label by itself: say with loss= what the model was trained with, "
            "or with decide= which label the output stands for"
        )
    return decided(decide or decision_of(loss), outputs)


def predict_proba(
    model: Model,
    X: Iterable[Iterable[float]],
    *,
    loss: Loss = losses.cross_entropy,
    backend: str = "auto",
) -> list[list[float]]:
    """The probability of each class, for each row of `X`; `loss` is what `model` was trained with.

    For cross_entropy these are the softmax of its logits, for nll_loss the exponentials of its
    logarithms; for the binary cross-entropies, the chances of class 0 and class 1. Raises
    InputValueError for a loss without probabilities.

    >>> import nn
    >>> predict_proba(nn.Layer(2, 4, init="zeros"), [[1.0, 2.0]])
    [[0.25, 0.25, 0.25, 0.25]]
    """
    chances: dict[Loss, Callable[[Any], list[float]]] = {
        losses.cross_entropy: autograd.softmax,
        losses.nll_loss: lambda logs: [autograd.exp(log) for log in logs],
        losses.binary_cross_entropy: lambda p: [1.0 - _only(p), _only(p)],
        losses.binary_cross_entropy_with_logits: lambda z: [
            autograd.sigmoid(-_only(z)),
            autograd.sigmoid(_only(z)),
        ],
    }
    if loss not in chances:
        known = ", ".join(known.__name__ for known in chances)
        raise autograd.InputValueError(
            f"predict_proba knows the probabilities behind {known}, but got {loss!r}"
        )
    outputs = predict_outputs(model, X, backend=backend)
    return [chances[loss](one) for one in _listed(outputs)]


def score(
    model: Model,
    X: Iterable[Iterable[float]],
    y: Sequence[Any],
    *,
    loss: Loss | None = None,
    decide: Decision | None = None,
    backend: str = "auto",
) -> float:
    """The fraction of rows whose label `predict` finds; the options are its.

    `y` holds labels, or one-hot vectors.

    >>> import nn
    >>> score(nn.Layer(2, 3, init="zeros"), [[1.0, 2.0], [3.0, 4.0]], [0, 1])
    0.5
    """
    predicted = predict(model, X, loss=loss, decide=decide, backend=backend)
    return accuracy(labels_of(y), predicted)


def predict_outputs(model: Model, X: Iterable[Iterable[float]], *, backend: str = "auto") -> Any:
    """The model's outputs as floats for each row: a list, or where it is recorded, an array.

    >>> import nn
    >>> predict_outputs(nn.Layer(2, 3, init="zeros"), [[1.0, 2.0]])
    [[0.0, 0.0, 0.0]]
    """
    rows: Any = X if hasattr(X, "__len__") else list(X)
    chosen = check_backend(backend)
    if chosen == "eager" or (backend == "auto" and len(rows) < MANY):
        with autograd.no_grad():
            return [numbers(model(row)) for row in check_rows(rows)]
    matrix = as_matrix(rows)
    return record_outputs(model, matrix[0].tolist(), backend=chosen)(matrix)


def decision_of(loss: Loss | None) -> Decision:
    """What `predict` decides by for this loss.

    >>> decision_of(None)([0.5, 0.75])
    1
    """
    if loss is None:
        return argmax
    if loss not in DECISIONS:
        known = ", ".join(known.__name__ for known in DECISIONS)
        name = getattr(loss, "__name__", repr(loss))
        raise autograd.InputValueError(
            f"outputs are labels for the losses {known}, but got {name}: "
            "say with decide= which label they stand for"
        )
    return DECISIONS[loss]


def decided(decide: Decision, outputs: Any) -> list[Any]:
    """The label for each example of a list or an array of outputs.

    >>> decided(argmax, [[0.0, 1.0], [2.0, 1.0]])
    [1, 0]
    """
    if decide is argmax and hasattr(outputs, "argmax"):
        labels: list[int] = outputs.argmax(axis=1).tolist()
        return labels
    return [decide(one) for one in _listed(outputs)]


def check_backend(backend: str) -> str:
    """The backend, with "eager" for "auto" where NumPy is missing.

    >>> check_backend("eager")
    'eager'
    """
    if backend not in BACKENDS:
        raise autograd.InputValueError(
            f"backend is one of {', '.join(BACKENDS)}, but got {backend!r}"
        )
    return "eager" if backend == "auto" and find_spec("numpy") is None else backend


def _listed(things: Any) -> list[Any]:
    return things.tolist() if hasattr(things, "tolist") else list(things)
