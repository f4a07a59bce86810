"""A model and its loss as programs: recorded once for one example, run on whole batches.

:mod:`nn.train.compiled_steps` trains with a `Recording`, and :mod:`nn.predict` predicts with
`record_outputs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import autograd
from autograd import Value
from nn.checks import numpy_or_error
from nn.data.examples import check_examples, check_rows

__all__ = ["BACKENDS", "Recording", "as_arrays", "as_matrix", "numbers", "record_outputs"]

BACKENDS = ("auto", "array", "loop", "eager")

Array = Any
Model = Callable[[Any], Any]
Loss = Callable[[Any, Any], Any]

# Rows that a program meets at once where only their outputs are asked for: bounds the memory.
ROWS = 1024
# Examples on which a recording is held against the model itself, and how far they may differ:
# far beyond rounding in another order, far below what a wrong branch does.
REHEARSED, CLOSE = 3, 1e-8


class Recording:
    """The loss and the outputs of one example as functions of inputs, target and parameters.

    `params` are an argument of the program, in one vector; other leaves of the model are frozen.
    An integer target of a model with several outputs becomes a one-hot vector.

    >>> import nn
    >>> model = nn.Neuron(1, init="zeros")
    >>> X, targets = as_arrays([[1.0], [2.0]], [3.0, 5.0])
    >>> recording = Recording(model, nn.mse_loss, model.parameters(), X, targets)
    >>> losses, outputs = recording.judged(X, recording.encoded(targets), [2.0, 0.0])
    >>> print(losses, outputs)
    [1. 1.] [2. 4.]
    """

    def __init__(
        self,
        model: Model,
        loss: Loss,
        params: Sequence[Value],
        X: Array,
        targets: Sequence[Any],
        *,
        backend: str = "auto",
    ) -> None:
        self.np = numpy_or_error("compiled training")
        row = X[0].tolist()
        with autograd.no_grad():
            outputs = model(row)
        self.width = len(outputs) if isinstance(outputs, list) else 0
        self.one_hot = self.width > 1 and all(hasattr(t, "__index__") for t in targets)
        inputs, target, outputs, error = _recorded(model, loss, row, self.encoded(targets[:1])[0])
        self.program = autograd.compile(
            (error, outputs),
            has_aux=True,
            backend=backend,
            params=list(params),
            x=inputs,
            t=target,
        )
        self._rehearse(model, loss, params, X, targets)

    def encoded(self, targets: Sequence[Any]) -> Array:
        """Targets as an array with one row an example: one-hot vectors, or the numbers given."""
        if not self.one_hot:
            return self.np.array(targets, dtype=float)
        indices = self.np.array(targets).astype(self.np.intp)  # booleans would be masks
        wrong = indices[(indices < 0) | (indices >= self.width)]
        if wrong.size:
            raise autograd.InputValueError(
                f"class {wrong[0]} is outside the {self.width} classes 0 to {self.width - 1} that "
                "the model has outputs for"
            )
        return self.np.eye(self.width)[indices]

    def judged(self, X: Array, T: Array, params: Array) -> tuple[Array, Array]:
        """The loss of each example, and its outputs."""
        parts = [slice(start, start + ROWS) for start in range(0, len(X), ROWS)]
        pairs = [self.program(x=X[part], t=T[part], params=params) for part in parts]
        losses, outputs = map(self.np.concatenate, zip(*pairs))
        return losses, outputs

    def gradient(self, X: Array, T: Array, params: Array) -> tuple[tuple[Array, Array], Array]:
        """The same, and the gradient of the mean of the losses in the parameters.

        Parameters in a row an example get the gradient of that mean in a row an example.
        """
        found: tuple[tuple[Array, Array], Array] = self.program.value_and_grad(
            "params", reduce="mean", x=X, t=T, params=params
        )
        return found

    def _rehearse(
        self, model: Model, loss: Loss, params: Sequence[Value], X: Array, targets: Sequence[Any]
    ) -> None:
        """Compare with the model itself, so that no choice made by an `if` was frozen unseen."""
        few = slice(0, len(X), -(-len(X) // REHEARSED))  # spread over all
        with autograd.no_grad():
            true = [float(loss(model(x), t)) for x, t in zip(X[few].tolist(), targets[few])]
        vector = self.np.array([parameter.data for parameter in params])
        recorded, _ = self.judged(X[few], self.encoded(targets[few]), vector)
        # A loss that overflows may be inf in one order of additions and nan in another.
        ends = self.np.isfinite(recorded) & self.np.isfinite(true)
        near = self.np.isclose(recorded, true, rtol=CLOSE, atol=CLOSE)
        if not near[ends].all() or not (ends | ~self.np.isfinite(true)).all():
            raise autograd.TraceError(
                f"the recorded loss gives {recorded.tolist()} where model and loss give {true}: "
                "they choose in Python (if, max, random numbers) what the recording freezes. Use "
                'autograd.where, maximum or minimum, or backend="eager"'
            )


def _recorded(model: Model, loss: Loss, row: list[float], target: Array) -> tuple[Any, ...]:
    """The graph of one example: leaves of inputs and target, outputs, and the error.

    `autograd.compiled` records it, so comparisons are recorded too and branches refused; but the
    parameters shall be arguments as well, so the graph is compiled once more, with them.
    """
    graph: list[Any] = []

    def example(x: Any, t: Any) -> Any:
        outputs = model(x)
        graph[:] = x, t, outputs, loss(outputs, t)
        return 0.0  # so that nothing is lowered yet

    try:
        autograd.compiled(example).program(row, target.tolist())
    except (autograd.TraceError, TypeError, ValueError, IndexError) as fault:
        raise autograd.TraceError(
            f"fit cannot record this model and loss with Values as inputs and target: {fault}. "
            'backend="eager" calls them with plain numbers'
        ) from fault
    return tuple(graph)


def record_outputs(
    model: Model, row: Sequence[float], *, backend: str = "auto"
) -> Callable[[Array], Array]:
    """A function from a matrix of rows to the model's outputs, with its parameters of now.

    >>> import nn
    >>> outputs = record_outputs(nn.Layer(2, 3, init="zeros"), [1.0, 2.0])
    >>> outputs(as_matrix([[1.0, 2.0], [3.0, 4.0]])).shape
    (2, 3)
    """
    np = numpy_or_error("compiled prediction")
    program = autograd.compiled(lambda x: model(x), backend=backend).program(list(row))

    def outputs(X: Array) -> Array:
        return np.concatenate(
            [program(x=X[start : start + ROWS]) for start in range(0, len(X), ROWS)]
        )

    return outputs


def as_matrix(X: Iterable[Iterable[float]]) -> Array:
    """Rows as a matrix of floats; errors as of `nn.data.check_rows`.

    >>> as_matrix([[1, 2]]).tolist()
    [[1.0, 2.0]]
    """
    np = numpy_or_error("compiled training")
    return np.ascontiguousarray(X, float) if _is_clean(X, 2) else np.array(check_rows(X))


def as_arrays(X: Iterable[Iterable[float]], y: Iterable[Any]) -> tuple[Array, list[Any]]:
    """Rows as a matrix of floats, and a list of targets; errors as of `nn.data.check_examples`.

    >>> as_arrays([[1, 2]], [0])[1]
    [0]
    """
    np = numpy_or_error("compiled training")
    if _is_clean(X, 2) and (_is_clean(y, 1) or _is_clean(y, 2)) and len(X) == len(y):  # type: ignore[arg-type]
        return np.ascontiguousarray(X, float), y.tolist()  # type: ignore[attr-defined]
    rows, targets = check_examples(X, y)
    return np.array(rows), targets


def numbers(outputs: Any) -> Any:
    """Outputs as floats, so that nobody who keeps them keeps their graph.

    >>> numbers([autograd.Value(1.0)])
    [1.0]
    """
    return [float(y) for y in outputs] if isinstance(outputs, (list, tuple)) else float(outputs)


def _is_clean(numbers: Any, axes: int) -> bool:
    """Whether this is an array that needs no look at each number, as large ones should be."""
    np = numpy_or_error("compiled training")
    return (
        isinstance(numbers, np.ndarray)
        and numbers.ndim == axes
        and numbers.dtype.kind in "fiu"
        and numbers.size > 0
        and bool(np.isfinite(numbers).all())
    )
