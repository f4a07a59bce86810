"""Networks as scikit-learn estimators: for pipelines, grid search and cross-validation.

Thin wrappers; scikit-learn comes with the extra ``demo``. Next: :mod:`nn.train.fitting`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from autograd import InputValueError, extras
from nn.data.examples import train_test_split
from nn.layers import MLP
from nn.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from nn.optim.optimizer import SGD, Adam, Optimizer
from nn.predict import predict_outputs
from nn.train.fitting import fit
from nn.train.lbfgs import fit_lbfgs
from nn.train.task import checked_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from autograd.arrays import Array
    from nn.kinds import Examples, Loss

try:
    import numpy as np
    from scipy.special import log_expit, log_softmax
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.metaestimators import available_if
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
except ImportError as error:
    raise extras.missing("sklearn", "nn.sklearn") from error

__all__ = ["MLPClassifier", "MLPRegressor"]

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
        tags.target_tags.multi_output = isinstance(self, RegressorMixin)
        return tags

    def _rows(self, X: Examples, **options: ArrayLike) -> Any:
        """Checked rows as an array, of a sparse matrix too; with `y` among the options both."""
        found = validate_data(self, X, accept_sparse="csr", dtype=float, **options)
        parts = found if isinstance(found, tuple) else (found,)
        arrays = [x.toarray() if hasattr(x, "toarray") else np.asarray(x) for x in parts]
        return arrays if len(arrays) > 1 else arrays[0]

    def _examples(self, X: Examples, y: ArrayLike, *, first: bool) -> tuple[Array, Array]:
        """Rows, and labels or targets, as arrays; later calls have as many columns as the first."""
        numeric = isinstance(self, RegressorMixin)
        rows, targets = self._rows(X, y=y, multi_output=True, y_numeric=numeric, reset=first)
        if not numeric and targets.shape[1:] == (1,):
            targets = column_or_1d(targets, warn=True)
        if first:
            self._shape = targets.shape[1:]
        elif self._shape != targets.shape[1:]:
            raise InputValueError(
                f"y must be as before, of the shape {self._shape} each, but got {targets.shape[1:]}"
            )
        return rows, targets

    def _coded(self, y: Array, classes: ArrayLike | None) -> Coded:
        """What is learnt from; `classes` are all that there are, None if they are known."""
        raise NotImplementedError

    def fit(self: E, X: Examples, y: ArrayLike, sample_weight: ArrayLike | None = None) -> E:
        """Train a new network on rows `X` and a label or target in `y` for each.

        A weight of 0 in `sample_weight` counts as an example that is not there, and one of 2 as
        an example that is there twice: exactly where all examples are learnt from at once, by
        "lbfgs" or in one batch; with smaller batches only in the mean over the steps.
        """
        rows, y = self._examples(X, y, first=True)
        options: dict[str, Any] = {}
        if sample_weight is not None:
            weights = np.array(checked_weights(np.atleast_1d(np.asarray(sample_weight)), y))
            there = weights > 0
            if not there.any():
                raise InputValueError(
                    "sample_weight needs a number above 0, but all are zero: nothing is learnt"
                )
            rows, y, options["sample_weight"] = rows[there], y[there], weights[there]
        targets, loss = self._begun(rows, y, y, first=True)
        patience = self.patience
        if self.solver == "lbfgs":
            if self.early_stopping or patience is not None:
                raise InputValueError(
                    'solver="lbfgs" ends by itself, at a minimum or after max_iter: leave out '
                    "early_stopping and patience"
                )
            return self._learn(rows, targets, loss, max_iter=self.max_iter, **options)
        if self.early_stopping:
            if options:
                raise InputValueError(
                    "early_stopping judges a part of the examples, all alike, which sample_weight "
                    "does not reach: leave out one of them"
                )
            rows, X_kept, targets, y_kept = train_test_split(
                rows, targets, test_size=self.validation_fraction, rng=self._rng
            )
            patience = patience or 10
            options = {"validation": (X_kept, y_kept), "restore_best": True}
        return self._learn(rows, targets, loss, epochs=self.max_iter, patience=patience, **options)

    @available_if(lambda self: self.solver != "lbfgs")  # type: ignore[untyped-decorator]
    def partial_fit(self: E, X: Examples, y: ArrayLike, classes: ArrayLike | None = None) -> E:
        """Learn one epoch more, from these examples; not for "lbfgs", which takes all at once.

        The optimiser remembers what it saw. A classifier needs all `classes` in the first call.
        """
        if self.early_stopping:
            raise InputValueError("partial_fit ends with its one epoch: leave out early_stopping")
        first = not hasattr(self, "model_")
        rows, labels = self._examples(X, y, first=first)
        targets, loss = self._begun(rows, labels, classes if first else None, first=first)
        return self._learn(rows, targets, loss, epochs=1)

    def _begun(self, X: Array, y: Array, classes: ArrayLike | None, *, first: bool) -> Any:
        """Targets and loss; at first also a new network, and what its training needs."""
        targets, outputs, loss = self._coded(y, classes)
        if first:
            if self.solver not in SOLVERS and self.solver != "lbfgs":
                raise InputValueError(
                    f"solver is one of {', '.join(SOLVERS)}, lbfgs, but got {self.solver!r}"
                )
            self._rng = rng = Random(int(check_random_state(self.random_state).randint(2**31)))
            sizes = [*np.atleast_1d(self.hidden_layer_sizes).tolist(), outputs]
            self.model_ = MLP(X.shape[1], sizes, activation=self.activation, rng=rng)
            self._optimizer: Optimizer | None = None  # it is made for the first step
            self.loss_curve_: list[float] = []
        return targets, loss

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
        rows = self._rows(X, reset=False)
        return np.asarray(predict_outputs(self.model_, rows, backend=self.backend))


class MLPClassifier(ClassifierMixin, Estimator):  # type: ignore[misc]
    """A classifier: a network with an output for each class, trained with cross-entropy.

    Where `y` is a matrix of zeros and ones, each of its columns is a label by itself, with an
    output of its own and the binary cross-entropy. Rows may be sparse; they are made dense.

    Args:
        hidden_layer_sizes: Neurons in each hidden layer; a number for one layer.
        activation: A name of `nn.ACTIVATIONS`.
        learning_rate: The solver's, but for "lbfgs".
        alpha: Strength of the penalty alpha·Σp² on all parameters.
        max_iter: Epochs, or iterations of L-BFGS.
        batch_size: Examples whose gradients are averaged for a step; L-BFGS takes all.
        patience: Stop after this many epochs without a lower loss.
        solver: "adam", "sgd" with Nesterov's momentum of 0.9, or SciPy's "lbfgs" for small data.
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

    _several: Any = None  # the type of `y` where it has a column for each label

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _coded(self, y: Array, classes: ArrayLike | None) -> Coded:
        check_classification_targets(y)
        if y.ndim > 1:
            if not np.isin(y, (0, 1)).all():
                raise InputValueError(
                    "several labels an example are columns of zeros and ones, but y has others"
                )
            self.classes_, self._several = np.arange(y.shape[1]), y.dtype
            return y.astype(float), y.shape[1], binary_cross_entropy_with_logits
        if classes is not None:
            self.classes_ = np.unique(classes)
        elif not hasattr(self, "model_"):
            raise InputValueError(
                "the first partial_fit needs all classes, in classes=, but got none"
            )
        if len(self.classes_) < 2:
            raise InputValueError(
                f"MLPClassifier needs two classes or more, but y has one class: {self.classes_[0]}"
            )
        strange = np.setdiff1d(y, self.classes_)
        if strange.size:
            raise InputValueError(
                f"y has the label {strange[0]}, which is none of the classes {self.classes_}"
            )
        self._several = None
        return np.searchsorted(self.classes_, y).tolist(), len(self.classes_), cross_entropy

    def predict_proba(self, X: Examples) -> Any:
        """The probability of each of `classes_`, or of each label, a row for each row of `X`."""
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Examples) -> Any:
        """The logarithm of each probability, exact where that underflows."""
        logits = self._outputs(X)
        return log_softmax(logits, axis=1) if self._several is None else log_expit(logits)

    def predict(self, X: Examples) -> Any:
        """The most probable of `classes_` for each row of `X`, or a zero or one for each label."""
        logits = self._outputs(X)
        if self._several is not None:
            return (logits > 0.0).astype(self._several)
        return self.classes_[logits.argmax(axis=1)]


class MLPRegressor(RegressorMixin, Estimator):  # type: ignore[misc]
    """A regressor: a network trained on the mean squared error, for one target or several.

    The arguments and what `fit` leaves are those of `MLPClassifier`, but for `classes_`. Scale
    targets to about 1, for example with scikit-learn's TransformedTargetRegressor.

    >>> X, y = [[0.0], [0.5], [1.0]], [1.0, 2.0, 3.0]
    >>> regressor = MLPRegressor((), max_iter=1000, random_state=0).fit(X, y)
    >>> [round(float(number), 3) for number in regressor.predict([[0.25], [2.0]])]
    [1.5, 5.0]
    """

    def _coded(self, y: Array, classes: ArrayLike | None) -> Coded:
        targets = y.astype(float).reshape(len(y), -1)
        return targets, targets.shape[1], mse_loss

    def predict(self, X: Examples) -> Any:
        """A number, or a row of them, for each row of `X`."""
        outputs = self._outputs(X)
        return outputs.reshape(len(outputs), *self._shape)
