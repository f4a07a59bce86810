"""Networks as scikit-learn estimators: for pipelines, grid search and cross-validation.

Thin wrappers of :class:`nn.MLP` and :func:`nn.fit`; scikit-learn comes with the extra ``demo``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import autograd
from autograd import extras
from nn.estimator import Coded, Estimator, by_steps
from nn.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from autograd.arrays import Array
    from nn.kinds import Examples

try:
    import numpy as np
    from scipy.special import log_expit, log_softmax
    from sklearn.base import ClassifierMixin, RegressorMixin
    from sklearn.utils.metaestimators import available_if
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import column_or_1d
except ImportError as error:
    raise extras.missing("sklearn", "nn.sklearn") from error

__all__ = ["MLPClassifier", "MLPRegressor"]


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

    @available_if(by_steps)  # type: ignore[untyped-decorator]
    def partial_fit(
        self, X: Examples, y: ArrayLike, classes: ArrayLike | None = None
    ) -> MLPClassifier:
        """Learn one epoch more, from these examples; the first call needs all of `classes`.

        The optimiser remembers what it saw before; not for "lbfgs".
        """
        return self._fit_more(X, y, classes)

    def _checked(self, X: Examples, y: ArrayLike, *, reset: bool) -> tuple[Array, Array]:
        rows, labels = self._rows(X, y=y, multi_output=True, reset=reset)
        check_classification_targets(labels)
        several = labels.ndim > 1 and labels.shape[1] > 1
        labels = labels if several else column_or_1d(labels, warn=True)
        if several and not np.isin(labels, (0, 1)).all():
            raise autograd.InputValueError(
                "several labels an example are columns of zeros and ones, but y has other numbers"
            )
        known = () if self._several is None else self.classes_.shape
        if not reset and labels.shape[1:] != known:
            raise autograd.InputValueError(
                f"partial_fit needs labels as before, {known[0] if known else 1} an example, "
                f"but got {labels.shape[1] if several else 1}"
            )
        return rows, labels

    def _coded(self, y: Array, classes: ArrayLike | None) -> Coded:
        if y.ndim > 1:
            self.classes_, self._several = np.arange(y.shape[1]), y.dtype
            return y.astype(float), y.shape[1], binary_cross_entropy_with_logits
        if classes is not None:
            self.classes_ = np.unique(classes)
        elif not hasattr(self, "model_"):
            raise autograd.InputValueError(
                "the first partial_fit needs all classes, in classes=, but got none"
            )
        if len(self.classes_) < 2:
            raise autograd.InputValueError(
                f"MLPClassifier needs two classes or more, but y has one class: {self.classes_[0]}"
            )
        strange = np.setdiff1d(y, self.classes_)
        if strange.size:
            raise autograd.InputValueError(
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

    @available_if(by_steps)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Examples, y: ArrayLike) -> MLPRegressor:
        """Learn one epoch more, from these examples, as in `MLPClassifier.partial_fit`."""
        return self._fit_more(X, y, None)

    def _checked(self, X: Examples, y: ArrayLike, *, reset: bool) -> tuple[Array, Array]:
        rows, targets = self._rows(X, y=y, multi_output=True, y_numeric=True, reset=reset)
        if reset:
            self._shape = targets.shape[1:]
        elif self._shape != targets.shape[1:]:
            raise autograd.InputValueError(
                f"partial_fit needs targets of the shape {self._shape}, as before, "
                f"but got {targets.shape[1:]}"
            )
        return rows, targets.astype(float).reshape(len(targets), -1)

    def _coded(self, y: Array, classes: ArrayLike | None) -> Coded:
        return y, y.shape[1], mse_loss

    def predict(self, X: Examples) -> Any:
        """A number, or a row of them, for each row of `X`."""
        outputs = self._outputs(X)
        return outputs.reshape(len(outputs), *self._shape)
