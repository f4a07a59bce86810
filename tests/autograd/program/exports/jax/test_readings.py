"""Reads of blocks in JAX: the numbers at their addresses, and adjoints back to these."""

import random

import numpy as np
import pytest

from autograd.program.exports.jax.pieces import Piece, put_together
from autograd.program.exports.jax.readings import reading
from autograd.program.statements.layout import Block, operand

pytestmark = pytest.mark.needs("jax")

CONSTANTS = np.array([0.5, -2.0, 0.5])
SHAPES = [(3,), (), (24,), (4, 6), (1,), (2, 3, 4)]


def an_axis(rng, size):
    """Evenly spaced numbers, or not; backwards, or one again and again."""
    kind = rng.randrange(4)
    if kind == 0:
        return [rng.randrange(size) for _ in range(rng.randrange(1, 13))]
    step = rng.choice((0, 1, 1, 2, 3, -1))
    count = rng.randrange(1, 5)
    first = rng.randrange(size)
    return [(first + i * step) % size for i in range(count)]


def addresses_of(rng, starts, end):
    """Of a row, of a matrix cut out of a block, or of whatever."""
    if rng.random() < 0.4:
        strides = rng.choice(
            [(6, 1), (1, 6), (12, 4, 1), (4, 12), (6, 2), (1, 4), (0, 6, 1), (5, 1)]
        )
        counts = [rng.randrange(1, 4) for _ in strides]
        extent = sum((n - 1) * s for n, s in zip(counts, strides))
        block = rng.choice([2, 3, 5])
        size = int(np.prod(SHAPES[block]))
        index = np.array(starts[block] + rng.randrange(max(size - extent, 1)))
        for n, s in zip(counts, strides):
            index = index[..., None] + s * np.arange(n)
        if index.max() < starts[block] + size:
            return index
    if rng.random() < 0.5:
        low = starts[rng.randrange(len(starts))]
        found = low + np.array(an_axis(rng, end - low))
    else:
        found = np.concatenate([s + np.array(an_axis(rng, 3)) % 1 for s in starts])
    return found if len(found) % 2 else found.reshape(-1, 2)


def test_what_is_read_and_where_its_adjoint_goes():
    """As NumPy's indexing, and its transpose, say; in a vmap too, whose axis comes first."""
    import jax

    rng = random.Random("readings")
    sizes = [int(np.prod(shape)) for shape in SHAPES]
    starts = np.cumsum([0, *sizes])[:-1].tolist()
    blocks = [Block("", start, size) for start, size in zip(starts, sizes)]
    values = np.random.default_rng(0).normal(size=sum(sizes))
    values[:3] = CONSTANTS
    arrays = [values[b.start :][: b.size].reshape(s) for b, s in zip(blocks, SHAPES)]
    chosen = [addresses_of(rng, starts, sum(sizes)) for _ in range(30)]
    constants = 0, CONSTANTS
    found = [
        reading(operand(where, blocks, np.array(starts), constants), SHAPES, CONSTANTS)
        for where in chosen
    ]
    wants = [[rng.random() < 0.8 for _ in blocks] for _ in found]

    def all_of_them(arrays):
        seen = [x.read(arrays) for x in found]
        gs = [np.arange(1.0, 1.0 + x.size).reshape(x.shape) for x in seen]
        back = []
        for x, g, want in zip(found, gs, wants):
            pieces = {}
            for block, piece in x.back(jax.numpy.asarray(g), want):
                assert want[block]
                pieces.setdefault(block, []).append(piece)
            back.append({block: put_together(some) for block, some in pieces.items()})
        return seen, back

    for where, x, seen, back, want in zip(chosen, found, *jax.jit(all_of_them)(arrays), wants):
        assert x.full == where.shape
        assert x.shape == seen.shape
        np.testing.assert_array_equal(np.broadcast_to(seen, where.shape), values[where])
        g = np.arange(1.0, 1.0 + seen.size).reshape(seen.shape)
        spread, expected = np.zeros_like(values), np.zeros_like(values)
        for block, adjoint in back.items():
            assert adjoint.shape == SHAPES[block]
            spread[starts[block] :][: sizes[block]] = np.asarray(adjoint).reshape(-1)
        first = tuple([slice(None) if n > 1 else slice(1) for n in seen.shape])
        np.add.at(expected, where[first], g)
        for block, wanted in zip(blocks[1:], want[1:]):
            if not wanted:
                expected[block.start : block.start + block.size] = 0.0
        expected[:3] = 0.0
        np.testing.assert_array_equal(spread, expected)


def test_pieces_of_an_adjoint_are_put_together():
    """Side by side, one over the other, alike, with gaps, and all of it: their sum."""
    import jax

    rng, whole = random.Random("pieces"), (3, 4)
    for _ in range(12):
        expected, pieces = np.zeros(12), []
        for _ in range(rng.randrange(1, 6)):
            start, count = rng.choice([(0, 12), (0, 3), (3, 2), (3, 9), (7, 1), (10, 2)])
            numbers = np.array([rng.uniform(-1.0, 1.0) for _ in range(count)])
            expected[start : start + count] += numbers
            pieces.append(Piece(start, jax.numpy.asarray(numbers), whole))
        found = put_together(pieces)
        np.testing.assert_allclose(found, expected.reshape(whole), rtol=1e-15, atol=1e-15)
