"""A tape run on Values: every statement is recorded again, and results can be differentiated.

It is an executor like the others (:mod:`autograd.program.executor`), over arrays of objects; with
it a program called with Values, inside a transform or another recording, records itself. Next:
:mod:`autograd.program.running`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arrays import Array
from autograd.engine.higher import recorded_adjoints
from autograd.engine.record import record
from autograd.engine.region import Region
from autograd.engine.value import Value
from autograd.ops.op import OPS
from autograd.program.tape.derived import replayed
from autograd.program.tape.instructions import Tape

if TYPE_CHECKING:
    from autograd.engine.value import Operand

__all__ = ["RecordingExecutor"]


class RecordingExecutor:
    """Runs a tape by recording it; see :class:`autograd.program.executor.Executor`."""

    def __init__(self, tape: Tape, dtype: str) -> None:
        self.tape = tape
        self.dtype = dtype

    def forward(self, arrays: Sequence[Array], batch: int | None) -> Array:
        """The outputs, Values where they depend on any."""
        rows = [replayed(self.tape, numbers) for numbers in _rows(arrays, batch)]
        return _objects(rows, len(self.tape.outputs), batch)

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], batch: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """The outputs, and the derivatives of ``weight`` × the sum of the first over the batch."""
        nodes = {i: _nodes(arrays[i]) for i in wrt}
        given = [nodes.get(i, array) for i, array in enumerate(arrays)]
        wanted = [node for i in nodes for node in nodes[i].flat]
        region = Region(wanted)  # so that the sweep does not go into what was recorded before
        rows = region.run(lambda: [replayed(self.tape, x) for x in _rows(given, batch)])
        seeds: dict[Any, Any] = {}
        for y, *_ in rows:
            if isinstance(y, Value):
                seeds[y] = seeds.get(y, 0.0) + weight
        order, _ = region.record_of([*seeds])
        adjoint = recorded_adjoints(order, seeds, wanted=wanted)
        grads = []
        for i in wrt:
            grad = np.empty(nodes[i].shape, dtype=self.dtype)
            grad.reshape(-1)[:] = [adjoint.get(node, 0.0) for node in nodes[i].flat]
            grads.append(grad)
        return _objects(rows, len(self.tape.outputs), batch), grads

    def listing(self) -> list[str]:
        """See :class:`autograd.program.executor.Executor`."""
        return ["recorded, statement by statement"]


def _rows(arrays: Sequence[Array], batch: int | None) -> list[list[Any]]:
    """The numbers of all arguments, for each row of the batch."""
    rows = range(1 if batch is None else batch)
    return [[x for a in arrays for x in (a if a.ndim == 1 else a[row])] for row in rows]


def _nodes(array: Array) -> Array:
    """A node of its own for each number: the same Value may stand in several places."""
    nodes = np.empty(array.shape, dtype=object)
    nodes.reshape(-1)[:] = [
        record(OPS["identity"], (x,)) if isinstance(x, Value) else Value(x) for x in array.flat
    ]
    return nodes


def _objects(rows: Sequence[Sequence[Operand]], width: int, batch: int | None) -> Array:
    array = np.empty((len(rows), width), dtype=object)
    for i, row in enumerate(rows):
        array[i] = row
    return array if batch is not None else array[0]
