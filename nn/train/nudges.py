"""Nudges: what each training example alone would do to each weight.

Back-propagation averages the wishes of all examples; here they are one by one, from one compiled
program, which tells which of them push a weight up, and which down.

Next: :mod:`nn.programs` records it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import autograd
from autograd import Value
from autograd.extras import needed
from nn.data.examples import as_arrays
from nn.kinds import Loss, Targets
from nn.module import Module
from nn.programs import Recording, in_parts
from nn.targets import Coding

__all__ = ["nudges"]

# Numbers in one call: every row of a batch has parameters of its own, which takes their memory.
NUMBERS = 1 << 21


def nudges(
    model: Module,
    X: Iterable[Iterable[float]],
    y: Targets,
    *,
    loss: Loss,
    params: Sequence[Value] | None = None,
    backend: str = "auto",
) -> Any:
    """Minus the gradient of each example's loss: an array, a row an example, a column a parameter.

    Its mean over the rows is the direction in which a step of plain gradient descent goes. `params`
    are some of the model's parameters; all of them by default, in the order of `parameters()`.

    Raises InputTypeError or InputValueError for data that do not fit, and for `params` that are
    none; TraceError if model or loss cannot be recorded; MissingExtraError without NumPy.

    >>> import nn
    >>> line = nn.Neuron(1, init="zeros")
    >>> print(nudges(line, [[1.0], [2.0]], [3.0, -1.0], loss=nn.mse_loss))
    [[ 6.  6.]
     [-4. -2.]]
    """
    np = needed("numpy", "nn.train.nudges")
    if isinstance(params, Value):
        raise autograd.InputTypeError(f"nudges takes a list of parameters: give [{params!r}]")
    chosen = list(model.parameters() if params is None else params)
    if not chosen:
        raise autograd.InputValueError("nudges needs at least one parameter, but got none")
    rows, targets = as_arrays(X, y)
    with autograd.no_grad():
        coding = Coding(loss, model(rows[0].tolist()), targets)
    recording = Recording(model, coding, chosen, rows, targets, backend=backend)
    encoded = coding.array(targets)
    vector = np.array([parameter.data for parameter in chosen])
    result = np.empty((len(rows), len(chosen)))
    for part in in_parts(len(rows), max(1, NUMBERS // len(chosen))):
        # An argument with a batch axis of its own gets a gradient of its own for every row.
        each = np.tile(vector, (len(rows[part]), 1))
        _, shares = recording.gradient(rows[part], encoded[part], each)
        result[part] = -len(each) * shares
    return result
