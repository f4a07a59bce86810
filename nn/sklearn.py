"""Networks as scikit-learn estimators: for pipelines, grid search and cross-validation.

Thin wrappers of :class:`nn.MLP` and :func:`nn.fit`; scikit-learn comes with the extra ``demo``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import autograd
from autograd import extras
from nn.data.examples import train_test_split
from nn.layers import MLP
from nn.losses import cross_entropy, mse_loss
from nn.optim.adaptive import Adam
from nn.optim.optimizer import SGD, Optimizer
from nn.predict import predict_outputs
from nn.train.fitting import fit

try:
    import numpy as np
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise extras.missing("sklearn", "nn.sklearn") from error

__all__ = ["MLPClassifier", "MLPRegressor"]


SOLVERS: dict[str, Callable[..., Optimizer]] = {
    "adam": Adam,
    "sgd": lambda params, lr: SGD(params, lr, momentum=0.9, nesterov=True),
}


class _MLP(BaseEstimator):  # type: ignore[misc]  # (scikit-learn is untyped)
    """What both estimators share."""

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
        random_state: Any = None,
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

    def _train(self, X: Any, targets: Any, outputs: int, loss: Callable[[Any, Any], Any]) -> None:
        rng = Random(int(check_random_state(self.random_state).randint(2**31)))
        if self.solver not in SOLVERS:
            raise autograd.InputValueError(
                f"solver is one of {', '.join(SOLVERS)}, but got {self.solver!r}"
            )
        sizes = self.hidden_layer_sizes
        hidden: Any = sizes if hasattr(sizes, "__iter__") else [sizes]
        self.model_ = MLP(X.shape[1], [*hidden, outputs], activation=self.activation, rng=rng)
        validation = None
        if self.early_stopping:
            X, X_kept, targets, y_kept = train_test_split(
                X, targets, test_size=self.validation_fraction, rng=rng
            )
            validation = X_kept, y_kept
        self.history_ = fit(
            self.model_,
            X,
            targets,
            loss=loss,
            optimizer=SOLVERS[self.solver](self.model_.parameters(), self.learning_rate),
            validation=validation,
            restore_best=self.early_stopping,
            epochs=self.max_iter,
            batch_size=self.batch_size,
            rng=rng,
            l2=self.alpha,
            patience=(self.patience or 10) if self.early_stopping else self.patience,
            track_accuracy=False,
            progress=bool(self.verbose),
            backend=self.backend,
        )
        self.loss_curve_ = list(self.history_.loss)
        self.n_iter_ = len(self.loss_curve_)

    def _outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return np.asarray(predict_outputs(self.model_, X, backend=self.backend))


class MLPClassifier(ClassifierMixin, _MLP):  # type: ignore[misc]
    """A classifier: a network with an output for each class, trained with cross-entropy by Adam.

    Args:
        hidden_layer_sizes: Neurons in each hidden layer; a number for one layer.
        activation: A name of `nn.ACTIVATIONS`.
        learning_rate: The solver's.
        alpha: Strength of the penalty alpha·Σp² on all parameters.
        max_iter: Epochs.
        batch_size: Examples whose gradients are averaged for a step.
        patience: Stop after this many epochs without a lower loss.
        solver: "adam", or "sgd" with Nesterov's momentum of 0.9.
        early_stopping: Keep a part of the data aside, `validation_fraction`, stop after `patience`
            epochs (by default 10) without a lower loss on it, and go back to the best.
        verbose: Show the progress.
        random_state: A seed, a NumPy RandomState, or None for chance.
        backend: As in `nn.fit`.

    After `fit`: `classes_`, `model_` (an `nn.MLP`), `history_` (an `nn.History`), `loss_curve_`
    and `n_iter_`.

    >>> X, y = [[0.0], [0.2], [0.8], [1.0]], ["low", "low", "high", "high"]
    >>> classifier = MLPClassifier((4,), activation="tanh", random_state=0).fit(X, y)
    >>> print(*classifier.predict([[0.1], [0.9]]))
    low high
    """

    def fit(self, X: Any, y: Any) -> MLPClassifier:
        """Train a new network on rows `X` and their labels `y`, of any kind."""
        X, y = validate_data(self, X, y, dtype=float)
        check_classification_targets(y)
        self.classes_, targets = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise autograd.InputValueError(
                f"MLPClassifier needs two classes or more, but y has one class: {self.classes_[0]}"
            )
        self._train(X, targets.tolist(), len(self.classes_), cross_entropy)
        return self

    def predict_proba(self, X: Any) -> Any:
        """The probability of each of `classes_`, a row for each row of `X`."""
        logits = self._outputs(X)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of each probability, exact where that underflows."""
        logits = self._outputs(X)
        shifted = logits - logits.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> Any:
        """The most probable of `classes_` for each row of `X`."""
        chosen = self._outputs(X).argmax(axis=1)
        return self.classes_[chosen]


class MLPRegressor(RegressorMixin, _MLP):  # type: ignore[misc]
    """A regressor: a network trained on the mean squared error by Adam, for one target or several.

    The arguments and what `fit` leaves are those of `MLPClassifier`, but for `classes_`. Targets
    are learnt as they are: scale them to about 1, for example with scikit-learn's
    TransformedTargetRegressor.

    >>> X, y = [[0.0], [0.5], [1.0]], [1.0, 2.0, 3.0]
    >>> regressor = MLPRegressor((), max_iter=1000, random_state=0).fit(X, y)
    >>> [round(float(number), 3) for number in regressor.predict([[0.25], [2.0]])]
    [1.5, 5.0]
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> MLPRegressor:
        """Train a new network on rows `X` and their targets `y`, numbers or rows of numbers."""
        X, y = validate_data(self, X, y, dtype=float, multi_output=True, y_numeric=True)
        y = np.asarray(y, float)
        self._shape = y.shape[1:]
        targets = y.reshape(len(y), -1)
        self._train(X, targets, targets.shape[1], mse_loss)
        return self

    def predict(self, X: Any) -> Any:
        """A number, or a row of them, for each row of `X`."""
        outputs = self._outputs(X)
        return outputs.reshape(len(outputs), *self._shape)
