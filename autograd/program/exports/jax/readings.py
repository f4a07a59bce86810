"""How an array statement reads its operands in JAX, and the way back of their adjoints.

Numbers that lie evenly are slices, reshaped, whose adjoints are padded: XLA joins both with what is
next to them. A gather goes back as a gather too, for a scatter is a loop of its own. Next:
:mod:`autograd.program.exports.jax.sweeps`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.exports.jax.pieces import Piece, shaped
from autograd.program.exports.jax.vocabulary import jax_module
from autograd.program.statements.layout import Gather, Literal, Operand, Shape, View

if TYPE_CHECKING:
    from jax import Array as JaxArray

    Read = Callable[[Sequence[JaxArray]], JaxArray]
    Back = Callable[[JaxArray, Sequence[bool]], list[tuple[int, Piece]]]

__all__ = ["SLICES", "Reading", "reading", "stretches"]

SLICES = 8
"""So many stretches of numbers are read one by one; more by a gather."""

OFTEN = 8
"""Times that a number is read by one gather, at most, for its adjoint to be gathered too."""


class Reading(NamedTuple):
    """Numbers of some blocks as an array of ``full`` shape, or 1 along axes where they repeat.

    ``back`` gives, of an adjoint of that ``shape``, those of the blocks that want one.
    """

    full: Shape
    shape: Shape
    blocks: tuple[int, ...]
    read: Read
    back: Back


def reading(operand: Operand, shapes: Sequence[Shape], constants: Array) -> Reading:
    """How to read an operand; ``shapes`` are those of all blocks, the first that of constants."""
    if isinstance(operand, Literal):
        values: Any = np.asarray(operand.values, constants.dtype)
        return Reading(operand.shape, values.shape, (), lambda blocks: values, lambda g, wanted: [])
    if isinstance(operand, View):
        whole = shapes[operand.block]
        moves = _moves(operand, prod(whole))
        if moves is not None:
            return _sliced(operand, moves, whole)
        index = operand.positions()
        read = reading(Gather(index.shape, operand.block, index), shapes, constants)
        return read._replace(full=operand.shape)
    size = prod(operand.shape)
    which, at = np.full(size, getattr(operand, "block", 0)), np.zeros(size, dtype=np.int64)
    for part in getattr(operand, "parts", ()):
        which[part.at], at[part.at] = part.block, part.index
    if isinstance(operand, Gather):
        at = operand.index.reshape(-1)
    pieces = stretches(which, at)
    if len(pieces) <= SLICES:
        rows = [_stretch(piece, shapes, constants) for piece in pieces]
        return _joined(operand.shape, rows, None)
    if isinstance(operand, Gather):
        ahead, core, times = _repetitions(at)
        if ahead * times > 1:
            some = reading(Gather(core.shape, operand.block, core), shapes, constants)
            return _repeated(operand.shape, some, ahead, times)
        return _gathered(operand.block, operand.index, shapes[operand.block])
    rows = [
        _gathered(part.block, part.index, shapes[part.block])
        if part.block
        else reading(Literal(part.at.shape, constants[part.index]), shapes, constants)
        for part in operand.parts
    ]
    return _joined(operand.shape, rows, np.concatenate([part.at for part in operand.parts]))


def stretches(which: Array, at: Array) -> list[tuple[int, int, int, int]]:
    """Blocks, and the slices of them, that make up a row of numbers; too many if there are more."""
    pieces: list[tuple[int, int, int, int]] = []
    place, count = 0, len(at)
    while place < count and len(pieces) <= SLICES:
        end = place + 1
        step = 1
        if end < count and which[end] == which[place] and at[end] > at[place]:
            step = int(at[end] - at[place])
            goes_on = (np.diff(at[place:]) == step) & (which[place + 1 :] == which[place])
            end = place + 1 + (int(goes_on.argmin()) if not goes_on.all() else len(goes_on))
        low = int(at[place])
        pieces.append((int(which[place]), low, low + (end - place - 1) * step + 1, step))
        place = end
    return pieces


def _stretch(
    piece: tuple[int, int, int, int], shapes: Sequence[Shape], constants: Array
) -> Reading:
    block, low, high, step = piece
    count = len(range(low, high, step))
    if not block:
        return reading(Literal((count,), constants[low:high:step]), shapes, constants)
    # Of one number too, an axis is kept.
    view = View((count,), block, low, (step,))
    return reading(view, shapes, constants)


class _Slice(NamedTuple):
    """Some of the numbers along the last axis, of which there are ``size``."""

    start: int
    number: int
    step: int
    size: int


def _moves(view: View, size: int) -> tuple[list[_Slice | Shape], list[int]] | None:
    """Slices and reshapings that lead to a view's numbers, and the order of its axes then."""
    axes = [i for i, (n, stride) in enumerate(zip(view.shape, view.strides)) if n > 1 and stride]
    axes.sort(key=lambda i: -view.strides[i])
    offset, moves, shape = view.offset, list[_Slice | Shape](), list[int]()
    for place, axis in enumerate(axes):
        stride, count = view.strides[axis], view.shape[axis]
        inner = axes[place + 1 :]
        if stride < 0:
            return None
        if not inner:
            moves.append(_Slice(offset, count, stride, size))
            break
        row, column = divmod(offset, stride)
        width = sum((view.shape[i] - 1) * view.strides[i] for i in inner)
        if column + width >= stride or (row + count) * stride > size:
            return None
        moves.append(_Slice(row * stride, count * stride, 1, size))
        shape.append(count)
        moves.append((*shape, stride))
        offset, size = column, stride
    if not axes:
        moves.append(_Slice(offset, 1, 1, size))
    return moves, [axes.index(i) for i in sorted(axes)]


