"""Chunks of a batch on several threads: what each gives is kept apart, so that sums have one order.

Machine code runs without the interpreter's lock. Next: :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from itertools import takewhile

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


def in_threads(work: Callable[[Iterable[int]], None], chunks: int, threads: int) -> None:
    """Call ``work`` with the numbers of all chunks, divided among so many threads.

    All have ended when it returns or raises. Where one raises, or an interrupt comes, the others
    are given no more numbers; of what several raise, it raises one.

    >>> seen = []
    >>> in_threads(seen.extend, 5, 2)
    >>> sorted(seen)
    [0, 1, 2, 3, 4]
    """
    count = max(1, min(threads, chunks))
    raised: list[BaseException] = []

    def share(first: int) -> None:
        numbers = takewhile(lambda _: not raised, range(first, chunks, count))
        try:
            with np.errstate(all="ignore"):  # each thread has warnings of its own
                work(numbers)
        except BaseException as error:  # an interrupt or exit of its own too
            raised.append(error)

    others = [threading.Thread(target=share, args=(i,)) for i in range(1, count)]
    waiting = [*others]
    try:
        for thread in others:
            thread.start()
        share(0)
    except BaseException as error:
        raised.append(error)
    while waiting:  # they write where others may read next
        try:
            if waiting[-1].ident is not None:
                waiting[-1].join()
            waiting.pop()
        except BaseException as error:  # noqa: PERF203 — an interrupt while it waits
            raised.append(error)
    if raised:
        raise raised.pop(0)
