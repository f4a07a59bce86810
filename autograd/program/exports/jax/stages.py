"""A tape as a function of JAX, part by part: array statements, and ``lax.scan`` for what repeats.

XLA takes milliseconds for each statement of a deep graph. Scans, and the recurrences that are found
in plain loops (:mod:`autograd.program.tape.rolling`), are loops there too, each body compiled once.
Next: :mod:`autograd.program.exports.jax.statements`, what a part without a loop is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arrays import Array
from autograd.program.exports.jax.bends import bends_of
from autograd.program.exports.jax.differentiated import jax_module
from autograd.program.exports.jax.readings import SLICES, stretches
from autograd.program.exports.jax.statements import function_of
from autograd.program.tape.instructions import Tape
from autograd.program.tape.passes import simplified
from autograd.program.tape.repeated import repeats_of
from autograd.program.tape.segments import Chain, Plain, Scan, chain_of

if TYPE_CHECKING:
    from jax import Array as JaxArray

__all__ = ["staged"]

Compiler = Callable[[Tape], Callable[..., Any]]

WIDE = 32
"""Statements of a step from which computing it twice costs less than keeping its numbers."""


def staged(
    tape: Tape, dtype: str, *, tangents: bool, ahead: bool | None = None
) -> Callable[..., Any]:
    """The function of one point's arrays that gives the output, or it and what is aside.

    Of a tape whose loops are found; the options are those of :func:`function_of`.
    """

    def function(part: Tape, bent: Array) -> Callable[..., Any]:
        return function_of(simplified(part), dtype, tangents=tangents, ahead=ahead, bent=bent)

    if not repeats_of(tape):
        return function_of(simplified(tape), dtype, tangents=tangents, ahead=ahead)
    chain = chain_of(tape)
    blocks = _Blocks(chain, [a.size for a in tape.arguments])
    bent, steps = np.zeros(chain.size + len(chain.constants), dtype=bool), []
    for segment in chain.segments:
        inputs, bent = bends_of(segment, bent)
        compiler = partial(function, bent=inputs)
        steps.append(
            _plain(segment, blocks, compiler)
            if isinstance(segment, Plain)
            else _scan(segment, blocks, compiler)
        )
    read = blocks.reader(chain.outputs)
    size = chain.outputs.size if tape.aux_shape is None else int(np.prod(tape.output_shape))

    def run(*arrays: JaxArray) -> Any:
        known = [array.reshape(-1) for array in arrays]
        known.append(jax_module().numpy.asarray(chain.constants, dtype))
        for step in steps:
            known.append(step(known))
        numbers = read(known)
        output = numbers[:size].reshape(tape.output_shape)
        if tape.aux_shape is None:
            return output
        return output, numbers[size:].reshape(tape.aux_shape)

    return run


class _Blocks:
    """In which array the number of each place of a chain is, and where: the arguments come first,
    then the constants, then what the segments give.
    """

    def __init__(self, chain: Chain, sizes: Sequence[int]) -> None:
        counts = [*sizes, *[segment.outputs.size for segment in chain.segments]]
        self._which = np.repeat(np.arange(len(counts)), counts)
        starts = np.cumsum([0, *counts])
        self._at = np.arange(chain.size) - starts[self._which]
        self._which[self._which >= len(sizes)] += 1
        # Constants are at the end of all places, so that negative ones index them.
        self._which = np.append(self._which, np.full(len(chain.constants), len(sizes)))
        self._at = np.append(self._at, np.arange(len(chain.constants)))

    def reader(self, places: Array) -> Callable[[Sequence[JaxArray]], JaxArray]:
        """The function that reads the numbers in these places: slices, or a gather of many."""
        flat = places.reshape(-1)
        which, at = self._which[flat], self._at[flat]
        pieces = stretches(which, at)
        used = list(dict.fromkeys(which.tolist()))

        def read(known: Sequence[JaxArray]) -> JaxArray:
            jnp = jax_module().numpy
            if len(pieces) <= SLICES:
                rows = [known[i][low:high:step] for i, low, high, step in pieces]
                return _joined(rows, known).reshape(places.shape)
            base = np.cumsum([0, *[known[i].shape[0] for i in used]])
            places_of = dict(zip(used, base.tolist()))
            index = at + np.array([places_of[i] for i in which.tolist()])
            whole: JaxArray = jnp.concatenate([known[i] for i in used])[index]
            return whole.reshape(places.shape)

        return read


def _joined(rows: Sequence[JaxArray], known: Sequence[JaxArray]) -> JaxArray:
    if len(rows) == 1:
        return rows[0]
    jnp = jax_module().numpy
    made: JaxArray = jnp.concatenate(rows) if rows else jnp.zeros(0, known[0].dtype)
    return made


def _plain(
    segment: Plain, blocks: _Blocks, function: Compiler
) -> Callable[[Sequence[JaxArray]], JaxArray]:
    """Statements without a loop."""
    compute, read = function(segment.tape), blocks.reader(segment.inputs)

    def run(known: Sequence[JaxArray]) -> JaxArray:
        made: JaxArray = compute(read(known))
        return made

    return run


def _scan(
    scan: Scan, blocks: _Blocks, function: Compiler
) -> Callable[[Sequence[JaxArray]], JaxArray]:
    """A repeated step: what of its results others read, the last run's and each run's."""
    repeat = scan.repeat
    read_first, read_items, read_shared = map(blocks.reader, (scan.first, scan.items, scan.shared))
    many, last = len(repeat.new), len(scan.last)
    # What only the last run's is read of is carried along.
    step = function(repeat.tape(scan.constants, (*repeat.new, *scan.last, *scan.each)))
    kept = [i for i, x in enumerate(scan.last) if x not in repeat.new]
    at = np.array([repeat.new.index(x) if x in repeat.new else many for x in scan.last], dtype=int)
    at[kept] = many + np.arange(len(kept))

    def run(known: Sequence[JaxArray]) -> JaxArray:
        jax = jax_module()
        jnp = jax.numpy
        shared = read_shared(known)
        first = read_first(known)

        def once(carry: JaxArray, item: JaxArray) -> tuple[JaxArray, JaxArray]:
            made = step(carry[:many], item, shared)
            new, ends, each = jnp.split(made, [many, many + last])
            return _joined([new, *[ends[i : i + 1] for i in kept]], known), each

        if len(repeat.step) > WIDE:
            once = jax.checkpoint(once, prevent_cse=False)
        begin = jnp.concatenate([first, jnp.zeros(len(kept), first.dtype)])
        items = read_items(known)
        carry, each = jax.lax.scan(once, begin, items, length=repeat.count)
        ends = [carry[i : i + 1] for i in at.tolist()]
        return _joined([*ends, each.reshape(-1)], known)

    return run
