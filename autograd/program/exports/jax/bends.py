"""Bends: which statements of a sheet may come to a tip other than along a straight line.

At a tip the first derivative is a choice. JAX's own second derivative of abs(x) is 0 there, as the
engine's; that of abs(x·x) would be 0 too, where 2 is right: what comes to the tip turns there.
Next: :mod:`autograd.program.exports.jax.sheets`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.arrays import Array
from autograd.ops.op import Op
from autograd.program.tape.instructions import Tape
from autograd.program.tape.segments import Scan

__all__ = ["Bends"]

LINEAR = {"add", "sub", "neg", "identity", "sum"}


def _keeps_straight(op: Op, varying: int) -> bool:
    """Whether the result of straight operands, so many of which vary, is straight too."""
    return op.name in LINEAR or (op.name in ("mul", "dot") and varying <= 1)


class Bends:
    """Which of the numbers that were computed so far are bent, by their addresses.

    Straight are arguments, unless they came bent, constants, and sums of multiples of these.
    ``ahead``: a forward sweep turns along straight lines too.
    """

    def __init__(self, given: Array, ahead: bool) -> None:
        self.ahead = ahead
        self._bent = [given]

    def _at(self, addresses: Array) -> Array:
        """Whether these are bent; addresses of constants are negative."""
        if len(self._bent) > 1:
            self._bent = [np.concatenate(self._bent)]
        found: Array = np.append(self._bent[0], False)[np.maximum(addresses, -1)]
        return found

    def append(self, op: Op, sides: Sequence[Array], size: int) -> bool:
        """A statement that reads at these addresses; whether it may turn at its tip."""
        varying = [x for x in map(np.atleast_1d, sides) if (x >= 0).any()]
        bent = any(self._at(x).any() for x in varying)
        straight = not bent and _keeps_straight(op, len(varying))
        self.extend([np.full(size, bool(varying) and not straight)])
        return op.tip is not None and (self.ahead or op.smooth or bent)

    def extend(self, more: Sequence[Array]) -> None:
        """Numbers that were computed at once."""
        self._bent += more

    def of_loop(self, scan: Scan, place: Array) -> tuple[Array, Array]:
        """Which numbers are bent that some run of a repeated step reads, and that it computes."""
        repeat, many = scan.repeat, len(scan.repeat.new)
        tape = repeat.tape(scan.constants, (*repeat.new, *scan.last, *scan.each))
        carry, items, shared = [self._at(place[x]) for x in (scan.first, scan.items, scan.shared)]
        while True:  # until a run bends no more of what it is given than the one before
            given = np.concatenate([carry, items.any(0), shared])
            made = _bent_by(tape, given)
            if (made[:many] <= carry).all():
                made[:many] = carry
                return given, made
            carry = carry | made[:many]


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
