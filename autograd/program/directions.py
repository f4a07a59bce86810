"""Derivatives of programs along directions: Jacobians, Hessians, and their products with vectors.

A whole matrix is such a product for each unit vector, all of them as one batch; where columns have
no row in common, one direction serves for several. The tapes are of
:mod:`autograd.program.tape.derived`. A result has the batch axis in front if the program's has;
second derivatives by arguments that the batch shares are summed over it. Next:
:mod:`autograd.program.program`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.engine.node import Node
from autograd.program.running import Running
from autograd.program.tape.absorbing import looped
from autograd.program.tape.derived import DIRECTION, has_tips, tangent_tape
from autograd.program.tape.instructions import Tape
from autograd.program.tape.repeated_derived import tangents_of, weighted_of
from autograd.program.tape.sparsity import colours, hessian_rows, jacobian_rows, transposed

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["hessian", "hvp", "jacobian", "jvp"]

Weight = Callable[[int | None], float]
"""What each row of a batch of this size counts."""
AT_ONCE = 2**22
"""Numbers in one array of directions: 32 MiB of float64."""


class Point(NamedTuple):
    """Where to differentiate: the arguments, flat, as :meth:`Arguments.checked` gives them."""

    given: list[Array]
    batch: int | None
    wrt: tuple[int, ...]

    @property
    def first_row(self) -> list[float]:
        """The numbers of all arguments, of the batch's first row."""
        rows = [x if x.ndim == 1 else x[0] if len(x) else np.zeros(x.shape[1]) for x in self.given]
        numbers = [x for row in rows for x in row.tolist()]
        return [x.data if isinstance(x, Node) else x for x in numbers]

    def repeated(self, count: int, widened: Sequence[int] = ()) -> list[Array]:
        """The arguments for ``count`` copies of the batch, those ``widened`` with a batch axis."""
        rows = count * (1 if self.batch is None else self.batch)
        return [
            np.tile(x, (count, 1)) if x.ndim == 2 else np.tile(x, (rows, 1)) if i in widened else x
            for i, x in enumerate(self.given)
        ]


def jvp(
    program: Running, arrays: Mapping[str, Nest], wrt: tuple[int, ...], moves: Sequence[Array]
) -> tuple[Array, bool]:
    """The flat derivative of the output along a direction, and whether it has a batch axis."""
    point = Point(*program.inputs.checked(arrays), wrt)
    tangents = _tangents(program, point)
    given, batch = tangents.inputs.checked({**arrays, **_named(program, wrt, moves)})
    return _forward(program, point, given, batch), batch is not None


def hvp(
    program: Running,
    arrays: Mapping[str, Nest],
    wrt: tuple[int, ...],
    moves: Sequence[Array],
    weight: Weight,
) -> list[Array]:
    """The flat products of the Hessian with a direction, one for each of ``wrt``."""
    point = Point(*program.inputs.checked(arrays), wrt)
    tangents = _tangents(program, point)
    given, batch = tangents.inputs.checked({**arrays, **_named(program, wrt, moves)})
    for i, move in zip(wrt, given[len(point.given) :]):
        if move.ndim == 2 and given[i].ndim == 1:  # a product for each of many directions
            given[i] = np.tile(given[i], (len(move), 1))
    return _reverse(program, point, given, batch, weight)


