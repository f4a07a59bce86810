"""What examples, outputs, targets, models and losses are, to a type checker.

Next: :mod:`nn.module`, whose modules take the one and return the other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from autograd import Value
from autograd.arrays import Array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "Decision", "Examples", "Listed", "Loss", "Matrix", "Model", "Numbers", "Outputs", "Quantity",
    "Sparse", "Target", "Targets",
]  # fmt: skip


class Sparse(Protocol):
    """A matrix of which the zeros are not kept, as SciPy's."""

    def toarray(self) -> Array:
        """All of it."""


Examples: TypeAlias = "ArrayLike | Sparse"
"""Rows of numbers: lists of lists, an array, a table that NumPy can read, or a sparse matrix."""
Matrix: TypeAlias = "Sequence[Sequence[float]] | Array"
"""Examples that can be counted and read again."""
Quantity: TypeAlias = "float | Array"
"""A number, or many of one meaning in an array."""
Numbers: TypeAlias = "Value | float | Sequence[Numbers]"
"""Numbers and Values, however nested."""
Outputs: TypeAlias = "Numbers | Array"
"""What a model returns: for a row, or for several."""
Target: TypeAlias = "float | str | Sequence[float] | Array"
"""What a row's outputs should be: a class's index or name, a number, or one for each output."""
Targets: TypeAlias = "Iterable[Target] | Array"
"""One for each row."""
Listed: TypeAlias = "Sequence[Target] | Array"
"""Targets that can be read again."""
Model: TypeAlias = Callable[..., Outputs]
"""Outputs for a row."""
Loss: TypeAlias = "Callable[..., Value | float]"
"""How wrong the outputs for a row are, given its target."""
Decision: TypeAlias = Callable[..., Hashable]
"""The label that outputs stand for."""
