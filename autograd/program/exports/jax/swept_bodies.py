"""The body of a loop in JAX: ``lax.scan`` forward, and one back that computes each run again.

Next: :mod:`autograd.program.exports.jax.swept_loops`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from autograd.program.exports.jax.readings import Reading
from autograd.program.exports.jax.recurrences import looped, recurrence
from autograd.program.exports.jax.sweeps import Adjoints, Factor, Sweep, contracted, whole
from autograd.program.exports.jax.vocabulary import jax_module

if TYPE_CHECKING:
    from jax import Array as JaxArray

    Found = Sequence[JaxArray | None]
    Argument = JaxArray | list[JaxArray] | None
    Run = Callable[..., tuple[list[JaxArray], list[JaxArray], list[JaxArray]]]

__all__ = ["Body", "alone_or_batched"]

FEW_SUMMED = 16
"""Numbers of a matrix, at most, for its adjoint to be summed in a loop that is run entire: there it
stays in the processor, where a product of all runs would have to be laid out anew.
"""


def alone_or_batched(
    alone: Callable[..., Found], batched: Callable[[], Callable[..., Found]]
) -> Callable[..., Any]:
    """The function of one point, and another in its place over a batch of them."""
    jax = jax_module()
    function = jax.custom_batching.custom_vmap(alone)

    @function.def_vmap  # type: ignore[untyped-decorator]
    def over_batch(
        size: int, moved: Sequence[bool | Sequence[bool]], *arrays: Argument
    ) -> tuple[Any, Any]:
        axes = jax.tree.map(lambda x: 0 if x else None, moved)
        found = jax.vmap(batched(), axes, axis_size=size)(*arrays)
        return found, jax.tree.map(lambda _: True, found)

    made: Callable[..., Any] = function
    return made


@dataclass(frozen=True, eq=False)
class Body:
    """A step over its carries, items and what is shared, and how the first of these are cut."""

    step: Sweep
    count: int
    carries: Sequence[int]
    """How many numbers each carry has; together they are what the loop begins with."""
    shares: Sequence[Sequence[int]]
    """The same of each shared array."""
    new: Sequence[Reading]
    """Of the step's blocks, the carries after it; then what only the last run's is read of."""
    each: Sequence[Reading]
    """What is read of each run."""
    entire: bool
    """Whether it is run with all that it does, not the recurrence alone."""

    def _runs(self, curved: bool) -> Run:
        # What JAX differentiates further it finds as one loop, which it takes apart itself.
        return looped if curved or self.entire else recurrence

    def _shared(self, shared: Sequence[JaxArray]) -> list[JaxArray]:
        return [part for x, sizes in zip(shared, self.shares) for part in _cut(x, sizes)]

    def forward(
        self,
        keep: bool,
        curved: bool,
        first: JaxArray,
        items: Sequence[JaxArray],
        shared: Sequence[JaxArray],
    ) -> list[JaxArray]:
        """The last carry, what each run gives, and if it is to be kept what each was given."""
        jax, many = jax_module(), len(self.carries)
        zeros, parts = jax.numpy.zeros, self._shared(shared)

        def once(
            carries: list[JaxArray], some: list[JaxArray]
        ) -> tuple[list[JaxArray], list[JaxArray], list[JaxArray]]:
            made = self.step.forward([*carries[:many], *some, *parts], keep=False, curved=curved)
            rows = [whole(x, made) for x in self.each]
            return (
                [whole(x, made) for x in self.new],
                [*rows, *(carries[:many] if keep else [])],
                [],
            )

        beside = [zeros(x.full, first.dtype) for x in self.new[many:]]
        begin = [*_cut(first, self.carries), *beside]
        last, rows, _ = self._runs(curved)(once, begin, items, [], self.count, reverse=False)
        each, given = rows[: len(self.each)], rows[len(self.each) :]
        nothing = zeros((self.count, 0), first.dtype)
        return [
            _joined(last) if last else first,
            _joined(each) if each else nothing,
            _joined(given) if given else nothing,
        ]

    def wanted(self, first: bool, others: Sequence[bool]) -> tuple[list[bool], list[bool]]:
        """Which blocks of the step vary, and which of its carries, if what it reads does."""
        found = [first] * len(self.carries)
        while True:
            inner = self.step.wanted([*found, *others])
            after = [any(inner[b] for b in x.blocks) for x in self.new]
            more = [x or y for x, y in zip(found, after)]
            if more == found:
                return inner, [*found, *after[len(found) :]]
            found = more

    def back(
        self,
        wants: Sequence[bool],
        curved: bool,
        last: JaxArray | None,
        each: JaxArray | None,
        given: JaxArray,
        items: Sequence[JaxArray],
        shared: Sequence[JaxArray],
    ) -> list[JaxArray | None]:
        """The adjoints of the first carry, items and what is shared; None where not wanted."""
        jax = jax_module()
        lax = jax.lax
        many, start = len(self.carries), 1 + len(self.carries) + len(items)
        parts, dtype = self._shared(shared), self.step.dtype
        wants_shared = [x for x, sizes in zip(wants[1 + len(items) :], self.shares) for _ in sizes]
        inner, carried = self.wanted(wants[0], [*wants[1 : 1 + len(items)], *wants_shared])
        spans = range(1 + many, start), range(start, start + len(parts))
        sizes = [x.full[0] for x in self.new]
        if last is None:
            last = jax.numpy.zeros(sum(sizes), dtype)
        moves = [i for i, moving in enumerate(carried) if moving]
        begin = [g for g, moving in zip(_cut(last, sizes), carried) if moving]
        rows = [] if each is None else _cut(each, [x.full[0] for x in self.each])
        few = FEW_SUMMED if self.entire and not curved else 0
        put_off = [i for i in spans[1] if parts[i - start].size > few]
        factors: list[Factor] = []
        read_by: list[int] = []

        def once(
            gs: list[JaxArray], read: list[JaxArray]
        ) -> tuple[list[JaxArray], list[JaxArray], list[JaxArray | None]]:
            made = self.step.forward([*read[: many + len(items)], *parts], keep=True, curved=curved)
            own = Adjoints(inner, put_off, curved=curved)
            after = [self.new[i] for i in moves]
            for reading, g in zip([*after, *self.each], [*gs, *read[many + len(items) :]]):
                own.add(reading, g)
            self.step.back(made, own)
            factors[:] = own.factors
            before = []
            for i, x in zip(moves, gs):
                known = own.of(1 + i) if i < many else None
                before.append(lax.full_like(x, 0.0) if known is None else known)
            found = [(i, own.of(i)) for i in spans[0]]
            of_items = {i: x for i, x in found if x is not None}
            read_by[:] = of_items
            pairs = [x for pair in own.pairs for x in pair]
            return before, [*of_items.values(), *pairs], [own.of(i) for i in summed]

        summed = [i for i in spans[1] if inner[i]]
        zeros = [jax.numpy.zeros_like(parts[i - start]) for i in summed]
        kept = [*_cut(given, self.carries), *items, *rows]
        gs, made, sums = self._runs(curved)(once, begin, kept, zeros, self.count, reverse=True)
        of_items, pairs, later = dict(zip(read_by, made)), made[len(read_by) :], Adjoints(inner)
        for (reading, (of_g, of_other, result)), g, other in zip(factors, pairs[::2], pairs[1::2]):
            later.add(reading, contracted(g, other, "t" + of_g, "t" + of_other, result))
        of_shared: list[JaxArray | None] = [None] * len(parts)
        for i, x in zip(summed, sums):
            product = later.of(i)
            of_shared[i - start] = x if product is None else x + product
        of_carry = dict(zip(moves, gs))
        left = iter(of_shared)
        return [
            _together([of_carry.get(i) for i in range(many)], self.carries, dtype),
            *[of_items.get(i) for i in spans[0]],
            *[_together([next(left) for _ in some], some, dtype) for some in self.shares],
        ]


def _cut(x: JaxArray, sizes: Sequence[int]) -> list[JaxArray]:
    """An array along its last axis in parts of these sizes."""
    if len(sizes) == 1:
        return [x]
    bounds = pairwise(accumulate(sizes, initial=0))
    return [jax_module().lax.slice_in_dim(x, low, high, axis=x.ndim - 1) for low, high in bounds]


def _joined(parts: Sequence[JaxArray]) -> JaxArray:
    """Arrays in one, along the last axis."""
    axis = parts[0].ndim - 1
    made: JaxArray = parts[0] if len(parts) == 1 else jax_module().lax.concatenate(parts, axis)
    return made


def _together(
    parts: Sequence[JaxArray | None], sizes: Sequence[int], dtype: str
) -> JaxArray | None:
    """Adjoints of the parts of an array; where one is None it is zero, and if all are, None."""
    if all(x is None for x in parts):
        return None
    zeros = jax_module().numpy.zeros
    return _joined([zeros(n, dtype) if x is None else x for x, n in zip(parts, sizes)])
