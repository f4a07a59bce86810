"""custom_op: a primitive of the user's own, treated like those of the table.

Next: :mod:`autograd.ops.op`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.engine.record import operand, record
from autograd.errors import InputTypeError, InputValueError
from autograd.ops.op import Op

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["custom_op"]


def custom_op(
    name: str, forward: Callable[..., float], partials: Callable[..., tuple[Any, ...]]
) -> Callable[..., Any]:
    """A new primitive, as a function over floats and Values.

    Args:
        name: What pictures, listings and messages call it.
        forward: ``forward(*floats) -> float``. It must depend on nothing but its operands. A
            program calls it number by number, in a batch row after row.
        partials: ``partials(xp, out, *operands) -> tuple``, one local derivative an operand,
            written with the elementary functions of ``xp`` (``xp.cos(a)``, and ``xp.where`` for a
            choice), so that it can be differentiated again, compiled and printed. None stands for
            a derivative that is zero everywhere.

    Raises:
        InputTypeError: ``name`` is no str, or one of the rules is not callable.

    >>> import math
    >>> from autograd import Value
    >>> j0 = custom_op(
    ...     "j0",
    ...     lambda x: math.sin(x) / x,
    ...     lambda xp, out, x: ((xp.cos(x) - out) / x,),
    ... )
    >>> x = Value(2.0)
    >>> j0(x).backward()
    >>> x.grad == (math.cos(2.0) - math.sin(2.0) / 2.0) / 2.0
    True
    """
    if not (name and isinstance(name, str)):
        raise InputTypeError(f"the name of a custom_op is a non-empty str, but got {name!r}")
    for role, rule in (("forward", forward), ("partials", partials)):
        if not callable(rule):
            raise InputTypeError(
                f"{role} of custom_op {name!r} must be a function, but got {type(rule).__name__}"
            )
    op = Op(name, forward, partials, arity=_arity(forward), function=forward, opaque=True)

    def function(*operands: Nest) -> Any:
        if op.arity not in (None, len(operands)) or not operands:
            wanted = "at least one operand" if op.arity is None else f"{op.arity} operands"
            raise InputValueError(f"{name} takes {wanted}, but got {len(operands)}")
        checked = [operand(x) for x in operands]
        for given, number in zip(operands, checked):
            if number is NotImplemented:
                raise InputTypeError(
                    f"{name} takes Values or real numbers, but got {type(given).__name__}"
                )
        return record(op, tuple(checked))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = forward.__doc__
    function.__module__ = getattr(forward, "__module__", None) or __name__
    function.__wrapped__ = forward  # type: ignore[attr-defined]  # has the operands' names
    function.op = op  # type: ignore[attr-defined]
    return function


def _arity(forward: Callable[..., float]) -> int | None:
    """How many operands a function takes; None if it takes any number or does not tell."""
    import inspect  # slow to import, and few programs declare primitives

    try:
        parameters = inspect.signature(forward).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    return len([p for p in parameters if p.default is p.empty and p.kind is not p.KEYWORD_ONLY])
