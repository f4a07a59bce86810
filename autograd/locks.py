"""Locks of a whole process, which a fork does not leave locked behind.

Next: :mod:`autograd.cached`.
"""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager

__all__ = ["process_lock"]


def process_lock() -> AbstractContextManager[object]:
    """A lock to keep at the top of a module, for what all threads share.

    A forked child has one thread. Were the lock held by another at that moment, nobody would ever
    release it there: so forking waits for it. The thread that forks may hold it itself.

    >>> lock = process_lock()
    >>> with lock:
    ...     pass
    """
    lock = threading.RLock()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release
        )
    return lock
