"""scan: a recurrence as a function of its step, as in JAX.

Next: :mod:`autograd.functions.sequences`, functions of a whole sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index
from typing import TYPE_CHECKING, Any

from autograd.engine.record import operand
from autograd.errors import InputTypeError, InputValueError
from autograd.functions.repetition import repeated, repeats_here
from autograd.nested import array_of, is_array, numbers_like, parts_of, with_parts

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["scan"]


def scan(
    step: Callable[[Any, Any], tuple[Any, Any]],
    carry: Nest,
    xs: Nest | None = None,
    *,
    length: int | None = None,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """The last carry, and all outputs, of carry, y = step(carry, x) for each x of ``xs``.

    ``xs`` is a sequence or array, gone through along its first axis, or a container of such of one
    length (a dict, or a tuple of lists and arrays), of which ``step`` sees the same container with
    an item of each; or None, which it then sees ``length`` times. The carry is a number or a
    container of numbers and keeps its structure; None, if there is nothing to carry.
    Outputs come in the structure of one, with a list in place of each number and an array with one
    axis more in place of each array; of no steps, the empty list. With ``reverse`` the last item
    comes first, and outputs are in the places of their items.

    It is the plain loop. In what ``compiled`` records, ``step`` is called once, with Values in
    place of all numbers of carry and item, and the program repeats it, so that recording and
    compiling take the same time for any length; numbers agree with the loop's, gradients to
    rounding. What ``step`` does besides (printing, appending to a list) then happens once. A
    ``step`` that asks for plain numbers, as an index or to branch on, is recorded step by step, and
    so is a scan recorded without ``compiled``. A ``grad`` or another transform of a scan, inside of
    what ``compiled`` records, is a scan again, whatever its order.

    Raises:
        InputTypeError: ``step`` is no function, does not return a pair, or ``xs`` is no sequence.
        InputValueError: The carry changes its structure, or sequences differ in length.

    >>> from autograd import compiled, grad, scan
    >>> scan(lambda total, x: (total + x, 10.0 * total), 0.0, [1.0, 2.0, 3.0])
    (6.0, [0.0, 10.0, 30.0])
    >>> grad(lambda rate: scan(lambda y, t: (y - rate * y, None), 1.0, [1.0] * 3)[0])(0.5)
    -0.75
    >>> decay = compiled(lambda rate: scan(lambda y, _: (y - rate * y, None), 1.0, length=3)[0])
    >>> print(decay(0.5), decay.grad(0.5))
    0.125 -0.75
    """
    if not callable(step):
        raise InputTypeError(f"scan takes a function, but got {type(step).__name__}")
    if carry is None:
        return None, scan(_without_carry(step), (), xs, length=length, reverse=reverse)[1]
    items = _items(xs) if xs is not None else [None] * _checked(length)
    if length is not None and len(items) != _checked(length):
        raise InputValueError(f"scan goes through {len(items)} items, but got length={length!r}")
    if reverse:
        items.reverse()
    found = repeated(step, carry, items) if len(items) > 1 and repeats_here() else None
    carry, outputs = found or _looped(step, carry, items)
    if reverse:
        outputs.reverse()
    return carry, _stacked(outputs) if outputs else []


def _without_carry(step: Callable[[Any, Any], tuple[Any, Any]]) -> Callable[[Any, Any], Any]:
    """A step that carries None as one that carries no numbers."""

    def stepped(_: tuple[()], x: Nest | None) -> Any:
        result: Any = step(None, x)
        pair = isinstance(result, tuple) and len(result) == 2
        return ((), result[1]) if pair and result[0] is None else result

    return stepped


def _looped(
    step: Callable[[Any, Any], tuple[Any, Any]], carry: Nest, items: list[Nest | None]
) -> tuple[Any, list[Any]]:
    outputs = []
    for x in items:
        result: Any = step(carry, x)
        if not (isinstance(result, tuple) and len(result) == 2):
            raise InputTypeError(
                f"the step of scan returns a pair (carry, y), but got {type(result).__name__} "
                f"{result!r}"[:200]
            )
        new, y = result
        if parts_of(carry) is not None or operand(new) is NotImplemented:
            numbers_like(carry, new, operand, "the carry of scan (which keeps its structure)")
        carry = new
        outputs.append(y)
    return carry, outputs


def _checked(length: int | None) -> int:
    """How many steps there are without ``xs``."""
    try:
        whole = -1 if isinstance(length, bool) or length is None else index(length)
    except TypeError:
        whole = -1
    if whole < 0:
        raise InputValueError(f"scan without xs takes length, a whole number, but got {length!r}")
    return whole


def _items(xs: Nest) -> list[Any]:
    """What the step sees of each place of the sequences."""
    if is_array(xs) and xs.ndim:
        return xs.tolist() if xs.ndim == 1 else list(xs)
    if isinstance(xs, (list, tuple, range)) and not (hasattr(xs, "_fields") or _is_columns(xs)):
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


def _is_columns(xs: Sequence[Nest]) -> bool:
    """Whether it is a tuple of sequences, gone through side by side as in JAX; lists are rows."""
    kinds = [isinstance(x, list) or (is_array(x) and x.ndim > 0) for x in xs]
    return isinstance(xs, tuple) and bool(kinds) and all(kinds)


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
