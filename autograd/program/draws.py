"""Random numbers that a function draws while it is recorded, which every call would repeat.

Known are the generators of `random` and `numpy.random`, and those of a function's own: in its
variables, and in what these hold. Next: :mod:`autograd.program.recordings`.
"""

from __future__ import annotations

import functools
import pickle
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, TypeVar

from autograd.engine.value import Value
from autograd.errors import TraceError
from autograd.keeping.variables import closure_of, home_of, is_known, variables_of

__all__ = ["without_draws"]

Made = TypeVar("Made")

MOST, OF_ONE = 2000, 100
"""Things that are looked at, and parts of each list."""
TIMES = 3
"""Recordings that all draw, before it is held against the function: others may draw meanwhile."""
PLAIN = (Value, str, bytes, int, float, complex, type(None))


def without_draws(f: Callable[..., Any], name: str, record: Callable[[], Made]) -> Made:
    """What `record` makes of a function; TraceError if it draws random numbers in every recording.

    One that draws in the first alone, as for what it keeps from then on, is recorded again.
    """
    generators = list(_generators(f))
    before = [_state(generator) for generator in generators]
    for _ in range(TIMES):
        made = record()
        after = [_state(generator) for generator in generators]
        if after == before:
            return made
        (which, *_) = (g for g, old, new in zip(generators, before, after) if old != new)
        before = after
    kind = type(which)
    raise TraceError(
        f"{name} draws random numbers while it is recorded, from {kind.__module__}.{kind.__name__}:"
        " the recording would repeat them in every call. Give them as an argument, new ones in "
        "each call, or draw them before, if they are to stay"
    )


def _generators(f: Callable[..., Any]) -> Iterator[Any]:
    """The modules' own generators, then those that a function can reach."""
    shared: Any = random.random
    yield shared.__self__
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        yield numpy_random.get_state.__self__
    seen: set[int] = set()
    waiting: list[Any] = [f]
    for thing in waiting:  # grows: what things hold, those first that are near
        try:
            known = isinstance(thing, FunctionType) and is_known(home_of(thing))
            if id(thing) in seen or isinstance(thing, PLAIN) or (known and thing is not f):
                continue
            if len(seen) > MOST:
                return
            seen.add(id(thing))
            draws = _is_generator(thing)
            parts = [] if draws else [*_parts(thing)]
        except Exception:  # whatever somebody's object does where it is looked into
            continue
        if draws:
            yield thing
        waiting.extend(parts)  # += is another's __radd__ where the parts are a list of his


def _is_generator(thing: Any) -> bool:
    if isinstance(thing, random.Random):
        return not isinstance(thing, random.SystemRandom)  # which has no state
    of_numpy = home_of(type(thing)).startswith("numpy.random")
    return of_numpy and (hasattr(thing, "bit_generator") or hasattr(thing, "get_state"))


def _state(generator: Any) -> Any:
    """What is the same as long as nothing is drawn, and can be compared."""
    if isinstance(generator, random.Random):
        return generator.getstate()
    if hasattr(generator, "bit_generator"):
        return pickle.dumps(generator.bit_generator.state)
    _, key, *rest = generator.get_state()
    return key.tobytes(), rest


def _parts(thing: Any) -> Iterable[Any]:
    """What a function or an object of the user's reads, and what a container holds."""
    if isinstance(thing, FunctionType):
        read = variables_of(thing) or {}
        return [*closure_of(thing), *(thing.__defaults__ or ()), *read.values()]
    if isinstance(thing, ModuleType):
        if is_known(thing.__name__):
            return ()
        return [x for name, x in vars(thing).items() if not name.startswith("__")]
    if isinstance(thing, (MethodType, BuiltinFunctionType)):
        return [thing.__self__, getattr(thing, "__func__", None)]
    if isinstance(thing, (staticmethod, classmethod)):
        return [thing.__func__]
    if isinstance(thing, property):
        return [thing.fget]
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, dict):
        return islice(thing.values(), OF_ONE)
    if isinstance(thing, (list, tuple)):
        return thing[:OF_ONE]
    if isinstance(thing, type):
        return () if is_known(home_of(thing)) else [*vars(thing).values()]
    return [*getattr(thing, "__dict__", {}).values(), *type(thing).__mro__[:-1]]
