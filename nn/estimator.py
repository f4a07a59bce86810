"""What the estimators of :mod:`nn.sklearn` share: options, solvers, and training by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

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

__all__ = ["Estimator", "by_steps"]


SOLVERS: dict[str, Callable[..., Optimizer]] = {
    "adam": Adam,
    "sgd": lambda params, lr: SGD(params, lr, momentum=0.9, nesterov=True),
}


class Estimator(BaseEstimator):  # type: ignore[misc]  # (scikit-learn is untyped)
    """What classifier and regressor share: options, training and outputs; see `MLPClassifier`.

    >>> Estimator(solver="lbfgs").get_params()["solver"]
    'lbfgs'
    """

    _optimizer: Optimizer | None = None  # of "adam" and "sgd", with what it remembers

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (16,),
        *,
        activation: str = "relu",
        learning_rate: float = 0.01,
        alpha: float = 0.0,
        max_iter: int = 200,
        batch_size: int = 32,
        patience: int | None = None,
        solver: str = "adam",
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        verbose: bool = False,
        random_state: int | np.random.RandomState | None = None,
        backend: str = "auto",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.learning_rate = learning_rate
        self.alpha = alpha
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.patience = patience
        self.solver = solver
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.verbose = verbose
        self.random_state = random_state
        self.backend = backend

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _rows(self, X: Examples, **options: ArrayLike) -> Any:
        """Checked rows as arrays, of sparse matrices too; with `y` among the options a pair."""
        found = validate_data(self, X, accept_sparse="csr", dtype=float, **options)
        return tuple(map(_dense, found)) if isinstance(found, tuple) else _dense(found)

    def _counted(self, X: Array, y: Array, sample_weight: ArrayLike | None) -> tuple[Any, Any, Any]:
        """The examples that count at all, so that a weight of 0 is one that is not there."""
        if sample_weight is None:
            return X, y, None
        given: Any = np.atleast_1d(np.asarray(sample_weight))
        weights = np.array(checked_weights(given, y))
        if not weights.any():
            raise autograd.InputValueError(
                "sample_weight needs a number above 0, but all are zero: nothing would be learnt"
            )
        return X[weights > 0], y[weights > 0], weights[weights > 0]

    def _begin(self, columns: int, outputs: int) -> None:
        """A new network, and what its training needs."""
        if self.solver not in SOLVERS and self.solver != "lbfgs":
            raise autograd.InputValueError(
                f"solver is one of {', '.join(SOLVERS)}, lbfgs, but got {self.solver!r}"
            )
        self._rng = Random(int(check_random_state(self.random_state).randint(2**31)))
        sizes = self.hidden_layer_sizes
        hidden: Any = sizes if hasattr(sizes, "__iter__") else [sizes]
        self.model_ = MLP(columns, [*hidden, outputs], activation=self.activation, rng=self._rng)
        self._optimizer = None
        self.loss_curve_: list[float] = []

    def _train(self, X: Any, targets: Any, outputs: int, loss: Loss, sample_weight: Any) -> None:
        self._begin(X.shape[1], outputs)
        early, options = self.early_stopping, {"sample_weight": sample_weight}
        if self.solver == "lbfgs":
            if early or self.patience is not None:
                raise autograd.InputValueError(
                    'solver="lbfgs" ends by itself, at a minimum or after max_iter: leave out '
                    "early_stopping and patience"
                )
            self._learn(X, targets, loss, max_iter=self.max_iter, **options)
            return
        if early:
            if sample_weight is not None:
                raise autograd.InputValueError(
                    "early_stopping judges a part of the examples, all alike, which sample_weight "
                    "does not reach: leave out one of them"
                )
            share = self.validation_fraction
            X, X_kept, targets, y_kept = train_test_split(
                X, targets, test_size=share, rng=self._rng
            )
            options = {"validation": (X_kept, y_kept), "restore_best": True}
        patience = (self.patience or 10) if early else self.patience
        self._learn(X, targets, loss, epochs=self.max_iter, patience=patience, **options)

    def _learn(self, X: Array, targets: Any, loss: Loss, **options: Any) -> None:
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

    def _learn_more(self, X: Array, targets: Any, outputs: int, loss: Loss) -> None:
        """An epoch of `partial_fit`."""
        if self.early_stopping:
            raise autograd.InputValueError(
                "partial_fit ends with its one epoch: leave out early_stopping"
            )
        if not hasattr(self, "model_"):
            self._begin(X.shape[1], outputs)
        self._learn(X, targets, loss, epochs=1)

    def _outputs(self, X: Examples) -> Any:
        check_is_fitted(self)
        return np.asarray(
            predict_outputs(self.model_, self._rows(X, reset=False), backend=self.backend)
        )


def _dense(matrix: Array | Sparse) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else np.asarray(matrix)


def by_steps(estimator: Estimator) -> bool:
    """Whether it can learn on: L-BFGS takes all examples at once.

    >>> by_steps(Estimator(solver="lbfgs"))
    False
    """
    return bool(estimator.solver != "lbfgs")
