"""What functions over a sequence take and give: checks, shapes and types, stated once.

Next: :mod:`autograd.functions.sequences`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, cast, overload

from autograd.engine.elementwise import checked
from autograd.engine.record import operands_in
from autograd.engine.value import Operand, Value
from autograd.errors import InputTypeError, InputValueError
from autograd.nested import array_of, is_array, parts_of

if TYPE_CHECKING:
    from _typeshed import SupportsRichComparison

    from autograd.nested import Nest

Ordered = TypeVar("Ordered", bound="SupportsRichComparison")
Item = TypeVar("Item")
Default = TypeVar("Default")
Key: TypeAlias = "Callable[[Item], SupportsRichComparison]"
Chosen: TypeAlias = "Nest | SupportsRichComparison"
"""What can be compared, and what is a Value's or a number's among it."""


class Reduction(Protocol):
    """A function from a sequence to a number: a float from floats, a Value from Values."""

    __name__: str

    @overload
    def __call__(self, xs: Iterable[float]) -> float: ...
    @overload
    def __call__(self, xs: Iterable[Value]) -> Value: ...
    @overload
    def __call__(self, xs: Iterable[Operand]) -> Operand: ...


class Itemwise(Protocol):
    """A function from a sequence to a number for each item of it."""

    __name__: str

    @overload
    def __call__(self, xs: Iterable[float]) -> list[float]: ...
    @overload
    def __call__(self, xs: Iterable[Value]) -> list[Value]: ...
    @overload
    def __call__(self, xs: Iterable[Operand]) -> list[Operand]: ...


class Choice(Protocol):
    """max or min: Python's own, of Values too."""

    __name__: str

    @overload
    def __call__(self, xs: Iterable[Ordered], /) -> Ordered: ...
    @overload
    def __call__(self, xs: Iterable[Ordered], /, *, default: Default) -> Ordered | Default: ...
    @overload
    def __call__(self, x: Ordered, y: Ordered, /, *more: Ordered) -> Ordered: ...
    @overload
    def __call__(self, xs: Iterable[Item], /, *, key: Key[Item] | None) -> Item: ...
    @overload
    def __call__(
        self, xs: Iterable[Item], /, *, key: Key[Item] | None, default: Default
    ) -> Item | Default: ...
    @overload
    def __call__(self, x: Item, y: Item, /, *more: Item, key: Key[Item] | None) -> Item: ...


def choice(function: Callable[..., Chosen]) -> Choice:
    """The same function, for the type checker."""
    return cast(Choice, function)


def reduction(function: Callable[[Iterable[Nest]], Nest]) -> Reduction:
    """The same function, for the type checker."""
    return cast(Reduction, function)


def itemwise(function: Callable[[Iterable[Nest]], Nest]) -> Itemwise:
    """The same function, for the type checker."""
    return cast(Itemwise, function)


def items_of(xs: Nest | Iterable[Nest], name: str) -> list[Any]:
    """What a sequence holds, or the error that says what ``name`` takes."""
    if isinstance(xs, (Value, str)) or not isinstance(xs, Iterable):
        raise InputTypeError(
            f"{name} takes one sequence of Values or numbers, but got {type(xs).__name__}"
        )
    return list(xs)


def sequence(xs: Nest | Iterable[Nest], name: str) -> tuple[Any, ...]:
    """The operands of a function over a sequence, each checked."""
    operands = operands_in(xs)  # as nearly always
    if operands is None:
        items = items_of(xs, name)
        operands = operands_in(items)
        if operands is None:
            return tuple([_item(x, name) for x in items])
    return operands


def _item(x: Nest, name: str) -> Any:
    if parts_of(x) is None:
        return checked(x, name)
    raise InputTypeError(
        f"{name} takes one flat sequence of Values or numbers, but an item is a {type(x).__name__}:"
        f" ask for each, as in [{name}(row) for row in rows], or for all in one sequence, as in "
        f"{name}(a.ravel()) of an array"
    )


def not_empty(xs: Iterable[Nest], name: str) -> tuple[Any, ...]:
    """The operands of a function that nothing has no result of."""
    operands = sequence(xs, name)
    if not operands:
        raise InputValueError(f"{name} needs at least one operand, but got an empty sequence")
    return operands


def like(xs: Iterable[Nest], results: list[Operand]) -> Any:
    """One result for each item: an array where ``xs`` is one, otherwise a list."""
    return array_of(results, (len(results),)) if is_array(xs) else results
