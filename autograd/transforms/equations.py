"""An equation between numbers and parameters, and its solution as primitives of the parameters.

Where g(x, p) = 0, dx/dp = -(dg/dx)⁻¹ dg/dp (the implicit function theorem), whose right side is
computed by :mod:`autograd.transforms.derivatives` at the solution. It depends on the solution and
on p, so it can be differentiated again. Next: :mod:`autograd.transforms.implicit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from math import inf
from struct import pack
from typing import TYPE_CHECKING, Any

from autograd.engine.modes import TRACING, TRANSFORMING, enable_grad
from autograd.engine.record import operand, record
from autograd.engine.refusals import data_of
from autograd.engine.value import Value
from autograd.errors import ConvergenceError, InputTypeError, InputValueError
from autograd.nested import numbers_in, rebuilt
from autograd.ops.op import Op
from autograd.ops.rules import Functions
from autograd.reals import check_count, check_number
from autograd.transforms.derivatives import jacobian

if TYPE_CHECKING:
    from autograd.engine.value import Operand
    from autograd.nested import Nest

__all__ = ["Equation", "Vector", "eliminated", "size_of"]

Vector = list[Any]
KEPT = 4096
"""Solutions that an equation remembers."""


Quick = Callable[[str, Vector, Vector], "list[Vector] | None"]
"""Rows of "values", "slopes" or "by_params" at plain numbers; None if it has no way to them."""


class Equation:
    """f(x, *params) = shift · x, over flat lists of numbers.

    ``solve`` iterates to the ``tolerance``, for so many ``iterations``.
    """

    def __init__(
        self,
        name: str,
        f: Callable[..., Nest],
        x0: Nest,
        params: Sequence[Nest],
        solve: Callable[[Equation, Vector], Vector],
        *,
        shift: float,
        tolerance: float,
        iterations: int,
    ) -> None:
        if not callable(f):
            raise InputTypeError(f"{name} takes a function, but got {type(f).__name__}")
        self.name, self.f, self.x0, self.given = name, f, x0, [*params]
        self.solve, self.shift = solve, shift
        self.tolerance = check_number("tolerance", tolerance)
        self.iterations = check_count("iterations", iterations)
        start = numbers_in(x0, operand, f"x0 of {name}")
        self.start = [data_of(x) if isinstance(x, Value) else x for x in start]
        self._known: dict[bytes, Vector] = {}
        self.quick: Quick | None = None
        """What computes f on numbers for programs."""
        names = [f"{name}[{i}]" for i in range(len(start))] if len(start) > 1 else [name]
        self.ops = [self._op(label, i) for i, label in enumerate(names)]

    def solution(self) -> Any:
        """x, as Values if params are."""
        params = numbers_in(self.given, operand, f"a parameter of {self.name}")
        if _any_values(params):
            found = [record(op, tuple(params)) for op in self.ops]
        else:
            found = self.solved(params)
        return rebuilt(self.x0, found)

    def solved(self, params: Vector) -> Vector:
        """x as numbers; the last solutions are known: of other numbers of x, and of a batch."""
        key = pack(f"{len(params)}d", *params)  # tells -0.0 from 0.0
        found = self._known.get(key)
        if found is None:
            with _among_numbers():
                found = self.solve(self, params)
            if len(self._known) >= KEPT:
                self._known = {}
            self._known[key] = found
        return found

    def values(self, x: Vector, params: Vector) -> Vector:
        """f at these numbers."""
        quickly = self._quickly("values", x, params)
        if quickly:
            return quickly[0]
        found = self.called(x, params)
        if any(isinstance(y, Value) for y in found):
            raise self.closes_over()
        return found

    def closes_over(self) -> InputTypeError:
        """The error where f depends on what is none of its parameters."""
        return InputTypeError(
            f"what {self.name} solves may not close over Values: pass them as parameters, "
            f"{self.name}(f, x0, *params)"
        )

    def called(self, x: Vector, params: Vector) -> Vector:
        """f at these numbers or Values.

        Raises:
            InputTypeError, InputValueError: It gives something else than as many numbers.
        """
        result = self.f(rebuilt(self.x0, x), *rebuilt(self.given, params))
        found = numbers_in(result, operand, f"what the function of {self.name} returns")
        if len(found) != len(x):
            raise InputValueError(
                f"{self.name} needs a function with as many numbers as x, {len(x)}, "
                f"but it returned {len(found)}"
            )
        return found

    def slopes(self, x: Vector, params: Vector) -> list[Vector]:
        """dg/dx at these numbers or Values, a row for each equation g = f - shift · x."""
        quickly = self._quickly("slopes", x, params)
        if quickly:
            return quickly
        rows: list[Vector] = jacobian(lambda x: self.called(x, params))(x)
        for i, row in enumerate(rows):
            row[i] = row[i] - self.shift
        return rows

    def by_params(self, x: Vector, params: Vector) -> list[Vector]:
        """dg/dp, a row for each equation."""
        rows: list[Vector] = self._quickly("by_params", x, params) or jacobian(
            lambda p: self.called(x, p)
        )(params)
        return rows

    def _quickly(self, what: str, x: Vector, params: Vector) -> list[Vector] | None:
        if self.quick is None or _any_values(params) or _any_values(x):
            return None
        return self.quick(what, x, params)

    def stuck(
        self, why: str, residual: Vector, x: Vector, params: Vector, remedy: str
    ) -> ConvergenceError:
        """The error that tells how far the search came, and for which parameters, as of a row."""
        given = f" for the parameters {shown(params)}" if params else ""
        return ConvergenceError(
            f"{self.name} found no solution{given}: {why}. The residual is {shown(residual)} at "
            f"{shown(x)}; {remedy}"
        )

    def _op(self, label: str, index: int) -> Op:
        """One number of x as a primitive of all parameters."""

        def forward(*params: float) -> float:
            return float(self.solved([*params])[index])

        def partials(xp: Functions, out: Operand, *params: Nest) -> tuple[Any, ...]:
            if not all(isinstance(p, (Value, float)) for p in params):
                raise TypeError("an equation is solved for numbers")  # no expression: not traced
            with nullcontext() if _any_values(params) else _among_numbers():
                return self._derivatives(index, out, [*params])

        return Op(
            label, forward, partials, arity=None, function=forward, opaque=True,
            equation=(self, index),
        )  # fmt: skip

    def _derivatives(self, index: int, out: Operand, params: Vector) -> tuple[Any, ...]:
        """-λ·dg/dp, where λ·dg/dx is the unit vector of this number."""
        if _any_values(params):
            x = [record(op, tuple(params)) for op in self.ops]
        else:
            x = self.solved(params) if len(self.ops) > 1 else [out]
        slopes = self.slopes(x, params)
        columns = [list(column) for column in zip(*slopes)]
        unit = [1.0 if i == index else 0.0 for i in range(len(x))]
        weights = eliminated(columns, unit)
        if weights is None:
            return (float("nan"),) * len(params)
        by_params = self.by_params(x, params)
        return tuple(
            [
                -sum([w * row[j] for w, row in zip(weights, by_params)], 0.0)
                for j in range(len(params))
            ]
        )


def _any_values(numbers: Sequence[object]) -> bool:
    return any(isinstance(x, Value) for x in numbers)


@contextmanager
def _among_numbers() -> Iterator[None]:
    """Outside of whatever is recorded or transformed: the derivatives of a step are numbers."""
    with TRACING.during(False), TRANSFORMING.during(False), enable_grad():
        yield


def eliminated(matrix: Sequence[Vector], right: Vector) -> Vector | None:
    """The solution of linear equations by elimination, None if they have none or many.

    Rows are exchanged by the size of their numbers, which decides rounding and nothing else.
    """
    rows = [[*row, y] for row, y in zip(matrix, right)]
    n = len(rows)
    for k in range(n):
        best = max(range(k, n), key=lambda i: _magnitude(rows[i][k]))
        if not 0.0 < _magnitude(rows[best][k]) < inf:
            return None
        rows[k], rows[best] = rows[best], rows[k]
        for i in range(k + 1, n):
            if type(rows[i][k]) is float and not rows[i][k]:
                continue
            factor = rows[i][k] / rows[k][k]
            rows[i] = [
                a - factor * b if j > k else 0.0 for j, (a, b) in enumerate(zip(rows[i], rows[k]))
            ]
    x: Vector = [0.0] * n
    for k in range(n - 1, -1, -1):
        known = sum([rows[k][j] * x[j] for j in range(k + 1, n)], 0.0)
        x[k] = (rows[k][n] - known) / rows[k][k]
    return x


def _magnitude(x: Operand) -> float:
    number = abs(data_of(x) if isinstance(x, Value) else x)
    return number if number == number else inf


def size_of(residual: Vector) -> float:
    """The largest absolute value of a residual; infinite if one is no number."""
    size = max(map(abs, residual))
    return size if size == size else inf


def shown(numbers: Vector) -> str:
    """The first few numbers, for a message."""
    text = ", ".join(f"{x:.6g}" for x in numbers[:5])
    return text + (", …" if len(numbers) > 5 else "")
