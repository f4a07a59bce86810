"""Descent: one argument of a program moved by a rule, many steps in one call of machine code.

Next: :mod:`autograd.program.array.tiles.descend`, the function that is called.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.errors import InputValueError, TraceError
from autograd.keeping import Portrait, Store
from autograd.program.array.numpy_executor import ArrayExecutor
from autograd.program.array.tiles.compiler import common
from autograd.program.array.tiles.descend import DESCENT
from autograd.program.array.tiles.runner import FIELD, Tiles
from autograd.program.compiled_function import Compiled
from autograd.program.loop.addresses import address
from autograd.program.program import Program

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["Descent", "Rule", "Walked", "descent"]

Rule = Callable[..., Sequence[Any]]
PAD = 8
_RULES = Store(room=100_000)


class Walked(NamedTuple):
    """How far a descent came: the steps done, their rows with outputs, and where it is now."""

    steps: int
    rows: Array
    values: Array
    aux: Array
    data: Array
    memory: list[Any]


def descent(
    program: Program,
    rule: Rule,
    wrt: str,
    memory: int,
    rows: int,
    norm: bool,
    arrays: Mapping[str, Array],
) -> Descent | None:
    """See :meth:`autograd.program.program.Program.descent`."""
    moved = next(x for x in program.tape.arguments if x.name == wrt)
    position = program.tape.arguments.index(moved)
    given, many = program._running.inputs.checked({**arrays, wrt: np.zeros(moved.shape)})
    batched = tuple([array.ndim == 2 for array in given])
    loss = _tiles(program, batched, (position,), rows)
    recorded = None if loss is None else _recorded(rule, memory, norm)
    batched = (True, True, False, True, *[False] * norm)
    update = None if recorded is None else _tiles(recorded, batched, None, None)
    if loss is None or update is None:
        return None
    return Descent(program, loss, update, position, norm, given, many)


def _tiles(
    program: Program, batched: tuple[bool, ...], wrt: tuple[int, ...] | None, rows: int | None
) -> Tiles | None:
    """The program in machine code, if it is what runs for so many rows; None for any number."""
    running = program._running
    if program.dtype != "float64" or (rows is not None and running.choice(rows) != "array"):
        return None
    made = running.named("array")
    return made.tiles(batched, wrt) if isinstance(made, ArrayExecutor) else None


def _recorded(rule: Rule, memory: int, norm: bool = False) -> Program | None:
    """A rule for one number as a program, the one that is kept for such a rule if there is one.

    >>> _recorded(lambda data, grad, rate, memory: [data - rate * grad, memory[0]], 1)
    <Program(data: (), grad: (), rate: (), memory: (1,)) -> (2,), float64, auto>
    """
    portrait = Portrait(rule)
    # Values that it holds would be frozen, with the numbers that they have now.
    known = None if portrait.token is None or portrait.leaves else (portrait.token, memory, norm)
    return _RULES.kept(known, 0, lambda: _recorded_twice(rule, memory, norm))


def _recorded_twice(rule: Rule, memory: int, norm: bool) -> Program | None:
    """None if it is not the same from call to call: what it changes or draws would be frozen."""
    numbers = (1.0, 1.0, 1.0, [0.5] * memory, *[1.0] * norm)
    try:
        first, second = (Compiled(rule).program(*numbers) for _ in range(2))
    except (TraceError, TypeError, ValueError, AttributeError):
        return None
    one, other = first.tape, second.tape
    keys = [
        # repr, because no two NaN are equal
        (tape.arguments, repr(tape.constants), tuple(tape.statements), tape.outputs)
        for tape in (one, other)
    ]
    if keys[0] != keys[1]:
        return None
    return _RULES.kept(keys[0], len(one.statements), lambda: first)  # which may be prepared


class Descent:
    """Steps of a rule down the mean of a program's output over rows that are chosen for each."""

    def __init__(
        self,
        program: Program,
        loss: Tiles,
        rule: Tiles,
        position: int,
        norm: bool,
        arrays: Sequence[Array],
        many: int | None,
    ) -> None:
        self._kept = program, loss, rule
        self._arrays, self._many = arrays, many
        self._loss, self._rule = loss.taken(), rule.taken()
        for i, array in enumerate(self._arrays):
            self._loss.args[i] = address(array)
        # The rule's results are one row a number: the new number, and what is remembered of it.
        count, table = rule.outs[0]
        self._outs = np.array([[1, table], [count - 1, table + 8]], dtype=np.int64)
        self._results = np.zeros(2, dtype=np.int64)
        self._rule.frame[FIELD["outs"]] = address(self._outs)
        self._rule.frame[FIELD["results"]] = address(self._results)
        self._rule.frame[FIELD["returned"]] = 2  # "checked" stays 1: memory may be infinite
        self._position, self._width = position, int(loss.outs[0, 0])
        self._norm = np.zeros(1) if norm else None
        self._room = _Room(self, 0, 0, 0, 0)

    def walk(
        self,
        data: Array,
        memory: Sequence[Nest],
        parts: Sequence[Sequence[int]],
        rates: Sequence[float],
    ) -> Walked:
        """Take steps: of each, the numbers of its rows, and the rule's rate.

        ``memory`` has columns of what is remembered of each number of ``data``, or one number where
        they are alike. The walk ends before a step in which a result, a gradient or a new number is
        not finite. One call at a time.
        """
        index, sizes = list(chain.from_iterable(parts)), list(map(len, parts))
        return self._walked(data, memory, index, sizes, rates)

    def epochs(
        self,
        data: Array,
        memory: Sequence[Nest],
        orders: Array,
        size: int,
        rates: Sequence[float],
    ) -> Walked:
        """The same through every row of ``orders``, by so many numbers a step, or what is left."""
        count, examples = orders.shape
        sizes = [min(size, examples - start) for start in range(0, examples, size)]
        return self._walked(data, memory, orders.reshape(-1), sizes * count, rates)

    def _walked(
        self,
        data: Array,
        memory: Sequence[Nest],
        index: Sequence[int] | Array,
        sizes: list[int],
        rates: Sequence[float],
    ) -> Walked:
        self._require(data.size, len(memory))
        shape = len(index), len(sizes), data.size, len(memory)
        room = self._room
        if room.shape != shape:
            room = self._room = _Room(self, *shape)
        room.index[:], room.sizes[:], room.rates[:] = index, sizes, rates
        # As numbers without a sign the negative ones are the largest.
        if self._many is not None and room.index.view(np.uint64).max(initial=0) >= self._many:
            raise InputValueError(
                f"rows are numbered from 0 to {self._many - 1}, but got {[*index]}"[:300]
            )
        room.data[0][:] = data
        for i, column in enumerate(memory):
            room.memory[0][:, i] = column
        room.moves[:] = room.places
        common().descend(room.at)
        done = int(room.frame[-1])
        rows = len(index) if done == len(sizes) else sum(sizes[:done])
        found, now = room.values[:rows].copy(), done % 2
        axes = self._kept[0].tape.aux_shape
        aux = found[:, 1:].reshape(rows, *((0,) if axes is None else axes))
        after = [_column(column) for column in room.memory[now].T]
        chosen = room.index[:rows].copy()
        return Walked(done, chosen, found[:, 0], aux, room.data[now].copy(), after)

    def _require(self, size: int, memory: int) -> None:
        """The machine code relies on these."""
        argument, count = self._arrays[self._position], int(self._outs[1, 0])
        if (size, memory) != (argument.size, count):
            raise InputValueError(
                f"a walk takes {argument.size} numbers and {count} columns of memory, but got "
                f"{size} and {memory}"
            )

    def frame(self, room: _Room, steps: int, params: int) -> Array:
        """What the machine code is called with."""
        self._loss.grads[self._position] = address(room.grad)
        self._rule.frame[FIELD["rows"]] = params
        given = {
            "loss": self._loss.place, "rule": self._rule.place,
            "index": address(room.index), "sizes": address(room.sizes),
            "rates": address(room.rates), "values": address(room.values),
            "grad": address(room.grad), "memories": address(room.moves),
            "norm": 0 if self._norm is None else address(self._norm),
            "argument": self._position, "steps": steps, "params": params, "outputs": self._width,
        }  # fmt: skip
        return np.array([given.get(name, 0) for name in DESCENT], dtype=np.int64)

    def values(self, rows: int) -> Array:
        """Room for the outputs of so many rows."""
        return np.empty((rows, self._width))


def _column(column: Array) -> Any:
    first = column[0]
    alike = first == column[-1] and (column == first).all()
    return float(first) if alike else column.copy()


class _Room:
    """What a walk over so many rows, in so many steps, reads and writes."""

    def __init__(self, descent: Descent, rows: int, steps: int, params: int, memory: int) -> None:
        self.shape = rows, steps, params, memory
        self.index, self.sizes = np.empty(rows, np.int64), np.empty(steps, np.int64)
        self.rates, self.values = np.empty(steps), descent.values(rows)
        self.grad = np.empty(params + PAD)
        # The steps go from the one to the other and back.
        self.data, self.memory = np.empty((2, params)), np.empty((2, params, memory))
        both = ((self.data[i], self.memory[i]) for i in range(2))
        self.places = np.array([address(x) for pair in both for x in pair], np.int64)
        self.moves = self.places.copy()
        self.frame = descent.frame(self, steps, params)
        self.at = ctypes.c_void_p(address(self.frame))
