"""record: apply a primitive and remember it.

Every operation on Values ends here, or in a shorter path of the same meaning that
:mod:`autograd.engine.generated` writes from the primitive's declaration. Next:
:mod:`autograd.engine.order`, what a result was made of.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from autograd.engine.anomaly.story import story_of_value
from autograd.engine.modes import ACTIVE, ANOMALY, RECORDING, TRACING, user_line
from autograd.engine.node import EPOCH, Node
from autograd.errors import AnomalyError, InputTypeError, InputValueError
from autograd.ops.op import OPS, Op
from autograd.reals import real_or_none

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = [
    "FASTER",
    "RECORDERS",
    "operand",
    "operands_in",
    "record",
    "recorder",
    "refused",
    "require_no_modulus",
]


def record(op: Op, operands: tuple[Any, ...], data: float | None = None) -> Any:
    """Apply a primitive to nodes and floats: a new node, or a float if all are floats.

    ``data`` is what the primitive gives for them, where that is known already.
    """
    if data is None:
        numbers = tuple([x if type(x) is float else x._data for x in operands])
        data = op.evaluate(*numbers)
    for x in operands:
        if type(x) is not float:
            break
    else:
        return data
    lines = None
    if ACTIVE:
        lines = ANOMALY.get()
        if lines is not None and not math.isfinite(data):
            raise AnomalyError(story_of_value(op, operands, data, user_line(), lines))
        if not RECORDING.get():
            if not TRACING.get():
                return x.computed(data)
            # In a recording the number is to follow its operands, only the derivative is not.
            operands = (x.computed._restore(data, EPOCH[0], None, op, operands),)
            op = OPS["stop_gradient"]
    node = x.computed._restore(data, EPOCH[0], None, op, operands)
    if lines is not None:
        lines[node] = user_line()
    return node


def operand(x: Any) -> Any:
    """A Value as it is, a real number as a float; NotImplemented for anything else."""
    if isinstance(x, Node):
        return x
    number = real_or_none(x)
    return NotImplemented if number is None else number


def operands_in(items: Nest | Iterable[Nest]) -> tuple[Any, ...] | None:
    """What a list or a tuple holds as operands; None of anything else, or where it holds that."""
    if type(items) is not list and type(items) is not tuple:
        return None
    operands = tuple(items)
    for x in operands:
        if type(x) is not float and not isinstance(x, Node):
            return _made_operands(operands)
    return operands


def _made_operands(items: tuple[Nest, ...]) -> tuple[Any, ...] | None:
    """The same of what may hold numbers of other types."""
    operands = []
    for x in items:
        try:
            number = operand(x)
        except InputValueError:  # no float is near to it: whoever asks says so, or needs none
            return None
        if number is NotImplemented:
            return None
        operands.append(number)
    return tuple(operands)


def refused(kind: type) -> Any:
    """What an operator returns for such an operand: NotImplemented, so that Python asks it.

    Raises:
        InputTypeError: It is a list or a tuple, which would not know what to do either.
    """
    if kind in (list, tuple):
        raise InputTypeError(
            f"arithmetic takes Values and numbers, but got a {kind.__name__}: take one item of it, "
            "as in model(x)[0], since a layer returns a list; or go through it, [v * x for x in xs]"
        )
    return NotImplemented


def require_no_modulus(modulus: object) -> None:
    """``pow(v, 2, 5)`` is arithmetic of integers."""
    if modulus is not None:
        raise InputTypeError(
            "pow of a Value takes no modulus, which is for integers: write v**2 % 5, "
            "whose remainder is recorded"
        )


class _Recorders(dict[str, Callable[..., Any]]):
    """Name of a primitive -> function that records it on Values and floats."""

    def __missing__(self, name: str) -> Callable[..., Any]:
        self[name] = function = FASTER[-1](OPS[name])
        return function


def recorder(op: Op) -> Callable[..., Any]:
    """A function that records a primitive on Values and floats."""
    return lambda *operands: record(op, operands)


FASTER: list[Callable[[Op], Callable[..., Any]]] = [recorder]
"""The last one makes such functions: an accelerator puts one here that knows shorter ways."""


RECORDERS = _Recorders()
"""The namespace of Values, for rules that are to be differentiated again."""
