"""What a with block switches on: in its thread and task, until it ends, whatever interrupts it.

An interrupt may land before any bytecode of an ``__exit__`` written in Python, and whatever that
was to undo stays as it is. So nothing here is undone in Python. A switch is on as long as a lock
is held that only the with statement knows: releasing it (a built-in function does the work) or
dropping it ends the block, and whoever asks later passes by the blocks that have ended. The modes
themselves are in :mod:`autograd.engine.modes`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import partial, wraps
from threading import Lock, get_ident
from typing import Any, Generic, TypeVar, cast
from weakref import ref

from autograd.errors import InputTypeError

__all__ = ["ACTIVE", "Block", "Switch"]

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

ACTIVE: dict[object, Any] = {}
"""One entry per block that is on in any thread; it goes when the block's lock does."""
_end = ACTIVE.pop

_Begun = tuple["ref[Lock]", "_Begun | None"]
"""A block that was begun in this context: its lock, known without being kept, which is its key in
``on`` too, and the block around it."""


class Switch(Generic[T]):
    """A value per thread and task that blocks change.

    ``on`` has the value of each of its blocks that is on in any thread; nearly always it is empty.
    Of a switch that is not ``alone``, those of others stand there too, for it is ``ACTIVE``.
    """

    def __init__(self, name: str, default: T, *, alone: bool = True) -> None:
        innermost: ContextVar[Any] = ContextVar(name, default=None)
        self._innermost: Callable[[], _Begun | None] = innermost.get
        self._begin = innermost.set
        self.default = default
        self.on: dict[object, T] = {} if alone else ACTIVE
        self._end = self.on.pop

    def get(self) -> T:
        """The value of the innermost block that has not ended."""
        if not self.on:
            return self.default
        begun = self._innermost()
        while begun is not None:
            known, begun = begun
            lock = known()
            if lock is not None and lock.locked():
                return self.on[known]
        return self.default

    def during(self, value: T) -> Lock:
        """``with switch.during(value):`` gives it this value, written so and in no other way."""
        lock = Lock()
        self._begin(self._known(lock, value))
        return lock

    def beginning(self, lock: Lock, value: T) -> Callable[[], object]:
        """A built-in function that begins a block here, which is on while this lock is held."""
        return partial(self._begin, self._known(lock, value))

    def _known(self, lock: Lock, value: T) -> _Begun:
        outer = self._innermost()
        while outer is not None and outer[0]() is None:
            outer = outer[1]
        # A reference is told when the lock goes, and takes itself out of where it stands.
        if self.on is not ACTIVE:
            active = ref(lock, _end)
            ACTIVE[active] = value
        known = ref(lock, self._end)
        self.on[known] = value
        return known, outer


class _Half:
    """``__enter__`` or ``__exit__`` of a block: a with statement looks both up, then calls one.

    Whichever it looks up first makes the lock of the block, the other finds it.
    """

    def __init__(self, enters: bool) -> None:
        self._enters = enters

    def __get__(self, block: Block | None, owner: object = None) -> Callable[..., Any]:
        if block is None:  # an ExitStack takes both from the class
            return lambda block, *error: self.__get__(block)(*error)
        lock = self._lock_of(block)
        if self._enters:
            switch, value = block.switch, block.value()
            # Where no block is on in any thread, one of the default changes nothing, ever: those
            # that begin later are inside it. Arithmetic stays on its quick path.
            idle = not switch.on and value is switch.default
            return lock.locked if idle else switch.beginning(lock, value)
        return lock.__exit__

    def _lock_of(self, block: Block) -> Lock:
        thread = get_ident()
        found = block.looked_up.get(thread, ())
        while found and found[-1][0] is not self._enters:
            _, lock = found.pop()
            if lock.locked():
                return lock
        lock = Lock()
        lock.acquire()
        if found:
            found.append((self._enters, lock))
        else:
            block.looked_up[thread] = [(self._enters, lock)]
        return lock


class Block:
    """Gives a switch a value for the length of a with block, or of each call of a function.

    It may be used again, inside itself too, and by several threads and tasks.
    """

    def __init__(self, switch: Switch[Any], value: Callable[[], Any]) -> None:
        self.switch, self.value = switch, value
        self.looked_up: dict[int, list[tuple[bool, Lock]]] = {}

    __enter__ = _Half(enters=True)
    __exit__ = _Half(enters=False)

    def __call__(self, function: F) -> F:
        """The function, with the switch set during each call."""
        import inspect

        if (
            inspect.isgeneratorfunction(function)
            or inspect.iscoroutinefunction(function)
            or inspect.isasyncgenfunction(function)
        ):
            raise InputTypeError(
                f"calling {function.__name__} only makes a generator or coroutine, whose lines run "
                "later, outside of the block: use a with statement inside the function instead"
            )

        @wraps(function)
        def inside(*arguments: Any, **options: Any) -> Any:
            with Block(self.switch, self.value):
                return function(*arguments, **options)

        return cast(F, inside)
