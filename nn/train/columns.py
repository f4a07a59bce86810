"""Columns: what a training run keeps of each parameter, as one vector for each kind of number.

Next: :mod:`nn.train.checkpoint` writes them.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from typing import Any, TypeAlias

from autograd.arrays import Array

__all__ = ["columns_of", "from_bytes", "memory_of", "put_back", "taken_out", "to_bytes"]

Column: TypeAlias = "Sequence[float] | Array"
"""A number of each parameter."""


def columns_of(memory: Any) -> Any:
    """What is remembered of each parameter in columns; one number where all remember the same.

    >>> columns_of([(0.5, 1.0), (0.25, 1.0)])
    ([0.5, 0.25], 1.0)
    """
    first = memory[0]
    if isinstance(first, (tuple, list)):
        return tuple(columns_of(part) for part in zip(*memory))
    return first if all(item == first for item in memory) else list(memory)


def memory_of(columns: Any, n: int) -> list[Any]:
    """The inverse of `columns_of`, for `n` parameters.

    >>> memory_of(([0.5, 0.25], 1.0), 2)
    [(0.5, 1.0), (0.25, 1.0)]
    """
    if isinstance(columns, tuple):
        return list(zip(*(memory_of(column, n) for column in columns)))
    if hasattr(columns, "tolist"):
        columns = columns.tolist()
    if not isinstance(columns, list):
        return [columns] * n
    if len(columns) != n:
        raise ValueError(f"{len(columns)} numbers are remembered, but of {n} parameters")
    return columns


def taken_out(memory: Any, columns: dict[str, Column]) -> Any:
    """The memory with the names of its columns, which are added to the others."""
    if isinstance(memory, tuple):
        return [taken_out(part, columns) for part in memory]
    if not hasattr(memory, "__len__"):
        return memory
    name = f"memory{len(columns)}"
    columns[name] = memory
    return name


def put_back(memory: Any, columns: dict[str, Column]) -> Any:
    """The inverse of `taken_out`."""
    if isinstance(memory, list):
        return tuple([put_back(part, columns) for part in memory])
    return columns[memory] if isinstance(memory, str) else float(memory)


def to_bytes(numbers: Column) -> bytes:
    """Numbers as doubles, little-endian.

    >>> from_bytes(to_bytes([1.0, 0.1]))
    [1.0, 0.1]
    """
    if hasattr(numbers, "astype"):
        packed: bytes = numbers.astype("<f8").tobytes()
        return packed
    column = array("d", numbers)
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def from_bytes(packed: bytes) -> list[float]:
    """The inverse of `to_bytes`."""
    column = array("d", packed)
    if sys.byteorder == "big":
        column.byteswap()
    return column.tolist()
