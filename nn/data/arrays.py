"""Data sets as arrays: at once where they are regular, with a look at every number where not.

Next: :mod:`nn.programs` runs on them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import chain
from types import ModuleType
from typing import Any

from autograd.arrays import Array
from autograd.extras import needed
from autograd.nested import is_array
from nn.data.examples import check_examples, check_rows
from nn.kinds import Targets

__all__ = ["as_arrays", "as_matrix"]

# Numbers of lists that are packed at a time.
TOGETHER = 4096


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
        packed = _packed(np, things)
        try:
            # Of its own type: text and mixtures are none of numbers.
            things = np.array(things) if packed is None else packed
        except (TypeError, ValueError):  # ragged
            return None
    numbers = is_array(things) and things.dtype.kind in "fiu" and things.size > 0
    found: Any = things
    return found if numbers and found.ndim >= axes and np.isfinite(found).all() else None


def _packed(np: ModuleType, rows: list[Any] | tuple[Any, ...]) -> Array | None:
    """Lists of one length of numbers, as an array, in half the time of `np.array`; or None.

    Of text, and of whatever else is not a number, `check_rows` makes one, or says that it is none.
    """
    if not rows or not isinstance(rows[0], (list, tuple)):
        return None
    columns, n = len(rows[0]), len(rows)
    at_once = max(1, TOGETHER // max(1, columns))
    try:
        if [*map(len, rows)].count(columns) < n:
            return None
        pack, buffer = struct.Struct(f"{at_once * columns}d").pack_into, bytearray(8 * n * columns)
        last = n - n % at_once
        for start in range(0, last, at_once):
            numbers = chain.from_iterable(rows[start : start + at_once])
            pack(buffer, 8 * start * columns, *numbers)
        rest = [*chain.from_iterable(rows[last:])]
        struct.pack_into(f"{len(rest)}d", buffer, 8 * last * columns, *rest)
    except (TypeError, struct.error, OverflowError):  # of other things than numbers
        return None
    found: Array = np.frombuffer(buffer).reshape(n, columns)
    return found
