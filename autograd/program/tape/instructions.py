"""The intermediate form: a tape of statements over the primitives of the op table.

A tape is flat. Every number on it has a slot: the numbers of the arguments come first, in order,
then the results of the statements, one each; constants have the negative slots -1, -2, … so that
adding one renumbers nothing. :mod:`autograd.program.tape.lower` makes a tape from a recorded graph,
the passes (:mod:`autograd.program.tape.rewriting` …) turn one tape into another, the executors run
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, NamedTuple

from autograd.errors import GraphError
from autograd.ops.op import Op

__all__ = ["Argument", "Statement", "Tape"]

Shape = tuple[int, ...]


class Statement(NamedTuple):
    """One primitive applied to the numbers in some slots."""

    op: Op
    operands: tuple[int, ...]


class Argument(NamedTuple):
    """A named input: its numbers have the slots from ``start`` on, in row-major order."""

    name: str
    shape: Shape
    start: int

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)


@dataclass(frozen=True)
class Tape:
    """Arguments, constants, statements in order of execution, and which slots are the output.

    >>> from autograd.ops.op import OPS
    >>> square = Statement(OPS["mul"], (0, 0))
    >>> print(Tape((Argument("x", (), 0),), (3.0,), (square, Statement(OPS["add"], (1, -1))), (2,)))
    x: ()
    %1 = mul x x
    %2 = add %1 3.0
    return %2
    """

    arguments: tuple[Argument, ...]
    constants: tuple[float, ...]
    statements: Sequence[Statement]
    outputs: tuple[int, ...]
    output_shape: Shape = ()
    aux_shape: Shape | None = None
    """Of what the last outputs are, if they are auxiliary data beside the output proper."""

    @property
    def first(self) -> int:
        """Slot of the first statement's result: the number of input numbers."""
        return sum(argument.size for argument in self.arguments)

    def with_statements(
        self, statements: Sequence[Statement], outputs: Sequence[int], constants: Sequence[float]
    ) -> Tape:
        """The same arguments with another computation."""
        return replace(
            self,
            statements=statements,
            outputs=tuple(outputs),
            constants=tuple(constants),
        )

    def validate(self) -> Tape:
        """This tape, if every statement reads only what stands before it, in the right number.

        Raises:
            GraphError: A slot is unknown or read too early, or operands are too many or too few.
        """
        place = 0
        for argument in self.arguments:
            if argument.start != place:
                raise GraphError(f"argument {argument.name!r} starts at {argument.start}")
            place += argument.size
        for slot, (op, operands) in enumerate(self.statements, place):
            if op.arity not in (None, len(operands)):
                raise GraphError(f"%{slot}: {op} takes {op.arity} operands, not {len(operands)}")
            self._check_read(operands, slot, f"%{slot} = {op}")
        end = place + len(self.statements)
        self._check_read(self.outputs, end, "return")
        shapes = [shape for shape in (self.output_shape, self.aux_shape) if shape is not None]
        if sum(map(prod, shapes)) != len(self.outputs):
            wanted = " and ".join(map(str, shapes))
            raise GraphError(f"{len(self.outputs)} outputs cannot have shape {wanted}")
        return self

    def _check_read(self, slots: Sequence[int], before: int, what: str) -> None:
        for slot in slots:
            if not -len(self.constants) <= slot < before:
                raise GraphError(f"{what} reads slot {slot}, which is not computed before it")

    def name(self, slot: int) -> str:
        """How a listing writes a slot: ``x[2, 0]``, ``%17`` or a constant's number."""
        if slot < 0:
            return repr(self.constants[-1 - slot])
        for argument in self.arguments:
            if slot < argument.start + argument.size:
                return argument.name + _subscript(argument.shape, slot - argument.start)
        return f"%{slot}"

    def __str__(self) -> str:
        lines = [f"{argument.name}: {argument.shape}" for argument in self.arguments]
        for slot, (op, operands) in enumerate(self.statements, self.first):
            lines.append(f"%{slot} = {op} {' '.join(map(self.name, operands))}".rstrip())
        lines.append(f"return {' '.join(map(self.name, self.outputs))}".rstrip())
        return "\n".join(lines)


def _subscript(shape: Shape, position: int) -> str:
    """Indices of a row-major position, as they are written in Python."""
    indices: list[Any] = []
    for size in reversed(shape):
        position, index = divmod(position, size)
        indices.insert(0, index)
    return f"[{', '.join(map(str, indices))}]" if indices else ""
