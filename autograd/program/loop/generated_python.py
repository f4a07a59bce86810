"""A tape run as generated Python: numbers go into a list, the pieces run over it, one point a time.

Next: :mod:`autograd.program.loop.python_source` writes the pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.python_source import SIZE, Piece, forward_piece, reverse_piece
from autograd.program.loop.row_sums import RowSum
from autograd.program.tape.instructions import Tape

if TYPE_CHECKING:
    from autograd.ops.op import Op

__all__ = ["PythonLoop"]


class PythonLoop:
    """Runs a tape in Python, one row of the batch after the other."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._spans = [(a.start, a.start + a.size) for a in tape.arguments]
        self._starts = range(0, len(tape.statements), SIZE)
        self._pieces = [
            forward_piece(tape, start, min(start + SIZE, len(tape.statements)))
            for start in self._starts
        ]
        self._back: dict[tuple[int, ...], list[Piece]] = {}

    def forward(self, arrays: Sequence[Array], many: int | None) -> Array:
        """The outputs, of every row of the batch if there is one."""
        rows = [self._outputs(numbers) for numbers in self._runs(arrays, many)]
        result = np.array(rows, dtype=float).reshape(len(rows), len(self._tape.outputs))
        return result[0] if many is None else result

    def of_numbers(self, numbers: Sequence[float]) -> list[float]:
        """The outputs at one point, whose numbers are in a row."""
        return self._outputs(self._run([*numbers]))

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], many: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """The output, or that of every row, and the derivatives of weight × their sum."""
        output = self._tape.outputs[0]
        pieces = self._reverse_pieces(wrt)
        spans = [self._spans[i] for i in wrt]
        grads = [np.zeros(arrays[i].shape) for i in wrt]
        sums = [RowSum(grad) if grad.ndim == 1 else None for grad in grads]
        values = []
        for row, numbers in enumerate(self._runs(arrays, many)):
            values.append(self._outputs(numbers))
            adjoints = [0.0] * len(numbers)
            if output >= 0:
                adjoints[output] += weight
            for piece in pieces:
                piece.run(numbers, adjoints)
            for grad, total, (start, stop) in zip(grads, sums, spans):
                if total is None:
                    grad[row] = adjoints[start:stop]
                else:
                    total.add(adjoints[start:stop])
        for total in sums:
            if total is not None:
                total.close()
        result = np.array(values, dtype=float).reshape(len(values), len(self._tape.outputs))
        return result[0] if many is None else result, grads

    def _outputs(self, numbers: list[float]) -> list[float]:
        constants = self._tape.constants
        return [numbers[x] if x >= 0 else constants[-1 - x] for x in self._tape.outputs]

    def _runs(self, arrays: Sequence[Array], many: int | None) -> Any:
        """The numbers in all slots, for one row of the batch after the other."""
        for row in range(1 if many is None else many):
            numbers: list[float] = []
            for array in arrays:
                numbers += (array if array.ndim == 1 else array[row]).tolist()
            yield self._run(numbers)

    def _run(self, numbers: list[float]) -> list[float]:
        """The numbers in all slots, after those of the arguments."""
        numbers += [0.0] * len(self._tape.statements)
        for piece in self._pieces:
            piece.run(numbers)
        return numbers

    def _reverse_pieces(self, wrt: tuple[int, ...]) -> list[Piece]:
        pieces = self._back.get(wrt)
        if pieces is None:
            tape = self._tape
            active = [False] * tape.first
            for i in wrt:
                start, stop = self._spans[i]
                active[start:stop] = [True] * (stop - start)
            for op, operands in tape.statements:
                none = _edgeless(op)
                active.append(
                    any(x >= 0 and active[x] and i not in none for i, x in enumerate(operands))
                )
            total = len(tape.statements)
            pieces = self._back[wrt] = [
                reverse_piece(tape, start, min(start + SIZE, total), active)
                for start in reversed(self._starts)
            ]
        return pieces

    def listing(self) -> list[str]:
        """How many statements there are."""
        return [f"loop executor, generated Python: {len(self._tape.statements)} statements"]


def _edgeless(op: Op) -> list[int]:
    """Operands without influence to first order."""
    return [i for i, x in enumerate(op.partial_exprs) if x is None] if op.traced else []
