"""One sweep forward over array statements in JAX, and one back by the op table's rules.

What JAX finds by tracing, transposing and splitting a program is written down here at once, by as
few equations as there may be: XLA compiles each. A sweep that is ``curved`` gives the same numbers,
and JAX may differentiate it further. Next:
:mod:`autograd.program.exports.jax.swept_statements`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from autograd.program.exports.jax.pieces import Piece, put_together
from autograd.program.exports.jax.readings import Reading
from autograd.program.exports.jax.vocabulary import jax_module

if TYPE_CHECKING:
    from jax import Array as JaxArray

__all__ = ["Adjoints", "Factor", "Sweep", "contracted", "whole"]


class Factor(NamedTuple):
    """A matrix whose adjoint is a product of an adjoint and the other matrix, to be made later."""

    reading: Reading
    axes: tuple[str, str, str]
    """Of the adjoint, the other matrix and this one."""


class Adjoints:
    """The adjoints of blocks while a sweep goes back, of those that want one.

    ``curved`` if JAX is to differentiate what it does.
    """

    def __init__(
        self, wanted: Sequence[bool], later: Iterable[int] = (), *, curved: bool = False
    ) -> None:
        self.wanted, self.curved = wanted, curved
        self._pieces: list[list[Piece]] = [[] for _ in wanted]
        self._later = {*later}
        self.factors: list[Factor] = []
        self.pairs: list[tuple[JaxArray, JaxArray]] = []

    def want(self, reading: Reading) -> bool:
        """Whether any of the blocks that are read wants an adjoint."""
        return any(self.wanted[block] for block in reading.blocks)

    def add(self, reading: Reading, g: JaxArray) -> None:
        """Add the adjoint of what was read to those of its blocks."""
        for axis, (n, own) in enumerate(zip(g.shape, reading.shape)):
            if own == 1 and n > 1:
                g = g.sum(axis, keepdims=True)
        for block, piece in reading.back(g, self.wanted):
            self._pieces[block].append(piece)

    def of(self, block: int) -> JaxArray | None:
        """The adjoint of a block, when all that read it have added theirs; None if nobody did."""
        return put_together(self._pieces[block]) if self._pieces[block] else None

    def add_product(
        self, reading: Reading, axes: tuple[str, str, str], g: JaxArray, other: JaxArray
    ) -> None:
        """Add the adjoint of one matrix of a product, or put it off."""
        if self._later.issuperset(reading.blocks):
            self.factors.append(Factor(reading, axes))
            self.pairs.append((g, other))
        else:
            self.add(reading, contracted(g, other, *axes))


class Part(Protocol):
    """A statement or a loop, which computes one block or more."""

    def forward(self, blocks: Sequence[JaxArray], keep: bool, curved: bool) -> list[JaxArray]:
        """The blocks that it computes of those before it; ``keep`` what :meth:`back` needs.

        ``curved`` if JAX is to differentiate it.
        """

    def varies(self, wanted: Sequence[bool]) -> list[bool]:
        """Which of these vary with the blocks before it that want an adjoint."""

    def back(self, blocks: Sequence[JaxArray], first: int, adjoints: Adjoints) -> None:
        """Add to the adjoints of what it reads; its own are of the blocks from ``first`` on."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """Statements over blocks, of which the first are the constants and the arguments.

    What is constant is written down where it is read: that block is empty.
    """

    parts: Sequence[Part]
    dtype: str

    def forward(self, arguments: Sequence[JaxArray], *, keep: bool, curved: bool) -> list[JaxArray]:
        """All blocks; the options are those of a part."""
        blocks = [jax_module().numpy.zeros(0, self.dtype), *arguments]
        for part in self.parts:
            blocks += part.forward(blocks, keep, curved)
        return blocks

    def wanted(self, arguments: Sequence[bool]) -> list[bool]:
        """Which blocks vary with some arguments."""
        found = [False, *arguments]
        for part in self.parts:
            found += part.varies(found)
        return found

    def back(self, blocks: Sequence[JaxArray], adjoints: Adjoints) -> None:
        """The adjoints of everything, from those of the outputs."""
        first = len(blocks)
        for part in reversed(self.parts):
            first -= getattr(part, "made", 1)
            part.back(blocks, first, adjoints)


def whole(reading: Reading, blocks: Sequence[JaxArray]) -> JaxArray:
    """What is read, in full shape."""
    made = reading.read(blocks)
    if made.shape != reading.full:
        made = jax_module().numpy.broadcast_to(made, reading.full)
    return made


def contracted(a: JaxArray, b: JaxArray, of_a: str, of_b: str, of_result: str) -> JaxArray:
    """The product of two arrays, summed over the axes that the result does not have."""
    lax = jax_module().lax
    both = [x for x in of_a if x in of_b]
    summed, kept = [[x for x in both if (x in of_result) is so] for so in (False, True)]
    axes = [tuple([[of.index(x) for x in some] for of in (of_a, of_b)]) for some in (summed, kept)]
    made = lax.dot_general(a, b, tuple(axes))
    order = [*kept, *(x for x in of_a if x not in both), *(x for x in of_b if x not in both)]
    if order != [*of_result]:
        made = lax.transpose(made, [order.index(x) for x in of_result])
    found: JaxArray = made
    return found
