"""Training by L-BFGS, SciPy's, on all examples at once: for small data and exact minima.

The loss and its gradient are those of :mod:`nn.train.compiled_steps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd import assign_data, enable_grad, extras
from autograd.arrays import Array
from autograd.console import Progress
from autograd.reals import check_count
from nn.errors import DivergenceError
from nn.kinds import Loss, Targets
from nn.module import Module
from nn.optim.gradients import Adjustment
from nn.optim.optimizer import SGD
from nn.train.compiled_steps import make_steps
from nn.train.history import History
from nn.train.task import Task

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

__all__ = ["fit_lbfgs"]


def fit_lbfgs(
    model: Module,
    X: Iterable[Iterable[float]],
    y: Targets,
    *,
    loss: Loss,
    max_iter: int,
    sample_weight: Sequence[float] | Array | None = None,
    l2: float = 0.0,
    progress: bool = True,
    backend: str = "auto",
) -> History:
    """Minimise the mean loss and l2·Σp² by at most `max_iter` iterations of SciPy's L-BFGS-B.

    The options are those of :func:`nn.fit`; the history has the mean loss after each iteration.
    A weight of 2 counts exactly as an example that is there twice.

    Raises:
        InputTypeError, InputValueError, TraceError: As `nn.fit` does.
        DivergenceError: The loss became infinite or NaN; the parameters are as they were.
        MissingExtraError: SciPy is not installed.

    >>> import nn
    >>> line = nn.Neuron(1, rng=0)
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> history = fit_lbfgs(line, X, y, loss=nn.mse_loss, max_iter=50, progress=False)
    >>> round(line.weights[0].data, 3), round(line.bias.data, 3)
    (2.0, 1.0)
    """
    minimize = extras.needed("scipy.optimize", "L-BFGS").minimize
    params = model.parameters()
    task = Task(model, loss, SGD(params, lr=1.0), Adjustment(l2=l2), sample_weight)
    steps, history = make_steps(task, X, y, backend=backend), History()
    start = [parameter.data for parameter in params]

    def objective(vector: Array) -> tuple[float, Any]:
        value, gradient = steps.gradient(vector)
        return value + l2 * float(vector @ vector), task.adjustment.of_vector(vector, gradient)

    def note(intermediate_result: OptimizeResult) -> None:  # SciPy asks for this name
        vector = intermediate_result.x
        history.loss.append(float(intermediate_result.fun) - l2 * float(vector @ vector))
        shown.step({"loss": history.loss[-1]})
        shown.end_epoch({"loss": history.loss[-1]})

    options = {"maxiter": check_count("max_iter", max_iter), "maxfun": 100 * max_iter}
    found = start
    with enable_grad(), Progress(max_iter, 1, show=progress) as shown:
        try:
            result = minimize(
                objective, start, jac=True, method="L-BFGS-B", callback=note, options=options
            )
            found = result.x.tolist()
            if not history.loss:  # where it begins is a minimum
                note(result)
        except DivergenceError:
            raise DivergenceError(
                "the loss became infinite or NaN on the way of L-BFGS; the parameters are as they "
                f"were before{task.hint(steps.rows, steps.targets)}"
            ) from None
        finally:
            assign_data(params, found)
    return history
