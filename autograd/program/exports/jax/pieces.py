"""Adjoints of parts of a block in JAX, and how they become one array.

Next: :mod:`autograd.program.exports.jax.readings`, where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from autograd.program.exports.jax.vocabulary import jax_module
from autograd.program.statements.layout import Shape

if TYPE_CHECKING:
    from jax import Array as JaxArray

__all__ = ["Piece", "put_together", "shaped"]


class Piece(NamedTuple):
    """Adjoints of consecutive numbers of a block of some shape, from a place on; or of all."""

    start: int
    numbers: JaxArray
    whole: Shape


def shaped(x: JaxArray, shape: Shape) -> JaxArray:
    """The array in this shape, as it is if it has it."""
    made: JaxArray = x if x.shape == shape else jax_module().lax.reshape(x, shape)
    return made


def put_together(pieces: Sequence[Piece]) -> JaxArray:
    """The sum of adjoints of one block: one array where they stand side by side, or are alike."""
    lax, whole = jax_module().lax, pieces[0].whole
    size = prod(whole)
    alike: dict[tuple[int, int], JaxArray] = {}
    for piece in pieces:
        numbers = shaped(
            piece.numbers, whole if piece.numbers.size == size else (piece.numbers.size,)
        )
        span = piece.start, numbers.size
        alike[span] = alike[span] + numbers if span in alike else numbers
    total = alike.pop((0, size), None)
    while alike:
        end = 0
        row: list[JaxArray] = []
        for start, count in sorted(alike):
            if start >= end:
                numbers = alike.pop((start, count))
                row += [lax.full((start - end,), 0.0, numbers.dtype)] if start > end else []
                row.append(numbers)
                end = start + count
        row += [lax.full((size - end,), 0.0, row[0].dtype)] if size > end else []
        made = shaped(lax.concatenate(row, 0) if len(row) > 1 else row[0], whole)
        total = made if total is None else total + made
    assert total is not None
    return total
