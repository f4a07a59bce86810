"""scan: a recurrence as a function of its step, as in JAX.

Next: :mod:`autograd.functions.sequences`, functions of a whole sequence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.engine.record import operand
from autograd.errors import InputTypeError, InputValueError
from autograd.nested import array_of, is_array, numbers_like, parts_of, with_parts

if TYPE_CHECKING:
    from autograd.engine.nests import Nest

__all__ = ["scan"]


def scan(step: Callable[[Any, Any], tuple[Any, Any]], carry: Nest, xs: Nest) -> tuple[Any, Any]:
    """The last carry, and all outputs, of carry, y = step(carry, x) for each x of ``xs``.

    ``xs`` is a sequence or array, gone through along its first axis, or a container of such of one
    length, of which ``step`` sees the same container with an item of each. The carry is a number or
    a container of numbers and keeps its structure. Outputs come in the structure of one, with a
    list in place of each number and an array with one axis more in place of each array; of no
    steps, the empty list. It is the plain loop, here and in programs, where every step is recorded.

    Raises:
        InputTypeError: ``step`` is no function, does not return a pair, or ``xs`` is no sequence.
        InputValueError: The carry changes its structure, or sequences differ in length.

    >>> from autograd import grad, scan
    >>> scan(lambda total, x: (total + x, 10.0 * total), 0.0, [1.0, 2.0, 3.0])
    (6.0, [0.0, 10.0, 30.0])
    >>> grad(lambda rate: scan(lambda y, t: (y - rate * y, None), 1.0, [1.0] * 3)[0])(0.5)
    -0.75
    """
    if not callable(step):
        raise InputTypeError(f"scan takes a function, but got {type(step).__name__}")
    outputs = []
    for x in _items(xs):
        result: Any = step(carry, x)
        if not (isinstance(result, tuple) and len(result) == 2):
            raise InputTypeError(
                f"the step of scan returns a pair (carry, y), but got {type(result).__name__} "
                f"{result!r}"[:200]
            )
        new, y = result
        if parts_of(carry) is not None or operand(new) is NotImplemented:
            numbers_like(carry, new, operand, "the carry of scan, which keeps its structure,")
        carry = new
        outputs.append(y)
    return carry, _stacked(outputs) if outputs else []


def _items(xs: Nest) -> list[Any]:
    """What the step sees of each place of the sequences."""
    if is_array(xs) and xs.ndim:
        return xs.tolist() if xs.ndim == 1 else list(xs)
    if isinstance(xs, (list, tuple)) and not hasattr(xs, "_fields"):
        return list(xs)
    parts = None if is_array(xs) else parts_of(xs)
    if not parts:
        raise InputTypeError(
            f"scan goes through a sequence, but got {type(xs).__name__} {xs!r}"[:200]
        )
    columns = [_items(part) for part in parts.values()]
    if len(set(map(len, columns))) != 1:
        raise InputValueError(
            f"scan goes through sequences of one length, but got {[*map(len, columns)]}"
        )
    return [with_parts(xs, list(row)) for row in zip(*columns)]


def _stacked(ys: list[Any]) -> Any:
    """What all steps gave, in the structure of the first."""
    first = ys[0]
    if all(map(is_array, ys)) and len({y.shape for y in ys}) == 1:
        return (
            array_of(ys, (len(ys),)) if first.ndim else array_of([y.item() for y in ys], (len(ys),))
        )
    parts = parts_of(first)
    if parts is None:
        return None if all(y is None for y in ys) else ys
    others = [parts_of(y) for y in ys]
    if any(p is None or p.keys() != parts.keys() for p in others):
        raise InputValueError("the outputs of scan have one structure, but the step changes it")
    return with_parts(first, [_stacked([p[place] for p in others if p]) for place in parts])
