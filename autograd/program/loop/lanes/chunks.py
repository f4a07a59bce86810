"""Chunks of a batch on several threads: what each gives is kept apart, so that sums have one order.

Machine code runs without the interpreter's lock. Next: :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

__all__ = ["in_threads", "processors"]


def processors() -> int:
    """How many processors this process may use.

    >>> processors() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(work: Callable[[range], None], chunks: int, threads: int) -> None:
    """Call ``work`` with the numbers of all chunks, divided among so many threads.

    >>> seen = []
    >>> in_threads(seen.extend, 5, 2)
    >>> sorted(seen)
    [0, 1, 2, 3, 4]
    """
    count = max(1, min(threads, chunks))
    others = [
        threading.Thread(target=work, args=(range(i, chunks, count),)) for i in range(1, count)
    ]
    for thread in others:
        thread.start()
    work(range(0, chunks, count))
    for thread in others:
        thread.join()
