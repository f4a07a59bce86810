"""Portraits: what a recording of models and losses depends on, so that it can serve again.

A recording freezes whatever is no argument of it: how modules are nested, their other attributes,
the variables of functions. Two portraits are equal if the recordings would be.
"""

from __future__ import annotations

import functools
import operator
import sys
import types
from abc import ABC
from collections.abc import Iterable
from types import CellType, CodeType, FunctionType
from typing import Any, Generic
from weakref import WeakKeyDictionary

from autograd import Value
from autograd.graph import topological_order

__all__ = ["Portrait", "leaves_below", "portrait_of"]

# Parts that are looked at before it is given up: a program for them is recorded anew every time.
MOST = 20_000
PLAIN = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis), range)
OP_OF = operator.attrgetter("op")
NESTS = (list, tuple, dict)
HEAP_TYPE = 1 << 9  # the flag of classes written in Python (CPython's object.h)
EMPTY = CellType()  # of a variable that has no value yet
KNOWN = {*sys.stdlib_module_names, "autograd", "nn", "numpy"}

# What a thing is apart from its parts, and these.
Look = tuple[Any, list[Any]]


class Portrait:
    """`token` can be compared and hashed; `leaves` are the Values, in an order that it fixes.

    `token` is None where something is met that cannot be looked into.

    >>> one, two = Value(1.0), Value(2.0)
    >>> Portrait([one, two]).token == Portrait([two, one]).token != Portrait([one, one]).token
    True
    """

    def __init__(self, *things: Any) -> None:
        self._numbers: dict[Value, int] = {}
        self._met: dict[int, int] = {}
        self.looks: list[tuple[Any, Look]] = []
        self.own: Look = None, []
        self.token: Any
        try:
            self.token = self._of_all(list(things))
        except (_Opaque, RecursionError):
            self.token = None
        self.leaves = list(self._numbers)

    def holds(self) -> bool:
        """Whether all is as it was, so that a new portrait would be equal: a look, no drawing."""
        return self.token is not None and all(_is_still(*look) for look in self.looks)

    def _of(self, thing: Any) -> Any:
        kind = type(thing)
        if kind is Value:
            if thing.op is not None:
                raise _Opaque
            return "leaf", self._numbers.setdefault(thing, len(self._numbers))
        if kind in PLAIN:
            return kind.__name__, repr(thing) if kind is float else thing
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

    def _of_all(self, parts: list[Any]) -> Any:
        """The parts; in short if they are leaves that were not met yet, as weights mostly are."""
        if set(map(type, parts)) == {Value} and set(map(OP_OF, parts)) == {None}:
            first = len(self._numbers)
            new = dict(zip(parts, range(first, first + len(parts))))
            if len(new) == len(parts) and self._numbers.keys().isdisjoint(new):
                self._numbers.update(new)
                return "leaves", first, len(parts)
        return tuple([self._of(part) for part in parts])


_DRAWN: WeakKeyDictionary[Any, Portrait] = WeakKeyDictionary()


def portrait_of(model: Any) -> Portrait:
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


def _is_still(thing: Any, look: Look) -> bool:
    """Whether a thing has the parts that it had, the very same ones."""
    try:
        form, parts = _look(thing)
    except _Opaque:
        return False
    return form == look[0] and len(parts) == len(look[1]) and all(map(operator.is_, parts, look[1]))


def _look(thing: Any) -> Look:
    """What a thing is, and its parts: all that a recording of it may depend on."""
    kind = type(thing)
    if isinstance(thing, (list, tuple)):
        return None, list(thing)
    if isinstance(thing, dict):
        return None, [*thing, *thing.values()]
    if kind is FunctionType:
        return _look_at_function(thing)
    if kind is types.MethodType:
        return None, [thing.__func__, thing.__self__]
    if kind is functools.partial:
        return len(thing.args), [thing.func, *thing.args, thing.keywords]
    if isinstance(thing, type):
        return _look_at_class(thing)
    if hasattr(kind, "tobytes"):
        objects = thing.dtype == object
        form = thing.shape, str(thing.dtype), None if objects else thing.tobytes()
        return form, thing.ravel().tolist() if objects else []
    if not hasattr(thing, "__dict__") or not all(map(_is_plain, kind.__mro__)):
        raise _Opaque
    classes = [cls for cls in kind.__mro__ if not _is_known(cls)]
    return tuple(vars(thing)), [*vars(thing).values(), *classes]


def _look_at_function(function: FunctionType) -> Look:
    if _is_known(function):
        return function, []
    cells = [cell.cell_contents for cell in function.__closure__ or () if cell != EMPTY]
    spaces, defaults = function.__globals__, function.__defaults__ or ()
    names = tuple([name for name in _names(function.__code__) if name in spaces])
    parts = [*defaults, function.__kwdefaults__, *cells, *(spaces[name] for name in names)]
    return (function.__code__, len(defaults), len(cells), names), parts


def _look_at_class(cls: type) -> Look:
    """What a class of the user's own does with its objects."""
    members = {}
    for name, member in {} if _is_known(cls) else vars(cls).items():
        inner = getattr(member, "fget", None) or getattr(member, "__func__", member)
        data = not name.startswith("__") and isinstance(inner, (Value, *NESTS, *PLAIN))
        if data or isinstance(inner, FunctionType):
            members[name] = inner
    return (cls, *members), [*members.values()]


def leaves_below(roots: Iterable[Value | float]) -> dict[Value, None]:
    """The leaves that these Values were computed from, in the order in which they are met."""
    order = topological_order(root for root in roots if isinstance(root, Value))
    return dict.fromkeys(node for node in order if node.op is None)


def _is_known(thing: type | FunctionType) -> bool:
    """Whether a function or class is of a library, and does what it did before."""
    return (thing.__module__ or "nn").split(".")[0] in KNOWN


def _is_plain(cls: type) -> bool:
    """Whether instances keep nothing outside their `__dict__`, as those of a class in C do."""
    if cls in (object, ABC, Generic) or cls.__module__.startswith("nn."):
        return True
    written_here = bool(cls.__flags__ & HEAP_TYPE) and not _is_known(cls)
    return written_here and not vars(cls).get("__slots__")


@functools.lru_cache(maxsize=1024)
def _names(code: CodeType) -> tuple[str, ...]:
    """The global names that a function's code may use, those of functions inside it too."""
    inner = [name for part in code.co_consts if hasattr(part, "co_names") for name in _names(part)]
    return tuple(dict.fromkeys([*code.co_names, *inner]))
