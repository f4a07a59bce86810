"""Statements that repeat: the step of a scan, written once, among a tape's other statements.

They are a sequence of statements like any other: whoever goes through them sees every step written
out. Who asks for the ``parts`` sees a step once, and need never write it out. Next:
:mod:`autograd.program.tape.lower`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from autograd.arrays import Array
from autograd.cached import cached_property
from autograd.ops.op import Op
from autograd.program.tape.instructions import Argument, Statement, Tape

__all__ = [
    "WIDEST",
    "Repeat",
    "Statements",
    "has_loops",
    "is_long",
    "ops_in",
    "repeats_of",
    "step_of",
]

LONG, MANY = 8000, 50
"""Statements of all runs, and runs of a step, from which it is run as a loop: what is shorter takes
less time to call when it is written out, and no more to compile.
"""

WIDEST = 500
"""Operations of a step beyond which compiling it as a whole takes longer than it is worth."""


@dataclass(frozen=True, eq=False)
class Repeat:
    """A step, and how its runs are connected.

    In the step's own count the slots are: the carry, the item, what is shared, the results.
    Constants are the tape's. Results of the first run are in the slots from ``start`` on, those of
    the next follow.
    """

    step: Sequence[Statement]
    """A tuple, or :class:`Statements`, if it has loops that are to be run as loops."""
    count: int
    start: int
    first: tuple[int, ...]
    """The slots of the carry before the first run."""
    items: Array
    """The slots of each run's item: a row a run."""
    shared: tuple[int, ...]
    new: tuple[int, ...]
    """The results that are the carry after a run, in the step's own count."""

    @property
    def inputs(self) -> int:
        """How many numbers a run reads: the slot of its first result, in the step's own count."""
        return len(self.first) + int(self.items.shape[1]) + len(self.shared)

    def column(self, slot: int) -> Array:
        """The slots that one in the step's own count is in each run; a constant is the same."""
        item = slot - len(self.first)
        if slot >= self.inputs:
            found: Array = self.start + slot - self.inputs + np.arange(self.count) * len(self.step)
        elif slot < 0:
            found = np.full(self.count, slot)
        elif item < 0:
            found = np.concatenate([[self.first[slot]], self.column(self.new[slot])[:-1]])
        elif item < self.items.shape[1]:
            found = self.items[:, item]
        else:
            found = np.full(self.count, self.shared[item - self.items.shape[1]])
        return found

    def written_out(self) -> list[Statement]:
        """The statements of all runs."""
        whole: list[Any] = [None] * (len(self.step) * self.count)
        for i, (op, operands) in enumerate(self.step):
            rows = zip(*(self.column(x).tolist() for x in operands)) if operands else None
            runs = rows or [()] * self.count
            whole[i :: len(self.step)] = [Statement(op, row) for row in runs]
        return whole

    def moved(self, by: Callable[[Array], Array]) -> Repeat:
        """The same with other slots: ``by`` gives those of an array of slots."""

        def each(slots: Sequence[int]) -> tuple[int, ...]:
            return tuple(by(np.array(slots, dtype=int)).tolist())

        start = int(by(np.array([self.start]))[0])
        items = by(self.items)
        return Repeat(
            self.step, self.count, start, each(self.first), items, each(self.shared), self.new
        )

    def tape(self, constants: tuple[float, ...], outputs: Sequence[int]) -> Tape:
        """One run as a tape, which gives these of its slots."""
        sizes = len(self.first), self.items.shape[1], len(self.shared)
        arguments, start = [], 0
        for name, size in zip(("carry", "item", "shared"), sizes):
            arguments.append(Argument(name, (size,), start))
            start += size
        return Tape(tuple(arguments), constants, self.step, tuple(outputs), (len(outputs),))


class Statements(Sequence[Statement]):
    """Statements of which some are the runs of a step.

    >>> from autograd.ops.op import OPS
    >>> step = (Statement(OPS["add"], (0, 1)),)
    >>> twice = Repeat(step, 2, 3, (0,), np.array([[1], [2]]), (), (2,))
    >>> [slots for _, slots in Statements([twice])]
    [(0, 1), (3, 2)]
    """

    def __init__(self, parts: Sequence[list[Statement] | Repeat]) -> None:
        self.parts = [*parts]
        self._count = sum(
            len(part.step) * part.count if isinstance(part, Repeat) else len(part) for part in parts
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Statements, (self.parts,)

    @cached_property
    def written_out(self) -> list[Statement]:
        """All of them."""
        return [
            statement
            for part in self.parts
            for statement in (part.written_out() if isinstance(part, Repeat) else part)
        ]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.written_out)

    @overload
    def __getitem__(self, index: int) -> Statement: ...
    @overload
    def __getitem__(self, index: slice) -> list[Statement]: ...
    def __getitem__(self, index: int | slice) -> Statement | list[Statement]:
        return self.written_out[index]


def repeats_of(tape: Tape) -> list[Repeat]:
    """The repeated steps of a tape."""
    statements = tape.statements
    parts = statements.parts if isinstance(statements, Statements) else []
    return [part for part in parts if isinstance(part, Repeat)]


def is_long(tape: Tape) -> bool:
    """Whether a tape has steps that are to be run as loops, not to be written out."""
    return _are_long(tape.statements, LONG)


def step_of(statements: Sequence[Statement]) -> Sequence[Statement]:
    """Statements as a step, written out but for its long loops."""
    return statements if _are_long(statements, WIDEST) else tuple(statements)


def has_loops(repeat: Repeat) -> bool:
    """Whether a step has loops that are to be run as loops."""
    return isinstance(repeat.step, Statements)


def _are_long(statements: Sequence[Statement], long: int) -> bool:
    parts = statements.parts if isinstance(statements, Statements) else []
    many = any(part.count >= MANY for part in parts if isinstance(part, Repeat))
    return many and len(statements) > long


def ops_in(statements: Sequence[Statement]) -> set[Op]:
    """The primitives of statements; nothing is written out."""
    parts = statements.parts if isinstance(statements, Statements) else [[*statements]]
    found: set[Op] = set()
    for part in parts:
        found |= ops_in(part.step) if isinstance(part, Repeat) else {op for op, _ in part}
    return found
