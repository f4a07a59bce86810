"""Frozen: Values whose numbers a recording holds as constants, and whether they hold them still.

Next: :mod:`autograd.program.calls`, whose recordings are made again if they do not.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograd.engine.node import EPOCH
from autograd.engine.value import Value

__all__ = ["Frozen"]


class Frozen:
    """Values from outside of a function, as they were when it was recorded.

    As long as the engine's epoch is the same no Value has changed, and nothing is looked at.
    """

    __slots__ = ("_epoch", "_held")

    def __init__(self, values: Iterable[Value]) -> None:
        self._epoch = EPOCH[0]
        self._held = [(x, x.data) for x in dict.fromkeys(values)]

    def changed(self) -> bool:
        """Whether one of them holds another number by now; -0.0 is another than 0.0."""
        epoch = EPOCH[0]
        if epoch is self._epoch or not self._held:
            return False
        if any(x.data is not held and repr(x.data) != repr(held) for x, held in self._held):
            return True
        self._epoch = epoch
        return False