def _sliced(view: View, found: tuple[list[_Slice | Shape], list[int]], whole: Shape) -> Reading:
    block, shape, (moves, order) = view.block, view.own_shape, found
    turned = order != sorted(order)
    if not turned and all(move.number == move.size for move in moves if isinstance(move, _Slice)):
        return Reading(
            view.shape,
            shape,
            (block,),
            lambda blocks: shaped(blocks[block], shape),
            lambda g, wanted: [(block, Piece(0, g, whole))] if wanted[block] else [],
        )

    def read(blocks: Sequence[JaxArray]) -> JaxArray:
        lax = jax_module().lax
        x = shaped(blocks[block], (prod(whole),))
        for move in moves:
            if not isinstance(move, _Slice):
                x = lax.reshape(x, move)
            elif move.number != move.size:
                stop = move.start + (move.number - 1) * move.step + 1
                x = lax.slice_in_dim(x, move.start, stop, move.step, axis=x.ndim - 1)
        x = lax.transpose(x, order) if turned else x
        return shaped(x, shape)

    shapes = [move for move in moves if not isinstance(move, _Slice)]
    last = moves[-1]
    assert isinstance(last, _Slice)
    ends: Shape = (*(shapes[-1][:-1] if shapes else ()), last.number)
    back_order = [int(i) for i in np.argsort(order)]

    def back(g: JaxArray, wanted: Sequence[bool]) -> list[tuple[int, Piece]]:
        if not wanted[block]:
            return []
        if len(moves) == 1 and last.step == 1:
            return [(block, Piece(last.start, g, whole))]
        lax, zero = jax_module().lax, np.zeros((), g.dtype)
        if turned:
            g = lax.transpose(shaped(g, tuple([ends[i] for i in order])), back_order)
        g = shaped(g, ends)
        for move in reversed(moves):
            if not isinstance(move, _Slice):
                g = lax.reshape(g, (*move[:-2], move[-2] * move[-1]))
            elif move.number != move.size:
                rest = move.size - move.start - (move.number - 1) * move.step - 1
                edges = [(0, 0, 0)] * (g.ndim - 1) + [(move.start, rest, move.step - 1)]
                g = lax.pad(g, zero, edges)
        return [(block, Piece(0, g, whole))]

    return Reading(view.shape, shape, (block,), read, back)


