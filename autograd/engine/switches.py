"""What a with block switches on: in its thread and task, until it ends, whatever interrupts it.

An interrupt may land before any bytecode of an ``__exit__`` written in Python, and whatever that
was to undo stays as it is. So nothing here is undone in Python. A switch is on as long as a with
statement holds the end of its block, an object that only that statement holds: calling it (a
built-in function does the work) or dropping it ends the block, and whoever asks later passes by
the blocks that have ended. The modes themselves are in :mod:`autograd.engine.modes`.
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

ACTIVE: dict[object, object] = {}
"""One entry per block that is on in any thread; what a block leaves here goes when its end does."""


class _End(partial[None]):
    """The end of one block: a built-in function that releases a lock, held while the block is on.

    The with statement looks it up as ``__exit__`` and keeps it until it has called it.
    """

    on: Callable[[], bool]
    value: Any


_Begun = tuple["ref[_End]", "_Begun | None"]
"""A block that was begun in this context, known without being kept, and the one around it."""


class Switch(Generic[T]):
    """A value per thread and task that blocks change."""

    def __init__(self, name: str, default: T) -> None:
        innermost: ContextVar[Any] = ContextVar(name, default=None)
        self._innermost: Callable[[], _Begun | None] = innermost.get
        self._begin = innermost.set
        self._default = default
        self.on: dict[object, object] = {}
        """One entry per block of this switch that is on in any thread; nearly always empty."""

    def get(self) -> T:
        """The value of the innermost block that has not ended."""
        if not self.on:
            return self._default
        begun = self._innermost()
        while begun is not None:
            known, begun = begun
            end = known()
            if end is not None and end.on():
                value: T = end.value
                return value
        return self._default

    def beginning(self, end: _End) -> Callable[[], object]:
        """A built-in function that begins a block with this end here."""
        outer = self._innermost()
        while outer is not None and outer[0]() is None:
            outer = outer[1]
        key = object()
        # The references tell these when the end goes.
        ACTIVE[key] = known = ref(end, partial(ACTIVE.pop, key))
        self.on[key] = ref(end, partial(self.on.pop, key))
        return partial(self._begin, (known, outer))


class _Half:
    """``__enter__`` or ``__exit__`` of a block: a with statement looks both up, then calls one.

    Whichever it looks up first makes the end of the block, the other finds it.
    """

    def __init__(self, enters: bool) -> None:
        self._enters = enters

    def __get__(self, block: Block | None, owner: object = None) -> Callable[..., Any]:
        if block is None:  # an ExitStack takes both from the class
            return lambda block, *error: self.__get__(block)(*error)
        end = self._end_of(block)
        return block.switch.beginning(end) if self._enters else end

    def _end_of(self, block: Block) -> _End:
        thread = get_ident()
        found = block.looked_up.get(thread, ())
        while found and found[-1][0] is not self._enters:
            _, end = found.pop()
            if end.on():
                return end
        lock = Lock()
        lock.acquire()
        end = _End(lock.__exit__)
        end.on, end.value = lock.locked, block.value()
        if found:
            found.append((self._enters, end))
        else:
            block.looked_up[thread] = [(self._enters, end)]
        return end


class Block:
    """Gives a switch a value for the length of a with block, or of each call of a function.

    It may be used again, inside itself too, and by several threads and tasks.
    """

    def __init__(self, switch: Switch[Any], value: Callable[[], Any]) -> None:
        self.switch, self.value = switch, value
        self.looked_up: dict[int, list[tuple[bool, _End]]] = {}

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
