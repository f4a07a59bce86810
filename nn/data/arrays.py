"""Data sets as arrays: at once where they are regular, with a look at every number where not.

Next: :mod:`nn.programs` runs on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from autograd.arrays import Array
from autograd.extras import needed
from autograd.nested import is_array
from autograd.program.lists import array_of
from nn.data.examples import check_examples, check_rows
from nn.kinds import Targets

__all__ = ["as_arrays", "as_matrix"]


def as_matrix(X: Iterable[Iterable[float]]) -> Array:
    """Rows as an array of floats; errors as of `nn.data.check_rows`."""
    np = needed("numpy", "a data set of arrays")
    regular = _regular(np, X, 2)
    found: Array = np.ascontiguousarray(check_rows(X) if regular is None else regular, float)
    return found


def as_arrays(X: Iterable[Iterable[float]], y: Targets) -> tuple[Array, list[Any]]:
    """Rows as an array of floats, and a list of targets; errors as of `nn.data.check_examples`."""
    np = needed("numpy", "a data set of arrays")
    # Of what can be read only once, a list.
    rows: Any = X if hasattr(X, "__len__") else [*X]
    targets: Any = y if hasattr(y, "__len__") else [*y]
    matrix, column = _regular(np, rows, 2), _regular(np, targets, 1)
    if matrix is None or column is None or len(matrix) != len(column):
        rows, targets = check_examples(rows, targets)
        return np.array(rows), targets
    listed = targets.tolist() if column is targets else [*targets]
    return np.ascontiguousarray(matrix, float), listed


def _regular(
    np: ModuleType, things: Targets | Iterable[Iterable[float]], axes: int
) -> Array | None:
    """An array of finite numbers along at least so many axes; None of anything else."""
    if isinstance(things, (list, tuple)):
        listed = array_of(things)
        try:
            # Of its own type: text and mixtures are none of numbers.
            things = np.array(things) if listed is None else listed
        except (TypeError, ValueError):  # ragged
            return None
    numbers = is_array(things) and things.dtype.kind in "fiu" and things.size > 0
    found: Any = things
    return found if numbers and found.ndim >= axes and np.isfinite(found).all() else None
