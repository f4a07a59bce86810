"""Portraits: what a recording of models and losses depends on, so that it can serve again.

A recording freezes whatever is no argument of it: how modules are nested, their other attributes,
the variables of functions. Two portraits are equal if the recordings would be.
"""

from __future__ import annotations

import functools
import itertools
import operator
import sys
import types
from abc import ABC
from collections.abc import Iterator
from typing import Any, Generic

from autograd import Value

__all__ = ["Portrait", "leaves_below"]

# Parts that are looked at before it is given up: a program for them is recorded anew every time.
MOST = 20_000
PLAIN = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis), range)
OP_OF = operator.attrgetter("op")
NESTS = (list, tuple, dict)
HEAP_TYPE = 1 << 9  # the flag of classes written in Python (CPython's object.h)
KNOWN = {*sys.stdlib_module_names, "autograd", "nn", "numpy"}


class Portrait:
    """`token` can be compared and hashed; `leaves` are the Values, in an order that it fixes.

    `token` is None where something is met that cannot be looked into.

    >>> one, two, three = Value(1.0), Value(2.0), Value(3.0)
    >>> Portrait([one, 5, two]).token == Portrait([two, 5, three]).token
    True
    >>> Portrait([one, 5, two]).token == Portrait([one, 5, one]).token
    False
    """

    def __init__(self, *things: Any) -> None:
        self._numbers: dict[Value, int] = {}
        self._met: dict[int, tuple[int, Any]] = {}
        self.token: Any
        try:
            self.token = tuple([self._of(thing) for thing in things])
        except (_Opaque, RecursionError):
            self.token = None
        self.leaves = list(self._numbers)

    def _of(self, thing: Any) -> Any:
        kind = type(thing)
        if kind is Value:
            if thing.op is not None:
                raise _Opaque
            return "leaf", self._numbers.setdefault(thing, len(self._numbers))
        if kind in PLAIN:
            return kind.__name__, repr(thing) if kind is float else thing
        if isinstance(thing, (types.ModuleType, types.BuiltinFunctionType, type)):
            return thing
        met = self._met.get(id(thing))
        if met is not None:
            return "again", met[0]
        if len(self._met) > MOST:
            raise _Opaque
        self._met[id(thing)] = len(self._met), thing
        if isinstance(thing, (list, tuple)):
            return kind, self._of_items(thing)
        if isinstance(thing, dict):
            return kind, tuple([(self._of(k), self._of(x)) for k, x in thing.items()])
        if kind is types.FunctionType:
            return self._of_function(thing)
        if kind is types.MethodType:
            return "method", self._of(thing.__func__), self._of(thing.__self__)
        if kind is functools.partial:
            return "partial", self._of(thing.func), self._of(thing.args), self._of(thing.keywords)
        if hasattr(thing, "tobytes"):
            return self._of_array(thing)
        return self._of_object(thing)

    def _of_items(self, items: Any) -> Any:
        """The items; in short if they are leaves that were not met yet, as weights mostly are."""
        if set(map(type, items)) == {Value} and set(map(OP_OF, items)) == {None}:
            first = len(self._numbers)
            new = dict(zip(items, itertools.count(first)))
            if len(new) == len(items) and self._numbers.keys().isdisjoint(new):
                self._numbers.update(new)
                return "leaves", first, len(items)
        return tuple([self._of(x) for x in items])

    def _of_function(self, function: Any) -> Any:
        if _is_known(function):
            return function
        cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
        names = [name for name in _names(function.__code__) if name in function.__globals__]
        return (
            function.__code__,
            self._of_items(function.__defaults__ or ()),
            self._of(function.__kwdefaults__),
            self._of_items(cells),
            tuple([(name, self._of(function.__globals__[name])) for name in names]),
        )

    def _of_array(self, array: Any) -> Any:
        if array.dtype == object:
            return "array", array.shape, self._of_items(array.ravel().tolist())
        return "array", array.shape, str(array.dtype), array.tobytes()

    def _of_object(self, thing: Any) -> Any:
        """An object by its attributes, and by what a class of the user's own does with them."""
        kind = type(thing)
        if not hasattr(thing, "__dict__") or not all(map(_is_plain, kind.__mro__)):
            raise _Opaque
        attributes = [(name, self._of(x)) for name, x in vars(thing).items()]
        return kind, tuple(attributes), tuple(self._of_class(kind))

    def _of_class(self, kind: type) -> Iterator[Any]:
        for cls in kind.__mro__:
            if _is_known(cls) or id(cls) in self._met:
                continue
            self._met[id(cls)] = len(self._met), cls
            for name, member in vars(cls).items():
                inner = getattr(member, "fget", None) or getattr(member, "__func__", member)
                data = not name.startswith("__") and isinstance(inner, (Value, *NESTS, *PLAIN))
                if data or isinstance(inner, types.FunctionType):
                    yield name, self._of(inner)


class _Opaque(Exception):
    """Something that cannot be looked into."""


def leaves_below(roots: list[Any]) -> dict[Value, None]:
    """The leaves that these Values were computed from, in the order in which they are met.

    >>> x, w = Value(2.0, name="x"), Value(3.0, name="w")
    >>> list(leaves_below([x * w + 1.0, x * x]))
    [Value(2.0, name='x'), Value(3.0, name='w')]
    """
    found, seen = dict[Value, None](), set[int]()
    left = [root for root in reversed(roots) if isinstance(root, Value)]
    while left:
        node = left.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.op is None:
            found[node] = None
        left.extend(reversed(node.parents))
    return found


def _is_known(thing: Any) -> bool:
    """Whether a function or class is of a library, and does what it did before."""
    return (thing.__module__ or "nn").split(".")[0] in KNOWN


def _is_plain(cls: type) -> bool:
    """Whether instances keep nothing outside their `__dict__`, as those of a class in C do."""
    if cls in (object, ABC, Generic) or cls.__module__.startswith("nn."):
        return True
    written_here = cls.__flags__ & HEAP_TYPE and not _is_known(cls)
    return bool(written_here) and not vars(cls).get("__slots__")


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:  # a variable that has no value yet
        return False


@functools.lru_cache(maxsize=1024)
def _names(code: Any) -> tuple[str, ...]:
    """The global names that a function's code may use, those of functions inside it too."""
    inner = [name for part in code.co_consts if hasattr(part, "co_names") for name in _names(part)]
    return tuple(dict.fromkeys([*code.co_names, *inner]))
