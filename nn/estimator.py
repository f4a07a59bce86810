"""What the estimators of :mod:`nn.sklearn` share: options, solvers, and training by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

import autograd
from autograd import extras
from nn.data.examples import train_test_split
from nn.layers import MLP
from nn.optim.adaptive import Adam
from nn.optim.optimizer import SGD, Optimizer
from nn.predict import predict_outputs
from nn.train.fitting import fit
from nn.train.lbfgs import fit_lbfgs
from nn.train.weights import checked_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from autograd.arrays import Array
    from nn.kinds import Examples, Loss, Sparse

try:
    import numpy as np
    from sklearn.base import BaseEstimator
    from sklearn.utils import check_random_state
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise extras.missing("sklearn", "nn.sklearn") from error

__all__ = ["Coded", "Estimator", "by_steps"]

E = TypeVar("E", bound="Estimator")
Coded = tuple["Sequence[int] | Array", int, "Loss"]
"""Targets, how many outputs they need, and the loss."""

SOLVERS: dict[str, Callable[..., Optimizer]] = {
    "adam": Adam,
    "sgd": lambda params, lr: SGD(params, lr, momentum=0.9, nesterov=True),
}


@dataclass(repr=False, eq=False)
class Estimator(BaseEstimator):  # type: ignore[misc]  # (scikit-learn is untyped)
    """What classifier and regressor share: options, training and outputs; see `MLPClassifier`."""

    hidden_layer_sizes: int | Sequence[int] = (16,)
    _: KW_ONLY
    activation: str = "relu"
    learning_rate: float = 0.01
    alpha: float = 0.0
    max_iter: int = 200
    batch_size: int = 32
    patience: int | None = None
    solver: str = "adam"
    early_stopping: bool = False
    validation_fraction: float = 0.1
    verbose: bool = False
    random_state: int | np.random.RandomState | None = None
    backend: str = "auto"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _rows(self, X: Examples, **options: ArrayLike) -> Any:
        """Checked rows as arrays, of sparse matrices too; with `y` among the options a pair."""
        found = validate_data(self, X, accept_sparse="csr", dtype=float, **options)
        return tuple(map(_dense, found)) if isinstance(found, tuple) else _dense(found)

    def _checked(self, X: Examples, y: ArrayLike, *, reset: bool) -> tuple[Array, Array]:
        """Rows, and labels or targets, as arrays."""
        raise NotImplementedError

    def _coded(self, y: Array, classes: ArrayLike | None) -> Coded:
        """What is learnt from; `classes` are all that there are, None if they are known."""
        raise NotImplementedError

    def fit(self: E, X: Examples, y: ArrayLike, sample_weight: ArrayLike | None = None) -> E:
        """Train a new network on rows `X` and a label or target in `y` for each.

        A weight of 0 in `sample_weight` counts as an example that is not there, and one of 2 as
        an example that is there twice: exactly where all examples are learnt from at once, by
        "lbfgs" or in one batch; with smaller batches only in the mean over the steps.
        """
        rows, y = self._checked(X, y, reset=True)
        options: dict[str, Any] = {}
        if sample_weight is not None:
            weights = np.array(checked_weights(np.atleast_1d(np.asarray(sample_weight)), y))
            there = weights > 0
            if not there.any():
                raise autograd.InputValueError(
                    "sample_weight needs a number above 0, but all are zero: nothing is learnt"
                )
            rows, y, options["sample_weight"] = rows[there], y[there], weights[there]
        targets, outputs, loss = self._coded(y, y)
        self._begin(rows.shape[1], outputs)
        early, patience = self.early_stopping, self.patience
        if self.solver == "lbfgs":
            if early or patience is not None:
                raise autograd.InputValueError(
                    'solver="lbfgs" ends by itself, at a minimum or after max_iter: leave out '
                    "early_stopping and patience"
                )
            return self._learn(rows, targets, loss, max_iter=self.max_iter, **options)
        if early:
            if options:
                raise autograd.InputValueError(
                    "early_stopping judges a part of the examples, all alike, which sample_weight "
                    "does not reach: leave out one of them"
                )
            rows, X_kept, targets, y_kept = train_test_split(
                rows, targets, test_size=self.validation_fraction, rng=self._rng
            )
            patience = patience or 10
            options = {"validation": (X_kept, y_kept), "restore_best": True}
        return self._learn(rows, targets, loss, epochs=self.max_iter, patience=patience, **options)

    def _fit_more(self: E, X: Examples, y: ArrayLike, classes: ArrayLike | None) -> E:
        """An epoch of `partial_fit`."""
        if self.early_stopping:
            raise autograd.InputValueError(
                "partial_fit ends with its one epoch: leave out early_stopping"
            )
        first = not hasattr(self, "model_")
        rows, labels = self._checked(X, y, reset=first)
        targets, outputs, loss = self._coded(labels, classes if first else None)
        if first:
            self._begin(rows.shape[1], outputs)
        return self._learn(rows, targets, loss, epochs=1)

    def _begin(self, columns: int, outputs: int) -> None:
        """A new network, and what its training needs."""
        if self.solver not in SOLVERS and self.solver != "lbfgs":
            raise autograd.InputValueError(
                f"solver is one of {', '.join(SOLVERS)}, lbfgs, but got {self.solver!r}"
            )
        self._rng = Random(int(check_random_state(self.random_state).randint(2**31)))
        hidden = np.atleast_1d(self.hidden_layer_sizes).tolist()
        self.model_ = MLP(columns, [*hidden, outputs], activation=self.activation, rng=self._rng)
        self._optimizer: Optimizer | None = None  # it is made for the first step
        self.loss_curve_: list[float] = []

    def _learn(self: E, X: Array, targets: Sequence[int] | Array, loss: Loss, **options: Any) -> E:
        """Go on learning: by steps, from what the optimiser remembers, or by L-BFGS."""
        shown = bool(self.verbose)
        options |= {"loss": loss, "l2": self.alpha, "progress": shown, "backend": self.backend}
        if self.solver == "lbfgs":
            self.history_ = fit_lbfgs(self.model_, X, targets, **options)
        else:
            if self._optimizer is None:
                self._optimizer = SOLVERS[self.solver](self.model_.parameters(), self.learning_rate)
            options |= {"batch_size": self.batch_size, "rng": self._rng, "track_accuracy": False}
            self.history_ = fit(self.model_, X, targets, optimizer=self._optimizer, **options)
        self.loss_curve_ += self.history_.loss
        self.n_iter_ = len(self.loss_curve_)
        return self

    def _outputs(self, X: Examples) -> Any:
        check_is_fitted(self)
        return np.asarray(
            predict_outputs(self.model_, self._rows(X, reset=False), backend=self.backend)
        )


def _dense(matrix: Array | Sparse) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else np.asarray(matrix)


def by_steps(estimator: Estimator) -> bool:
    """Whether it can learn on: L-BFGS takes all examples at once."""
    return bool(estimator.solver != "lbfgs")