def jacobian(program: Running, arrays: Mapping[str, Nest], wrt: tuple[int, ...]) -> list[Array]:
    """The derivatives of all outputs by each of ``wrt``: ``([batch,] outputs, size)``."""
    point = Point(*program.inputs.checked(arrays), wrt)
    tape, batch = program.tape, point.batch
    sizes = [tape.arguments[i].size for i in wrt]
    count, height = sum(sizes), prod(tape.output_shape)
    by_column, by_row = program.remembered(
        ("jacobian", wrt), lambda: _jacobian_plans(tape, wrt, count)
    )
    whole = _zeros(program, point, (height, count))
    if by_column.length <= by_row.length:
        for part in by_column.parts(whole.shape[0] * max(count, height)):
            rows, moves = _directions(program, part, len(whole), sizes)
            found = _forward(program, point, [*point.repeated(part.length), *moves], rows)
            part.place(whole, found.reshape(part.length, -1, height))
    else:
        weighted = program.derived("weighted", lambda: weighted_of(tape))
        for part in by_row.parts(whole.shape[0] * max(count, height)):
            rows, weights = _directions(program, part, len(whole), [height])
            given = [*point.repeated(part.length, wrt), *weights]
            _, grads = weighted.executor(rows).value_and_grad(wrt, given, rows, 1.0)
            found = np.concatenate(grads, axis=1).reshape(part.length, -1, count)
            part.place(whole.swapaxes(1, 2), found)
    parts = np.split(whole, np.cumsum(sizes)[:-1], axis=2)
    return [part if batch is not None else part[0] for part in parts]


def hessian(
    program: Running, arrays: Mapping[str, Nest], wrt: tuple[int, ...], weight: Weight
) -> list[list[Array]]:
    """The second derivatives by each two of ``wrt``: ``([batch,] size, size)``.

    The batch axis is there if one of the two has it; otherwise the sum over the batch.
    """
    point = Point(*program.inputs.checked(arrays), wrt)
    tape, batch = program.tape, point.batch
    sizes = [tape.arguments[i].size for i in wrt]
    count = sum(sizes)
    plan = program.remembered(("hessian", wrt), lambda: _hessian_plan(tape, wrt, count))
    whole = _zeros(program, point, (count, count))
    for part in plan.parts(whole.shape[0] * count):
        rows, moves = _directions(program, part, len(whole), sizes)
        given = [*point.repeated(part.length, wrt), *moves]
        grads = _reverse(program, point, given, rows, weight)
        part.place(whole, np.concatenate(grads, axis=1).reshape(part.length, -1, count))
    ends = np.cumsum(sizes)[:-1]
    blocks = [np.split(rows, ends, axis=2) for rows in np.split(whole, ends, axis=1)]
    kept = [batch is not None and x.ndim == 2 for x in (point.given[i] for i in wrt)]
    return [
        [block if kept[i] or kept[j] else block.sum(0) for j, block in enumerate(row)]
        for i, row in enumerate(blocks)
    ]


def _tangents(
    program: Running, point: Point, *, choosing: bool = False, further: bool = False
) -> Running:
    wrt = point.wrt
    # What is in doubt at a tip is not handed on from run to run of a loop.
    written_out = (further or program.dtype == "object") and has_tips(program.tape)

    def make() -> Tape:
        if written_out:
            return tangent_tape(program.tape, wrt, point.first_row, choosing=choosing)
        return tangents_of(looped(program.tape, wrt), wrt, point.first_row, choosing=choosing)

    return program.derived(("tangents", wrt, choosing, written_out), make)


def _forward(program: Running, point: Point, given: list[Array], rows: int | None) -> Array:
    """The derivatives along directions, which are the last of what is given."""
    (found,) = _along(program, point, given, lambda it: [it.executor(rows).forward(given, rows)])
    return found


def _reverse(
    program: Running, point: Point, given: list[Array], rows: int | None, weight: Weight
) -> list[Array]:
    """The derivatives of these by ``wrt``."""
    wrt, counts = point.wrt, weight(point.batch)
    return _along(
        program,
        point,
        given,
        lambda it: it.executor(rows).value_and_grad(wrt, given, rows, counts)[1],
        further=True,
    )


def _along(
    program: Running,
    point: Point,
    given: list[Array],
    run: Callable[[Running], list[Array]],
    *,
    further: bool = False,
) -> list[Array]:
    """What a run of the derivative along directions finds; a zero in one leads nowhere.

    ``further`` if the run differentiates it.

    A tape that sees to that takes longer. It is needed only where something is nan: a zero times
    any number is zero.
    """
    moves = given[len(point.given) :]
    if not any(map(_has_zeros, moves)):
        return run(_tangents(program, point, further=further))
    if program.dtype != "object":
        found = run(_tangents(program, point, further=further))
        if not any(np.isnan(x).any() for x in found):
            return found
    return run(_tangents(program, point, choosing=True, further=further))


