"""Structures: arguments as arrays, each in its place in lists, dicts and dataclasses.

A number, an array, or a plain nesting of lists and tuples of one shape is one array. Any other
container (:func:`autograd.nested.parts_of`) consists of several, each named by the way to it:
``layers[0]``, ``p['rate']``, ``p.rate``; its labels are as if static. Next:
:mod:`autograd.program.results`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from math import prod
from numbers import Number
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arrays import Array
from autograd.engine.node import Node
from autograd.engine.record import operand
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.nested import is_array, labels_of, parts_of, rebuilt, too_deep, way_to, with_parts
from autograd.program.arguments import ValuesGiven, floats_of
from autograd.program.executor import numpy_or_error

if TYPE_CHECKING:
    from collections.abc import Hashable

    from autograd.engine.value import Operand
    from autograd.nested import Nest

__all__ = ["HOLE", "Structure", "each", "told_apart"]

Shape = tuple[int, ...]
NUMBERS = {float, int, Value}
HOLE = object()
"""Stands for an array in a structure that is kept without any."""


def plain(x: Nest) -> tuple[Any, Shape] | None:
    """The kind and the shape of what is one array; None for other containers.

    >>> plain([[1.0, 2.0], (3.0, 4.0)])
    ((<class 'list'>, 2, ((<class 'list'>, 2), (<class 'tuple'>, 2))), (2, 2))
    """
    if is_array(x):
        return type(x), x.shape
    if not isinstance(x, (list, tuple)):
        return ("number", ()) if parts_of(x) is None and x is not HOLE else None
    if hasattr(x, "_fields"):
        return None
    kind = type(x)
    if NUMBERS.issuperset(map(type, x)):
        return (kind, len(x)), (len(x),)
    inner = [found for found in map(plain, x) if found]
    if len(inner) != len(x) or any(shape != inner[0][1] for _, shape in inner):
        return None
    kinds = [found for found, _ in inner]
    alike = all(other == kinds[0] for other in kinds)
    return (kind, len(x), kinds[0] if alike else tuple(kinds)), (len(x), *inner[0][1])


def told_apart(x: Hashable) -> Any:
    """A key for what a function is recorded for: equal for things that it cannot tell apart.

    Python holds 1, 1.0 and True for one key, 0.0 and -0.0, a str and the member of an Enum, and
    two ranges of the same numbers: what is equal is also written alike, or told apart.

    >>> told_apart((1, True)) == told_apart((1.0, 1)), told_apart(-0.0) == told_apart(0.0)
    (False, False)
    """
    kind: Any = type(x)
    if isinstance(x, Number):  # a nan is not even equal to itself
        return kind, repr(x)
    if isinstance(x, (tuple, frozenset)):
        sequence = tuple if isinstance(x, tuple) else frozenset
        return type(x), sequence(map(told_apart, x))
    if is_dataclass(x) and not isinstance(x, type):
        return type(x), x, tuple([told_apart(getattr(x, field.name)) for field in fields(x)])
    if kind is str or kind.__eq__ is object.__eq__ or kind.__repr__ is object.__repr__:
        return kind, x
    return kind, x, repr(x)


def each(x: Nest, function: Callable[[Nest], Nest]) -> Any:
    """The structure with a function applied to all that is one array."""
    parts = None if plain(x) is not None else parts_of(x)
    if parts is None:
        return function(x)
    return with_parts(x, [each(part, function) for part in parts.values()])


class Leaf(NamedTuple):
    """One array of an argument, and how the function sees it, or a row of it if it is batched."""

    array: Array
    seen: Any

    def holding(self, numbers: Iterable[Operand]) -> Any:
        """What the function sees, with these numbers in it."""
        return rebuilt(self.seen, list(numbers))

    def part(self, numbers: Sequence[Operand], row: int) -> Sequence[Operand]:
        """Of all its numbers those of one row, which the function sees."""
        return numbers[row * self.size : (row + 1) * self.size]

    @property
    def size(self) -> int:
        """How many numbers the function sees."""
        found = plain(self.seen)
        return prod(found[1]) if found else 0


class Structure:
    """One argument: its arrays by name, and a key that tells its kind and shapes from others'.

    Raises:
        InputTypeError: A part is no number, array or container of such.
        InputValueError: A batched one has no batch axis, or one is nested too deeply.
        ValuesGiven: It holds Values.
    """

    __slots__ = ("given", "is_whole", "key", "leaves")

    def __init__(
        self, name: str, given: Nest, of: str, *, batched: bool = False, values: bool = False
    ) -> None:
        self.given = given
        self.leaves: dict[str, Leaf] = {}
        try:
            self.key = self._taken(name, given, of, batched, values)
        except RecursionError:
            raise too_deep(f"argument {name!r} of {of}") from None
        self.is_whole = name in self.leaves
        """Whether it is one array, rather than a container of some."""

    def _taken(self, name: str, x: Nest, of: str, batched: bool, values: bool) -> Any:
        if type(x) is float and not batched:  # the two usual cases, written out
            self.leaves[name] = Leaf(numpy_or_error().array(x), 0.0)
            return "number", ()
        if is_array(x) and x.dtype.kind == "f" and x.ndim and not batched:
            self.leaves[name] = Leaf(numpy_or_error().asarray(x), x)
            return type(x), x.shape
        if plain(x) is None:
            inner = [
                (told_apart(place), self._taken(name + way_to(x, place), part, of, batched, values))
                for place, part in (parts_of(x) or {}).items()
            ]
            labels = [(told_apart(place), told_apart(y)) for place, y in labels_of(x).items()]
            return type(x), tuple(inner), tuple(labels)
        array = _array(name, x, of, values)
        seen: Any = x if isinstance(x, (list, tuple)) or is_array(x) else array
        if batched:
            if not array.ndim:
                raise InputValueError(
                    f"argument {name!r} of {of} is batched, but got {x!r}: an array with a row "
                    "for each call is needed"
                )
            seen = seen[0] if len(array) else numpy_or_error().zeros(array.shape[1:])
        if not getattr(seen, "shape", True):  # the function sees a number
            seen = 0.0
        self.leaves[name] = Leaf(array, seen)
        return plain(seen)

    def emptied(self) -> Structure:
        """One array's structure, without the array."""
        empty = Structure.__new__(Structure)
        empty.given, empty.key, empty.is_whole = 0.0, self.key, self.is_whole
        empty.leaves = dict.fromkeys(self.leaves, Leaf(numpy_or_error().empty(0), None))
        return empty

    def fresh(self) -> tuple[Any, dict[str, Any]]:
        """The argument (or its first row) with a new Value for each number, and those by name."""
        found: dict[str, Any] = {}
        for name, leaf in self.leaves.items():
            row = leaf.part(leaf.array.reshape(-1).tolist(), 0)
            found[name] = [*map(Value, row or [0.0] * leaf.size)]  # a batch may be empty
        leaves = self.leaves.items()
        made = [leaf.holding(found[name]) for name, leaf in leaves]
        # In containers of their own: the function may put something else in what it is given.
        return self.filled(made), {name: leaf.holding(found[name]) for name, leaf in leaves}

    def filled(self, arrays: Sequence[Nest]) -> Any:
        """The structure with these in place of its arrays."""
        if self.is_whole:
            return arrays[0]
        left = iter(arrays)
        return each(self.given, lambda _: next(left))


