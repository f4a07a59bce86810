"""Bends: which statements of a tape may come to a tip other than along a straight line.

At a tip the first derivative is a choice. JAX's own second derivative of abs(x) is 0 there, as the
engine's; that of abs(x·x) would be 0 too, where 2 is right: what comes to the tip turns there.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from autograd.ops.op import Op

__all__ = ["Bends"]

LINEAR = {"add", "sub", "neg", "identity", "sum"}


class Bends:
    """What statements read, one by one in their order: arguments, and each other's results.

    Straight are arguments, constants, and sums of multiples of these. A forward sweep turns along
    straight lines too, ``tangents``.
    """

    def __init__(self, arguments: int, tangents: bool) -> None:
        self.tangents = tangents
        self._sources: dict[Hashable, set[int]] = {i: {i} for i in range(arguments)}
        self._straight: set[Hashable] = set(self._sources)

    def origin(self, result: Hashable, op: Op, reads: Iterable[set[Hashable]]) -> list[int]:
        """The arguments that a statement comes to its tip from, if it may turn there.

        ``reads`` are the results and arguments that each of its operands is made of.
        """
        reads = [read for read in reads if read]
        every: set[Hashable] = set().union(*reads)
        sources = self._sources[result] = set().union(*[self._sources[x] for x in every])
        straight = every <= self._straight
        if straight and (op.name in LINEAR or (op.name in ("mul", "dot") and len(reads) <= 1)):
            self._straight.add(result)
        turns = self.tangents or op.smooth or not straight
        return sorted(sources) if op.tip is not None and turns else []
