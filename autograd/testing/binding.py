"""Which argument of a function a domain belongs to: by its name, never by the order of writing.

Next: :mod:`autograd.testing.properties`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd.errors import InputValueError

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["Binding", "bound"]

Parameter = inspect.Parameter


@dataclass(frozen=True)
class Binding:
    """The names of the arguments that f gets, those by position and then those by keyword."""

    positional: tuple[str, ...]
    keywords: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in the order in which ``caller`` takes them."""
        return self.positional + self.keywords

    def caller(self, f: Callable[..., Nest]) -> Callable[..., Nest]:
        """f as a function of these arguments by position; f itself if it is one."""
        if not self.keywords:
            return f

        def call(*operands: Nest) -> Nest:
            split = len(self.positional)
            return f(*operands[:split], **dict(zip(self.keywords, operands[split:])))

        call.__name__ = call.__qualname__ = getattr(f, "__name__", "f")
        kind = Parameter.POSITIONAL_OR_KEYWORD
        parameters = [Parameter(name, kind) for name in self.names]
        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return call

    def source(self, f: str) -> str:
        """The same in Python, of a function of this name."""
        if not self.keywords:
            return f
        passed = [*self.positional, *(f"{name}={name}" for name in self.keywords)]
        return f"lambda {', '.join(self.names)}: {f}({', '.join(passed)})"


def bound(f: Callable[..., Nest], names: Sequence[str]) -> Binding:
    """How f takes arguments of these names.

    Names that f does not know go to its ``*args``, in the order given, or to its ``**kwargs``. A
    function that does not tell its arguments takes all by position.

    Raises:
        InputValueError: f has no argument of a name, or needs one that is not named.

    >>> bound(lambda x, y=1.0, *, z: x, ["z", "x"])
    Binding(positional=('x',), keywords=('z',))
    >>> bound(lambda x: x, ["x", "t"])
    Traceback (most recent call last):
        ...
    autograd.errors.InputValueError: <lambda> has no argument 't': it takes (x)
    """
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):
        return Binding(tuple(names))
    parameters = signature.parameters.values()
    variadic = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    own = {p.name: p for p in parameters if p.kind not in variadic}
    others = tuple(name for name in names if name not in own)
    called = getattr(f, "__name__", "f")
    kinds = {p.kind for p in parameters}
    if others and not kinds.intersection(variadic):
        raise InputValueError(f"{called} has no argument {others[0]!r}: it takes {signature}")
    takes_more = Parameter.VAR_POSITIONAL in kinds
    positional: list[str] = []
    keywords: list[str] = []
    skipped: str | None = None
    for name, parameter in own.items():
        by_position = parameter.kind is not Parameter.KEYWORD_ONLY
        if name not in names:
            if parameter.default is Parameter.empty or (by_position and others and takes_more):
                raise InputValueError(f"{called} takes {signature}: give the domain of {name!r}")
            skipped = (skipped or name) if by_position else skipped
        elif by_position and skipped is None:
            positional.append(name)
        elif parameter.kind is Parameter.POSITIONAL_ONLY:
            raise InputValueError(f"{called} takes {signature}: give the domain of {skipped!r} too")
        else:
            keywords.append(name)
    if takes_more:
        return Binding((*positional, *others), tuple(keywords))
    return Binding(tuple(positional), (*keywords, *others))
