"""Portraits: what a recording of functions and models depends on, so that it can serve again.

A recording freezes whatever is no argument of it: how modules are nested, their other attributes,
the variables of functions. Two portraits are equal if the recordings would be. What variables code
may read: :mod:`autograd.keeping.variables`. Next: :mod:`autograd.keeping.store`.
"""

from __future__ import annotations

import functools
import operator
import types
from abc import ABC
from collections import Counter, OrderedDict
from enum import Enum
from types import FunctionType
from typing import Any, Generic, TypeAlias, cast
from weakref import WeakKeyDictionary

from autograd.engine.value import Value
from autograd.keeping.variables import closure_of, home_of, is_known, variables_of
from autograd.nested import Argument

__all__ = ["Portrait", "portrait_of"]

# Parts that are looked at before it is given up: a program for them is recorded anew every time.
MOST = 20_000
PLAIN = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis), range)
WRITTEN = (float, complex, range)  # of which == takes some for equal that are not, as 0.0 and -0.0
OP_OF = operator.attrgetter("op")
Nest: TypeAlias = "list[Any] | tuple[Any, ...] | dict[Any, Any] | set[Any] | frozenset[Any]"
NESTS = (list, tuple, dict)
SETS = (set, frozenset)
PARTIAL = (functools.partial, functools.partialmethod)
BARE: set[type] = {*NESTS, *SETS, OrderedDict, Counter, types.SimpleNamespace}
"""What Python's own keep nothing but their parts."""
HEAP_TYPE = 1 << 9  # the flag of classes written in Python (CPython's object.h)

# What a thing is apart from its parts, and these.
Look = tuple[Any, list[Any]]


class Portrait:
    """`token` can be compared and hashed; `leaves` are the Values, in an order that it fixes.

    `token` is None where something is met that cannot be looked into.

    >>> one, two = Value(1.0), Value(2.0)
    >>> Portrait([one, two]).token == Portrait([two, one]).token != Portrait([one, one]).token
    True
    """

    def __init__(self, *things: Argument) -> None:
        self._numbers: dict[Value, int] = {}
        self._met: dict[int, int] = {}
        self.looks: list[tuple[Any, Look]] = []
        self.own: Look = None, []
        self.token: Any
        try:
            self.token = self._of_all(list(things))
        except Exception:  # opaque, too deep, or whatever somebody's object does if looked into
            self.token = None
        self.leaves = list(self._numbers)

    def holds(self) -> bool:
        """Whether all is as it was, so that a new portrait would be equal: a look, no drawing."""
        return self.token is not None and all(_is_still(*look) for look in self.looks)

    def _of(self, given: Argument) -> Any:
        thing: Any = given
        kind = type(thing)
        if kind is Value:
            if thing.op is not None:
                raise _Opaque
            return "leaf", self._numbers.setdefault(thing, len(self._numbers))
        if kind in PLAIN:
            return kind.__name__, repr(thing) if kind in WRITTEN else thing
        if isinstance(thing, (types.ModuleType, types.BuiltinFunctionType)):
            return thing
        met = self._met.setdefault(id(thing), len(self._met))
        if met != len(self.looks):
            return "again", met
        if met > MOST:
            raise _Opaque
        form, parts = look = _look(thing)
        self.looks.append((thing, look))
        return kind, form, self._of_all(parts)

    def _of_all(self, parts: list[Argument]) -> Any:
        """The parts; of leaves, as weights are, the numbers: a range, if one follows the other."""
        if set(map(type, parts)) == {Value} and set(map(OP_OF, parts)) == {None}:
            numbers, leaves = self._numbers, cast("list[Value]", parts)
            found = [numbers.setdefault(leaf, len(numbers)) for leaf in leaves]
            whole = range(found[0], found[0] + len(found))
            return "leaves", whole if found == [*whole] else tuple(found)
        return tuple([self._of(part) for part in parts])


_DRAWN: WeakKeyDictionary[Any, Portrait] = WeakKeyDictionary()


def portrait_of(model: Argument) -> Portrait:
    """The model's portrait, or the one of the last time if it still holds."""
    try:
        known = _DRAWN.get(model)
    except TypeError:  # it has no hash, or nobody can tell when it is gone
        return Portrait(model)
    if known is None or not (known.holds() and _is_still(model, known.own)):
        known = Portrait(model)
        if known.token is None or not known.looks:
            return known
        (_, known.own), *known.looks = known.looks  # to keep the model itself is not its business
        if not any(part is model for _, (_, parts) in known.looks for part in parts):
            _DRAWN[model] = known
    return known


