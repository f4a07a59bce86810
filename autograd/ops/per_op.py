"""Caches of what follows from a primitive, kept by the primitive itself.

A cache of a module's own would keep every primitive of a user's alive, with all that its rules
refer to. Next: :mod:`autograd.ops.op`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

__all__ = ["per_op"]

Primitive = TypeVar("Primitive")
P = ParamSpec("P")
T = TypeVar("T")


def per_op(
    function: Callable[Concatenate[Primitive, P], T],
) -> Callable[Concatenate[Primitive, P], T]:
    """The same function of a primitive and more, with what it gave remembered in the primitive.

    >>> from autograd.ops.op import OPS
    >>> @per_op
    ... def described(op, language):
    ...     print("asked")
    ...     return f"{op.name} in {language}"
    >>> described(OPS["exp"], "English"), described(OPS["exp"], "English")
    asked
    ('exp in English', 'exp in English')
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def remembered(op: Any, /, *arguments: P.args, **options: P.kwargs) -> T:
        try:
            known = vars(op)[name]
        except KeyError:
            known = vars(op)[name] = lru_cache(maxsize=256)(partial(function, op))
        found: T = known(*arguments, **options)
        return found

    return remembered
