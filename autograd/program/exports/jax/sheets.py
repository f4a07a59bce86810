"""A tape as array statements and loops over blocks of numbers, for one sweep forward and one back.

Every number has an address, also those that one part of a chain reads of another: what is read is
a slice of where it was computed. Next: :mod:`autograd.program.exports.jax.sweeps`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from autograd.arrays import Array
from autograd.ops.op import OPS, Op
from autograd.program.exports.jax.bends import Bends
from autograd.program.exports.jax.readings import SLICES, Reading, reading
from autograd.program.exports.jax.sinking import sunk
from autograd.program.exports.jax.sweeps import Sweep, whole
from autograd.program.exports.jax.swept_bodies import Body
from autograd.program.exports.jax.swept_loops import Loop
from autograd.program.exports.jax.swept_statements import Node, node_of
from autograd.program.statements.groups import ArrayForm, group
from autograd.program.statements.layout import Block, Joined, Literal, Operand, Shape, View, operand
from autograd.program.tape.instructions import Argument, Tape
from autograd.program.tape.passes import simplified
from autograd.program.tape.segments import Plain, Scan, chain_of

if TYPE_CHECKING:
    from jax import Array as JaxArray

__all__ = ["sheet_of"]

FEW = 4
"""Operands that are read one by one."""

NARROW = 2
"""Statements that an array statement stands for, on average: with fewer, XLA has less to compile
of scalars."""

FEW_GIVEN = 8
"""Numbers carried and shared with which XLA makes one function of a loop over scalars."""

CHEAP, MANY = 1000, 10_000_000
"""Operations from which XLA computes in a thread of its own, which costs as much as thousands; and
numbers of all runs that are not to be there at once."""

FEW_STATEMENTS, OFTEN = 8, 2500
"""Statements of a step that XLA compiles as quickly for all runs at once as in a loop; and runs of
one with more, from which a hundred calls save that time: a millisecond for 4 ns in each run."""

CONSTANTS = -(2**40)
"""The address of the first constant."""


def sheet_of(
    tape: Tape, dtype: str, *, ahead: bool = False, alone: bool = False
) -> tuple[Sweep, Reading]:
    """The sweep over a tape's arguments, and how its outputs are read of its blocks.

    Loops are what the tape has of repeated steps. ``ahead`` says that JAX pushes derivatives
    forward at once, not over what a sweep back found; ``alone`` that there will be no sweep back.
    """
    chain = chain_of(sunk(tape))
    bends = Bends(np.zeros(tape.first, dtype=bool), ahead)
    sheet = _Sheet([a.size for a in tape.arguments], dtype, bends, alone)
    place = np.empty(chain.size + len(chain.constants), dtype=np.int64)
    place[: tape.first] = np.arange(tape.first)
    place[chain.size :] = sheet.constants_at(chain.constants)
    for segment in chain.segments:
        if isinstance(segment, Plain):
            place[segment.outputs] = sheet.append(segment.tape, place[segment.inputs])
        else:
            place[segment.outputs] = sheet.append_loop(segment, place)
    return sheet.sweep(), sheet.read(place[chain.outputs])


class _Sheet:
    """The blocks while they grow. The first holds the constants, the next are the arguments."""

    def __init__(self, sizes: Sequence[int], dtype: str, bends: Bends, alone: bool) -> None:
        self._dtype, self._bends, self._alone = dtype, bends, alone
        self._blocks = [Block("constants", CONSTANTS, 0)]
        self._shapes: list[Shape] = [(0,)]
        self._constants: list[float] = []
        self._starts, self._end = np.full(64, CONSTANTS, dtype=np.int64), 0
        self._nodes: list[Node | Loop] = []
        for size in sizes:
            self._block((size,))
        self._arguments = len(sizes)

    def sweep(self) -> Sweep:
        """All of it."""
        return Sweep(self._nodes, self._dtype)

    def constants_at(self, numbers: Sequence[float] | Array) -> Array:
        """The addresses of some more constants."""
        first = CONSTANTS + len(self._constants)
        self._constants += [float(x) for x in numbers]
        self._shapes[0] = (len(self._constants),)
        return first + np.arange(len(numbers))

    def _block(self, shape: Shape) -> Array:
        size = int(np.prod(shape, dtype=np.int64))
        count = len(self._blocks)
        if count == len(self._starts):
            self._starts = np.concatenate([self._starts, self._starts])
        self._starts[count] = self._end
        self._blocks.append(Block("", self._end, size))
        self._shapes.append(shape)
        self._end += size
        return np.arange(self._end - size, self._end)

    def owners(self, addresses: Array) -> Array:
        """The block of each address."""
        found: Array = np.searchsorted(self._starts[: len(self._blocks)], addresses, "right") - 1
        return found

    def read(self, addresses: Array) -> Reading:
        """How to read the numbers at these addresses."""
        starts = self._starts[: len(self._blocks)]
        constants = np.array(self._constants, self._dtype)
        found = operand(addresses, self._blocks, starts, (0, constants))
        return reading(found, self._shapes, constants)

    def append(self, tape: Tape, given: Array) -> Array:
        """The statements of a tape whose inputs have these addresses; those of its outputs."""
        cuts = np.flatnonzero(np.diff(self.owners(given))) + 1
        bounds = [0, *cuts.tolist(), len(given)]
        arguments = tuple(
            [Argument(f"x{low}", (high - low,), low) for low, high in pairwise(bounds)]
        )
        tape = simplified(replace(tape, arguments=arguments))
        form = group(tape)
        if len(tape.statements) < NARROW * len(form.statements):
            return self._append_scalars(tape, given)
        return self._append_form(form, tape, given)

    def _append(self, kind: str, op: Op, shape: Shape, sides: Sequence[Array]) -> Array:
        """A statement that reads numbers at these addresses; those of its results."""
        size = int(np.prod(shape, dtype=np.int64))
        turns = self._bends.append(OPS["dot"] if kind == "product" else op, sides, size)
        readings = [self.read(x) for x in sides]
        self._nodes.append(
            node_of(kind, op, shape, readings, turns, self._alone, self._function_of)
        )
        return self._block(shape)

    def _function_of(self, tape: Tape) -> Callable[..., JaxArray]:
        """A tape as a function that JAX differentiates forward."""
        sweep, output = sheet_of(tape, self._dtype, ahead=True)

        def run(*arrays: JaxArray) -> JaxArray:
            flat = [x.reshape(-1) for x in arrays]
            return whole(output, sweep.forward(flat, keep=False, curved=True))

        return run

    def _append_scalars(self, tape: Tape, given: Array) -> Array:
        count = tape.first + len(tape.statements)
        place = np.empty(count + len(tape.constants), dtype=np.int64)
        place[: tape.first] = given
        place[count:] = self.constants_at(tape.constants)[::-1]
        for slot, (op, operands) in enumerate(tape.statements, tape.first):
            addresses = place[list(operands)]
            kind, sides = "map", [*addresses]
            if op.arity is None and len(operands) > FEW:
                kind, sides = "rows", np.split(addresses, 2 if op is OPS["dot"] else 1)
            place[slot] = self._append(kind, op, (), sides)[0]
        found: Array = place[list(tape.outputs)]
        return found

    def _append_form(self, form: ArrayForm, tape: Tape, given: Array) -> Array:
        sizes = [block.size for block in form.blocks]
        place = np.empty(sum(sizes), dtype=np.int64)
        place[: tape.first] = given
        place[tape.first : tape.first + len(tape.constants)] = self.constants_at(tape.constants)
        for statement in form.statements:
            sides = [self._addresses(x, form.blocks, place) for x in statement.operands]
            made = self._append(statement.kind, statement.op, statement.shape, sides)
            block = form.blocks[statement.block]
            place[block.start : block.start + block.size] = made
        return self._addresses(form.output, form.blocks, place).reshape(-1)

    def _addresses(self, read: Operand, blocks: Sequence[Block], place: Array) -> Array:
        """Where the numbers of an operand are."""
        at: Array
        if isinstance(read, Literal):
            at = self.constants_at(read.values.reshape(-1)).reshape(read.values.shape)
        elif isinstance(read, Joined):
            at = np.empty(int(np.prod(read.shape, dtype=np.int64)), dtype=np.int64)
            for part in read.parts:
                at[part.at] = place[blocks[part.block].start + part.index]
            at = at.reshape(read.shape)
        else:
            index = read.positions() if isinstance(read, View) else read.index
            at = place[blocks[read.block].start + index]
        return np.broadcast_to(at, read.shape)

    def scalar(self) -> bool:
        """Whether all that is computed is single numbers."""
        return all(shape == () for shape in self._shapes[1 + self._arguments :])

    def is_run_whole(self, count: int, given: int) -> bool:
        """Whether a loop over it, which is given so many numbers, is best run with all it does."""
        small = self.scalar() and given <= FEW_GIVEN
        costly = len(self._nodes) > FEW_STATEMENTS and count < OFTEN
        return small or costly or not CHEAP < count * self._end <= MANY

    def apart(self, addresses: Array) -> list[Array]:
        """Which of these are of one block, one after another; all together if too often."""
        found = _runs(self.owners(addresses).tolist())
        return found if len(found) <= SLICES else [np.arange(len(addresses))]

    def _columns(self, items: Array) -> list[Array]:
        """Which columns are one array: of one block each run, and evenly apart if these are few."""
        together = _runs([row.tobytes() for row in self.owners(items).T])
        even: list[list[int]] = []
        for some in together:
            step: Array | None = None
            for i in some.tolist():
                apart = items[:, i] - items[:, i - 1]
                goes_on = i > some[0] and (apart == (apart[0] if step is None else step)).all()
                even[len(even) :] = [] if goes_on else [[]]
                even[-1].append(i)
                step = apart if goes_on else None
        return [*map(np.array, even)] if len(even) <= SLICES else together

    def append_loop(self, scan: Scan, place: Array) -> Array:
        """A repeated step, which reads numbers at these addresses; those of its outputs."""
        repeat, many, last = scan.repeat, len(scan.repeat.new), len(scan.last)
        bent, bent_after = self._bends.of_loop(scan, place)
        items, shared = place[scan.items], place[scan.shared]
        columns = self._columns(items)
        shares = _runs(self.owners(shared).tolist())
        kept = [i for i, x in enumerate(scan.last) if x not in repeat.new]
        tape = repeat.tape(scan.constants, (*repeat.new, *scan.last, *scan.each))
        widths = [len(x) for x in columns]

        def body(
            carries: Sequence[int], sizes: Sequence[Sequence[int]], *, apart: bool
        ) -> tuple[Body, _Sheet, list[Array]]:
            own = [*carries, *widths, *[n for some in sizes for n in some]]
            inner = _Sheet(own, self._dtype, Bends(bent, self._bends.ahead), self._alone)
            found = inner.append(tape, np.arange(sum(own)))
            new, ends, each = np.split(found, [many, many + last])
            runs = inner.apart(each) if apart else _runs([0] * len(each))
            bounds = pairwise([0, *np.cumsum(carries).tolist()])
            read = [inner.read(new[low:high]) for low, high in bounds]
            read += [inner.read(ends[kept])] if kept else []
            rows = [inner.read(each[x]) for x in runs]
            entire = apart or inner.is_run_whole(repeat.count, many + len(shared))
            made = Body(inner.sweep(), repeat.count, carries, sizes, read, rows, entire)
            return made, inner, inner.apart(new)

        alone, inner, parts = body([many], [[len(x)] for x in shares], apart=False)

        @cache
        def batched() -> Body:
            singly = inner.scalar() and len(shared) <= SLICES
            sizes = [[1] * len(x) if singly else [len(x)] for x in shares]
            return body([*map(len, parts)], sizes, apart=True)[0]

        loop = Loop(
            alone,
            batched,
            self.read(place[scan.first]),
            [self.read(items[:, x]) for x in columns],
            [self.read(shared[x]) for x in shares],
        )
        self._nodes.append(loop)
        at = [repeat.new.index(x) if x in repeat.new else many for x in scan.last]
        for i, place_of in enumerate(kept):
            at[place_of] = many + i
        ends = self._block((many + len(kept),))
        each = self._block((repeat.count, len(scan.each)))
        self._block((repeat.count, many))  # what every run was given
        new, after, every = np.split(bent_after, [many, many + last])
        self._bends.extend([new, after[kept], np.tile(every, repeat.count)])
        self._bends.extend([np.ones(repeat.count * many, dtype=bool)])  # nobody reads them
        return np.concatenate([ends[at], each])


def _runs(keys: Sequence[object]) -> list[Array]:
    """Stretches of equal keys."""
    bounds = [i for i in range(len(keys)) if not i or keys[i] != keys[i - 1]]
    return [np.arange(low, high) for low, high in zip(bounds, [*bounds[1:], len(keys)])]
