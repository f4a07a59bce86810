"""A repeated step in JAX, between what it reads and what others read of it.

What is carried is one array for a point, as each array more is a call more in every run. Over a
batch what is computed apart is carried apart: an array joined of it is there a choice for each
number, which XLA does not turn into vectors. Next: :mod:`autograd.program.exports.jax.sheets`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from autograd.program.exports.jax.readings import Reading
from autograd.program.exports.jax.sweeps import Adjoints, whole
from autograd.program.exports.jax.swept_bodies import Body, alone_or_batched

if TYPE_CHECKING:
    from jax import Array as JaxArray

    from autograd.program.exports.jax.swept_bodies import Argument, Found

__all__ = ["Loop"]


@dataclass(frozen=True, eq=False)
class Loop:
    """A step, and how its first carry, items and what is shared are read.

    It computes three blocks: the last carry, what each run gives, and what each was given.
    """

    alone: Body
    batched: Callable[[], Body]
    first: Reading
    items: Sequence[Reading]
    shared: Sequence[Reading]

    made = 3

    @property
    def _read(self) -> list[Reading]:
        return [self.first, *self.items, *self.shared]

    def _wants(self, wanted: Sequence[bool]) -> list[bool]:
        return [any(wanted[b] for b in x.blocks) for x in self._read]

    def _run(
        self, method: Callable[[Body], Callable[..., Found]], curved: bool, *given: Argument
    ) -> Any:
        """What a method of the body finds at a point, or over a batch."""
        if curved:  # JAX could not transpose the choice
            return method(self.alone)(*given)
        return alone_or_batched(method(self.alone), lambda: method(self.batched()))(*given)

    def forward(self, blocks: Sequence[JaxArray], keep: bool, curved: bool) -> list[JaxArray]:
        """The three blocks; of the last, nothing if it is not to be kept."""
        first = whole(self.first, blocks)
        items, shared = [[whole(x, blocks) for x in some] for some in (self.items, self.shared)]
        made: list[JaxArray] = self._run(
            lambda body: partial(body.forward, keep, curved), curved, first, items, shared
        )
        return made

    def varies(self, wanted: Sequence[bool]) -> list[bool]:
        """Which of the three vary."""
        first, *others = self._wants(wanted)
        inner, carries = self.alone.wanted(first, others)
        return [
            any(carries),
            any(inner[b] for x in self.alone.each for b in x.blocks),
            any(carries),
        ]

    def back(self, blocks: Sequence[JaxArray], first: int, adjoints: Adjoints) -> None:
        """The runs from the last to the first."""
        last, each = adjoints.of(first), adjoints.of(first + 1)
        if last is None and each is None:
            return
        items, shared = [[whole(x, blocks) for x in some] for some in (self.items, self.shared)]
        wants = self._wants(adjoints.wanted)
        found = self._run(
            lambda body: partial(body.back, wants, adjoints.curved),
            adjoints.curved,
            *(last, each, blocks[first + 2], items, shared),
        )
        for read, g in zip(self._read, found):
            if g is not None:
                adjoints.add(read, g)
