"""Functions given by equations: fixed points and roots.

They are found by iteration on plain numbers, for as long as it takes; nothing of that is recorded.
In programs f itself is, where it can be, and the iteration runs generated code. Their derivatives
are those that :mod:`autograd.transforms.equations` has of any solution.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.foreign import in_our_words
from autograd.transforms.equations import Equation, Vector, eliminated, size_of

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["fixed_point", "root"]

Function: TypeAlias = "Callable[..., Nest]"


@in_our_words
def fixed_point(
    f: Function, x0: Nest, *params: Nest, tolerance: float = 1e-12, iterations: int = 10_000
) -> Any:
    """The x with x = f(x, *params), found by repeating x ← f(x, *params) from ``x0``.

    x and each of ``params`` are a number or a container of numbers. The result has the structure
    of ``x0`` and depends on ``params``, to any order; on what ``f`` closes over it may not depend.
    In a loop of a compiled function use ``scan``: the equation is recorded once. In JAX, by
    ``to_jax``, what is not found is nan. The iteration ends when no number changes by more than
    ``tolerance``, relative to the larger of it and 1.

    Raises:
        ConvergenceError: It has not ended after so many iterations, or left the finite numbers.
        InputTypeError, InputValueError: f gives another structure than x0, something is no number,
            or f closes over Values; ``tolerance`` or ``iterations`` is none.

    >>> from autograd import cos, grad
    >>> fixed_point(cos, 1.0, tolerance=1e-15)  # doctest: +ELLIPSIS
    0.739085133215...
    >>> def square_root(a):
    ...     return fixed_point(lambda x, a: (x + a / x) / 2, 1.0, a)
    >>> square_root(4.0), grad(square_root)(4.0), grad(grad(square_root))(4.0)
    (2.0, 0.25, -0.03125)
    """

    def solve(equation: Equation, params: Vector) -> Vector:
        x, why = equation.start, f"it has not ended after {iterations} iterations"
        for _ in range(equation.iterations):
            before, x = x, equation.values(x, params)
            residual = [a - b for a, b in zip(x, before)]
            change = max([abs(d) / max(abs(a), 1.0) for d, a in zip(residual, x)], default=0.0)
            if change <= equation.tolerance:
                return x
            if not all(map(isfinite, x)):
                why = "it left the finite numbers"
                break
        remedy = "start nearer, damp f, allow more iterations, or solve f(x) - x by root"
        raise equation.stuck(why, residual, before, params, remedy)

    equation = Equation(
        "fixed_point", f, x0, params, solve, shift=1.0, tolerance=tolerance, iterations=iterations
    )
    return equation.solution()


@in_our_words
def root(
    f: Function, x0: Nest, *params: Nest, tolerance: float = 1e-12, iterations: int = 100
) -> Any:
    """The x with f(x, *params) = 0, found by Newton's method from ``x0``, with shorter steps where
    a whole one would not bring f nearer to zero.

    x and each of ``params`` are a number or a container of numbers; f gives as many numbers as x
    has. The result has the structure of ``x0`` and depends on ``params``, to any order; on what
    ``f`` closes over it may not depend. It ends when a step changes no number by more than
    ``tolerance``, relative to the larger of it and 1.

    Raises:
        ConvergenceError: It has not ended after so many iterations, no step leads nearer, or the
            equations do not determine x. The message has the residual.
        InputTypeError, InputValueError: f gives another number of numbers than x0 has, something is
            no number, or f closes over Values; ``tolerance`` or ``iterations`` is none.

    >>> from autograd import exp, grad
    >>> root(lambda x: x * x - 2.0, 1.0)  # doctest: +ELLIPSIS
    1.41421356237...
    >>> lambert = lambda a: root(lambda x, a: x * exp(x) - a, 1.0, a)
    >>> x = lambert(2.0)
    >>> abs(grad(lambert)(2.0) - 1.0 / (exp(x) * (1.0 + x))) < 1e-15
    True
    """

    def solve(equation: Equation, params: Vector) -> Vector:
        x = equation.start
        residual = equation.values(x, params)
        remedy = "start nearer to a solution, or see whether there is one"
        for _ in range(equation.iterations):
            if not any(residual):
                return x
            slopes = equation.slopes(x, params)
            step = eliminated(slopes, residual)
            if step is None:
                why = "the equations do not determine x"
                raise equation.stuck(why, residual, x, params, remedy)
            size, scale = size_of(residual), 1.0
            while scale > 1e-10:
                new = [a - scale * s for a, s in zip(x, step)]
                found = equation.values(new, params)
                if size_of(found) < size:
                    break
                scale /= 2.0
            change = max([abs(s) / max(abs(a), 1.0) for a, s in zip(x, step)])
            if change <= equation.tolerance:
                return new if size_of(found) < size else x
            if scale <= 1e-10:
                raise equation.stuck("no step leads nearer", residual, x, params, remedy)
            x, residual = new, found
        why = f"it has not ended after {iterations} iterations"
        raise equation.stuck(why, residual, x, params, remedy)

    equation = Equation(
        "root", f, x0, params, solve, shift=0.0, tolerance=tolerance, iterations=iterations
    )
    return equation.solution()
