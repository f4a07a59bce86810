"""Python's collector of cycles, which looks through all that is alive while much is made.

Next: :mod:`autograd.program.tape.lower`, where much is.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["uncollected"]


@contextmanager
def uncollected() -> Iterator[None]:
    """Within it, or in a function that it decorates, no cycles are looked for.

    Where hundreds of thousands of tuples and lists are made, and stay, that takes as long as
    making them. Of two threads that are in it, the first to leave ends it.

    >>> with uncollected():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    collecting = gc.isenabled()
    try:
        gc.disable()
        yield
    finally:
        if collecting:
            gc.enable()
