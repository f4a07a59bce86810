"""Equations in programs: what :class:`Equation` iterates on, recorded once and computed by a tape.

A solution is found by iteration in Python, also in a program; f and its derivatives are generated
code there, which takes a tenth of the time of f itself and gives the same numbers. The array
executor solves a batch as a whole (:mod:`autograd.program.solved_rows`). What cannot be recorded,
such as a branch on numbers, is called as it is. Next: :mod:`autograd.transforms.equations`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.arrays import Array
from autograd.engine.modes import TRACING, TRANSFORMING, enable_grad
from autograd.engine.region import Region
from autograd.engine.value import Value
from autograd.program.array.numpy_executor import ArrayExecutor
from autograd.program.loop.generated_python import PythonLoop
from autograd.program.solved_rows import inverse_times, newton_of_rows, repeated_of_rows
from autograd.program.tape.instructions import Tape
from autograd.program.tape.lower import lower
from autograd.program.tape.passes import simplified
from autograd.program.tape.repeated import ops_in
from autograd.transforms.equations import Equation, Vector

__all__ = ["quickened", "recorded"]

KEPT = 4
"""Batches whose solutions an equation remembers: other numbers of x, and derivatives, ask anew."""


def quickened(tape: Tape) -> Tape:
    """The tape, whose equations are solved by generated code from now on."""
    for op in ops_in(tape.statements):
        if op.equation is not None and op.equation[0].quick is None:
            op.equation[0].quick = _Generated(op.equation[0])
    return tape


def recorded(equation: Equation, what: str, params: int) -> Tape:
    """The "values", "slopes" or "by_params" of an equation as a tape of x and its parameters.

    Raises:
        TraceError: It asks for numbers.
        InputTypeError: It closes over Values.
    """
    functions = {
        "values": lambda x, p: [equation.called(x, p)],
        "slopes": equation.slopes,
        "by_params": equation.by_params,
    }
    x, p = [*map(Value, equation.start)], [Value(1.0) for _ in range(params)]
    region = Region([*x, *p])
    frozen: list[Value] = []
    with TRACING.during(True), TRANSFORMING.during(region), enable_grad():
        tape = lower(functions[what](x, p), {"x": x, "p": p}, frozen=frozen)
    if not {*frozen, *region.read}.issubset(region.nodes):
        raise equation.closes_over()
    return tape


class _Generated:
    """Functions of one equation as generated code, each made when it is first asked for."""

    def __init__(self, equation: Equation) -> None:
        self._equation = equation
        self._made: dict[str, tuple[PythonLoop, int] | None] = {}
        self._arrays: dict[str, ArrayExecutor] = {}
        self._solved: dict[bytes, Array | None] = {}

    def solutions(self, index: int, params: Sequence[Array]) -> Array | None:
        """One number of x for every element of arrays of one shape; None if not so to be had."""
        x = self._rows(_matrix(params))
        # A copy: whoever gets it may write to it, and the solutions are asked for again.
        return None if x is None else x[:, index].copy().reshape(params[0].shape)

    def partials(self, index: int, params: Sequence[Array]) -> list[Array] | None:
        """The derivatives of that number by each parameter."""
        p = _matrix(params)
        x = self._rows(p)
        if x is None:
            return None
        slopes = self._of_rows("slopes", x, p).reshape(len(p), *2 * x.shape[1:])
        unit = np.zeros_like(x)
        unit[:, index] = 1.0
        weights = inverse_times(slopes.swapaxes(1, 2), unit)
        if weights is None:
            return None
        by_params = self._of_rows("by_params", x, p).reshape(*x.shape, p.shape[1])
        found = -(weights[:, :, None] * by_params).sum(axis=1)
        return [column.reshape(params[0].shape) for column in found.T]

    def _rows(self, p: Array) -> Array | None:
        """The solutions of all rows; the last ones are known."""
        asked = ("values", "slopes", "by_params")
        if not len(p) or None in [self._recorded(what, p.shape[1]) for what in asked]:
            return None
        key, solved = p.tobytes(), self._solved  # which another thread may begin anew
        if key not in solved:
            equation = self._equation

            def f(x: Array, p: Array) -> Array:
                return self._of_rows("values", x, p)

            with np.errstate(all="ignore"):
                found = (
                    repeated_of_rows(equation, f, p)
                    if equation.shift
                    else newton_of_rows(equation, f, lambda x, p: self._of_rows("slopes", x, p), p)
                )
            if len(solved) >= KEPT:
                self._solved = solved = {}
            solved[key] = found
        return solved[key]

    def _of_rows(self, what: str, x: Array, p: Array) -> Array:
        return self._arrays[what].forward([x, p], len(p))

    def _recorded(self, what: str, params: int) -> tuple[PythonLoop, int] | None:
        if what not in self._made:
            self._made[what] = self._loop(what, params)
        return self._made[what]

    def __call__(self, what: str, x: Vector, params: Vector) -> list[Vector] | None:
        """Its rows; None if it cannot be recorded."""
        made = self._recorded(what, len(params))
        if made is None:
            return None
        loop, width = made
        flat = loop.of_numbers([*x, *params])
        return [flat[i : i + width] for i in range(0, len(flat), width)]

    def _loop(self, what: str, params: int) -> tuple[PythonLoop, int] | None:
        try:
            tape = recorded(self._equation, what, params)
        except Exception:  # f is called as it is, and raises what there is to raise
            return None
        self._arrays[what] = ArrayExecutor(tape, "float64")
        return PythonLoop(simplified(tape)), tape.output_shape[1]


def _matrix(params: Sequence[Array]) -> Array:
    """A row of parameters for every element."""
    made: Array = np.stack([x.reshape(-1) for x in params], axis=1).astype(float)
    return made
