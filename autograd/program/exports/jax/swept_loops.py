"""A repeated step in JAX: ``lax.scan`` forward, and one back that computes each run again.

Kept is only what each run was given. Next: :mod:`autograd.program.exports.jax.sheets`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd.program.exports.jax.differentiated import jax_module
from autograd.program.exports.jax.readings import Reading
from autograd.program.exports.jax.sweeps import Adjoints, Sweep, contracted, whole

if TYPE_CHECKING:
    from jax import Array as JaxArray

    State = tuple[JaxArray, list[JaxArray]]
    Given = tuple[JaxArray, list[JaxArray], JaxArray | None]

__all__ = ["Loop"]


def _plus(x: JaxArray, y: JaxArray | None) -> JaxArray:
    return x if y is None else x + y


@dataclass(frozen=True, eq=False)
class Loop:
    """A step over its carry, items and what is shared; and how the first of these are read.

    It computes three blocks: the last carry, what each run gives, and what each was given.
    """

    step: Sweep
    count: int
    first: Reading
    items: Sequence[Reading]
    shared: Sequence[Reading]
    new: Reading
    """Of the step's blocks, the carry after it; at its end what only the last run's is read of."""
    each: Reading | None
    beside: int
    """How many numbers of the carry are only there to be read of the last run."""

    made = 3

    def _split(self, carry: JaxArray) -> JaxArray:
        many = self.first.full[0]
        return carry[:many] if self.beside else carry

    def _beside(self, carry: JaxArray) -> JaxArray:
        jnp = jax_module().numpy
        return jnp.pad(carry, (0, self.beside)) if self.beside else carry

    def forward(self, blocks: Sequence[JaxArray], keep: bool) -> list[JaxArray]:
        """The three blocks; of the last, nothing if it is not to be kept."""
        jax = jax_module()
        shared = [whole(x, blocks) for x in self.shared]

        def once(carry: JaxArray, items: list[JaxArray]) -> tuple[JaxArray, Any]:
            given = self._split(carry)
            made = self.step.forward([given, *items, *shared], keep=False)
            each = None if self.each is None else whole(self.each, made)
            return whole(self.new, made), (each, given if keep else None)

        first = self._beside(whole(self.first, blocks))
        items = [whole(x, blocks) for x in self.items]
        last, (each, given) = jax.lax.scan(once, first, items, length=self.count)
        nothing = jax.numpy.zeros((self.count, 0), last.dtype)
        return [last, nothing if each is None else each, nothing if given is None else given]

    def _wanted(self, wanted: Sequence[bool]) -> tuple[list[bool], bool]:
        """Which blocks of the step vary, and whether the carry does."""
        first, *others = [any(wanted[b] for b in x.blocks) for x in self._read()]
        inner = self.step.wanted([first, *others])
        if not first and any(inner[b] for b in self.new.blocks):
            first, inner = True, self.step.wanted([True, *others])
        return inner, first

    def _read(self) -> list[Reading]:
        return [self.first, *self.items, *self.shared]

    def varies(self, wanted: Sequence[bool]) -> list[bool]:
        """Which of the three vary."""
        inner, carry = self._wanted(wanted)
        return [carry, self.each is not None and any(inner[b] for b in self.each.blocks), False]

    def back(self, blocks: Sequence[JaxArray], first: int, adjoints: Adjoints) -> None:
        """The runs from the last to the first, each computed again."""
        jax = jax_module()
        jnp, lax = jax.numpy, jax.lax
        last, each = adjoints.of(first), adjoints.of(first + 1)
        if last is None and each is None:
            return
        if last is None:
            last = lax.full_like(blocks[first], 0.0)
        inner = self._wanted(adjoints.wanted)[0]
        items = [whole(x, blocks) for x in self.items]
        shared = [whole(x, blocks) for x in self.shared]
        start = 2 + len(items)
        spans = range(2, start), range(start, start + len(shared))
        factors: list[Any] = []

        def once(state: State, given: Given) -> tuple[State, tuple[Any, Any]]:
            (g, sums), (carry, some, g_each) = state, given
            made = self.step.forward([carry, *some, *shared], keep=True)
            own = Adjoints(inner, spans[1])
            own.add(self.new, g)
            if self.each is not None and g_each is not None:
                own.add(self.each, g_each)
            self.step.back(made, own)
            factors[:] = own.factors
            known = own.of(1)
            before = lax.full_like(carry, 0.0) if known is None else known
            sums = [_plus(x, own.of(i)) for i, x in sums_of(sums)]
            return (self._beside(before), sums), ([own.of(i) for i in spans[0]], own.pairs)

        def sums_of(sums: Sequence[JaxArray]) -> list[tuple[int, JaxArray]]:
            return [*zip([i for i in spans[1] if inner[i]], sums)]

        zeros = [jnp.zeros_like(x) for i, x in zip(spans[1], shared) if inner[i]]
        (g, sums), (of_items, pairs) = lax.scan(
            once, (last, zeros), (blocks[first + 2], items, each), reverse=True, length=self.count
        )
        if adjoints.want(self.first):
            adjoints.add(self.first, self._split(g))
        later = Adjoints(inner)
        for (reading, (of_g, of_other, result)), (gs, others) in zip(factors, pairs):
            later.add(reading, contracted(gs, others, "t" + of_g, "t" + of_other, result))
        for i, x in sums_of(sums):
            adjoints.add(self.shared[i - start], _plus(x, later.of(i)))
        for read, g_items in zip(self.items, of_items):
            if g_items is not None:
                adjoints.add(read, g_items)
