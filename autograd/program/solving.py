"""Equations in programs: what :class:`Equation` iterates on, recorded once and computed by a tape.

A solution is found by iteration in Python, also in a program; f and its derivatives are generated
code there, which takes a tenth of the time of f itself and gives the same numbers. What cannot be
recorded, such as a branch on numbers, is called as it is. Next:
:mod:`autograd.transforms.equations`.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.engine.modes import TRACING, TRANSFORMING, enable_grad
from autograd.engine.region import Region
from autograd.engine.value import Value
from autograd.program.loop.generated_python import PythonLoop
from autograd.program.tape.instructions import Statement, Tape
from autograd.program.tape.lower import lower
from autograd.program.tape.passes import simplified
from autograd.program.tape.repeated import Repeat, Statements
from autograd.transforms.equations import Equation, Vector

__all__ = ["quickened", "recorded"]


def quickened(tape: Tape) -> Tape:
    """The tape, whose equations are solved by generated code from now on."""
    statements = tape.statements
    parts = statements.parts if isinstance(statements, Statements) else [statements]
    for part in parts:
        step: Sequence[Statement] = part.step if isinstance(part, Repeat) else part
        for op in {op for op, _ in step}:
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

    def __call__(self, what: str, x: Vector, params: Vector) -> list[Vector] | None:
        """Its rows; None if it cannot be recorded."""
        if what not in self._made:
            self._made[what] = self._loop(what, len(params))
        made = self._made[what]
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
        return PythonLoop(simplified(tape)), tape.output_shape[1]
