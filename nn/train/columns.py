"""Columns: what a training run keeps of each parameter, as one vector for each kind of number.

Next: :mod:`nn.train.checkpoint` writes them.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from typing import Any

from autograd.arrays import Array

__all__ = ["columns_of", "from_bytes", "memory_of", "to_bytes"]


def columns_of(memory: Sequence[Any]) -> Any:
    """What is remembered of each parameter in columns; one number where all remember the same.

    >>> columns_of([(0.5, 1.0), (0.25, 1.0)])
    (array('d', [0.5, 0.25]), 1.0)
    """
    first = memory[0]
    if isinstance(first, (tuple, list)):
        return tuple(columns_of(part) for part in zip(*memory))
    return first if all(item == first for item in memory) else array("d", memory)


def memory_of(columns: Any, n: int) -> list[Any]:
    """The inverse of `columns_of`, for `n` parameters; ValueError for columns of others.

    >>> memory_of((array("d", [0.5, 0.25]), 1.0), 2)
    [(0.5, 1.0), (0.25, 1.0)]
    """
    if isinstance(columns, (tuple, list)):
        return list(zip(*(memory_of(column, n) for column in columns)))
    if not hasattr(columns, "__len__"):
        return [columns] * n
    if len(columns) != n:
        raise ValueError(f"{len(columns)} numbers are remembered, but of {n} parameters")
    listed: list[Any] = columns.tolist()
    return listed


def to_bytes(numbers: Sequence[float] | Array) -> bytes:
    """Numbers as doubles, little-endian."""
    many: Any = numbers
    packed: bytes = many.astype("<f8").tobytes() if hasattr(many, "astype") else b""
    return packed or struct.pack(f"<{len(numbers)}d", *numbers)


def from_bytes(packed: bytes) -> array[float]:
    """The inverse of `to_bytes`; struct.error if one is cut."""
    return array("d", struct.unpack(f"<{len(packed) // 8}d", packed))
