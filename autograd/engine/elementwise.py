"""Functions of numbers over lists, arrays and other containers of them, element by element.

This is the one mechanism for all of them. Operands nest alike, or are numbers that serve for every
element; arrays broadcast as in NumPy. Results keep the container's type: an array of floats gives
one of floats, an array of Values one of objects. Next: :mod:`autograd.functions.elementary`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.record import operand, operands_in, record
from autograd.errors import InputTypeError, InputValueError
from autograd.nested import DEEPEST, array_of, is_array, parts_of, with_parts
from autograd.ops.op import Op

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["apply", "checked", "exposed", "over_elements"]


def checked(x: Nest, name: str) -> Any:
    """A Value or float, or the error that says what ``name`` takes."""
    number = operand(x)
    if number is NotImplemented:
        raise InputTypeError(
            f"{name} takes a Value or a real number, or a list or an array of them, "
            f"but got {type(x).__name__}"
        )
    return number


def apply(op: Op, *given: Any) -> Any:
    """A primitive recorded on Values and numbers, or on each element of containers of them."""
    operands = operands_in(given)
    if operands is not None:
        return record(op, operands)
    return over_elements(
        lambda *xs: record(op, tuple([checked(x, op.name) for x in xs])), op.name, given
    )


def exposed(op: Op) -> Callable[..., Any]:
    """A primitive as a function of its operands, Values, numbers or containers of them."""

    def function(*operands: Nest) -> Any:
        if op.arity not in (None, len(operands)) or not operands:
            wanted = "at least one operand" if op.arity is None else f"{op.arity} operands"
            raise InputValueError(f"{op.name} takes {wanted}, but got {len(operands)}")
        return apply(op, *operands)

    return function


def over_elements(
    function: Callable[..., Any], name: str, given: Sequence[Nest], depth: int = 0
) -> Any:
    """A function of numbers at every element of its operands.

    Raises:
        InputValueError: The operands do not nest alike, or too deeply.
    """
    if any(_is_like_an_array(x) for x in given):
        return _broadcast(function, name, given)
    parts = [parts_of(x) for x in given]
    containers = [(x, places) for x, places in zip(given, parts) if places is not None]
    if not containers:
        return function(*given)
    first, places = containers[0]
    for _, others in containers[1:]:
        if others.keys() != places.keys():
            raise InputValueError(
                f"{name} goes element by element through containers that nest alike, but got "
                f"{len(places)} and {len(others)} elements"
            )
    if depth > DEEPEST:
        raise InputValueError(f"{name}: lists nest more than {DEEPEST} deep, or hold themselves")
    results = []
    for place in places:
        elements = [x if p is None else p[place] for x, p in zip(given, parts)]
        results.append(over_elements(function, name, elements, depth + 1))
    return with_parts(first, results)


def _is_like_an_array(x: Nest) -> bool:
    """Whether it is an array, or becomes one; NumPy's scalars are numbers."""
    return is_array(x) or (operand(x) is NotImplemented and hasattr(x, "__array__"))


def _broadcast(function: Callable[..., Any], name: str, given: Sequence[Nest]) -> Any:
    import numpy as np

    try:
        elements = np.broadcast(*[np.asarray(x, dtype=object) for x in given])
    except ValueError as error:
        raise InputValueError(f"{name} of arrays that do not broadcast: {error}") from error
    results = [function(*operands) for operands in elements]
    return array_of(results, elements.shape) if elements.shape else results[0]
