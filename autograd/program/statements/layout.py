"""Where numbers lie in arrays, and how an operand reads them.

A block is one flat array: an argument, the constants, or the result of an array statement. All
blocks share one line of addresses. The numbers an operand reads are given as addresses; if these
are evenly spaced along each axis the operand is a view, which costs nothing, otherwise a gather.
Next: :mod:`autograd.program.statements.groups`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array

__all__ = ["Block", "Gather", "Joined", "Literal", "Operand", "Part", "View", "operand", "split"]

Shape = tuple[int, ...]


class Block(NamedTuple):
    """A flat array of ``size`` numbers with addresses from ``start`` on."""

    name: str
    start: int
    size: int


@dataclass(frozen=True)
class View:
    """Numbers of one block, evenly spaced along each axis; stride 0 repeats them."""

    shape: Shape
    block: int
    offset: int
    strides: Shape

    @property
    def own_shape(self) -> Shape:
        """The shape without repetition: 1 along axes of stride 0."""
        return tuple([n if stride else 1 for n, stride in zip(self.shape, self.strides)])

    def positions(self) -> Array:
        """Index into the block of each number, without repetition."""
        index = np.full((1,) * len(self.shape), self.offset)
        for axis, (n, stride) in enumerate(zip(self.own_shape, self.strides)):
            along = [1] * len(self.shape)
            along[axis] = n
            index = index + (np.arange(n) * stride).reshape(along)
        return index


@dataclass(frozen=True)
class Gather:
    """Numbers of one block in any order: ``index`` has the operand's shape."""

    shape: Shape
    block: int
    index: Array


class Part(NamedTuple):
    """Some positions (of the raveled operand) and where in a block their numbers are."""

    at: Array
    block: int
    index: Array  # type: ignore[assignment]  # no tuple's method


@dataclass(frozen=True)
class Joined:
    """Numbers of several blocks."""

    shape: Shape
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Literal:
    """Constants: an array that broadcasts to the shape."""

    shape: Shape
    values: Array


Operand = View | Gather | Joined | Literal


def operand(
    addresses: Array, blocks: Sequence[Block], starts: Array, constants: tuple[int, Array]
) -> Operand:
    """The cheapest way to read these addresses; ``constants`` is that block's number and data."""
    shape = addresses.shape
    flat = addresses.reshape(-1)
    if not len(flat):
        return Literal(shape, np.zeros(shape))
    owner = np.searchsorted(starts, flat, "right") - 1
    if (owner == owner[:1]).all():
        block = int(owner[0])
        local = addresses - blocks[block].start
        strides = strides_of(local)
        if block == constants[0]:
            return Literal(shape, _without_repetition(constants[1][local]))
        if strides is None:
            return Gather(shape, block, local)
        return View(shape, block, int(local.flat[0]), strides)
    parts = []
    for block in np.unique(owner).tolist():
        at = np.flatnonzero(owner == block)
        parts.append(Part(at, block, flat[at] - blocks[block].start))
    return Joined(shape, tuple(parts))


def _without_repetition(values: Array) -> Array:
    """The same numbers, once along each axis on which they do not change."""
    for axis, n in enumerate(values.shape):
        first = values.take([0], axis)
        same = (values == first) | ((values != values) & (first != first))
        if n > 1 and same.all() and (np.signbit(values) == np.signbit(first)).all():
            values = first
    return values


def strides_of(numbers: Array) -> Shape | None:
    """The step along each axis if it is the same everywhere; 0 along axes of length 1."""
    steps = []
    for axis, n in enumerate(numbers.shape):
        if n < 2:
            steps.append(0)
            continue
        first = numbers.take(0, axis)
        step = int((numbers.take(1, axis) - first).flat[0])
        if (np.diff(numbers, axis=axis) != step).any():
            return None
        steps.append(step)
    return tuple(steps)


def split(columns: Sequence[Array]) -> Shape:
    """A shape in which as many as possible of these address vectors are evenly spaced.

    >>> split([np.array([0, 1, 2, 3, 4, 5]), np.array([7, 8, 9, 7, 8, 9])])
    (2, 3)
    """
    n = len(columns[0])
    cuts = {1, n}
    for column in columns:
        lengths = _run_lengths(column)
        if lengths is not None and _nested(cuts | lengths):
            cuts |= lengths
    ordered = sorted(cuts)
    return tuple([b // a for a, b in pairwise(ordered)][::-1]) or (n,)


def _nested(lengths: set[int]) -> bool:
    """Whether each length divides the next; few enough axes to be worth it."""
    ordered = sorted(lengths)
    return len(ordered) <= 5 and all(b % a == 0 for a, b in pairwise(ordered))


def _run_lengths(column: Array) -> set[int] | None:
    """Numbers of elements after which the even spacing of a vector changes; None if irregular."""
    lengths = set()
    length = 1
    while len(column) > 1:
        steps = np.diff(column)
        breaks = np.flatnonzero(steps != steps[0])
        if not len(breaks):
            break
        run = int(breaks[0]) + 1
        if len(column) % run:
            return None
        rows = column.reshape(-1, run)
        if (np.diff(rows, axis=1) != steps[0]).any():
            return None
        length *= run
        lengths.add(length)
        column = rows[:, 0]
    return lengths


def operand_shape(operand: Operand) -> tuple[int, ...]:
    """The shape in which an operand is read."""
    if isinstance(operand, Literal):
        return tuple(operand.values.shape)
    return tuple(getattr(operand, "own_shape", operand.shape))
