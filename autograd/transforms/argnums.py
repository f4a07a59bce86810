"""Which arguments a transform differentiates by, and what its function is called after.

An argument is chosen by its index, by its name, or several by a tuple of them. Next:
:mod:`autograd.transforms.call`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, SupportsIndex, TypeAlias, TypeVar

from autograd.engine.node import Node
from autograd.errors import InputTypeError, InputValueError
from autograd.importable import named_global

if TYPE_CHECKING:
    from autograd.nested import Argument, Nest

__all__ = ["Argnum", "Arguments", "Transformed", "require_function", "with_others"]

Argnum: TypeAlias = int | str | Sequence[int | str]
"""An argument's index, its name, or a sequence of them."""
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Derived = TypeVar("Derived")


class Arguments:
    """The arguments of one call, with those that are chosen taken out.

    ``chosen`` is what they hold: of one argument its value, of several a tuple of them.
    """

    def __init__(
        self,
        f: Callable[Parameters, Result],
        argnum: Argnum,
        /,
        *args: Parameters.args,
        **options: Parameters.kwargs,
    ) -> None:
        self.f: Callable[..., Any] = f
        self.args: list[Any] = [*args]
        self.options: dict[str, Any] = options
        self.chosen: Any
        self.several = isinstance(argnum, (tuple, list))
        if type(argnum) is int and 0 <= argnum < len(args):  # as nearly always
            self.places: list[int | str] = [argnum]
            self.chosen = args[argnum]
            return
        places: Any = argnum if self.several else [argnum]
        self.places = [self._place(place) for place in places]
        if self.several and (len(set(self.places)) < len(self.places) or not self.places):
            raise InputValueError(f"argnum names each argument once, but got {argnum!r}")
        held = [args[p] if isinstance(p, int) else options[p] for p in self.places]
        self.chosen = tuple(held) if self.several else held[0]

    def _place(self, argnum: SupportsIndex | str) -> int | str:
        """Where an argument stands: its index among those by position, or its keyword."""
        if isinstance(argnum, str):
            names = _names(self.f)
            if argnum in self.options:
                return argnum
            if argnum in names[: len(self.args)]:
                return names.index(argnum)
            known = f"it has {', '.join(names)}" if names else "its arguments have no names"
            given = "is not given" if argnum in names else f"is not one of the function's; {known}"
            raise InputValueError(f"argnum is {argnum!r}, but this argument {given}")
        if type(argnum) is not int and (
            not hasattr(argnum, "__index__") or isinstance(argnum, bool)
        ):
            raise InputTypeError(
                "argnum is an argument's index, its name, or a tuple of these, but got "
                f"{type(argnum).__name__} {argnum!r}"[:200]
            )
        index = int(argnum.__index__())
        count = len(self.args)
        if -count <= index < count:
            return index % count
        names = _names(self.f)
        if 0 <= index < len(names) and names[index] in self.options:
            return names[index]
        raise InputValueError(f"argnum is {index}, but the call has {count} arguments")

    def call(self, chosen: Nest) -> Any:
        """The function of these in the places of the chosen arguments."""
        args, options = [*self.args], dict(self.options)
        parts: Any = chosen if self.several else [chosen]
        for place, x in zip(self.places, parts):
            if isinstance(place, int):
                args[place] = x
            else:
                options[place] = x
        return self.f(*args, **options)


def require_function(f: object) -> None:
    """Raise InputTypeError for what cannot be called."""
    if not callable(f):
        remedy = "; the derivative of a Value y by a Value x is x.grad after y.backward()"
        raise InputTypeError(
            f"a transform takes a function, but got {type(f).__name__}"
            + remedy * isinstance(f, Node)
        )


def with_others(
    argnum: Argnum, x: Nest, others: Sequence[Argument], options: dict[str, Argument]
) -> tuple[list[Argument], dict[str, Argument]]:
    """All arguments of a call: x in the chosen places, the others in the places that are left."""
    several = isinstance(argnum, (tuple, list))
    places = [*argnum] if isinstance(argnum, (tuple, list)) else [argnum]
    if several and (not isinstance(x, (tuple, list)) or len(x) != len(places)):
        raise InputValueError(f"for argnum {argnum!r}, x and v hold {len(places)} arguments each")
    parts: Any = x if several else [x]
    chosen = dict(zip(places, parts))
    named = {name: part for name, part in chosen.items() if isinstance(name, str)}
    at = {index: part for index, part in chosen.items() if isinstance(index, int)}
    args, count = [*others], len(others) + len(at)
    for index in sorted(at, key=lambda i: i % count):
        args.insert(index % count if -count <= index < count else count, at[index])
    return args, {**options, **named}


def _names(f: Callable[..., Result]) -> list[str]:
    """The names of the arguments that a function takes by position; none if it cannot tell."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.kind in kinds]


class Transformed(Generic[Parameters, Derived]):
    """What is derived from the arguments of a call, with f's name, documentation and signature.

    An object and no function, because pickle looks for a function where its name says, and there f
    is found. A class of its own that has ``__get__`` is a method, and documented as routines are.
    """

    def __init__(
        self,
        f: Callable[Parameters, Any],
        argnum: Argnum,
        derive: Callable[[Arguments], Derived],
    ) -> None:
        require_function(f)
        self.f = f
        self.argnum = argnum
        self.derive = derive
        wrapper: Any = self
        functools.update_wrapper(wrapper, f, updated=())

    def __call__(self, /, *args: Parameters.args, **options: Parameters.kwargs) -> Derived:
        """As f is called."""
        return self.derive(Arguments(self.f, self.argnum, *args, **options))

    def __get__(self, owner: object, kind: type | None = None) -> Callable[..., Derived]:
        """As a method: of an object, which is its first argument."""
        return self if owner is None else MethodType(self, owner)

    def __repr__(self) -> str:
        return f"<derivative of {getattr(self.f, '__qualname__', self.f)}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        """By the name where it is found, if it stands in f's place; else what it was made of."""
        path = getattr(self, "__qualname__", "")
        if named_global(self.__module__, path) is self:
            return path
        return type(self), self.made_of()

    def made_of(self) -> tuple[Callable[Parameters, Any], Argnum, Callable[[Arguments], Derived]]:
        """All that a call depends on."""
        return self.f, self.argnum, self.derive