def _array(name: str, x: Nest, of: str, values: bool) -> Array:
    """The array of numbers that an argument is, or part of one."""
    try:
        array = floats_of(numpy_or_error().asarray(x))
    except ValueError:  # it is no ragged one, so it has more axes than an array can have
        raise too_deep(f"argument {name!r} of {of}") from None
    except (TypeError, RuntimeError) as error:  # what it says itself, as a tensor of PyTorch
        raise InputTypeError(f"argument {name!r} of {of} is no array: {error}") from error
    if array.dtype.kind in "fiub":
        return array
    numbers = [operand(item) for item in array.flat] if array.dtype.kind == "O" else []
    if not any(isinstance(number, Node) for number in numbers):
        static = (
            f"static=({name!r},)"
            if name.isidentifier()
            else 'a dataclass\'s field with metadata={"static": True} is kept as it is'
        )
        remedy = "" if array.ndim else f"; if it is no number to compute with, {static}"
        raise InputTypeError(
            f"argument {name!r} of {of} takes real numbers, in arrays, lists, dicts, dataclasses "
            f"or namedtuples, but got {type(x).__name__} {x!r}"[:300]
            + remedy
        )
    if not values:
        raise ValuesGiven
    for number, item in zip(numbers, array.flat):
        if number is NotImplemented:
            raise InputTypeError(
                f"argument {name!r} of {of} takes Values and real numbers, but it holds "
                f"{type(item).__name__} {item!r}"[:300]
            )
    held: Array = numpy_or_error().empty(array.shape, dtype=object)
    held.reshape(-1)[:] = numbers
    return held
