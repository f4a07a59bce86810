"""The loop executor: one number after the other, in the recorded order, at native speed.

It suits deep, narrow and irregular graphs and single points. It equals the eager engine to the bit,
but where exp, expm1, log, log1p, tanh, sin or cos has a part (as in lgamma, digamma, erfinv):
machine code has forms of these of its own, within 1.5 units in the last place
(:mod:`autograd.program.loop.native.forms`). A row of a batch gives the numbers that its point gives
by itself.

With llvmlite installed, a compiled interpreter runs a flat list of rows at a single point
(:mod:`autograd.program.loop.native.opcodes`) and calls a user's function where there is one,
another runs a stream of instructions over eight rows of a batch
(:mod:`autograd.program.loop.lanes.stream`); without it the tape runs as generated Python
(:mod:`autograd.program.loop.python_source`). Either way everything is computed in double precision:
with float32, arguments and results are rounded.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.arrays import Array
from autograd.program.executor import Buffers
from autograd.program.loop.generated_python import PythonLoop
from autograd.program.loop.lanes.machine import MachineLoop
from autograd.program.loop.native.compiler import can_compile
from autograd.program.tape.instructions import Tape

__all__ = ["LoopExecutor"]


class LoopExecutor:
    """Runs a tape statement by statement; ``native`` says how, None as well as possible.

    Large batches run on so many ``threads``, None for one on each processor.
    """

    def __init__(
        self,
        tape: Tape,
        dtype: str,
        *,
        native: bool | None = None,
        threads: int | None = None,
    ) -> None:
        self._dtype = np.dtype(dtype)
        self._rounds = self._dtype != np.float64
        self._reason = ""
        if native is None:
            native = can_compile()
            if not native:
                self._reason = (
                    ', because llvmlite is missing: pip install "scalar-autograd[compile]"'
                )
        self._loop: MachineLoop | PythonLoop = (
            MachineLoop(tape, threads) if native else PythonLoop(tape)
        )

    def forward(self, arrays: Sequence[Array], batch: int | None) -> Array:
        """See :class:`autograd.program.executor.Executor`."""
        return self._rounded(self._loop.forward(arrays, batch))

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], batch: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """See :class:`autograd.program.executor.Executor`."""
        values, grads = self._loop.value_and_grad(wrt, arrays, batch, weight)
        if self._rounds:
            return self._rounded(values), [self._rounded(grad) for grad in grads]
        return values, grads

    def _rounded(self, values: Array) -> Array:
        """In the program's precision, in which a number may be too large and then is infinite."""
        if not self._rounds:
            return values
        with np.errstate(over="ignore"):
            return values.astype(self._dtype)

    def buffers(self, wrt: tuple[int, ...] | None) -> Buffers | None:
        """See :class:`autograd.program.executor.Executor`."""
        if self._rounds or not isinstance(self._loop, MachineLoop):
            return None
        return Buffers(*self._loop.point.buffers(wrt))

    def listing(self) -> list[str]:
        """See :class:`autograd.program.executor.Executor`."""
        first, *others = self._loop.listing()
        return [first + self._reason, *others]