def _has_zeros(direction: Array) -> bool:
    """Whether some number is 0 for certain; by a Value there may be a derivative."""
    if direction.dtype == object:
        numbers = direction.reshape(-1).tolist()
        return 0.0 in [x for x in numbers if not isinstance(x, Node)] and not any(
            isinstance(x, Node) for x in numbers
        )
    return not direction.all()


def _named(program: Running, wrt: Sequence[int], moves: Sequence[Array]) -> dict[str, Any]:
    names = [DIRECTION.format(program.tape.arguments[i].name) for i in wrt]
    return dict(zip(names, moves))


def _zeros(program: Running, point: Point, shape: tuple[int, int]) -> Array:
    """A matrix for each row of the batch, or for the one point."""
    rows = 1 if point.batch is None else point.batch
    return np.full((rows, *shape), 0.0, program.dtype)


def _directions(
    program: Running, part: Plan, copies: int, sizes: Sequence[int]
) -> tuple[int, list[Array]]:
    """The rows of a batch in which each direction meets the whole batch, and those directions."""
    moves = np.repeat(part.directions, copies, axis=0).astype(program.dtype)
    parts = np.split(moves, np.cumsum(sizes)[:-1], axis=1)
    return len(moves), [np.ascontiguousarray(x) for x in parts]


class Plan(NamedTuple):
    """Directions, and where in a matrix the numbers go that each of them finds."""

    directions: Array
    """``(count, columns)``, of zeros and ones."""
    rows: Array
    columns: Array
    colours: Array
    """Number ``rows[k]`` of what direction ``colours[k]`` finds is at ``rows[k], columns[k]``."""

    @property
    def length(self) -> int:
        """How many directions there are."""
        return len(self.directions)

    def parts(self, numbers: int) -> list[Plan]:
        """The plan in parts, of so many directions that memory suffices at ``numbers`` each."""
        step = max(1, AT_ONCE // max(numbers, 1))
        if step >= self.length:
            return [self] if self.length else []
        found = []
        for start in range(0, self.length, step):
            mine = (self.colours >= start) & (self.colours < start + step)
            places = self.rows[mine], self.columns[mine], self.colours[mine] - start
            found.append(Plan(self.directions[start : start + step], *places))
        return found

    def place(self, matrices: Array, found: Array) -> None:
        """Write what the directions found, ``(count, batch, rows)``, into ``(batch, rows, …)``."""
        matrices[:, self.rows, self.columns] = found[self.colours, :, self.rows].T


def _plan(columns: Sequence[int], height: int) -> Plan:
    """The plan for a matrix that is other than zero at the bits of these columns."""
    chosen = np.array(colours(columns), dtype=np.int64)
    directions = np.zeros((int(chosen.max(initial=-1)) + 1, len(columns)))
    moving = np.flatnonzero(chosen >= 0)
    directions[chosen[moving], moving] = 1.0
    nonzero = np.zeros((height, len(columns)), dtype=bool)
    for j, column in enumerate(columns):
        bits = column.to_bytes((height + 7) // 8, "little")
        nonzero[:, j] = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")[:height]
    rows, places = np.nonzero(nonzero)
    return Plan(directions, rows, places, chosen[places])


def _jacobian_plans(tape: Tape, wrt: Sequence[int], count: int) -> tuple[Plan, Plan]:
    """By column, for directions of the arguments, and by row, for weights of the outputs."""
    height = prod(tape.output_shape)
    rows = jacobian_rows(tape, wrt)[:height]
    return _plan(transposed(rows, count), height), _plan(rows, count)


def _hessian_plan(tape: Tape, wrt: Sequence[int], count: int) -> Plan:
    return _plan(hessian_rows(tape, wrt), count)
