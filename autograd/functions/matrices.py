"""Determinants, linear systems and inverses of small matrices of floats and Values.

A matrix is a list of rows, or an array. Every choice of a pivot is recorded, so ``recompute()`` and
programs choose afresh. A singular matrix gives infinities or nan, as a division by zero does. Next:
:mod:`autograd.functions.tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, overload

from autograd.engine.record import record
from autograd.engine.value import Operand, Value
from autograd.errors import InputTypeError, InputValueError
from autograd.functions.operands import items_of, sequence
from autograd.nested import array_of, is_array
from autograd.ops.op import OPS

if TYPE_CHECKING:
    from autograd.arrays import Array
    from autograd.nested import Nest

MOST_ROWS = 12
"""A determinant of so many rows has some 4,000 minors."""

Entry = TypeVar("Entry", Value, float)
Rows = list[list[Any]]


@overload
def det(a: Sequence[Sequence[float]]) -> float: ...
@overload
def det(a: Sequence[Sequence[Value]]) -> Value: ...
@overload
def det(a: Sequence[Sequence[Operand]]) -> Operand: ...
@overload
def det(a: Array) -> Operand: ...
def det(a: Nest) -> Any:
    """Determinant of a small square matrix, by minors; 1 if it is empty.

    It is a polynomial of the entries and nothing is divided: the derivatives, cofactors, are right
    at singular matrices too.

    Raises:
        InputValueError: The matrix is not square, or has more than 12 rows.
        InputTypeError: It is no list of rows of numbers.

    >>> det([[2.0, 1.0], [1.0, 3.0]])
    5.0
    """
    rows = _square(a, "det")
    if len(rows) > MOST_ROWS:
        raise InputValueError(
            f"det is for small matrices, of at most {MOST_ROWS} rows, but got {len(rows)}"
        )

    @cache
    def minor(columns: tuple[int, ...]) -> Any:
        """The determinant of the last rows in as many columns."""
        if not columns:
            return 1.0
        row = rows[-len(columns)]
        entries = [row[j] if i % 2 == 0 else -row[j] for i, j in enumerate(columns)]
        minors = [minor(columns[:i] + columns[i + 1 :]) for i in range(len(columns))]
        return record(OPS["dot"], (*entries, *minors)) if len(columns) > 1 else entries[0]

    return minor(tuple(range(len(rows))))


@overload
def solve(a: Array, b: Nest) -> Any: ...
@overload
def solve(a: Nest, b: Array) -> Array: ...
@overload
def solve(a: Sequence[Sequence[float]], b: Sequence[float]) -> list[float]: ...
@overload
def solve(a: Sequence[Sequence[Operand]], b: Sequence[Value]) -> list[Value]: ...
@overload
def solve(a: Sequence[Sequence[Operand]], b: Sequence[Operand]) -> list[Operand]: ...
@overload
def solve(
    a: Sequence[Sequence[Operand]], b: Sequence[Sequence[Operand]]
) -> list[list[Operand]]: ...
def solve(a: Nest, b: Nest) -> Any:
    """The x with a·x = b of a small system: Gauss's elimination with pivots, about n³ nodes.

    Args:
        a: A square matrix.
        b: A vector, or a matrix of as many rows, each column a right side; x is shaped alike.

    Raises:
        InputValueError: The matrix is not square, or b has not as many rows.
        InputTypeError: Something is no number.

    >>> solve([[2.0, 1.0], [1.0, 3.0]], [3.0, 4.0])
    [1.0, 1.0]
    """
    rows, right = _square(a, "solve"), items_of(b, "solve")
    if len(right) != len(rows):
        raise InputValueError(
            f"solve needs as many right sides as rows, but got {len(right)} and {len(rows)}"
        )
    is_matrix = any(isinstance(row, (list, tuple)) or is_array(row) for row in right)
    columns = [list(sequence(x if is_matrix else [x], "solve")) for x in right]
    if len({len(row) for row in columns}) > 1:
        raise InputValueError("solve needs right sides of equal length in every row")
    x = _eliminated([row + more for row, more in zip(rows, columns)])
    return _like(a if is_array(a) else b, x if is_matrix else [row[0] for row in x])


@overload
def inv(a: Array) -> Array: ...
@overload
def inv(a: Sequence[Sequence[Entry]]) -> list[list[Entry]]: ...
def inv(a: Nest) -> Any:
    """The inverse of a small square matrix, as :func:`solve` finds it.

    Raises:
        InputValueError: The matrix is not square.
        InputTypeError: It is no list of rows of numbers.

    >>> inv([[2.0, 0.0], [0.0, 4.0]])
    [[0.5, 0.0], [0.0, 0.25]]
    """
    rows = _square(a, "inv")
    unit = [[float(i == j) for j in range(len(rows))] for i in range(len(rows))]
    return _like(a, _eliminated([row + more for row, more in zip(rows, unit)]))


def _eliminated(rows: Rows) -> Rows:
    """The right part of rows whose left, square part is brought to the unit matrix."""
    count = len(rows)
    for k in range(count):
        for i in range(k + 1, count):  # the greatest of the column comes to the top
            greater = record(OPS["gt"], (abs(rows[i][k]), abs(rows[k][k])))
            pairs = [*zip(rows[i], rows[k])]
            rows[k] = [record(OPS["where"], (greater, low, top)) for low, top in pairs]
            rows[i] = [record(OPS["where"], (greater, top, low)) for low, top in pairs]
        for i in range(k + 1, count):
            factor = record(OPS["div"], (rows[i][k], rows[k][k]))
            rest = [x - factor * top for x, top in zip(rows[i][k + 1 :], rows[k][k + 1 :])]
            rows[i] = [0.0] * (k + 1) + rest
    solved: Rows = []
    for k in reversed(range(count)):
        row = rows[k]
        known = [
            record(OPS["dot"], (*row[k + 1 : count], *column)) if column else 0.0
            for column in zip(*solved)
        ] or [0.0] * (len(row) - count)
        solved.insert(0, [record(OPS["div"], (x - y, row[k])) for x, y in zip(row[count:], known)])
    return solved


def _square(a: Nest, name: str) -> Rows:
    """The rows of a square matrix."""
    if isinstance(a, Value) or not isinstance(a, Iterable):
        raise InputTypeError(
            f"{name} takes a square matrix, as a list of rows or an array, but got "
            f"{type(a).__name__}"
        )
    rows = [list(sequence(row, name)) for row in a]
    if any(len(row) != len(rows) for row in rows):
        raise InputValueError(
            f"{name} needs a square matrix, but got {len(rows)} rows of "
            f"{sorted({len(row) for row in rows})} entries"
        )
    return rows


def _like(given: Nest, result: Sequence[Nest]) -> Any:
    """Lists for lists, an array for an array."""
    if not is_array(given):
        return result
    rows = [row for row in result if isinstance(row, list)]
    if rows:
        return array_of([x for row in rows for x in row], (len(rows), len(rows[0])))
    return array_of([*result], (len(result),))
