"""A store of what was made for a key, such as the program of a recording; the last used stay.

Next: :mod:`autograd.keeping.portrait` makes keys.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from autograd.locks import process_lock

__all__ = ["Store"]

T = TypeVar("T")

SMALLEST = 1000  # what a thing of no size takes: a few hundred bytes for each of these


class Store:
    """Things by their keys, all together of at most `room`, but for the one last asked for.

    >>> store = Store(room=5000)
    >>> store.kept("key", 100, lambda: [1.0]) is store.kept("key", 100, lambda: [1.0])
    True
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self._things: dict[Hashable, tuple[int, Any]] = {}  # the least recently used first
        self._lock = process_lock()

    def kept(self, key: Hashable, size: int, make: Callable[[], T]) -> T:
        """What `make` made the last time for this key, or makes now; None is a key of nothing."""
        if key is None:
            return make()
        with self._lock:
            found = self._things.pop(key, None)
        if found is None:
            found = size + SMALLEST, make()
        with self._lock:
            self._things[key] = found
            while len(self._things) > 1 and sum(n for n, _ in self._things.values()) > self.room:
                del self._things[next(iter(self._things))]
        thing: T = found[1]
        return thing

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._things.clear()
