"""Chunks of a batch on several threads: what each gives is kept apart, so that sums have one order.

Machine code runs without the interpreter's lock. Next: :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import numpy as np

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

    All have ended when it returns or raises; of what several raise, it raises one.

    >>> seen = []
    >>> in_threads(seen.extend, 5, 2)
    >>> sorted(seen)
    [0, 1, 2, 3, 4]
    """
    count = max(1, min(threads, chunks))
    raised: list[BaseException] = []

    def share(first: int) -> None:
        with np.errstate(all="ignore"):  # each thread has warnings of its own
            work(range(first, chunks, count))

    def shared(first: int) -> None:
        try:
            share(first)
        except BaseException as error:  # an interrupt or exit of its own too
            raised.append(error)

    others = [threading.Thread(target=shared, args=(i,)) for i in range(1, count)]
    try:
        for thread in others:
            thread.start()
        share(0)
    finally:  # they write where others may read next
        for thread in others:
            if thread.ident is not None:
                thread.join()
    if raised:
        raise raised.pop(0)
