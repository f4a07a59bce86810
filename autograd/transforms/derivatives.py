"""Transforms of ordinary functions: from f to its gradient, Jacobian, Hessian and products.

A function takes numbers in any nesting of lists, tuples and NumPy arrays; results have the
argument's structure, in floats. Inside another transform, or given Values, they are Values that
can be differentiated again: transforms nest to any order. No ``.grad`` is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.engine.backward import adjoints
from autograd.engine.higher import recorded_adjoints, recorded_tangents
from autograd.engine.modes import TRACING, TRANSFORMING, enable_grad, switched
from autograd.engine.order import record_of
from autograd.engine.record import operand, record
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.nested import is_array, numbers_in, numbers_like, rebuilt
from autograd.ops.op import OPS

__all__ = ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]

Function = Callable[..., Any]


class _Call:
    """One call of f with the numbers of one argument replaced by fresh nodes."""

    def __init__(self, f: Function, args: tuple[Any, ...], argnum: int, options: Any) -> None:
        if not callable(f):
            raise InputTypeError(f"a transform takes a function, but got {type(f).__name__}")
        if not -len(args) <= argnum < len(args):
            raise InputValueError(f"argnum is {argnum}, but the call has {len(args)} arguments")
        self.argument = args[argnum]
        given = numbers_in(self.argument, operand, "the argument to differentiate by")
        # A Value gets a node of its own that depends on it: f may reach the Value by other ways.
        self.nodes = [
            record(OPS["identity"], (x,)) if isinstance(x, Value) else Value(x) for x in given
        ]
        inside = TRANSFORMING.get() or TRACING.get()
        self.recording = inside or any(isinstance(x, Value) for x in given)
        self.values_out = self.recording and not inside
        arguments = list(args)
        arguments[argnum] = rebuilt(self.argument, self.nodes)
        with switched(TRANSFORMING, True), enable_grad():
            self.result = f(*arguments, **options)

    def scalar(self, name: str) -> Any:
        """The result, which has to be one number."""
        y = self.result
        if is_array(y) and y.ndim == 0:
            y = y.item()  # what numpy.where and its like make of one number
        number = operand(y)
        if number is NotImplemented:
            remedy = (
                "does it end with return?"
                if y is None
                else "use jacobian, or reduce it with sum or mean"
            )
            raise InputTypeError(
                f"{name} needs a function that returns one number, but it returned "
                f"{type(y).__name__}: {remedy}"
            )
        return number

    def results(self) -> list[Any]:
        """The numbers of the result."""
        return numbers_in(self.result, operand, "what the function returned")

    def pull_back(self, outputs: Sequence[Any], weights: Sequence[Any]) -> Any:
        """Gradient of the weighted sum of the outputs, in the argument's structure."""
        pairs = [(y, w) for y, w in zip(outputs, weights) if isinstance(y, Value)]
        roots, seeds = [y for y, _ in pairs], [w for _, w in pairs]
        if not self.recording:
            adjoint = adjoints(roots, seeds)
        else:
            order, _ = record_of(roots)
            start: dict[Any, Any] = {}
            for root, seed in pairs:
                start[root] = start[root] + seed if root in start else seed
            adjoint = recorded_adjoints(order, start, wanted=self.nodes)
        return rebuilt(self.argument, [self.finish(adjoint.get(x, 0.0)) for x in self.nodes])

    def push_forward(self, outputs: Sequence[Any], direction: Any) -> list[Any]:
        """Derivative of each output along a direction, as Values or floats."""
        along = numbers_like(self.argument, direction, operand, "v, which nests as x does,")
        seeds = dict(zip(self.nodes, along))
        order, _ = record_of([y for y in outputs if isinstance(y, Value)])
        tangent = recorded_tangents(order, seeds)
        return [tangent.get(y, 0.0) if isinstance(y, Value) else 0.0 for y in outputs]

    def finish(self, x: Any) -> Any:
        """A number for the caller: a float, or a Value if it may be differentiated again."""
        if isinstance(x, Value):
            return x if self.recording else x.data
        return Value(x) if self.values_out else x


def grad(f: Function, argnum: int = 0) -> Function:
    """The function that computes the gradient of f by one argument.

    Raises (when called):
        InputTypeError: f does not return one number, or the argument holds something else.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p[0] * p[1])([3.0, 4.0])
    [4.0, 3.0]
    """
    with_value = value_and_grad(f, argnum)
    return lambda *args, **options: with_value(*args, **options)[1]


def value_and_grad(f: Function, argnum: int = 0) -> Function:
    """The function that computes f and its gradient by one argument, in one pass.

    >>> value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)
    """

    def differentiated(*args: Any, **options: Any) -> tuple[Any, Any]:
        call = _Call(f, args, argnum, options)
        y = call.scalar("grad")
        return call.finish(y), call.pull_back([y], [1.0])

    return differentiated


def jacobian(f: Function, argnum: int = 0) -> Function:
    """The function that computes all derivatives of all results of f by one argument.

    Its result has the structure of f's result, with the argument's structure in place of each
    number; arrays in arrays become one array of shape ``result.shape + argument.shape``. One
    reverse pass for each number that f returns.

    >>> jacobian(lambda p: [p[0] * p[1], p[0] + p[1]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 1.0]]
    """

    def differentiated(*args: Any, **options: Any) -> Any:
        call = _Call(f, args, argnum, options)
        rows = [call.pull_back([y], [1.0]) for y in call.results()]
        return rebuilt(call.result, rows)

    return differentiated


def hessian(f: Function, argnum: int = 0) -> Function:
    """The function that computes all second derivatives of f by one argument.

    >>> hessian(lambda p: p[0] * p[0] * p[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnum), argnum)


def vjp(f: Function, x: Any, v: Any) -> Any:
    """vᵀJ: derivative by x of the results of f weighted with v; one reverse pass.

    ``v`` has the structure of f's result; what returns has the structure of ``x``.

    >>> vjp(lambda p: [p[0] * p[1], p[0] + p[1]], [3.0, 4.0], [1.0, 10.0])
    [14.0, 13.0]
    """
    call = _Call(f, (x,), 0, {})
    weights = numbers_like(call.result, v, operand, "v, which nests as f(x) does,")
    return call.pull_back(call.results(), weights)


def jvp(f: Function, x: Any, v: Any) -> Any:
    """J·v: derivative of the results of f along the direction v; one forward pass.

    ``v`` has the structure of ``x``; what returns has the structure of f's result.

    >>> jvp(lambda p: [p[0] * p[1], p[0] + p[1]], [3.0, 4.0], [1.0, 10.0])
    [34.0, 11.0]
    """
    call = _Call(f, (x,), 0, {})
    return rebuilt(call.result, [call.finish(t) for t in call.push_forward(call.results(), v)])


def hvp(f: Function, x: Any, v: Any) -> Any:
    """H·v: the Hessian of f times a direction, without the Hessian.

    One forward pass along v, recorded, and one reverse pass over both, whatever the size of x.

    >>> hvp(lambda p: p[0] * p[0] * p[1], [3.0, 4.0], [1.0, 10.0])
    [68.0, 6.0]
    """
    call = _Call(f, (x,), 0, {})
    with enable_grad():
        tangents = call.push_forward([call.scalar("hvp")], v)
    return call.pull_back(tangents, [1.0])