class _Opaque(Exception):
    """Something that cannot be looked into."""


def _is_still(thing: Argument, look: Look) -> bool:
    """Whether a thing has the parts that it had, the very same ones."""
    try:
        form, parts = _look(thing)
    except Exception:  # as in drawing it
        return False
    return form == look[0] and len(parts) == len(look[1]) and all(map(operator.is_, parts, look[1]))


def _look(given: Argument) -> Look:
    """What a thing is, and its parts: all that a recording of it may depend on."""
    thing: Any = given
    kind: Any = type(thing)
    if kind is list or kind is tuple:
        return None, list(thing)
    if isinstance(thing, (*NESTS, *SETS)):
        return _look_at_nest(thing)
    if kind is FunctionType:
        return _look_at_function(thing)
    if kind is types.MethodType:
        return None, [thing.__func__, thing.__self__]
    if isinstance(thing, PARTIAL):
        return len(thing.args), [thing.func, *thing.args, thing.keywords]
    if hasattr(kind, "made_of") and _is_known(kind):  # a function that is derived or compiled
        return None, [*thing.made_of()]
    if isinstance(thing, type):
        return _look_at_class(thing)
    if hasattr(kind, "tobytes") and hasattr(kind, "dtype"):
        objects = thing.dtype == object
        form = thing.shape, str(thing.dtype), None if objects else thing.tobytes()
        return form, thing.ravel().tolist() if objects else []
    if not hasattr(thing, "__dict__") or not all(map(_is_plain, kind.__mro__)):
        raise _Opaque
    return tuple(vars(thing)), [*vars(thing).values(), *_own_classes(kind)]


def _look_at_nest(thing: Nest) -> Look:
    """The parts of a container, and what a class derived from one has beside them."""
    if isinstance(thing, SETS):
        if not all(type(part) in PLAIN for part in thing):
            raise _Opaque
        form: Any = frozenset((type(part), repr(part)) for part in thing)
        parts = []
    else:
        form = None
        parts = [*thing, *thing.values()] if isinstance(thing, dict) else list(thing)
    kind: Any = type(thing)
    if kind in BARE:
        return form, parts
    if not all(map(_is_plain, kind.__mro__)):
        raise _Opaque
    own = getattr(thing, "__dict__", {})  # namedtuples have none
    return (form, *own), [*parts, *own.values(), *_own_classes(kind)]


@functools.lru_cache(maxsize=1024)
def _own_classes(kind: type) -> list[type]:
    """The user's own classes that one is made of, and its metaclass."""
    return [cls for cls in (*kind.__mro__, type(kind)) if not _is_known(cls)]


def _look_at_function(function: FunctionType) -> Look:
    if _is_known(function):
        return function, []
    read = variables_of(function)
    if read is None:
        raise _Opaque
    cells = closure_of(function)
    defaults, own = function.__defaults__ or (), vars(function)
    parts = [*defaults, function.__kwdefaults__, *cells, *own.values(), *read.values()]
    return (function.__code__, len(defaults), len(cells), *own, *read), parts


def _look_at_class(cls: type) -> Look:
    """What a class of the user's own does with its objects."""
    members = {}
    for name, member in {} if _is_known(cls) else vars(cls).items():
        inner = getattr(member, "fget", None) or getattr(member, "__func__", member)
        if isinstance(inner, functools.cached_property):
            inner = inner.func
        kind = type(inner)
        slot = (hasattr(kind, "__get__") and _is_known(kind)) or name == "_abc_impl"
        called = isinstance(inner, (FunctionType, *PARTIAL)) or hasattr(kind, "made_of")
        if called or not (slot or name.startswith("__")):
            members[name] = inner
    around = [] if _is_known(cls) else [x for x in _own_classes(cls) if x is not cls]
    return (cls, *members), [*members.values(), *around]


def _is_known(thing: type | FunctionType) -> bool:
    """Whether a function or class is of a library, and does what it did before."""
    return is_known(home_of(thing))


@functools.lru_cache(maxsize=1024)
def _is_plain(cls: type) -> bool:
    """Whether instances keep nothing outside their `__dict__`, as those of a class in C do."""
    if cls in {object, ABC, Generic, Enum, *BARE} or home_of(cls).startswith("nn."):
        return True
    written_here = bool(cls.__flags__ & HEAP_TYPE) and not _is_known(cls)
    return written_here and not vars(cls).get("__slots__")