def _taken(flat: JaxArray, index: Array) -> JaxArray:
    lax = jax_module().lax
    numbers = lax.GatherDimensionNumbers((), (0,), (0,))
    made: JaxArray = lax.gather(
        flat, index.astype(np.int32)[..., None], numbers, (1,), mode="promise_in_bounds"
    )
    return made


def _repetitions(index: Array) -> tuple[int, Array, int]:
    """How often a shorter row is there as a whole, that row, and how often each of its numbers."""
    changes = np.flatnonzero(np.diff(index)) + 1
    times = int(np.gcd.reduce(np.append(changes, len(index))))
    core = index[::times]
    again = np.flatnonzero(core == core[0])[1:]
    for period in again.tolist():
        if len(core) % period == 0 and (core.reshape(-1, period) == core[:period]).all():
            return len(core) // period, core[:period], times
    return 1, core, times


def _repeated(shape: Shape, core: Reading, ahead: int, times: int) -> Reading:
    """A row as often as there is need for it, and each of its numbers too."""
    every = ahead, core.full[0], times

    def read(blocks: Sequence[JaxArray]) -> JaxArray:
        jnp = jax_module().numpy
        row = jnp.broadcast_to(core.read(blocks), core.full)[:, None]
        return shaped(jnp.broadcast_to(row, every), shape)

    def back(g: JaxArray, wanted: Sequence[bool]) -> list[tuple[int, Piece]]:
        if not any(wanted[block] for block in core.blocks):
            return []
        g = shaped(g, every).sum((0, 2))
        return core.back(g if core.shape == core.full else g.sum(keepdims=True), wanted)

    return Reading(shape, shape, core.blocks, read, back)


def _gathered(block: int, index: Array, whole: Shape) -> Reading:
    flat, size = index.reshape(-1), prod(whole)
    times = np.bincount(flat, minlength=size)
    often = int(times.max(initial=0))
    order = np.argsort(flat, kind="stable")
    nth = np.arange(len(flat)) - (np.cumsum(times) - times)[flat[order]]
    readers = np.full((size, min(often, OFTEN)), len(flat))  # where there is none: a zero
    if often <= OFTEN:
        readers[flat[order], nth] = order

    def read(blocks: Sequence[JaxArray]) -> JaxArray:
        return _taken(shaped(blocks[block], (size,)), index)

    def back(g: JaxArray, wanted: Sequence[bool]) -> list[tuple[int, Piece]]:
        jax = jax_module()
        if not wanted[block]:
            return []
        g = shaped(g, flat.shape)
        if often > OFTEN:
            found = jax.numpy.zeros(size, g.dtype).at[flat].add(g)
        else:
            found = _taken(jax.lax.pad(g, np.zeros((), g.dtype), [(0, 1, 0)]), readers)
            found = found.sum(-1) if often > 1 else found
        return [(block, Piece(0, found, whole))]

    return Reading(index.shape, index.shape, (block,), read, back)


def _joined(shape: Shape, rows: Sequence[Reading], order: Array | None) -> Reading:
    """Rows one after another, or each of their numbers in its place of an ``order``."""
    cuts = np.cumsum([0, *[row.full[0] for row in rows]]).tolist()
    inverse = None if order is None else np.argsort(order)

    def read(blocks: Sequence[JaxArray]) -> JaxArray:
        jnp = jax_module().numpy
        row = jnp.concatenate([row.read(blocks) for row in rows])
        return shaped(row if inverse is None else _taken(row, inverse), shape)

    def back(g: JaxArray, wanted: Sequence[bool]) -> list[tuple[int, Piece]]:
        g = shaped(g, (prod(shape),))
        g = g if order is None else _taken(g, order)
        found = []
        for row, low, high in zip(rows, cuts, cuts[1:]):
            if any(wanted[block] for block in row.blocks):
                found += row.back(jax_module().lax.slice_in_dim(g, low, high), wanted)
        return found

    blocks = tuple(dict.fromkeys(block for row in rows for block in row.blocks))
    return Reading(shape, shape, blocks, read, back)
