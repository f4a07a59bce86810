"""Bends: which statements of a tape may come to a tip other than along a straight line.

At a tip the first derivative is a choice. JAX's own second derivative of abs(x) is 0 there, as the
engine's; that of abs(x·x) would be 0 too, where 2 is right: what comes to the tip turns there.
Next: :mod:`autograd.program.exports.jax.statements`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np

from autograd.arrays import Array
from autograd.ops.op import Op
from autograd.program.tape.instructions import Tape
from autograd.program.tape.segments import Plain, Scan

__all__ = ["Bends", "bends_of"]

LINEAR = {"add", "sub", "neg", "identity", "sum"}


def _keeps_straight(op: Op, varying: int) -> bool:
    """Whether the result of straight operands, so many of which vary, is straight too."""
    return op.name in LINEAR or (op.name in ("mul", "dot") and varying <= 1)


class Bends:
    """What statements read, one by one in their order: arguments, and each other's results.

    Straight are arguments, constants, and sums of multiples of these, but of an argument i those
    numbers, named ~i, that other parts of a program have ``bent``. A forward sweep turns along
    straight lines too, ``tangents``.
    """

    def __init__(self, arguments: int, tangents: bool) -> None:
        self.tangents = tangents
        self._straight: set[Hashable] = {*range(arguments)}
        self._sources: dict[Hashable, set[int]] = {i: {i} for i in range(arguments)}
        self._sources |= {~i: {i} for i in range(arguments)}

    def origin(self, result: Hashable, op: Op, reads: Iterable[set[Hashable]]) -> list[int]:
        """The arguments that a statement comes to its tip from, if it may turn there.

        ``reads`` are the results and arguments that each of its operands is made of.
        """
        reads = [read for read in reads if read]
        every: set[Hashable] = set().union(*reads)
        sources = self._sources[result] = set().union(*[self._sources[x] for x in every])
        straight = every <= self._straight
        if straight and _keeps_straight(op, len(reads)):
            self._straight.add(result)
        turns = self.tangents or op.smooth or not straight
        return sorted(sources) if op.tip is not None and turns else []


def bends_of(segment: Plain | Scan, bent: Array) -> tuple[Array, Array]:
    """Which numbers that a segment of a chain reads are bent, and those in all places after it.

    A repeated step reads what is bent in one of its runs.
    """
    after = bent.copy()
    if isinstance(segment, Plain):
        inputs = bent[segment.inputs]
        after[segment.outputs] = _bent_by(segment.tape, inputs)
        return inputs, after
    repeat = segment.repeat
    tape = repeat.tape(segment.constants, (*repeat.new, *segment.last, *segment.each))
    carry, many, last = bent[segment.first], len(repeat.new), len(segment.last)
    known = [bent[segment.items].any(0), bent[segment.shared]]
    while True:  # until a run bends no more of what it is given than the one before
        inputs = np.concatenate([carry, *known])
        outputs = _bent_by(tape, inputs)
        if (outputs[:many] <= carry).all():
            break
        carry = carry | outputs[:many]
    after[segment.outputs[:last]] = outputs[many : many + last]
    after[segment.outputs[last:].reshape(repeat.count, -1)] = outputs[many + last :]
    return inputs, after


def _bent_by(tape: Tape, inputs: Array) -> Array:
    """Which outputs of a tape are bent, if these of its inputs are."""
    bent: list[bool] = inputs.tolist()
    varies = [True] * len(bent)
    for op, operands in tape.statements:
        varying = [x for x in operands if x >= 0 and varies[x]]
        varies.append(bool(varying))
        straight = not any(bent[x] for x in varying) and _keeps_straight(op, len(varying))
        bent.append(bool(varying) and not straight)
    return np.array([x >= 0 and bent[x] for x in tape.outputs], dtype=bool)
