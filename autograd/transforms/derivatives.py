"""Transforms of ordinary functions: from f to its gradient, Jacobian and Hessian.

A function takes numbers in any nesting of lists, tuples, dicts, dataclasses and NumPy arrays;
results have the argument's structure. They are floats, unless Values had a part in them as
arguments or as what f closes over, a network's parameters for instance: such results are Values,
and ``backward`` or another transform goes on from there. With ``no_grad``, or with plain numbers
in the place of constants, they are floats, which is quicker. Transforms nest to any order. No
``.grad`` is touched. Along directions: :mod:`autograd.transforms.directions`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, Literal, ParamSpec, overload

from autograd.engine.value import Operand, Value
from autograd.foreign import in_our_words
from autograd.nested import rebuilt
from autograd.transforms.argnums import Argnum, Arguments, Transformed
from autograd.transforms.call import Call
from autograd.transforms.typed import Gradient, ListGradient, ListPair, Pair, Rest

__all__ = ["grad", "hessian", "jacobian", "value_and_grad"]

Function = Callable[..., Any]
Parameters = ParamSpec("Parameters")

FORWARD_COST = 8
"""A forward sweep over floats is recorded, and takes as long as so many backward ones."""


@overload
def grad(f: Gradient[Rest], argnum: Literal[0] = 0) -> Gradient[Rest]: ...
@overload
def grad(
    f: Callable[Concatenate[Value, Rest], Operand], argnum: Literal[0] = 0
) -> Gradient[Rest]: ...
@overload
def grad(
    f: Callable[Concatenate[float, Rest], Operand], argnum: Literal[0] = 0
) -> Gradient[Rest]: ...
@overload
def grad(
    f: Callable[Concatenate[list[Value], Rest], Operand], argnum: Literal[0] = 0
) -> ListGradient[Rest]: ...
@overload
def grad(
    f: Callable[Concatenate[list[float], Rest], Operand], argnum: Literal[0] = 0
) -> ListGradient[Rest]: ...
@overload
def grad(
    f: Callable[Concatenate[list[Operand], Rest], Operand], argnum: Literal[0] = 0
) -> ListGradient[Rest]: ...
@overload
def grad(
    f: Callable[Parameters, Any], argnum: Argnum = 0, *, has_aux: bool = False
) -> Callable[Parameters, Any]: ...
@in_our_words
def grad(f: Function, argnum: Argnum = 0, *, has_aux: bool = False) -> Function:
    """The function that computes the gradient of f, in the structure of f's argument.

    It is called as f is, and carries its name, documentation and signature. Where f can be pickled
    or is a method, so is this.

    Args:
        f: A function of numbers that returns one number.
        argnum: Which argument: its index, its name, or a tuple of these for a tuple of gradients.
        has_aux: f returns its number and something beside it; what returns is the gradient and
            that, with Values in it as floats.

    Raises (when called):
        InputTypeError: f does not return one number, or the argument holds something else.
        InputValueError: The call has no such argument.
        TraceError: f takes the number of a Value (``float``, ``math.sin``), which has no
            derivative.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p["w"] * p["b"])({"w": 3.0, "b": 4.0})
    {'w': 4.0, 'b': 3.0}
    >>> grad(lambda x, y: x * y, argnum=("y", "x"))(3.0, y=4.0)
    (3.0, 4.0)

    A Value that f closes over is a constant, through which the result can be differentiated:

    >>> from autograd import Value
    >>> w = Value(2.0)
    >>> slope = grad(lambda x: w * x * x)(3.0)
    >>> slope.backward()
    >>> slope.data, w.grad
    (12.0, 6.0)
    """

    return Transformed(f, argnum, partial(_gradient, has_aux=has_aux))


def _gradient(arguments: Arguments, *, has_aux: bool) -> Any:
    call = Call(arguments, one="grad", has_aux=has_aux)
    return call.beside(call.pull_back(call.outputs, [1.0]), has_aux)


@overload
def value_and_grad(
    f: Callable[Concatenate[Value, Rest], Operand], argnum: Literal[0] = 0
) -> Pair[Rest]: ...
@overload
def value_and_grad(
    f: Callable[Concatenate[float, Rest], Operand], argnum: Literal[0] = 0
) -> Pair[Rest]: ...
@overload
def value_and_grad(
    f: Callable[Concatenate[list[Value], Rest], Operand], argnum: Literal[0] = 0
) -> ListPair[Rest]: ...
@overload
def value_and_grad(
    f: Callable[Concatenate[list[float], Rest], Operand], argnum: Literal[0] = 0
) -> ListPair[Rest]: ...
@overload
def value_and_grad(
    f: Callable[Concatenate[list[Operand], Rest], Operand], argnum: Literal[0] = 0
) -> ListPair[Rest]: ...
@overload
def value_and_grad(
    f: Callable[Parameters, Any], argnum: Argnum = 0, *, has_aux: bool = False
) -> Callable[Parameters, tuple[Any, Any]]: ...
@in_our_words
def value_and_grad(f: Function, argnum: Argnum = 0, *, has_aux: bool = False) -> Function:
    """The function that computes f and its gradient, in one pass; arguments as for ``grad``.

    >>> value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)
    >>> value_and_grad(lambda x: (x**3, "beside"), has_aux=True)(2.0)
    ((8.0, 'beside'), 12.0)
    """

    return Transformed(f, argnum, partial(_value_and_gradient, has_aux=has_aux))


def _value_and_gradient(arguments: Arguments, *, has_aux: bool) -> tuple[Any, Any]:
    call = Call(arguments, one="grad", has_aux=has_aux)
    (y,) = call.outputs
    return call.beside(call.finish(y), has_aux), call.pull_back(call.outputs, [1.0])


@in_our_words
def jacobian(f: Function, argnum: Argnum = 0, *, has_aux: bool = False) -> Function:
    """The function that computes all derivatives of all results of f; arguments as for ``grad``.

    Its result has the structure of f's result, with the argument's structure in place of each
    number; arrays in arrays become one array of shape ``result.shape + argument.shape``. There is
    one backward pass for each number that f returns, or, where that is less work, one forward pass
    for each number that it takes.

    >>> jacobian(lambda p: [p[0] * p[1], p[0] + p[1]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 1.0]]
    """

    return Transformed(f, argnum, partial(_matrix, has_aux=has_aux))


def _matrix(arguments: Arguments, *, has_aux: bool) -> Any:
    call = Call(arguments, has_aux=has_aux)
    count = len(call.nodes)
    if count * (1 if call.recording else FORWARD_COST) < len(call.outputs):
        units = [[float(i == j) for j in range(count)] for i in range(count)]
        columns = [call.push_forward(call.outputs, unit) for unit in units]
        rows = [
            rebuilt(call.argument, [call.finish(column[i]) for column in columns])
            for i in range(len(call.outputs))
        ]
    else:
        rows = [call.pull_back([y], [1.0]) for y in call.outputs]
    return call.beside(rebuilt(call.result, rows), has_aux)


@in_our_words
def hessian(
    f: Function, argnum: Argnum = 0, *, has_aux: bool = False, diagonal: bool = False
) -> Function:
    """The function that computes all second derivatives of f; arguments as for ``grad``.

    Args:
        diagonal: Only the second derivative by each number, in the argument's structure.

    >>> hessian(lambda p: p[0] * p[0] * p[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    >>> hessian(lambda p: p[0] * p[0] * p[1], diagonal=True)([3.0, 4.0])
    [8.0, 0.0]
    """
    gradient = grad(f, argnum, has_aux=has_aux)
    if not diagonal:
        return jacobian(gradient, argnum, has_aux=has_aux)

    return Transformed(gradient, argnum, partial(_curvatures, has_aux=has_aux))


def _curvatures(arguments: Arguments, *, has_aux: bool) -> Any:
    call = Call(arguments, has_aux=has_aux)
    pairs = zip(call.outputs, call.nodes)
    found = [call.gradients([y], [1.0], [x])[0] for y, x in pairs]
    return call.beside(rebuilt(call.argument, found), has_aux)
